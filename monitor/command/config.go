package command

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/watchlist"
)

// load reads the configuration for running: every secret has to be at hand.
func (s *shell) load(sources *watchlist.Sources) (*watchlist.Watchlist, error) {
	return s.read(watchlist.Options{Sources: sources})
}

// look reads the configuration for asking about it: secrets may be missing where a person asks.
func (s *shell) look() (*watchlist.Watchlist, error) {
	return s.read(watchlist.Options{WithoutSecrets: true})
}

func (s *shell) read(o watchlist.Options) (*watchlist.Watchlist, error) {
	o.Env, o.Pace, o.Version = s.Env, s.Pace, build().Version
	list, err := watchlist.Load(s.config, o)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, misused("there is no %s; name the configuration with --config FILE", s.config)
	case err != nil:
		return nil, mistaken(s.config, err)
	}
	return list, nil
}

// mistaken says how many mistakes a file has, and then which.
func mistaken(path string, err error) error {
	problems, ok := errors.AsType[watchlist.Problems](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%s has %s:\n%w", path, count(len(problems), "mistake"), problems)
}

// names are what people call the nodes of the graph.
func names(list *watchlist.Watchlist) map[monitor.Node]string {
	all, of := list.Apaleo.Names(), map[monitor.Node]string{}
	for _, c := range slices.Concat(list.Checks, list.Reported.Pooled) {
		for _, n := range c.Path {
			_, known := all[n]
			switch {
			case n.Kind == monitor.NodeClient:
				if account, seen := of[n]; seen && account != c.Account {
					of[n] = "" // a store app's, which is that of many
				} else {
					of[n] = c.Account
				}
			case known:
			case n.Kind == monitor.NodeAccount:
				all[n] = "Hotel " + n.ID
			case n.Kind == monitor.NodeReceiver:
				all[n] = "Our webhook receiver " + n.ID
			}
		}
	}
	for n, account := range of {
		all[n] = clientName(n.ID, account)
	}
	return all
}

// clientName shows the end of a client's id, which is enough to find it at apaleo.
func clientName(id, account string) string {
	if id == apaleo.IntegrationClient {
		return "The integration's OAuth client"
	}
	name := "Our OAuth client …" + id[max(0, len(id)-4):]
	if account != "" {
		name += " of " + account
	}
	return name
}

// reconfigure is a watchlist as the book takes it.
func reconfigure(list *watchlist.Watchlist, receivers []monitor.Receiver) monitor.Reconfigure {
	return monitor.Reconfigure{
		Checks: list.Checks, Receivers: receivers, Names: names(list), Controls: len(list.Controls),
		Reported: list.Reported, Advise: list.Advise, Mute: list.Apaleo.Mute, Maintenance: list.Windows,
		StillWatching: list.StillWatching,
	}
}

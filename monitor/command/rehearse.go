package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
	"bellhop/monitor/watchlist"
)

// maxScenario bounds a scenario's file.
const maxScenario = 1 << 20

// rehearsing is what a rehearsal is asked for.
type rehearsing struct {
	seed    uint64
	history string        // FROM..TO
	expect  string        // a file
	most    int           // messages to any one receiver; -1 is any number
	within  time.Duration // of the first message; 0 is any time
}

func newRehearse(s *shell) *cobra.Command {
	var r rehearsing
	cmd := &cobra.Command{
		Use:   "rehearse [SCENARIO]",
		Short: "Plays trouble: who would be told what, and when",
		Long: `Plays trouble through your configuration in compressed time, and prints every message that would
be sent: when, to whom, in what words. Nothing is asked, nobody is told, and no secret, no database
and no network are needed. The planner, the rules and the words are those of the daemon; only
apaleo, your hosts and the clock are played.

SCENARIO is one of bellhop's own, or a file. Without one they are listed. In a file each line is the
time since the beginning, and what happens then:

` + scenarioHelp() + `

With --history FROM..TO what was recorded is played again, against the configuration as it is now:
dates or times in UTC like 2026-11-20 or 2026-11-20T02:30, or a duration before now. TO may be left
out. Single outcomes are kept for 14 days.

For your CI: it exits with 1 if the output is not that of the --expect file (and prints the difference), if one receiver
gets more than --max-messages, not counting changes of what is there, or if --told-within has passed since the first
trouble began and nobody was told.`,
		Example: `  bellhop rehearse                     # which scenarios there are
  bellhop rehearse worst-night
  bellhop rehearse our-night.txt --told-within 2m --max-messages 6
  bellhop rehearse outage > outage.told
  bellhop rehearse outage --expect outage.told
  bellhop rehearse --history 2026-11-20..2026-11-21`,
		Args: atMost(1),
		RunE: task(func(ctx context.Context, args []string) error { return s.rehearse(ctx, r, args) }).run,
	}
	f := cmd.Flags()
	f.Uint64Var(&r.seed, "seed", 1, "of what is left to chance")
	f.StringVar(&r.history, "history", "", "play what was recorded `from..to`")
	f.StringVar(&r.expect, "expect", "", "a `file` with what has to be printed")
	f.IntVar(&r.most, "max-messages", -1, "`n` messages for any one receiver, at most")
	f.Lookup("max-messages").DefValue = "0" // is not shown: it is any number
	f.DurationVar(&r.within, "told-within", 0, "`duration` until the first message, at most")
	return s.printsJSON(cmd)
}

// scenarioHelp is how a scenario is written.
func scenarioHelp() string {
	faults := strings.Join(rehearse.FaultWords(), " ")
	targets := strings.Join(rehearse.TargetWords(), " ")
	return `begin TARGET FAULT [SHARE] / end TARGET / suspend DURATION / restart [DURATION] / stop,
as in "+2m begin api 502 30%" and "+12m end api". What follows # is a comment.

Targets: ` + targets + `.

Faults: ` + faults + `. docs/rehearse.md says what each is.`
}

func (s *shell) rehearse(ctx context.Context, r rehearsing, args []string) error {
	switch {
	case r.most < -1 || r.within < 0:
		return misused("--max-messages and --told-within are not below 0")
	case r.history != "" && len(args) > 0:
		return misused("either a scenario or --history: %s and --history %s cannot both be played", args[0], r.history)
	case r.history == "" && len(args) == 0:
		return s.listScenarios(r)
	}
	list, err := s.look()
	if err != nil {
		return err
	}
	cast := castOf(list, r.seed)
	if r.history != "" {
		return s.replay(ctx, r, list, cast)
	}
	scenario, mine, err := findScenario(args[0])
	if err != nil {
		return err
	}
	if err := seenBySome(scenario, mine, cast); err != nil {
		return err
	}
	p := scenario.Perform(ctx, cast)
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.rehearsed(r, newRehearsal(s.config, scenario, cast, p))
}

// castOf is a watchlist as it plays in a scenario.
func castOf(list *watchlist.Watchlist, seed uint64) rehearse.Cast {
	var receivers []monitor.Receiver
	for _, r := range list.Receivers {
		receivers = append(receivers, r.Receiver)
	}
	if len(receivers) == 0 {
		receivers = []monitor.Receiver{{Name: monitor.LogReceiver, Kind: "log"}}
	}
	hosts := map[string]string{}
	for name, base := range map[string]string{"api": list.Apaleo.API, "identity": list.Apaleo.Identity, "webhook": list.Apaleo.Webhook} {
		if u, err := url.Parse(base); err == nil {
			hosts[name] = u.Host
		}
	}
	return rehearse.Cast{Config: reconfigure(list, receivers), Pace: list.Pace, Hosts: hosts, Seed: seed}
}

// findScenario is one of bellhop's own, or that of a file; mine is that it is the user's.
func findScenario(name string) (s rehearse.Scenario, mine bool, err error) {
	if s, ok := rehearse.Named(name); ok {
		return s, false, nil
	}
	text, err := readScenario(name)
	if errors.Is(err, fs.ErrNotExist) {
		var known []string
		for _, s := range rehearse.Scenarios() {
			known = append(known, s.Name)
		}
		return s, true, unknownName("scenario, or file,", name, known)
	} else if err != nil {
		return s, true, misuse{err.Error()}
	}
	s, err = rehearse.Parse(name, text)
	return s, true, unplayable(name, err)
}

// readScenario reads a file that the command line names.
func readScenario(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxScenario+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxScenario:
		return "", fmt.Errorf("%s is larger than %d KiB", name, maxScenario>>10)
	}
	return string(text), nil
}

// unplayable says how many mistakes a scenario has, and then which.
func unplayable(name string, err error) error {
	wrong, ok := errors.AsType[rehearse.Mistakes](err)
	if !ok {
		return err
	}
	return misused("%s has %s:\n%v", name, count(len(wrong), "mistake"), wrong)
}

// seenBySome refuses troubles of the user's own scenario that nothing he watches can see: they would prove nothing.
func seenBySome(s rehearse.Scenario, mine bool, c rehearse.Cast) error {
	if !mine {
		return nil
	}
	var wrong rehearse.Mistakes
	for _, i := range c.Unseen(s) {
		l := s.Lines[i]
		wrong = append(wrong, rehearse.Mistake{
			File: s.Name, Line: l.Place, What: fmt.Sprintf("no check sees %s %s", l.On, l.Fault),
			Fix: "name what you watch, as bellhop probe lists it, or a fault that it can have",
		})
	}
	if len(wrong) == 0 {
		return nil
	}
	return unplayable(s.Name, wrong)
}

// listScenarios says which there are.
func (s *shell) listScenarios(r rehearsing) error {
	if r.expect != "" || r.within > 0 || r.most >= 0 {
		return misused("which scenario? bellhop rehearse lists them")
	}
	all := rehearse.Scenarios()
	if s.json {
		type named struct {
			Name  string `json:"name"`
			About string `json:"about"`
		}
		list := []named{}
		for _, one := range all {
			list = append(list, named{one.Name, one.About})
		}
		return printJSON(s.Stdout, list)
	}
	fmt.Fprint(s.Stdout, "What can be rehearsed, with your own checks, accounts and receivers:\n\n")
	for _, one := range all {
		fmt.Fprintf(s.Stdout, "  %-12s %s\n", one.Name, strings.TrimLeft(wrap(one.About, strings.Repeat(" ", 15)), " "))
	}
	_, err := fmt.Fprint(s.Stdout, "\nbellhop rehearse worst-night plays one; docs/rehearse.md says how to write your own.\n")
	return err
}

package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/probe"
	"bellhop/monitor/store"
	"bellhop/monitor/traffic"
	"bellhop/monitor/watchlist"
	"bellhop/monitor/web"
	"bellhop/notify"
)

// A daemon is all that runs, wired. Its parts know of each other only what is handed to them here.
type daemon struct {
	*shell
	log     zerolog.Logger
	systemd systemd
	hangups <-chan os.Signal
	// A terminal that is closed ends it by leave, if it was started from one.
	attended bool
	leave    context.CancelFunc

	booted   *watchlist.Watchlist // what it was started with: some settings stay in force until the next start
	sources  *watchlist.Sources
	inForce  atomic.Pointer[settings]
	instance string

	store    *store.SQLite
	monitor  *monitor.Monitor
	outbox   *notify.Outbox
	site     *web.Site
	intake   *traffic.Intake
	arrivals *arrivals
	doors    []web.Door
	socket   *socket            // nil is none
	news     chan monitor.Event // for the log
	thrift   thrift
	refused  atomic.Bool // the last reload was
}

// settings are a configuration in force.
type settings struct {
	list     *watchlist.Watchlist
	lanes    []notify.Lane
	replaced chan struct{} // closed when others are in force
}

// daemon watches until ctx ends.
func (s *shell) daemon(ctx context.Context) error {
	log, err := s.logger()
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	hangups, terminal := s.Hangups, false
	if hangups == nil {
		terminal = attended()
		own := make(chan os.Signal, 1)
		signal.Notify(own, syscall.SIGHUP)
		defer signal.Stop(own)
		hangups = own
	}
	d := &daemon{shell: s, log: log, systemd: newSystemd(s.Env), hangups: hangups, attended: terminal, leave: leave, news: make(chan monitor.Event, 256), thrift: newThrift(s.World)}
	defer d.close()
	if err := d.open(ctx); err != nil {
		return err
	}
	return together(ctx, d.parts()...)
}

func (d *daemon) parts() []part {
	parts := []part{
		{"monitor", d.monitor.Run},
		{"outbox", d.outbox.Run},
		{"web", func(ctx context.Context) error { return d.site.Serve(ctx, d.doors...) }},
		{"heartbeat", d.beat},
		{"reload", d.reloads},
		{"watch", d.watch},
	}
	if d.Thrifty || d.Collects {
		parts = append(parts, part{"thrift", d.thrift.run})
	}
	if d.socket != nil {
		parts = append(parts, part{"control socket", func(ctx context.Context) error { return d.socket.serve(ctx, d.controlRoutes()) }})
	}
	return parts
}

// open makes all parts, in the order in which they need each other. The configuration is read twice: it says
// where the store is, and the store knows what the clients of the configuration have spent.
func (d *daemon) open(ctx context.Context) error {
	first, err := d.load(nil)
	if err != nil {
		return err
	}
	d.store, err = store.Open(ctx, store.Config{Path: first.Store.Path, Version: build().Version, Pace: d.Pace, Wait: d.LockWait})
	if err != nil {
		return err
	}
	saved, err := d.store.Load(ctx)
	if err != nil {
		return fmt.Errorf("load book: %w", err)
	}
	d.sources = watchlist.NewSources(saved.Clients)
	list, err := d.load(d.sources)
	if err != nil {
		return err
	}
	if list.Store != first.Store {
		return errors.New("store: in the configuration changed while bellhop was starting: start it again")
	}
	d.booted = list
	if err := d.wire(saved, list); err != nil {
		return err
	}
	if d.doors, err = web.Listen(ctx, list.Web.Listen, list.Web.Public); err != nil {
		return err
	}
	if d.socket, err = listenSocket(ctx, list.Store.Path); err != nil {
		d.log.Warn().Err(err).Msg("control socket not opened")
	}
	return nil
}

// wire makes the monitor, the outbox and the site.
func (d *daemon) wire(saved monitor.Saved, list *watchlist.Watchlist) error {
	all, err := lanes(list, d.log)
	if err != nil {
		return err
	}
	controls, err := controlHosts(list)
	if err != nil {
		return err
	}
	d.instance = hostname()
	d.inForce.Store(&settings{list, all, make(chan struct{})})
	d.outbox = notify.New(notify.Options{
		Lanes: all, Pace: list.Pace, Log: d.log, Sender: d.sender(),
		Submit: func(ctx context.Context, in monitor.Input) error { return d.monitor.Submit(ctx, in) },
		Blind:  func() bool { return !d.monitor.Snapshot().Blind.Since.IsZero() },
	})
	d.outbox.Load(saved)
	d.monitor = monitor.New(monitor.Options{
		Store: d.store, Saved: saved, Pace: list.Pace, Advise: list.Advise, First: reconfigure(list, receivers(all)),
		Controls: controls, Watch: d.follow, Log: d.log, Instance: d.instance,
	})
	d.wireIntake()
	d.site = web.New(web.Options{
		Reader: d.monitor, Now: d.monitor.Now, PublicURL: list.Web.PublicURL, Version: build().Version, Instance: d.instance,
		Token:  func() (string, error) { return d.inForce.Load().list.Web.Token.Reveal() },
		Intake: d.incoming(), Order: func(ctx context.Context, o monitor.HotelOrder) error { return d.monitor.Submit(ctx, o) },
		Act:       func(ctx context.Context, a monitor.Act) error { return d.monitor.Submit(ctx, a) },
		Receivers: func() []monitor.Receiver { return receivers(d.inForce.Load().lanes) },
		Fresh:     d.fresh, ReconnectURL: list.Web.ReconnectURL, Text: func(key string) string { return d.inForce.Load().list.Texts[key] },
		Ledger: d.store.Incidents, Told: d.store.Tellings, Evidence: d.evidence, Log: d.log, Collectors: []prometheus.Collector{newExporter(d.outbox.Stats, d.intake.Counts, &d.refused)},
	})
	return nil
}

// sender is what messages say of this bellhop.
func (d *daemon) sender() notify.Sender {
	return notify.Sender{Instance: d.instance, Version: build().Version, PublicURL: d.booted.Web.PublicURL, StatusPage: d.booted.Apaleo.StatusPage}
}

// follow is told each change that is durable. It hands on what was decided, and never waits.
func (d *daemon) follow(c monitor.Change) {
	d.outbox.Watch(c)
	d.arrivals.saw(c)
	d.thrift.saw(c)
	for _, e := range c.Events {
		select {
		case d.news <- e:
		default: // nobody reads the log: that must not stop the book
		}
	}
}

func (d *daemon) close() {
	for _, door := range d.doors {
		door.Close()
	}
	d.socket.close()
	if d.store == nil {
		return
	}
	if err := d.store.Close(); err != nil {
		d.log.Warn().Err(err).Msg("store not closed")
	}
}

// serving is where the daemon can be reached.
func (d *daemon) serving() Serving {
	var at Serving
	for _, door := range d.doors {
		if door.Public {
			at.Public = address(door.Addr())
		} else {
			at.Page = address(door.Addr())
		}
	}
	if d.socket != nil {
		at.Socket = d.socket.path
	}
	return at
}

// address is how a browser on this machine reaches a listener.
func address(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// controlHosts are asked as everything else is: through the same proxy, trusting the same roots.
func controlHosts(list *watchlist.Watchlist) ([]monitor.ControlHost, error) {
	t, err := probe.NewTransport(probe.TransportConfig{Roots: list.Apaleo.Roots, Version: build().Version})
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	var all []monitor.ControlHost
	for _, at := range list.Controls {
		ask, err := probe.Control(at, t)
		if err != nil {
			return nil, fmt.Errorf("control %s: %w", at, err)
		}
		all = append(all, monitor.ControlHost{Name: at, Ask: ask})
	}
	return all, nil
}

// hostname is what this instance calls itself.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return filepath.Base(os.Args[0])
	}
	return name
}

package watchlist

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/notify/slack"
	"bellhop/notify/template"
)

// Options are what a configuration is read with, besides its file.
type Options struct {
	Env            func(string) (string, bool) // for ${NAME}, as os.LookupEnv; nil is an empty environment
	WithoutSecrets bool                        // undefined variables and unreadable secret files are put up with: good for checking, not for running
	Pace           monitor.Pace                // the zero value is monitor.RealPace; the file's own durations are taken as they are
	Version        string                      // of bellhop, for the User-Agent
	Sources        *Sources                    // what outlives a reload; nil is a fresh one
}

// A Watchlist is a configuration that can be used as it is.
type Watchlist struct {
	Checks    []*monitor.Check // in the order in which people see them
	Receivers []Receiver       // may be none
	Controls  []string         // addresses of the control hosts; may be none
	Heartbeat Secret           // the address to ping; unset is none
	Store     Store
	Web       Web
	Apaleo    Apaleo
	Report    Report
	Beats     Beats
	Texts     map[string]string // public sentences that the operator wrote himself, by key
	Webhooks  []Webhook
	Windows   []monitor.MaintenanceWindow // maintenance that comes by itself

	// StillWatching is when to say that bellhop watches; zero is never.
	StillWatching monitor.StillWatching
	Reported      monitor.Reported // how what the integration reports is watched; zero if it cannot report
	Needs         []string         // scopes that the chosen modules need, each entry any one of its words
	Advise        monitor.Adviser  // with Texts
	Remarks       []string         // what may surprise whoever wrote the file, in sentences

	// Pace is the pace of Options with what detection: sets for the whole file.
	Pace monitor.Pace
	// Hash changes with the bytes of the file, and of the accounts_file that it names.
	Hash string
}

// A Store is where the book is kept.
type Store struct {
	Path string // of the SQLite file; relative paths are relative to the configuration file
}

// Web is where pages and APIs are served.
type Web struct {
	Listen    string // host:port of the operator's side
	Public    string // host:port of the public side alone, or ""
	PublicURL string // what links in alerts start with, without a slash at the end, or ""
	Token     Secret // what the operator's side asks for off loopback; unset is none

	// ReconnectURL is where a hotel's administrator renews its link to apaleo, with {account} for the account's
	// code, or "".
	ReconnectURL string
}

// Apaleo is where apaleo lives.
type Apaleo struct {
	apaleo.Hosts

	Roots []byte // PEM, trusted besides the system's
	Mute  bool   // what is apaleo's side is held back while its status page says that maintenance is under way
}

// A Receiver is where alerts go, with all it takes to send one there.
type Receiver struct {
	monitor.Receiver

	URL      Secret             // where to send; unset is that kind's own address
	Secret   Secret             // a webhook's signing secret, a Slack bot's token, a PagerDuty service's routing key
	Headers  map[string]Secret  // to send besides
	Bot      Bot                // of Slack, if it is one
	Labels   map[string]string  // of alerts for an Alertmanager, besides its own
	Template *template.Template // nil for other kinds, and where its file is not at hand
}

// A Bot is where a Slack bot speaks, and whom it calls by name.
type Bot struct {
	Channel  string
	API      string // of a stand-in; "" is Slack's own
	Mentions slack.Mentions
}

// Load reads the configuration file at path. The error is Problems if there was a file to read.
func Load(path string, o Options) (*Watchlist, error) {
	data, _, err := readBounded(path, maxFile+1)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return Parse(path, data, o)
}

// Parse understands data as the configuration file of that name, which messages show and other paths are
// relative to. The error is Problems.
func Parse(name string, data []byte, o Options) (*Watchlist, error) {
	if o.Pace.By == 0 {
		o.Pace = monitor.RealPace()
	}
	if o.Sources == nil {
		o.Sources = NewSources(nil)
	}
	r := &reader{name: name, dir: filepath.Dir(name), o: o, lines: strings.Split(string(data[:min(len(data), maxFile)]), "\n")}
	var form fileForm
	if top := r.document(data, theConfiguration); top != nil {
		r.fill(top, reflect.ValueOf(&form).Elem(), "")
	}
	hotels := r.accountsFile(&form)
	if form.At == (place{}) || r.visits > maxVisits {
		return nil, r.problems.sorted(name)
	}
	draft := o.Sources.draft()
	w := build(r, form, draft)
	if len(r.problems) > 0 {
		return nil, r.problems.sorted(name)
	}
	draft.keep()
	sum := sha256.Sum256(append(bytes.Clone(data), hotels...))
	w.Hash = hex.EncodeToString(sum[:8])
	return w, nil
}

var theConfiguration = root{
	is: isMapping, looks: "it starts with keys like watchlist: and receivers:", empty: "start from the config.yaml that comes with bellhop",
}

// build makes the watchlist of a form, and reports all that stands against it.
func build(r *reader, f fileForm, d *draft) *Watchlist {
	w := &Watchlist{
		Controls:  r.controls(f.Control),
		Heartbeat: r.address("heartbeat.url", f.Heartbeat.URL, f.Heartbeat.URLFile, f.Heartbeat.At, true),
		Store:     r.store(f.Store),
		Web:       r.web(f.Web),
		Apaleo:    r.apaleo(f.Apaleo),
		Receivers: r.receivers(f.Receivers),
		Report:    r.report(f.Report),
		Texts:     r.texts(f.Texts),
	}
	var rule monitor.Rule
	w.Pace, rule = r.detection(f.Detection)
	b := &builder{
		reader: r, apaleo: w.Apaleo, pace: w.Pace, rule: rule, draft: d, known: map[string]*account{},
		clients: map[string]ownedClient{}, grants: map[string]place{}, rhythms: map[string]rhythm{}, beats: Beats{},
	}
	w.Checks = b.checks(f)
	w.Windows = b.windows(f, w.Checks)
	w.StillWatching = b.stillWatching(f.StillWatching.Schedule)
	w.Beats, w.Webhooks = b.beats, b.hooks
	reported := b.config.Reported()
	if w.Needs = reported.Needs; w.Report.Token.IsSet() {
		w.Reported = reported
	}
	var err error
	if w.Advise, err = apaleo.Adviser(w.Texts); err != nil {
		r.wrong(r.top(), "texts cannot be used", "look at their keys")
	}
	w.Remarks = b.remarks(w)
	return w
}

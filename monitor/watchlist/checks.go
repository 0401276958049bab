package watchlist

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/probe"
)

// A builder makes the checks of a file.
type builder struct {
	*reader
	apaleo    Apaleo
	pace      monitor.Pace
	rule      monitor.Rule
	draft     *draft
	transport *probe.Transport // to apaleo; nil if its certificates cannot be used
	known     map[string]*account
	order     []*account
	clients   map[string]ownedClient
	grants    map[string]place  // files of refresh tokens
	rhythms   map[string]rhythm // by schedule as written: most checks share a few
	beats     Beats
	config    apaleo.Config // what the built-in watchlist is made for
	hooks     []Webhook
}

func (b *builder) checks(f fileForm) []*monitor.Check {
	b.transport = b.trusting(b.apaleo.Roots, nil, nil, f.Apaleo.CAFile.At)
	b.accounts(f.Accounts)
	all := b.included(f.Watchlist)
	taken := map[string]place{}
	for _, c := range all {
		taken[c.Name] = place{line: builtIn}
	}
	if f.Report.At.line != 0 {
		for _, c := range append(b.config.Reported().Hotel("a"), b.config.Reported().Pooled...) {
			taken[c.Name] = place{line: builtIn}
		}
	}
	for _, form := range f.Watchlist.Checks {
		if c := b.check(form, taken); c != nil {
			all = append(all, c)
		}
	}
	hooks, more := b.webhooks(f.Webhooks, taken)
	b.hooks, all = hooks, append(all, more...)
	b.dependOn(f.Watchlist.Checks, all)
	if len(all) == 0 && len(f.Watchlist.Checks) == 0 && len(b.problems) == 0 {
		b.wrong(f.Watchlist.At, "there is nothing to watch", "set watchlist: {include: [apaleo]}, or add checks")
	}
	return all
}

// builtIn is where the names of the built-in watchlist are defined, which is no line of the file.
const builtIn = -1

// trusting is a transport with these certificates; nil is a problem at p.
func (b *builder) trusting(roots, cert, key []byte, p place) *probe.Transport {
	t, err := b.draft.transport(probe.TransportConfig{Roots: roots, Cert: cert, Key: key, Version: b.o.Version})
	if err != nil {
		b.wrong(p, "a certificate cannot be used: "+err.Error(), "certificates and keys are files in PEM form")
	}
	return t
}

// check is one of the user's own, or nil if it cannot be built.
func (b *builder) check(f checkForm, taken map[string]place) *monitor.Check {
	b.notBuiltIn(f, taken)
	c := &monitor.Check{
		Name: b.named("a check", f.Name, f.At, taken), Own: true,
		Labels: b.labels(f.Labels), Runbook: b.link("runbook", f.Runbook),
		Rule: b.checkRule(f.Detection), Paused: f.Paused.V,
	}
	c.Title, c.Public = cmp.Or(b.label("title", f.Title), c.Name), b.label("public", f.Public)
	b.asks(c, f, b.account(c, f))
	b.times(c, f)
	if c.Ask == nil && !c.Reported || c.Schedule == nil {
		return nil
	}
	return c
}

// asks makes c the one kind of check that it is written as.
func (b *builder) asks(c *monitor.Check, f checkForm, a *account) {
	var kinds []string
	for _, k := range []struct {
		name string
		set  bool
	}{{"http", f.HTTP != nil}, {"tls", f.TLS != nil}, {"dns", f.DNS != nil}, {"tcp", f.TCP != nil}, {"heartbeat", f.Heartbeat != nil}} {
		if k.set {
			kinds = append(kinds, k.name)
		}
	}
	switch {
	case len(kinds) > 1:
		b.wrong(f.At, "a check is both "+kinds[0]+" and "+kinds[1], "make two of it")
	case f.HTTP != nil:
		b.http(c, f.HTTP, a)
	case f.TLS != nil:
		b.tls(c, f)
	case f.DNS != nil:
		b.dns(c, f)
	case f.TCP != nil:
		b.tcp(c, f)
	case f.Heartbeat != nil:
		b.heartbeat(c, f)
	default:
		b.wrong(f.At, "a check says nothing of what to ask", "add http: {url: https://…}, or one of tls, dns, tcp and heartbeat")
	}
}

// maxLabel is more than fits on one line of a page.
const maxLabel = 80

// label is a short text that people read on pages: one line.
func (b *builder) label(key string, f text) string {
	switch {
	case f.Set && strings.TrimSpace(f.V) == "":
		b.wrong(f.At, key+" is empty", "write a few words, or remove the key")
	case utf8.RuneCountInString(f.V) > maxLabel || strings.ContainsFunc(f.V, unicode.IsControl):
		b.wrong(f.At, key+" is no short text", fmt.Sprintf("it is one line of at most %d characters", maxLabel))
	}
	return f.V
}

func (b *builder) notBuiltIn(f checkForm, taken map[string]place) {
	if taken[f.Name.V].line == builtIn {
		b.wrong(f.Name.At, "a check is named "+quote(f.Name.Raw)+", like one of the built-in watchlist", "names are unique: change it")
		delete(taken, f.Name.V)
	}
}

// checkRule is the rule of a check that may have a detection block of its own.
func (b *builder) checkRule(f detectionForm) monitor.Rule {
	for _, s := range []span{f.Reprobe, f.Hold} {
		if s.Set {
			b.wrong(s.At, "reprobe and hold cannot differ between checks", "set them in the detection of the whole file; preset and span can be a check's own")
		}
	}
	return b.reader.rule(f, b.rule, b.pace)
}

// account is the account that authorizes a check, or nil.
func (b *builder) account(c *monitor.Check, f checkForm) *account {
	if f.Account.V == "" {
		if f.Account.Set {
			b.wrong(f.Account.At, "account is empty", "name an account, or remove the key")
		}
		return nil
	}
	a := b.known[f.Account.V]
	switch {
	case a == nil:
		b.wrong(f.Account.At, "account "+quote(f.Account.Raw)+" is not among accounts", b.otherAccount(f.Account.V))
		return nil
	case a.kind == kindConnect:
		b.wrong(f.Account.At, "account "+quote(f.Account.Raw)+" is a connect client and has no token to authorize with", "name an account of kind simple, or remove account")
	}
	c.Account, c.Client = a.name, a.clientID
	return a
}

func (b *builder) otherAccount(name string) string {
	var all []string
	for _, a := range b.order {
		all = append(all, a.name)
	}
	if n := nearest(name, all); n != "" {
		return "did you mean " + n + "?"
	}
	return "add it there, or remove account"
}

// times sets when a check is asked, and what is too long to wait.
func (b *builder) times(c *monitor.Check, f checkForm) {
	c.Spec = "@every 60s"
	if c.Warning {
		c.Spec = "@every 24h"
	}
	if f.Schedule.Set {
		c.Spec = f.Schedule.V
	}
	r, err := b.rhythm(c.Spec)
	if err != nil {
		fix := `write five cron fields like "*/5 * * * *", CRON_TZ=Europe/Berlin before them for local time, or "@every 60s"`
		if _, isDuration := parseDuration(c.Spec); isDuration == nil {
			fix = "did you mean \"@every " + f.Schedule.Raw + "\"?"
		}
		b.wrong(f.Schedule.At, "schedule "+quote(f.Schedule.Raw)+" cannot be used: "+err.Error(), fix)
		return
	}
	c.Every = r.max
	if c.Schedule = r.due(); c.Reported {
		return
	}
	c.Schedule = b.spread(c.ID(), r, f.Spread)
	c.Timeout = b.timeout(f.Timeout, r.min)
	if c.Slow = time.Duration(f.Slow.V); !f.Slow.Set && !c.Warning && !c.Info {
		c.Slow, c.Learns = min(time.Duration(slowPart*float64(c.Timeout)), mostSlow), true
	}
	if c.Slow >= c.Timeout && c.Timeout > 0 {
		b.wrong(f.Slow.At, fmt.Sprintf("slow %s is not under the timeout of %s", quote(f.Slow.Raw), short(c.Timeout)), "an answer that late is a failure already: lower slow, remove it, or write off")
	}
}

// What is slow where nothing is said of it: at most this part of what an attempt may take, and this long.
const (
	slowPart = 0.3
	mostSlow = 3 * time.Second
)

func (b *builder) rhythm(spec string) (rhythm, error) {
	if r, ok := b.rhythms[spec]; ok {
		return r, nil
	}
	r, err := parseRhythm(spec, b.pace.Of(time.Second))
	if err == nil {
		b.rhythms[spec] = r
	}
	return r, err
}

func (b *builder) spread(id monitor.CheckID, r rhythm, f span) monitor.Schedule {
	most := min(r.min, b.pace.Of(time.Minute))
	switch {
	case r.every > 0 && f.Set:
		b.wrong(f.At, "spread is for cron schedules", "remove it: @every has a phase of its own, so that checks do not run all at once")
	case r.every > 0:
		return monitor.EverySchedule(id, r.every)
	case f.Set && f.V > r.min:
		b.wrong(f.At, "spread "+quote(f.Raw)+" is over the interval of "+short(r.min), "shorten it; 0s is the exact time")
	}
	return monitor.SpreadSchedule(id, r.spec, f.or(most))
}

// timeout keeps a check from overlapping itself: it is under the shortest time between two runs.
func (b *builder) timeout(f span, interval time.Duration) time.Duration {
	usual := min(b.pace.Of(10*time.Second), interval*8/10)
	switch {
	case !f.Set:
		return usual
	case f.V > interval:
		b.wrong(f.At, fmt.Sprintf("timeout %s is over its interval of %s", quote(f.Raw), short(interval)), "shorten it, or ask less often: a check never overlaps itself")
		return usual
	case f.V < b.pace.Of(10*time.Millisecond):
		b.wrong(f.At, "timeout "+quote(f.Raw)+" leaves no time for an answer", "10s is usual")
		return usual
	}
	return f.V
}

func (b *builder) labels(fields map[string]text) map[string]string {
	all := map[string]string{}
	for name, f := range fields {
		if !labelName.MatchString(name) {
			b.wrong(f.At, "a label's name cannot be used", "names of labels are letters, digits and underscores, and start with a letter")
			continue
		}
		all[name] = f.V
	}
	return all
}

// fingerprint is a hash of what a check asks. Secrets stay out of it.
func fingerprint(parts ...any) string {
	data, err := json.Marshal(parts)
	if err != nil {
		panic("a check's settings are plain values: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12])
}

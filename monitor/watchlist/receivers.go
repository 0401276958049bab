package watchlist

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

func (r *reader) receivers(forms []receiverForm) []Receiver {
	var all []Receiver
	taken := map[string]place{}
	for _, f := range forms {
		w := Receiver{Receiver: monitor.Receiver{Name: r.named("a receiver", f.Name, f.At, taken), When: r.when(f.When)}}
		w.After = r.within("after", f.After, 0, 0, r.o.Pace.EndOwed)
		r.kind(&w, f)
		w.Remind = r.remind(f)
		all = append(all, w)
	}
	return all
}

// remind is after how long an incident that is still open is told of again; 0 is never.
func (r *reader) remind(f receiverForm) time.Duration {
	sends := f.Webhook != nil && f.Webhook.Deliver.V == "every_version"
	every := span{At: f.Remind.At, Set: f.Remind.Set && f.Remind.V > 0, Raw: f.Remind.Raw, V: time.Duration(f.Remind.V)}
	for _, k := range []struct {
		name string
		set  bool
		fix  string
	}{
		{"PagerDuty, which reminds people by itself", f.PagerDuty != nil, "remove it; its escalation policy does"},
		{"Alertmanager, which reminds people by itself", f.Alertmanager != nil, "remove it; set its repeat_interval"},
		{"deliver: every_version, which sends each version once", sends, "remove it, or remove deliver"},
	} {
		if every.Set && k.set {
			r.wrong(every.At, "remind is not for "+k.name, k.fix)
			return 0
		}
	}
	return r.within("remind", every, 0, r.o.Pace.Of(10*time.Minute), r.o.Pace.EndOwed)
}

// kind fills in where a receiver's messages go: exactly one of the kinds.
func (r *reader) kind(w *Receiver, f receiverForm) {
	kinds := []struct {
		name string
		set  bool
		fill func()
	}{
		{"slack", f.Slack != nil, func() { r.slack(w, f.Slack) }},
		{"webhook", f.Webhook != nil, func() { r.webhook(w, f.Webhook) }},
		{"pagerduty", f.PagerDuty != nil, func() { r.pagerDuty(w, f) }},
		{"alertmanager", f.Alertmanager != nil, func() { r.alertmanager(w, f) }},
		{"template", f.Template != nil, func() { r.template(w, f.Template) }},
	}
	var given []string
	var fill func()
	for _, k := range kinds {
		if k.set {
			given, fill = append(given, k.name), k.fill
		}
	}
	switch len(given) {
	case 0:
		r.wrong(f.At, "a receiver says nothing of where to send", "add one of slack, webhook, pagerduty, alertmanager and template, as in slack: {webhook_url: …}")
	case 1:
		fill()
	case 2:
		r.wrong(f.At, "a receiver is both "+given[0]+" and "+given[1], "make two of it")
	default:
		r.wrong(f.At, "a receiver is "+strings.Join(given, ", ")+" at once", fmt.Sprintf("make %d of it", len(given)))
	}
}

func (r *reader) when(f whenForm) monitor.When {
	var w monitor.When
	w.Severity = r.choice(f.At, "when.severity", f.Severity, append(severities(), "notice"))
	for _, s := range r.choice(f.At, "when.side", f.Side, sides()) {
		w.Side = append(w.Side, monitor.Side(s))
	}
	w.Scope = r.choice(f.At, "when.scope", f.Scope, []string{"all", "some", "one"})
	return w
}

func severities() []string {
	return []string{string(monitor.Down), string(monitor.Degraded), string(monitor.AuthLost), string(monitor.QuotaOut), string(monitor.Warning)}
}

func sides() []string {
	var all []string
	for _, s := range []monitor.Side{
		monitor.SideApaleo, monitor.SideCredentials, monitor.SidePermissions, monitor.SideRequest,
		monitor.SideHotel, monitor.SideNetwork, monitor.SideIntegration, monitor.SideUnclear,
	} {
		all = append(all, string(s))
	}
	return all
}

// choice is a list of known words. An empty one would choose nothing, or all: nobody can tell.
func (r *reader) choice(p place, key string, items []text, words []string) []string {
	if items != nil && len(items) == 0 {
		r.wrong(p, key+" is an empty list", "leave it out to choose all, or name some")
	}
	var chosen []string
	for _, item := range items {
		if w := r.oneOf(key, item, words); w != "" && !slices.Contains(chosen, w) {
			chosen = append(chosen, w)
		}
	}
	return chosen
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$")

// headers are those of a request, whose values may be secrets. Some are set by what sends the request.
func (r *reader) headers(key string, fields map[string]sealed, ours ...string) map[string]Secret {
	ours = append(ours, "host", "content-length", "connection", "transfer-encoding", "upgrade", "trailer", "te", "keep-alive")
	all, taken := map[string]Secret{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f, lower := fields[name], strings.ToLower(name)
		value, _ := f.V.Reveal()
		switch {
		case !headerName.MatchString(name):
			r.wrong(f.At, key+" holds a name that no header can have", "header names are letters, digits and dashes")
		case taken[lower]:
			r.wrong(f.At, key+" holds a name twice, with capitals and without", "keep one: to a header they are the same")
		case slices.Contains(ours, lower):
			r.wrong(f.At, fmt.Sprintf("%s sets %s", key, name), "bellhop sets this one itself: remove it")
		case strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
			r.wrong(f.At, key+" holds a value that no header can have", "a value is one line of text")
		default:
			all[name], taken[lower] = f.V, true
		}
	}
	return all
}

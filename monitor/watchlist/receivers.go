package watchlist

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"bellhop/monitor"
	"bellhop/notify/webhook"
)

func (r *reader) receivers(forms []receiverForm) []Receiver {
	var all []Receiver
	taken := map[string]place{}
	for _, f := range forms {
		w := Receiver{Receiver: monitor.Receiver{Name: r.named("a receiver", f.Name, f.At, taken), When: r.when(f.When)}}
		w.After = r.within("after", f.After, 0, 0, r.o.Pace.EndOwed)
		switch {
		case f.Slack != nil && f.Webhook != nil:
			r.wrong(f.At, "a receiver is both slack and webhook", "make two of it")
		case f.Slack != nil:
			r.slack(&w, f.Slack)
		case f.Webhook != nil:
			r.webhook(&w, f.Webhook)
		default:
			r.wrong(f.At, "a receiver says nothing of where to send", "add slack: {webhook_url: …} or webhook: {url: …}")
		}
		all = append(all, w)
	}
	return all
}

func (r *reader) when(f whenForm) monitor.When {
	var w monitor.When
	w.Severity = r.choice(f, "severity", f.Severity, []string{
		string(monitor.Down), string(monitor.Degraded), string(monitor.AuthLost), string(monitor.QuotaOut), string(monitor.Warning), "notice",
	})
	for _, s := range r.choice(f, "side", f.Side, sides()) {
		w.Side = append(w.Side, monitor.Side(s))
	}
	w.Scope = r.choice(f, "scope", f.Scope, []string{"all", "some", "one"})
	return w
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
func (r *reader) choice(f whenForm, key string, items []text, words []string) []string {
	if items != nil && len(items) == 0 {
		r.wrong(f.At, "when."+key+" is an empty list", "leave it out to choose all, or name some")
	}
	var chosen []string
	for _, item := range items {
		if w := r.oneOf("when."+key, item, words); w != "" && !slices.Contains(chosen, w) {
			chosen = append(chosen, w)
		}
	}
	return chosen
}

// slack fills in an incoming webhook: it can neither edit what it posted nor say whether a post arrived.
func (r *reader) slack(w *Receiver, f *slackForm) {
	w.Kind, w.Posts, w.Keyless = "slack", true, true
	if f.Token.Set || f.Channel.Set || f.API.Set {
		r.wrong(f.At, "a Slack bot (token and channel) is not in this version yet", "use an incoming webhook: slack: {webhook_url: …}")
		return
	}
	w.URL = r.address("slack.webhook_url", f.URL, f.URLFile, f.At, false)
}

func (r *reader) webhook(w *Receiver, f *webhookForm) {
	w.Kind = "webhook"
	w.URL = r.address("webhook.url", f.URL, f.URLFile, f.At, false)
	key, value, p := r.secret("webhook.secret", f.Secret, f.SecretFile)
	switch {
	case !key.IsSet() && p.line == 0:
		r.wrong(f.At, "webhook.secret is missing", "messages are signed: "+makeSecret)
	case key.IsSet() && !signingKeys(value):
		r.wrong(p, "webhook.secret is no signing secret", makeSecret)
	}
	w.Secret = key
	if f.Deliver.Set {
		w.EveryVersion = r.oneOf("webhook.deliver", f.Deliver, []string{"latest", "every_version"}) == "every_version"
	}
	w.Headers = r.headers("webhook.headers", f.Headers, "webhook-id", "webhook-timestamp", "webhook-signature", "content-type")
}

const makeSecret = "it is whsec_ and 24 to 64 random bytes in base64, as echo whsec_$(openssl rand -base64 32) makes it"

// signingKeys is whether messages can be signed with s: one secret, or several while one replaces another.
func signingKeys(s string) bool {
	all := strings.Fields(s)
	return len(all) > 0 && !slices.ContainsFunc(all, func(one string) bool {
		_, err := webhook.ParseSecret(one)
		return err != nil
	})
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

package watchlist

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"bellhop/notify/alertmanager"
	"bellhop/notify/pagerduty"
	"bellhop/notify/webhook"
)

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

// routingKey is how integration keys of PagerDuty look; those of older integrations have other letters.
var routingKey = regexp.MustCompile(`^[0-9A-Za-z_-]{16,64}$`)

func (r *reader) pagerDuty(w *Receiver, f receiverForm) {
	key, value, p := r.secret("pagerduty.routing_key", f.PagerDuty.Key, f.PagerDuty.KeyFile)
	switch {
	case !key.IsSet() && p.line == 0:
		r.wrong(f.PagerDuty.At, "pagerduty.routing_key is missing", "it is the integration key of a service's Events API v2 integration; routing_key_file names a file that holds it")
	case key.IsSet() && !routingKey.MatchString(value):
		r.wrong(p, "pagerduty.routing_key is no integration key", "it is the 32 letters and digits that PagerDuty shows as Integration Key of an Events API v2 integration")
	}
	w.Secret = key
	if u := f.PagerDuty.URL; u.Set {
		w.URL = r.address("pagerduty.url", sealed{At: u.At, Set: true, V: NewSecret(u.V)}, text{}, f.PagerDuty.At, false)
	}
	r.noNotices(f.When, "PagerDuty wakes people, and notices never do: send them to another receiver")
	w.Receiver = pagerduty.Receiver(w.Receiver)
}

func (r *reader) noNotices(f whenForm, fix string) {
	for _, s := range f.Severity {
		if s.V == "notice" {
			r.wrong(s.At, "when.severity \"notice\" is not for this receiver", fix)
		}
	}
}

func (r *reader) alertmanager(w *Receiver, f receiverForm) {
	a := f.Alertmanager
	w.URL = r.address("alertmanager.url", a.URL, a.URLFile, a.At, false)
	if value, err := w.URL.Reveal(); err == nil && a.URL.Set {
		if u, err := url.Parse(value); err == nil && (strings.Contains(u.Path, "/api/v") || u.RawQuery != "") {
			r.wrong(a.URL.At, "alertmanager.url holds more than the address of the Alertmanager", "end it before /api: bellhop adds /api/v2/alerts itself")
		}
	}
	w.Labels = r.labels(a.Labels)
	w.Headers = r.headers("alertmanager.headers", a.Headers, "content-type")
	w.Receiver = alertmanager.Receiver(w.Receiver)
}

var alertLabel = regexp.MustCompile("^[a-zA-Z_][a-zA-Z0-9_]{0,127}$")

// labels are what each alert carries besides its own.
func (r *reader) labels(fields map[string]text) map[string]string {
	all := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := fields[name]
		switch {
		case !alertLabel.MatchString(name):
			r.wrong(f.At, "alertmanager.labels holds a name that no label can have", "label names are letters, digits and _, and do not start with a digit")
		case slices.Contains(alertmanager.OwnLabels(), name):
			r.wrong(f.At, "alertmanager.labels sets "+name, "bellhop sets this one itself: choose another name")
		case f.V == "":
			r.wrong(f.At, "alertmanager.labels."+name+" is empty", "Alertmanager drops empty labels: give it a value, or remove it")
		default:
			all[name] = f.V
		}
	}
	return all
}

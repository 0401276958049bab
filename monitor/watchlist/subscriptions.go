package watchlist

import (
	"errors"
	"regexp"
	"slices"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// A Webhook is an endpoint of the integration that apaleo calls, as it is watched.
type Webhook struct {
	Name       string
	Endpoint   Secret
	Account    string // whose subscription is looked for; "" is that none can be
	Kind       string // of that account
	Events     []string
	Properties []string
	Ping       bool
}

func (w Webhook) same(o Webhook) bool {
	return w.Name == o.Name && w.Endpoint.same(o.Endpoint) && w.Account == o.Account && w.Kind == o.Kind && w.Ping == o.Ping &&
		slices.Equal(w.Events, o.Events) && slices.Equal(w.Properties, o.Properties)
}

var eventName = regexp.MustCompile(`^[A-Za-z-]{1,64}/([A-Za-z-]{1,64}|\*)$`)

// webhooks are the checks of the integration's endpoints.
func (b *builder) webhooks(forms []subscriptionForm, taken map[string]place) (all []Webhook, checks []*monitor.Check) {
	names := map[string]place{}
	for _, f := range forms {
		w := Webhook{Name: "webhook", Ping: f.Ping.V, Properties: b.properties(f.Properties), Events: b.events(f.Events)}
		if f.Name.Set || len(forms) > 1 {
			w.Name = b.named("a webhook", f.Name, f.At, names)
		}
		w.Endpoint = b.address("webhooks.endpoint", f.Endpoint, f.EndpointFile, f.At, false)
		a := b.subscriber(f)
		if a != nil {
			w.Account, w.Kind = a.name, a.kind
		}
		if !f.Account.Set && !w.Ping {
			b.wrong(f.At, "a webhook has neither account nor ping: there is nothing to watch", "name the account whose token sees the subscription, or set ping: true")
		}
		all = append(all, w)
		for _, c := range b.webhook(f, w, a) {
			if taken[c.Name].line != 0 {
				b.wrong(f.At, "a webhook's check would be named "+c.Name+", like another check", "names are unique: change one")
			}
			checks = append(checks, c)
		}
	}
	return all, checks
}

func (b *builder) webhook(f subscriptionForm, w Webhook, a *account) []*monitor.Check {
	endpoint, err := w.Endpoint.Reveal()
	if err != nil || b.transport == nil || b.unmade() || len(b.problems) > 0 || f.Account.Set && (a == nil || a.source == nil) {
		return nil
	}
	if _, err := parseURL(endpoint); err != nil {
		return nil // a placeholder
	}
	config := apaleo.WebhookConfig{Name: w.Name, Endpoint: endpoint, Events: w.Events, Properties: w.Properties, Ping: w.Ping}
	if a != nil {
		one := a.ofApaleo()
		config.Account = &one
	}
	checks, err := b.config.Webhook(config)
	if err != nil {
		b.wrong(f.At, "a webhook cannot be watched: "+plainly(err, f.Events), "look at its endpoint, events and properties")
	}
	return checks
}

// subscriber is the account whose token sees the subscription, or nil.
func (b *builder) subscriber(f subscriptionForm) *account {
	if f.Account.V == "" {
		return nil
	}
	a := b.known[f.Account.V]
	switch {
	case a == nil:
		b.wrong(f.Account.At, "account "+quote(f.Account.Raw)+" is not among accounts", b.otherAccount(f.Account.V))
	case a.kind == kindConnect:
		b.wrong(f.Account.At, "account "+quote(f.Account.Raw)+" is a connect client and has no token to look with", "name an account of kind token, or remove account")
		return nil
	}
	return a
}

func (b *builder) events(items []text) []string {
	return b.each("event", items, eventName, "is not understood", "write topic/type or topic/*, like reservation/*")
}

// plainly is the reason of an error, unless it may quote what a variable brought.
func plainly(err error, quoted []text) string {
	if slices.ContainsFunc(quoted, func(f text) bool { return f.V != f.Raw }) {
		return "its settings do not fit together"
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

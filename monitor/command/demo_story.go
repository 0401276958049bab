package command

import (
	"context"
	"slices"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// An act is one part of the story: something becomes true, and bellhop says so, or rightly keeps quiet.
// Durations are at the real pace.
type act struct {
	truth string                              // what is the case from now on, wherever the truth is
	what  string                              // the same, short
	begin func(*stage)                        // makes it so; nil is that it came to be by itself
	asks  func(context.Context, *stage) error // what a person asks of bellhop
	tale  *tale                               // what each receiver is told; nil is nothing, for now
	after string                              // which earlier act it is told of, where that is not this one

	// What passes by itself, and is not told: the fault is there until it was met, and so much longer.
	fault apaleotest.Fault
	lasts time.Duration
	over  string // what is the case then
}

// A tale is what is to be told of an act.
type tale struct {
	what  monitor.EventType
	word  string // in Slack
	side  monitor.Side
	cause monitor.NodeKind
	title string
	only  string // the receiver that is told; "" is all. Slack is not woken for what is no news to whoever was told
}

// isFor tells whether a receiver is told.
func (t tale) isFor(receiver string) bool { return t.only == "" || t.only == receiver }

// line is how the message begins at a receiver.
func (t tale) line(receiver string) string {
	switch {
	case receiver == bySlack && t.what == monitor.EventResolved:
		return t.word + " " + t.title
	case receiver == bySlack:
		return t.title // which says how bad it is
	}
	return hookLine(string(t.what), string(t.side), string(t.cause), t.title)
}

func opened(word string, s monitor.Side, cause monitor.NodeKind, title string) *tale {
	return &tale{what: monitor.EventOpened, word: word, side: s, cause: cause, title: title}
}

// updated is a version for programs, which want each.
func updated(s monitor.Side, cause monitor.NodeKind, title string) *tale {
	return &tale{what: monitor.EventUpdated, side: s, cause: cause, title: title, only: byHook}
}

func resolved(s monitor.Side, cause monitor.NodeKind, title string) *tale {
	return &tale{what: monitor.EventResolved, word: "RESOLVED", side: s, cause: cause, title: title}
}

const (
	demoStay  = 30 * time.Second // what was told stays so a little, so that it can be read
	demoCalm  = 90 * time.Second // nobody may be told anything for so long after what passed by itself
	demoWait  = 16 * time.Minute // how long a message may take
	demoBlip  = 10 * time.Second // no failures that span under 40 s ring
	demoBurst = 75 * time.Second
)

// story is what happens, in this order. That events have stopped shows only after a while: meanwhile other things happen.
func story() []act {
	return slices.Concat(eventsStop(), ofThePlatform(), ofPassing(), ofTheHotels(), eventsStopped(), ofIdentity())
}

// ofThePlatform is an outage.
func ofThePlatform() []act {
	return []act{
		{
			truth: "apaleo's API answers HTTP 502", what: "The API answers 502",
			begin: func(s *stage) { s.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API)) },
			tale:  opened("DOWN", monitor.SideApaleo, monitor.NodeEdge, "apaleo API is DOWN"),
		},
		{
			truth: "apaleo's API works again", what: "The API works again",
			begin: func(s *stage) { s.apaleo.ClearFaults() },
			tale:  resolved(monitor.SideApaleo, monitor.NodeEdge, "apaleo API WORKS again"),
		},
	}
}

const eventsAct = "Events stop"

// eventsStop is how it was in November 2019.
func eventsStop() []act {
	return []act{{
		truth: "apaleo sends the store app no events any more; its pings still arrive", what: eventsAct,
		begin: func(s *stage) { s.stalled = s.apaleo.Stall(apaleotest.Stall{Events: true}) },
	}}
}

// ofPassing is what passes by itself.
func ofPassing() []act {
	return []act{
		{
			truth: "a blip: the API answers HTTP 502 for a moment", what: "A blip of 502",
			fault: apaleotest.Gateway(502).On(apaleotest.API), lasts: demoBlip, over: "the blip is over",
		},
		{
			truth: "a burst: apaleo answers " + alpine + " HTTP 429", what: "A burst of 429",
			fault: apaleotest.TooMany(time.Second).On(apaleotest.API).For(alpineCode), lasts: demoBurst, over: "the burst is over",
		},
	}
}

// ofTheHotels is what concerns one hotel each.
func ofTheHotels() []act {
	return []act{
		{
			truth: "our secret for " + harbour + " is revoked at apaleo", what: "A secret is revoked",
			begin: func(s *stage) { s.setSecret(harbourCode, "") },
			tale:  opened("AUTH", monitor.SideCredentials, monitor.NodeClient, "Our OAuth client …"+harbourCode+" of "+harbour+" is REJECTED"),
		},
		{
			truth: "the secret is put back", what: "It is put back",
			begin: func(s *stage) { s.setSecret(harbourCode, demoHotel{harbour, harbourCode}.secret()) },
			tale:  resolved(monitor.SideCredentials, monitor.NodeClient, "Our OAuth client …"+harbourCode+" of "+harbour+" WORKS again"),
		},
		{
			truth: city + " takes the scope folios.read from our app", what: "A hotel takes a scope",
			begin: func(s *stage) { s.grant(cityCode, "reservations.read") },
			tale:  opened("WARNING", monitor.SideHotel, monitor.NodeHotels, "1 hotel still has to consent to scope folios.read: "+city),
		},
	}
}

// eventsStopped is what came of that events have stopped.
func eventsStopped() []act {
	return []act{
		{
			truth: "still no events; bellhop knows how many there usually are", what: "That is no quiet hour", after: eventsAct,
			tale: opened("DOWN", monitor.SideApaleo, monitor.NodeDelivery, "apaleo's webhook delivery is DOWN"),
		},
		{
			truth: "events arrive again, the late ones first", what: "Events arrive again",
			begin: func(s *stage) { s.stalled.Release(true) },
			tale:  resolved(monitor.SideApaleo, monitor.NodeDelivery, "apaleo's webhook delivery WORKS again"),
		},
	}
}

// ofIdentity is an outage of identity, in the midst of what concerns one hotel.
func ofIdentity() []act {
	return []act{
		{
			truth: "apaleo's identity server answers HTTP 503", what: "Identity is down",
			begin: func(s *stage) { s.apaleo.Fault(apaleotest.Gateway(503).On(apaleotest.Identity)) },
			tale:  opened("DOWN", monitor.SideApaleo, monitor.NodeIdentity, "apaleo identity is DOWN"),
		},
		{
			truth: "apaleo's status page speaks of it at last", what: "apaleo speaks of it",
			begin: func(s *stage) {
				s.apaleo.PostIncidents(apaleotest.StatusIncident{Name: "Login problems", Impact: "major", Components: []string{"Identity"}})
			},
			tale: updated(monitor.SideApaleo, monitor.NodeIdentity, "apaleo identity is DOWN"),
		},
		{
			truth: "Anna has seen it, and says so", what: "Anna is on it",
			asks: func(ctx context.Context, st *stage) error {
				return acknowledge(ctx, st, "Anna", "new logins are paused")
			},
			tale: updated(monitor.SideApaleo, monitor.NodeIdentity, "apaleo identity is DOWN"),
		},
		{
			truth: "identity works again; " + city + " has not given the scope back", what: "Identity works again",
			begin: func(s *stage) {
				s.apaleo.ClearFaults()
				s.apaleo.PostIncidents()
			},
			tale: resolved(monitor.SideApaleo, monitor.NodeIdentity, "apaleo identity WORKS again"),
		},
		{
			truth: city + " gives the scope back", what: "The hotel gives it back",
			begin: func(s *stage) { s.grant(cityCode, appScopes...) },
			tale:  resolved(monitor.SideHotel, monitor.NodeHotels, city+" ("+cityCode+") has nothing left to consent to"),
		},
	}
}

// tales are all that is to be told, in order.
func tales() []tale {
	var all []tale
	for _, a := range story() {
		if a.tale != nil {
			all = append(all, *a.tale)
		}
	}
	return all
}

// setSecret changes a client's secret at apaleo; "" is revoked. The tokens it has go with it, so that the
// story need not wait until they end.
func (st *stage) setSecret(code, secret string) {
	st.apaleo.Change(code, func(a *apaleotest.Account) { a.ClientSecret = secret })
	if secret == "" {
		st.apaleo.RevokeTokens(code)
	}
}

// grant changes what a hotel lets the store app do. The tokens that it has go with it, so that the story need not wait until they end.
func (st *stage) grant(code string, scopes ...string) {
	st.apaleo.Grant(storeApp, code, scopes...)
	st.apaleo.RevokeTokens(code)
}

package command

import (
	"slices"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// An act is one part of the story: something becomes true, and bellhop says so, or rightly keeps quiet.
// Durations are at the real pace.
type act struct {
	truth string       // what is the case from now on, wherever the truth is
	what  string       // the same, short
	begin func(*stage) // makes it so
	tale  *tale        // what each receiver is told; nil is nothing

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
}

// line is how the message begins at a receiver.
func (t tale) line(receiver string) string {
	if receiver == bySlack {
		return t.word + " " + t.title
	}
	return hookLine(string(t.what), string(t.side), string(t.cause), t.title)
}

func opened(word string, s monitor.Side, cause monitor.NodeKind, title string) *tale {
	return &tale{monitor.EventOpened, word, s, cause, title}
}

func resolved(s monitor.Side, cause monitor.NodeKind, title string) *tale {
	return &tale{monitor.EventResolved, "RESOLVED", s, cause, title}
}

const (
	demoStay  = 30 * time.Second // what was told stays so a little, so that it can be read
	demoCalm  = 90 * time.Second // nobody may be told anything for so long after what passed by itself
	demoWait  = 8 * time.Minute  // how long a message may take
	demoBlip  = 10 * time.Second // no failures that span under 40 s ring
	demoBurst = 75 * time.Second
)

// story is what happens, in this order.
func story() []act { return slices.Concat(ofThePlatform(), ofTheHotels()) }

// ofThePlatform is an outage, and what passes by itself.
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

// ofTheHotels is what concerns one hotel each, with an outage of identity in the midst of it.
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
			truth: city + " takes our app's access away (HTTP 403)", what: "A hotel locks us out",
			begin: func(s *stage) { s.setAccess(cityCode, false) },
			tale:  opened("AUTH", monitor.SidePermissions, monitor.NodeAccount, "Hotel "+city+" is LOCKED OUT"),
		},
		{
			truth: "apaleo's identity server answers HTTP 503", what: "Identity is down",
			begin: func(s *stage) { s.apaleo.Fault(apaleotest.Gateway(503).On(apaleotest.Identity)) },
			tale:  opened("DOWN", monitor.SideApaleo, monitor.NodeIdentity, "apaleo identity is DOWN"),
		},
		{
			truth: "identity works again; " + city + " still locks us out", what: "Identity works again",
			begin: func(s *stage) { s.apaleo.ClearFaults() },
			tale:  resolved(monitor.SideApaleo, monitor.NodeIdentity, "apaleo identity WORKS again"),
		},
		{
			truth: city + " lets us in again", what: "The hotel lets us in",
			begin: func(s *stage) { s.setAccess(cityCode, true) },
			tale:  resolved(monitor.SidePermissions, monitor.NodeAccount, "Hotel "+city+" WORKS again"),
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

func (st *stage) setAccess(code string, granted bool) {
	st.apaleo.Change(code, func(a *apaleotest.Account) { a.AccessRevoked = !granted })
}

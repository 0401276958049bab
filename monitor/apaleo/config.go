package apaleo

import (
	"time"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

// Hosts are the addresses of apaleo's hosts, without a slash at the end. http is accepted; there are then no
// certificates to watch. An empty StatusPage is not asked; Distribution and Integration are asked only by the
// modules of that name.
type Hosts struct{ API, Identity, Webhook, StatusPage, Distribution, Integration string }

// RealHosts are those of apaleo (docs/apaleo.md, section 1).
func RealHosts() Hosts {
	return Hosts{
		API: "https://api.apaleo.com", Identity: "https://identity.apaleo.com",
		Webhook: "https://webhook.apaleo.com", StatusPage: "https://status.apaleo.com",
		Distribution: "https://distribution.apaleo.com", Integration: "https://integration.apaleo.com",
	}
}

// TokenURL is where tokens are had.
func (h Hosts) TokenURL() string { return h.Identity + "/connect/token" }

// An Account is a hotel company whose access is watched, or a store app's own client.
type Account struct {
	Name       string   // unique
	Code       string   // the account_code its token must carry; "" is any
	Type       string   // Live: it is a fault if apaleo says Development or Trial; "" is any type but Suspended
	Properties []string // ids that entries about a property ask for; without any, those entries are left out
	Connect    bool     // a store app's client: there is no token of its own, the client alone is checked
	Kept       bool     // its token is one that the integration keeps and renews; bellhop only reads it
	Source     *probe.Source
}

// Config is what the watchlist that ships is made for.
type Config struct {
	Hosts     Hosts
	Accounts  []Account // none: the platform's checks run alone
	Pace      monitor.Pace
	Transport *probe.Transport // required
	Rule      monitor.Rule     // of every check; the zero value is balanced

	Modules   []string            // names of entries to watch besides those that need no scope, out of ModuleNames
	Overrides map[string]Override // by the name of the entry, out of EntryNames
}

// An Override is what the operator wants otherwise than an entry says. What is zero or nil stays as it is.
type Override struct {
	Off                  bool
	Every, Timeout, Slow time.Duration // as they are, whatever the pace
	Untimed              bool          // no answer of it is slow
	Rule                 *monitor.Rule
	Public               *string // its component on the public page, "" for none
}

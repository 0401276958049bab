package apaleo

import (
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// An Entry is one line of the watchlist that ships, for people and for documentation.
type Entry struct {
	Name       string        // of the check
	Title      string        // what people call it; %s is the host of a certificate, or the account
	Public     string        // its component on the public page, "" for none; of what is asked of single accounts, none is shown
	Module     string        // the API module that is asked, "" for none
	Every      time.Duration // at real pace
	Timeout    time.Duration // 0 is ten seconds
	Ask        string        // method, path and query; {property}, {properties} and {day+1} are filled in when it is asked
	Expect     string        // what is a good answer, as an expression where it is one
	Scope      string        // that the client must have, any one of these; "" is none
	Doc        string        // the page that explains what is asked
	PerAccount bool
	Optional   bool // watched only if Config.Modules names it, or the module that it is of

	with  string // the module that it is of
	kind  string
	host  host
	graph graph
	flags flags
	make  func(m maker, e Entry) (monitor.Probe, error)
}

// flags are what a check is besides.
type flags struct {
	info, warning, forced bool
	eachHotel             bool // it tells something of the hotel itself: each one is asked, however many there are
	double                bool // it takes two requests
	kept                  bool // it reads what the integration keeps, and asks apaleo for nothing
}

// host says which of apaleo's hosts an entry asks.
type host int

const (
	onAPI host = iota
	onIdentity
	onWebhook
	onStatusPage
	onDistribution
	onIntegration
	hosts // how many there are
)

// graph says where in the dependency graph an entry stands.
type graph int

const (
	nowhere     graph = iota // it annotates
	edgeProbe                // it is the own probe of its host's edge
	edgeUser                 // it depends on that edge
	tokenProbe               // it is the own probe of the token endpoint and of identity
	clientProbe              // it is the own probe of a client
	keptProbe                // it shows whether the integration renews its tokens
	moduleUser               // it works with an account's token on one module of an API
)

// Components of the public page.
const (
	front         = "apaleo"
	signIn        = "Sign-in"
	notifications = "Notifications"
	certificates  = "Certificates"
)

const (
	minute = time.Minute
	day    = 24 * time.Hour
)

// Entries is the watchlist that ships (docs/apaleo.md, section A): what is asked of the platform once, then
// what is asked for each account. Without modules it needs no scope at all; none of it reads guests' data.
func Entries() []Entry { return slices.Concat(platform, perAccount, modules) }

// ModuleNames are the entries that Config.Modules can add, in the order of the list.
func ModuleNames() []string { return names(modules) }

// EntryNames are the entries that Config.Overrides can change, in the order of the list.
func EntryNames() []string { return append(names(Entries()), connectEntry.Name) }

func names(entries []Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Name)
	}
	return all
}

// ofProperty is whether it can be asked only for a property.
func (e Entry) ofProperty() bool { return strings.Contains(e.Ask, "{property}") }

// namesProperties is whether it is asked for the account's properties, if any are known.
func (e Entry) namesProperties() bool { return strings.Contains(e.Ask, "{propert") }

// rotates is whether one account after the other can stand for all of them.
func (e Entry) rotates() bool { return e.graph == moduleUser && e.Public != "" }

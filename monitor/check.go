package monitor

import (
	"context"
	"time"
)

// A CheckID names a check for good: its name, or name@account.
type CheckID string

// A Check is one thing to ask, on a schedule. It is made once, when the watchlist is loaded, and never changes.
type Check struct {
	Name    string // unique within the watchlist, but for the account
	Account string // the account whose token it uses, or ""
	Kind    string // http, token, token-edge, connect, tls, status-page, dns, tcp, …: how it asks, for people
	Module  string // the API module it asks: booking, inventory, …; "" is none
	Request string // what it asks, for people, without secrets: "GET https://api.apaleo.com/health"
	Title   string // what people call it: "Inventory API"; the name where there is nothing better
	Public  string // its component on the public page; "" is not shown there

	Labels  map[string]string
	Runbook string // an address the operator gave

	Schedule Schedule
	Spec     string        // the schedule as written
	Every    time.Duration // T: the interval, or a cron expression's gap to the next run
	Timeout  time.Duration // the deadline of one attempt, token and body included
	Slow     time.Duration // an answer slower than this is a latency Fail; 0 is no latency signal
	Learns   bool          // Slow is the most that may be slow: what is usual for the check decides (SlowOver)

	Host      string // host, or host:port, that it asks: budgets and causes group by it; "" is that it asks nobody outside
	Client    string // id of the OAuth client it speaks for, or ""
	Own       bool   // written by the user: an unmet expectation is a Fail whatever the status, except 429
	Anonymous bool   // sends no credentials: it may be asked at any time without spending anybody's quota
	Forced    bool   // each run asks for a new token, from the budget of Client
	Info      bool   // annotates, and never opens anything
	Reported  bool   // never asked: its evidence comes in reports, or as beats. Ask is nil
	Paused    bool   // the configuration says that it is not to be asked
	Warning   bool   // what it finds will break soon (a certificate): severity warning, not counted against uptime

	// Path holds the nodes of the dependency graph that can explain its failures, upstream first; the check
	// itself is not in it. Direct holds those of them that this check is the own probe of.
	Path   []Node
	Direct []Node

	Needs []string      // scopes that its token has to carry, each entry one or, with a space between, alternatives
	Grace time.Duration // of a heartbeat: how long after Schedule's time a beat may come

	Rule Rule   // detection of its availability
	Asks string // hash of what it asks; while it stays the same, so does its state
	Ask  Probe
}

// ID is the check's identity.
func (c *Check) ID() CheckID {
	if c.Account == "" {
		return CheckID(c.Name)
	}
	return CheckID(c.Name + "@" + c.Account)
}

// A Schedule tells when to ask next, strictly after t. cron.Schedule is one.
type Schedule interface {
	Next(t time.Time) time.Time
}

// A Probe asks once. It returns within the deadline of ctx, never panics on what it is sent, never retries
// but for the one forced token that confirms a 401, and keeps no success body.
type Probe func(ctx context.Context, a Attempt) Outcome

// An Attempt is what a probe is told about the run it is asked for.
type Attempt struct {
	At    time.Time // the scheduled start
	Fresh bool      // a confirmation: use a new connection and look the name up again
}

// A Node is one place in the dependency graph that can be the cause of failures.
type Node struct {
	Kind NodeKind
	ID   string // "api.apaleo.com", a client id, an account's name, a check's id
}

// NodeKind is what a cause can be.
type NodeKind string

// The kinds of node, upstream first.
const (
	NodeNetwork  NodeKind = "network"  // our own way out: a proxy of ours, our resolver
	NodeIdentity NodeKind = "identity" // apaleo's identity host
	NodeToken    NodeKind = "token"    // apaleo's token endpoint
	NodeEdge     NodeKind = "host"     // a host as it answers without credentials
	NodeAPI      NodeKind = "api"      // a host as it answers those who are authorized
	NodeModule   NodeKind = "module"   // one module of that API: booking, inventory, …
	NodeScope    NodeKind = "scope"    // a scope that tokens need for some requests: what is allowed to us
	NodeReceiver NodeKind = "receiver" // the integration's own webhook endpoint
	NodeDelivery NodeKind = "delivery" // apaleo's delivery of webhooks
	NodeClient   NodeKind = "client"   // an OAuth client: our credentials
	NodeHotels   NodeKind = "hotels"   // what several hotels have to do, each for itself: reconnect, consent
	NodeAccount  NodeKind = "account"  // a hotel company
	NodeCheck    NodeKind = "check"    // nothing but the check itself
)

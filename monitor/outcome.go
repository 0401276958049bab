package monitor

import "time"

// An Outcome is what one attempt saw. It holds no success body, no secret, and of a failure body only what
// DESIGN allows: type, length, hash, the OAuth error code and a 422's masked messages.
type Outcome struct {
	Check   CheckID
	At      time.Time // scheduled start: the time that signals reckon with
	Started time.Time // true start; Started - At is the lateness
	Took    time.Duration
	Phases  Phases
	Fresh   bool // on a connection of its own
	Reused  bool // on a connection kept from before
	Forced  int  // token requests this attempt made, for the client's budget

	Fault  Fault
	Status int      // HTTP status, 0 if there was none
	Code   string   // error code of OAuth, or what else an answer says of itself; ""; at most 64 bytes of [a-z_]
	Module string   // the one module of apaleo's API that the integration's requests fail in, while those to others succeed; "" is none
	For    string   // the account that it was asked for, of a check that asks one after the other
	Detail string   // what was expected and what was seen, one line, safe to show: "json.count >= 1 is not so"
	IP     string   // the address spoken to
	Addrs  []string // what the resolver answered, at most eight
	TLS    TLSFacts

	Body       BodyFacts
	Messages   []string // a 422's messages, masked; for the operator, never public
	TrackingID string   // Apaleo-Tracking-Id
	RetryAfter time.Duration
	Limit      RateLimit

	Token     TokenFacts
	CertUntil time.Time     // the earliest end of the certificate chain; zero without TLS
	SecretAge time.Duration // time since the client's secret file changed; 0 is unknown or not from a file
	Skew      time.Duration // server's Date header minus our clock; 0 if unknown
	Acks      []string      // what apaleo's status page says is going on: titles, for annotation; nil if it was not read or not understood; empty is nothing, nil that it could not be read

	Maintenance []Maintenance // that apaleo's status page announces or says is under way, at most eight

	// Controls is what the control hosts said when they were asked because of this attempt; nil if they were not.
	Controls []ControlAnswer
}

// Phases are the timings of one request; zero where a phase did not happen.
type Phases struct {
	DNS, Connect, TLS, FirstByte, Transfer time.Duration
}

// BodyFacts is what may be kept of a failure's body.
type BodyFacts struct {
	Type   string `json:"type,omitempty"` // media type
	Length int64  `json:"length,omitempty"`
	Hash   string `json:"hash,omitempty"` // first 12 hex digits of its SHA-256
}

// RateLimit is what X-Rate-Limit-* said; Limit 0 is nothing.
type RateLimit struct {
	Limit, Remaining int
	Reset            time.Time
}

// TokenFacts is what is known of the token that was issued or used.
type TokenFacts struct {
	Expires time.Time     `json:"expires,omitzero"`
	Life    time.Duration `json:"life,omitempty"`
	Account string        `json:"account,omitempty"` // account_code claim
	Scopes  []string      `json:"scopes,omitempty"`
}

// TLSFacts is what a connection's handshake showed.
type TLSFacts struct {
	Version string   `json:"version,omitempty"` // "TLS 1.3"
	Issuer  string   `json:"issuer,omitempty"`  // who signed the certificate
	Names   []string `json:"names,omitempty"`   // whom it is for, at most four
}

// A Maintenance is planned work as apaleo's status page tells of it.
type Maintenance struct {
	Title    string    `json:"title"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Underway bool      `json:"underway,omitempty"`
}

// A ControlAnswer is whether one control host could be reached.
type ControlAnswer struct {
	Name string
	OK   bool
}

// A Fault is why an attempt was not good; "" is that it was.
type Fault string

// The faults. Connection-class ones (Fault.Connection) say nothing about the other side until the control
// hosts were asked.
const (
	FaultNone         Fault = ""
	FaultDNS          Fault = "dns"
	FaultConnect      Fault = "connect"       // refused, no route, dial timeout
	FaultReset        Fault = "reset"         // broken before the first byte
	FaultTimeout      Fault = "timeout"       // no first byte by the deadline
	FaultTLSAuthority Fault = "tls_authority" // signed by somebody we do not know
	FaultTLSExpired   Fault = "tls_expired"
	FaultTLSName      Fault = "tls_name"
	FaultTLS          Fault = "tls"        // any other handshake failure
	FaultProxy        Fault = "proxy"      // 407, or CONNECT refused: a proxy of ours
	FaultCut          Fault = "cut"        // broken or out of time after the first byte
	FaultMalformed    Fault = "malformed"  // not HTTP, or not what its headers say
	FaultTooLarge     Fault = "too_large"  // more body than a status answer ever has
	FaultBody         Fault = "wrong_body" // expected status, unexpected content
	FaultServer       Fault = "http_5xx"
	FaultClientError  Fault = "http_4xx"                 // an unexpected 4xx that none of the next names
	FaultUnexpected   Fault = "http_unexpected"          // an unexpected 1xx, 2xx or 3xx
	FaultUnauthorized Fault = "unauthorized"             // 401 with a token that is new
	FaultUnconfirmed  Fault = "unauthorized_unconfirmed" // 401, and no new token may be asked for now
	FaultForbidden    Fault = "forbidden"                // 403
	FaultNotFound     Fault = "not_found"                // 404, 405, 415 on a fixed request
	FaultInvalid      Fault = "invalid"                  // 422
	FaultQuota        Fault = "rate_limited"             // 429
	FaultClient       Fault = "invalid_client"           // the client's id or secret is not accepted
	FaultGrant        Fault = "invalid_grant"
	FaultScope        Fault = "invalid_scope"    // and unauthorized_client
	FaultRequest      Fault = "invalid_request"  // the token endpoint does not understand us
	FaultWrongAccount Fault = "wrong_account"    // the token is another account's
	FaultSuspended    Fault = "suspended"        // the account is suspended at apaleo
	FaultScopeLost    Fault = "scope_lost"       // the token lacks a scope that is needed
	FaultDevelopment  Fault = "development"      // the account is no longer a live one
	FaultArchived     Fault = "archived"         // the property is archived
	FaultStalled      Fault = "webhooks_stalled" // neither pings nor events arrive
	FaultQuiet        Fault = "events_stalled"   // pings arrive, events do not
	FaultUnsubscribed Fault = "unsubscribed"     // the webhook subscription is missing, or is not as it should be
	FaultOverdue      Fault = "overdue"          // a sign of life has not come in time
	FaultFailed       Fault = "failed"           // a job said itself that it failed
	FaultExpiring     Fault = "expiring"         // a certificate ends soon
	FaultNoToken      Fault = "no_token"         // not executed: there is no token; Code is what the token endpoint refused it with, if it did
	FaultSecret       Fault = "secret"           // not executed: a secret of ours cannot be read
	FaultCanceled     Fault = "canceled"         // cut short by shutdown, reload or a clock gap
	FaultPanic        Fault = "panic"            // a bug of ours
)

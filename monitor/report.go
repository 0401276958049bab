package monitor

import "time"

// A Report is what the integration itself tells, about once a minute: what it knows anyway of each of its
// accounts. It holds no token, no secret and nothing of guests. A report with an id that was taken before
// changes nothing.
type Report struct {
	At       time.Time     // when it arrived
	ID       string        // made by the integration, 1 to 128 bytes: what makes a repeat harmless
	Covers   time.Duration // the time that its counts are of; 0 is unknown
	Until    time.Time     // when that time ended, by the integration's clock and never after At; zero is at At
	Accounts []AccountReport

	// Random is 32 random bytes: the public keys of hotels that are new are made from it.
	Random []byte
}

// An AccountReport is what a Report says of one account. What is nil or zero is not known, and changes nothing.
type AccountReport struct {
	Code     string  // apaleo's account code
	Name     string  // what people call the hotel; "" leaves it as it is
	Requests []Count // the outcomes of the integration's own requests since its last report
	Token    *TokenReport
	Webhooks *WebhookReport
	Gone     bool // the integration serves this account no longer: what is open for it ends, untold as an outage
}

// A Count is how many requests to one API module came to one end.
type Count struct {
	Module string // booking, inventory, … as in the paths of apaleo's API
	Status int    // HTTP status, 0 where none came
	Fault  Fault  // where there was no status: FaultTimeout, FaultConnect, FaultReset, FaultDNS or FaultTLS
	N      int
}

// A TokenReport is what came of the integration's last token request for an account.
type TokenReport struct {
	At      time.Time `json:"at,omitzero"` // when it asked
	Status  int       `json:"status,omitempty"`
	Fault   Fault     `json:"fault,omitempty"`  // FaultNone is that a token was given; else FaultGrant, FaultClient, FaultServer, …
	Code    string    `json:"code,omitempty"`   // OAuth error code
	Expires time.Time `json:"expires,omitzero"` // of the token in use
	Scopes  []string  `json:"scopes,omitempty"` // that the token carries; nil is not told
}

// A WebhookReport is what the integration's webhook receiver saw for an account.
type WebhookReport struct {
	LastPing  time.Time // the last system/healthcheck
	LastEvent time.Time // the last event that is no healthcheck
	Events    int       // such events since the last report
}

// A Beat is a sign of life that a heartbeat check waits for.
type Beat struct {
	At    time.Time
	Check CheckID
	Fail  bool // the job says itself that it failed
}

// A HotelOrder is what an operator asks of a reported hotel.
type HotelOrder struct {
	At      time.Time
	Account string // as Hotel.Account
	What    HotelWord
	Random  []byte // 32 random bytes, for HotelRekey
}

// HotelWord is what can be asked of a hotel.
type HotelWord string

// The words.
const (
	HotelForget HotelWord = "forget" // it is gone: it is no longer watched, until it is reported again
	HotelRekey  HotelWord = "rekey"  // its public key counts no more; it gets another
)

func (r Report) at() time.Time     { return r.At }
func (b Beat) at() time.Time       { return b.At }
func (o HotelOrder) at() time.Time { return o.At }

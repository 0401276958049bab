package monitor

import "time"

// A Hotel is all that is known of one reported account, beside the rows of its checks. Like a Row it is never
// changed once applied.
type Hotel struct {
	Account string    `json:"account"`           // the account's name in checks: the configured one with this code, else the code
	Code    string    `json:"code"`              // apaleo's account code
	Name    string    `json:"name,omitempty"`    // as the integration calls it
	Key     string    `json:"key"`               // opens /public.json?hotel=; unguessable
	First   time.Time `json:"first"`             // first report
	Seen    time.Time `json:"seen"`              // last report that named it
	Silent  bool      `json:"silent,omitempty"`  // no longer reported, and that was told
	ToldAs  string    `json:"told_as,omitempty"` // what the notice calls the hotels that fell silent together

	// Well is when each of its checks was last good: a row in which all is well is not stored for that.
	Well Wells `json:"well,omitzero"`

	Token     TokenReport `json:"token,omitzero"`
	Usual     []string    `json:"usual,omitempty"` // scopes that its tokens carried when all was well
	Short     time.Time   `json:"short,omitzero"`  // since when its tokens lack what they usually carry
	LastPing  time.Time   `json:"last_ping,omitzero"`
	LastEvent time.Time   `json:"last_event,omitzero"`
	Pings     Rhythm      `json:"pings,omitzero"`
	Events    Rhythm      `json:"events,omitzero"`
	Reports   Apart       `json:"reports,omitzero"` // of all hotels together: how often reports come

	Traffic Stream        `json:"traffic,omitzero"`  // its requests
	Streams []CheckStream `json:"streams,omitempty"` // of all hotels together: their requests
	Minutes Window        `json:"minutes,omitempty"` // of all hotels together: hotels with requests, and those for which most of a report's fail
}

// Wells are times by kind of check.
type Wells struct {
	Traffic  time.Time `json:"traffic,omitzero"`
	Consent  time.Time `json:"consent,omitzero"`
	Webhooks time.Time `json:"webhooks,omitzero"`
}

// of is the time of a kind of check, or nil.
func (w *Wells) of(kind string) *time.Time {
	switch kind {
	case KindTraffic:
		return &w.Traffic
	case KindConsent:
		return &w.Consent
	case KindWebhooks:
		return &w.Webhooks
	}
	return nil
}

// A Reported is how what is reported is watched. Its checks have no Ask.
type Reported struct {
	// Hotel makes the checks of a reported account: Kind traffic, consent and webhooks. It is a pure function.
	Hotel func(account string) []*Check
	// Pooled are the checks of what all accounts report together. They are watched while there are any.
	Pooled []*Check
	// Accounts holds the names of configured accounts by their code, in capitals.
	Accounts map[string]string
	// Needs are the scopes that the watched modules need, each entry any one of its words: "reservations.read reservations.manage".
	Needs []string
}

// Kinds in Check.Kind that are known here: of reported checks, and of one that stands for no hotel.
const (
	KindConnect  = "connect"  // a store app's own client: no hotel is
	KindTraffic  = "traffic"  // how the integration's own requests fare
	KindConsent  = "consent"  // whether it gets tokens for the account
	KindWebhooks = "webhooks" // whether apaleo's pings and events arrive
	KindReports  = "reports"  // pooled: whether the integration reports at all
	KindBeat     = "heartbeat"
)

package monitor

import "time"

// trackingMax is how many tracking ids are kept of one trouble: enough for apaleo's support to find one in its logs.
const trackingMax = 5

// A Failure is what is kept of the last failing attempt of a signal. There is no secret in it and nothing of
// guests, as in the Outcome it comes from.
type Failure struct {
	At         time.Time `json:"at"`
	Fault      Fault     `json:"fault"`
	Status     int       `json:"status,omitempty"`
	Code       string    `json:"code,omitempty"`
	Module     string    `json:"module,omitempty"` // as in Outcome
	For        string    `json:"for,omitempty"`    // as in Outcome
	Detail     string    `json:"detail,omitempty"`
	TrackingID string    `json:"tracking_id,omitempty"`
	Messages   []string  `json:"messages,omitempty"`
	CertUntil  time.Time `json:"cert_until,omitzero"`
	Unclear    bool      `json:"unclear,omitempty"` // too few control hosts to tell the other side from our network

	// What a ticket at apaleo needs besides.
	Took     time.Duration   `json:"took,omitempty"`
	Phases   Phases          `json:"phases,omitzero"`
	Reused   bool            `json:"reused,omitempty"` // on a connection kept from before
	IP       string          `json:"ip,omitempty"`     // the address spoken to
	Addrs    []string        `json:"addrs,omitempty"`  // what the resolver answered
	TLS      TLSFacts        `json:"tls,omitzero"`
	Body     BodyFacts       `json:"body,omitzero"`
	Limit    RateLimit       `json:"limit,omitzero"`
	Controls []ControlAnswer `json:"controls,omitempty"` // what the control hosts said of this attempt
	Tracking []Tracking      `json:"tracking,omitempty"` // the last ones with a tracking id, oldest first, at most five
}

// A Tracking is one answer that apaleo can find in its own logs.
type Tracking struct {
	At     time.Time `json:"at"` // when it was asked for
	ID     string    `json:"id"`
	Status int       `json:"status,omitempty"`
}

// failed keeps what is to be kept of a failing attempt, with the tracking ids of those before it.
func failed(before *Failure, o Outcome, way Way) *Failure {
	f := &Failure{
		At: o.At, Fault: o.Fault, Status: o.Status, Code: o.Code, Module: o.Module, For: o.For, Detail: o.Detail, TrackingID: o.TrackingID,
		Messages: o.Messages, CertUntil: o.CertUntil, Unclear: way == WayUnknown,
		Took: o.Took, Phases: o.Phases, Reused: o.Reused, IP: o.IP, Addrs: o.Addrs, TLS: o.TLS, Body: o.Body, Limit: o.Limit,
		Controls: o.Controls,
	}
	if before != nil {
		f.Tracking = before.Tracking
	}
	if o.TrackingID != "" {
		f.Tracking = append(f.Tracking[max(0, len(f.Tracking)-trackingMax+1):len(f.Tracking):len(f.Tracking)], Tracking{latest(o.At, o.Started), o.TrackingID, o.Status})
	}
	return f
}

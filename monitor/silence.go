package monitor

import (
	"slices"
	"time"
)

// A Silence is a silence, a maintenance or a pause: for what, and for how long. It is replaced when it is lifted, never
// changed. Kept for 30 days after its end.
type Silence struct {
	ID     string    `json:"id"`   // of the act; "" is that it comes from the configuration
	Kind   ActKind   `json:"kind"` // ActSilence, ActMaintenance or ActPause
	Name   string    `json:"name,omitempty"`
	By     string    `json:"by,omitempty"`
	Why    string    `json:"why,omitempty"`
	Target Target    `json:"target"`
	Made   time.Time `json:"made,omitzero"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"` // zero is until the incident ends, or until it is lifted
	Ended  time.Time `json:"ended,omitzero"` // before its time: lifted, or the incident ended; zero is not
}

// InForce says whether it counts at a time. What was to begin at once has begun, though the clock was set back since.
func (s *Silence) InForce(now time.Time) bool {
	begun := !s.From.After(s.Made) || !now.Before(s.From)
	return begun && !s.Over(now)
}

// Over says whether it counts no more, now or ever.
func (s *Silence) Over(now time.Time) bool {
	return !s.Ended.IsZero() || !s.Until.IsZero() && !now.Before(s.Until)
}

// end is when it was over; zero is that nobody knows yet.
func (s *Silence) end() time.Time {
	if s.Ended.IsZero() {
		return s.Until
	}
	return s.Ended
}

// Words say what a silence does, who said so, until when, and why: "paused by Anna until 10:00:00 UTC: new server".
func (s *Silence) Words(now time.Time) string {
	text := map[ActKind]string{ActSilence: "silenced", ActMaintenance: "in maintenance", ActPause: "paused"}[s.Kind]
	if s.Name != "" {
		text += ` "` + s.Name + `"`
	}
	switch {
	case s.By != "":
		text += " by " + s.By
	case s.ID == "" && s.Kind == ActPause:
		text += " in the configuration"
	}
	if until := s.until(now); until != "" {
		text += " " + until
	}
	return reasoned(text, s.Why)
}

// until says until when a silence is; "" is that nobody knows.
func (s *Silence) until(now time.Time) string {
	switch {
	case !s.Until.IsZero():
		return "until " + sinceClock(s.Until, now)
	case s.Kind == ActSilence:
		return "until it ends"
	}
	return ""
}

// reasoned is a few words with the reason for them, if there is one.
func reasoned(text, why string) string {
	if text == "" || why == "" {
		return text + why
	}
	return text + ": " + why
}

// empty says whether nothing is named.
func (t Target) empty() bool {
	return t.Incident == "" && len(t.Checks)+len(t.Accounts)+len(t.Labels) == 0
}

// Covers says whether a check is meant that is a member of an incident, or, with "" for its id, of none.
func (t Target) Covers(incident string, c *Check) bool {
	switch {
	case c == nil || t.empty():
		return false
	case t.Incident != "" && t.Incident != incident:
		return false
	case len(t.Checks) > 0 && !slices.Contains(t.Checks, c.ID()) && !slices.Contains(t.Checks, CheckID(c.Name)):
		return false
	case len(t.Accounts) > 0 && !slices.Contains(t.Accounts, c.Account):
		return false
	}
	for k, v := range t.Labels {
		if got, ok := c.Labels[k]; !ok || got != v {
			return false
		}
	}
	return true
}

// A MaintenanceWindow is maintenance that the configuration plans: once, or on a schedule.
type MaintenanceWindow struct {
	Name, Why   string
	Target      Target
	From, Until time.Time     // once
	Schedule    Schedule      // or: each time it fires,
	For         time.Duration // for so long of elapsed time, whatever the clocks of its zone do meanwhile
}

// At is the window that is open at a time, or the next one; false is that there is none any more.
func (w MaintenanceWindow) At(now time.Time) (Silence, bool) {
	s := Silence{Kind: ActMaintenance, Name: w.Name, Why: w.Why, Target: w.Target, From: w.From, Until: w.Until}
	if w.Schedule != nil {
		s.From = w.Schedule.Next(now.Add(-w.For)) // the first one that ends after now
		s.Until = s.From.Add(w.For)
	}
	return s, !s.From.IsZero() && now.Before(s.Until)
}

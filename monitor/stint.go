package monitor

import (
	"fmt"
	"strings"
	"time"
)

// noticeStill is the key of the line that says that bellhop is still watching.
const noticeStill = "still-watching"

// StillWatching is when such a line is due. The zero one is never.
type StillWatching struct {
	Spec     string // as written: when it changes, counting begins anew
	Schedule Schedule
}

// A Stint is what has come to pass since the last line that said that bellhop is still watching. It is stored with what
// it counts, so that a restart neither repeats the line nor begins to count anew.
type Stint struct {
	Spec      string        `json:"spec"`      // of the schedule; "" is that no such line is wanted
	From      time.Time     `json:"from"`      // when the last line was told, or the first one asked for
	Incidents int           `json:"incidents"` // that were opened
	Told      int           `json:"told"`      // messages that receivers accepted
	Unseen    time.Duration `json:"unseen"`    // in which nobody watched, or could not see out
	Gap       Interval      `json:"gap"`       // the last time in which bellhop did not run
}

// enlist begins to count, or stops, as the configuration says.
func (d *draft) enlist(s StillWatching) {
	if old := d.stint(); old == nil && s.Spec != "" || old != nil && old.Spec != s.Spec {
		d.c.Stint = &Stint{Spec: s.Spec, From: d.now}
	}
}

// stint is what is counted; nil is that nothing is.
func (d *draft) stint() *Stint {
	if d.c.Stint != nil {
		return d.c.Stint
	}
	return d.b.stint
}

// editStint writes to what is counted, if anything is.
func (d *draft) editStint(write func(*Stint)) {
	old := d.stint()
	if old == nil || old.Spec == "" {
		return
	}
	if d.c.Stint == nil {
		s := *old
		d.c.Stint = &s
	}
	write(d.c.Stint)
}

// sumUp counts what a change brings, once all of it is decided.
func (d *draft) sumUp() {
	opened, told := 0, 0
	for _, e := range d.c.Events {
		if e.Type == EventOpened {
			opened++
		}
	}
	for _, t := range d.c.Tellings {
		if t.Result == Accepted && !t.Further {
			told++
		}
	}
	if opened+told > 0 {
		d.editStint(func(s *Stint) { s.Incidents, s.Told = s.Incidents+opened, s.Told+told })
	}
}

// lapse counts time that nobody saw.
func (d *draft) lapse(from, to time.Time) {
	d.editStint(func(s *Stint) { s.Unseen += max(to.Sub(latest(from, s.From)), 0) })
}

// stillWatching tells, when it is due, that bellhop watches, and what there was meanwhile. It tells nothing of a time in
// which bellhop did not run at all.
func (d *draft) stillWatching() {
	want, s := d.watched.config.StillWatching, d.stint()
	if want.Schedule == nil || s == nil {
		return
	}
	before, due := lastDue(want.Schedule, s.From, d.now)
	if due.IsZero() {
		return
	}
	if !s.Gap.From.IsZero() && !s.Gap.From.After(before) && !s.Gap.To.Before(due) {
		d.editStint(func(s *Stint) { *s = Stint{Spec: s.Spec, From: s.Gap.To} })
		return
	}
	d.notify(noticeStill, d.stillText(s), "Nothing to do. If this line stays out when it is due, look at bellhop.", true)
	d.editStint(func(s *Stint) { *s = Stint{Spec: s.Spec, From: d.now} })
}

// lastDue is the last time of a schedule after from and up to now, and the one before it, or from. Zero is that there
// is none.
func lastDue(s Schedule, from, now time.Time) (before, due time.Time) {
	before = from
	for next := s.Next(from); !next.IsZero() && !next.After(now); next = s.Next(next) {
		if !due.IsZero() {
			before = due
		}
		due = next
	}
	return before, due
}

// stillText is the line.
func (d *draft) stillText(s *Stint) string {
	watched := count(len(d.watched.asked), "check")
	if n := len(d.hotelAccounts()); n > 0 {
		watched += " and " + count(n, "reported hotel")
	}
	parts := []string{count(s.Incidents, "incident")}
	if open := len(d.openIncidents()); open > 0 {
		parts[0] += fmt.Sprintf(" (%d open now)", open)
	}
	parts = append(parts, count(s.Told, "message")+" told")
	if s.Unseen >= time.Second {
		parts = append(parts, span(s.Unseen)+" in which nobody watched")
	} else {
		parts = append(parts, "watched all the time")
	}
	return fmt.Sprintf("bellhop is still watching: %s. Since %s: %s. %s.", watched, s.From.UTC().Format("2006-01-02 15:04 UTC"),
		strings.Join(parts, ", "), d.owedNow())
}

// owedNow is what waits to be taken, in a few words.
func (d *draft) owedNow() string {
	var s Snapshot
	d.b.owing(d, &s)
	if s.Due == 0 {
		return "Nothing is owed to anybody"
	}
	return count(s.Due, "message") + " owed"
}

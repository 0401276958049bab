package web

import (
	"context"
	"slices"
	"time"

	"bellhop/monitor"
)

// worldQuiet is an outage that somebody is on and has silenced, beside a check that is paused and maintenance now and later.
func worldQuiet() *monitor.Snapshot {
	s := worldDown()
	i := *s.Open[0]
	i.Ack = &monitor.Ack{By: "Anna", Why: "on the phone with apaleo", At: at("10:03:10"), Until: at("11:03:10")}
	i.Muted, i.MutedBy = true, "silenced by Bob until 12:00:00 UTC: apaleo knows"
	i.Remarks = []monitor.Remark{
		{At: at("10:03:10"), By: "Anna", What: monitor.ActAcknowledge, Text: "until 11:03:10 UTC: on the phone with apaleo"},
		{At: at("10:04:02"), By: "Bob", What: monitor.ActSilence, Text: "until 12:00:00 UTC: apaleo knows"},
		{At: at("10:04:10"), What: monitor.ActLift, Text: "it proved to be more than what was silenced"},
		{At: at("10:04:11"), What: monitor.ActUnacknowledge, Text: "the time is over for which Carla was on it"},
		{At: at("10:04:30"), By: "Anna", What: monitor.ActNote, Text: "their ticket is 4711"},
	}
	s.Open = append([]*monitor.Incident{&i}, s.Open[1:]...)
	of := func(checks ...monitor.CheckID) monitor.Target { return monitor.Target{Checks: checks} }
	s.Silences = []*monitor.Silence{
		{ID: "pau_moon12345a", Kind: monitor.ActPause, By: "Carla", Why: "moving to another host", Target: of("webhook-edge"), Made: at("09:00:00"), From: at("09:00:00")},
		{Kind: monitor.ActMaintenance, Name: "Nightly import", Target: of("identity-discovery", "token-edge"), From: at("09:30:00"), Until: at("10:30:00")},
		{ID: "sil_star12345b", Kind: monitor.ActSilence, By: "Bob", Why: "apaleo knows", Target: monitor.Target{Incident: i.ID}, Made: at("10:04:02"), From: at("10:04:02"), Until: at("12:00:00")},
		{ID: "mnt_rain12345c", Kind: monitor.ActMaintenance, By: "Bob", Name: "Database upgrade", Why: "new disks", Target: monitor.Target{Accounts: []string{"alpine-hotels"}, Labels: map[string]string{"team": "web"}}, Made: at("10:00:00"), From: at("22:00:00"), Until: at("23:30:00").Add(24 * time.Hour)},
	}
	s.Checks[6].Check.Labels = map[string]string{"team": "web"} // one of alpine-hotels
	hold(s, "webhook-edge", monitor.StatePaused, s.Silences[0])
	hold(s, "identity-discovery", monitor.StateMaintenance, s.Silences[1])
	hold(s, "token-edge", monitor.StateMaintenance, s.Silences[1])
	return s
}

// hold shows a check as a person wants it.
func hold(s *monitor.Snapshot, name string, state monitor.State, by *monitor.Silence) {
	on(s, name, func(v *monitor.CheckView) { v.State, v.Silence, v.Why = state, by, by.Words(s.At) })
}

// A clerk takes acts, and has them in the next snapshot as a book would.
type clerk struct {
	s    *monitor.Snapshot
	acts []monitor.Act
	err  error
}

func (d *clerk) Snapshot() *monitor.Snapshot { return d.s }

func (d *clerk) act(_ context.Context, a monitor.Act) error {
	if d.err != nil {
		return d.err
	}
	d.acts = append(d.acts, a)
	s := *d.s
	switch a.Kind {
	case monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause:
		s.Silences = append(slices.Clip(s.Silences), &monitor.Silence{
			ID: a.ID, Kind: a.Kind, Name: a.Name, By: a.By, Why: a.Why, Target: a.Target, Made: a.At, From: a.From, Until: a.Until,
		})
	case monitor.ActLift:
		s.Silences = nil
	default:
	}
	d.s = &s
	return nil
}

// acting is a site at which people can act.
func (d *clerk) site(o Options) *Site {
	o.Reader, o.Act, o.Nonce, o.Version = d, d.act, func() string { return "nonce" }, "0.1.0"
	if o.Receivers == nil {
		o.Receivers = func() []monitor.Receiver {
			return []monitor.Receiver{{Name: "ops", Kind: "slack"}, {Name: "pager", Kind: "webhook"}, {Name: "nights", Kind: "pagerduty", When: monitor.When{Severity: []string{"auth"}}}}
		}
	}
	return New(o)
}

package bench

import (
	"time"

	"bellhop/monitor"
)

// Prometheus scrapes a blackbox probe, evaluates one rule at each scrape, and hands what fires to an Alertmanager
// with its defaults: group_wait 30 s, group_interval 5 min, send_resolved.
type Prometheus struct {
	Every time.Duration // of scrapes and evaluations
	For   time.Duration // how long the rule has to be true, without a break, before it fires
	True  func(at time.Time, s []sample) bool
	Keep  time.Duration // what the rule looks at

	samples []sample
	active  time.Time // since when the rule has been true; zero is that it is not
	manager alertmanager
}

// A sample is one scraped probe_success.
type sample struct {
	at   time.Time
	fail bool
}

// Step is one scrape, and the evaluation that follows it.
func (p *Prometheus) Step(at time.Time, a Answer) (time.Time, []Message) {
	p.samples = append(p.samples, sample{at, a.Fault != monitor.FaultNone})
	for p.samples[0].at.Before(at.Add(-p.Keep)) || p.samples[0].at.Equal(at.Add(-p.Keep)) {
		if len(p.samples) == 1 {
			break
		}
		p.samples = p.samples[1:]
	}
	eval := at.Add(a.Took)
	switch {
	case !p.True(at, p.samples):
		p.active = time.Time{}
	case p.active.IsZero():
		p.active = eval
	}
	firing := !p.active.IsZero() && eval.Sub(p.active) >= p.For
	return at.Add(p.Every), p.manager.hear(eval, firing)
}

// An alertmanager groups one alert: a new group is told after 30 s, and then every 5 min if it changed. A group whose
// alert has ended is told and dropped; one whose alert ended before it was told is dropped untold.
type alertmanager struct {
	firing, told bool
	flush        time.Time // of the group; zero is that there is none
}

const (
	groupWait     = 30 * time.Second
	groupInterval = 5 * time.Minute
)

// hear takes the state of the alert at a time, and returns what was told up to then.
func (m *alertmanager) hear(now time.Time, firing bool) (told []Message) {
	for !m.flush.IsZero() && !m.flush.After(now) {
		switch {
		case m.firing && !m.told:
			m.told = true
			told = append(told, Message{At: m.flush, What: Began})
		case !m.firing && m.told:
			told = append(told, Message{At: m.flush, What: Ended})
			m.told, m.flush = false, time.Time{}
			continue
		case !m.firing:
			m.flush = time.Time{}
			continue
		}
		m.flush = m.flush.Add(groupInterval)
	}
	if m.firing = firing; firing && m.flush.IsZero() {
		m.flush = now.Add(groupWait)
	}
	return told
}

// lastFails is `probe_success == 0`.
func lastFails(_ time.Time, s []sample) bool { return s[len(s)-1].fail }

// failing is the share of failures in the last d before a time.
func failing(at time.Time, s []sample, d time.Duration) float64 {
	fails, of := 0, 0
	for n := len(s) - 1; n >= 0 && s[n].at.After(at.Add(-d)); n-- {
		if of++; s[n].fail {
			fails++
		}
	}
	return float64(fails) / float64(of)
}

// averageLow is `avg_over_time(probe_success[5m]) < 0.8`.
func averageLow(at time.Time, s []sample) bool { return failing(at, s, 5*time.Minute) > 0.2 }

// burns is the fast page of the SRE workbook's chapter on alerting on SLOs, for 99.9 %: more than 14.4 times the
// budget's rate is spent in the last hour and in the last five minutes.
func burns(at time.Time, s []sample) bool {
	const most = 14.4 * 0.001
	return failing(at, s, 5*time.Minute) > most && failing(at, s, time.Hour) > most
}

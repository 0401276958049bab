package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bellhop/monitor"
)

// A gathered is one check as metrics show it: alone, or the worst of its accounts.
type gathered struct {
	labels []string
	worst  monitor.CheckView
	all    []monitor.CheckView
}

// gather groups checks by name, where accounts are not to be named, in the watchlist's order. Of several
// accounts the worst one speaks, with all of its figures: an average of accounts is nobody's.
func gather(s *monitor.Snapshot, byName bool) []gathered {
	var out []gathered
	place := map[[2]string]int{}
	for _, c := range s.Checks {
		labels := []string{c.Check.Name}
		key := [2]string{c.Check.Name}
		if !byName {
			labels, key[1] = append(labels, c.Check.Account), c.Check.Account
		}
		at, ok := place[key]
		if !ok {
			at = len(out)
			place[key], out = at, append(out, gathered{labels: labels, worst: c})
		}
		g := &out[at]
		g.all = append(g.all, c)
		if worse(c, g.worst) {
			g.worst = c
		}
	}
	return out
}

// worse orders checks of one name: those in the worse state first, then those whose last attempt failed,
// then the slower ones. One that was never asked has no figures to give.
func worse(a, b monitor.CheckView) bool {
	x, y := rowOf(a).Last, rowOf(b).Last
	switch {
	case asked(a) != asked(b):
		return asked(a)
	case a.State != b.State:
		return badness(a.State) > badness(b.State)
	case (x.Fault == "") != (y.Fault == ""):
		return x.Fault != ""
	default:
		return x.Took > y.Took
	}
}

// A probeMetric is one figure of a check; ok is false where there is none.
type probeMetric struct {
	desc  *prometheus.Desc
	value func(g gathered) (v float64, ok bool)
}

func probeMetrics(labels []string) []probeMetric {
	last := func(name, help string, v func(monitor.Outcome) (float64, bool)) probeMetric {
		return probeMetric{desc(name, help, labels...), func(g gathered) (float64, bool) {
			if !asked(g.worst) {
				return 0, false
			}
			return v(rowOf(g.worst).Last)
		}}
	}
	least := func(name, help string, v func(monitor.Outcome) (float64, bool)) probeMetric {
		return probeMetric{desc(name, help, labels...), func(g gathered) (float64, bool) { return smallest(g.all, v) }}
	}
	return []probeMetric{
		last("probe_success", "Whether the last attempt got the answer expected.", func(o monitor.Outcome) (float64, bool) { return truth(o.Fault == monitor.FaultNone), true }),
		last("probe_duration_seconds", "Duration of the last attempt.", func(o monitor.Outcome) (float64, bool) { return o.Took.Seconds(), o.Took > 0 }),
		{desc("probe_http_status_code", "HTTP status of the last answer; 0 is none.", labels...), statusCode},
		least("probe_ssl_earliest_cert_expiry", "Earliest end of a certificate of the last answer, in unix time.", func(o monitor.Outcome) (float64, bool) { return unix(o.CertUntil), !o.CertUntil.IsZero() }),
		least("bellhop_token_expiry_timestamp_seconds", "Earliest end of a token last used.", func(o monitor.Outcome) (float64, bool) { return unix(o.Token.Expires), !o.Token.Expires.IsZero() }),
		least("bellhop_quota_remaining_ratio", "Least share of a quota that remained at the last answer.", func(o monitor.Outcome) (float64, bool) {
			return float64(o.Limit.Remaining) / float64(max(o.Limit.Limit, 1)), o.Limit.Limit > 0
		}),
		least("bellhop_quota_remaining", "Least number of requests that remained of a quota at the last answer.", func(o monitor.Outcome) (float64, bool) {
			return float64(o.Limit.Remaining), o.Limit.Limit != 0 // negative where the header names none
		}),
	}
}

// statusCode is of checks that speak HTTP.
func statusCode(g gathered) (float64, bool) {
	c := g.worst.Check
	return float64(rowOf(g.worst).Last.Status), asked(g.worst) && !c.Reported && c.Kind != "tls" && c.Kind != "dns" && c.Kind != "tcp"
}

func truth(so bool) float64 {
	if so {
		return 1
	}
	return 0
}

// smallest is the least of what the checks have of a figure.
func smallest(all []monitor.CheckView, v func(monitor.Outcome) (float64, bool)) (float64, bool) {
	least, found := 0.0, false
	for _, c := range all {
		if x, ok := v(rowOf(c).Last); ok && (!found || x < least) {
			least, found = x, true
		}
	}
	return least, found
}

func (e *exporter) collectCheck(ch chan<- prometheus.Metric, g gathered) {
	gauge := func(d *prometheus.Desc, v float64, more ...string) {
		ch <- metric(d, prometheus.GaugeValue, v, append(append([]string{}, g.labels...), more...)...)
	}
	for _, m := range e.probes {
		if v, ok := m.value(g); ok {
			gauge(m.desc, v)
		}
	}
	states, n := []monitor.State{
		monitor.StateUp, monitor.StateDegraded, monitor.StateDown, monitor.StateUnknown, monitor.StatePaused, monitor.StateMaintenance,
	}, tally(g.all)
	state := worstState(g.all)
	for _, st := range states {
		gauge(e.state, truth(st == state), string(st))
		if e.members != nil {
			gauge(e.members, float64(n[st]), string(st))
		}
	}
	if last := rowOf(g.worst).Last; asked(g.worst) && last.Phases != (monitor.Phases{}) {
		for _, p := range phasesOf(last.Phases) {
			gauge(e.phases, p.took.Seconds(), p.name)
		}
	}
}

type phase struct {
	name string
	took time.Duration
}

// phasesOf gives phases the names that blackbox_exporter gives them.
func phasesOf(p monitor.Phases) []phase {
	return []phase{{"resolve", p.DNS}, {"connect", p.Connect}, {"tls", p.TLS}, {"processing", p.FirstByte}, {"transfer", p.Transfer}}
}

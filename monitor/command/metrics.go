package command

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bellhop/monitor"
	"bellhop/monitor/traffic"
	"bellhop/notify"
)

// An exporter brings the metrics of the parts that the web side does not know: receivers, configuration and what
// is reported.
type exporter struct {
	stats   func() []notify.LaneStats
	came    func() traffic.Counts
	refused *atomic.Bool

	config, attempts, told, dead, latency, owed, oldest, reports, beats, late, totals *prometheus.Desc
}

func newExporter(stats func() []notify.LaneStats, came func() traffic.Counts, refused *atomic.Bool) *exporter {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &exporter{
		stats: stats, came: came, refused: refused,
		config:   desc("bellhop_config_last_reload_successful", "Whether the last configuration that was read is in force."),
		attempts: desc("bellhop_delivery_attempts_total", "Attempts to send, by what came of them.", "receiver", "result"),
		told:     desc("bellhop_messages_told_total", "Messages that the receiver accepted, by what they were.", "receiver", "type"),
		dead:     desc("bellhop_dead_letters_total", "Messages given up: owed for too long, refused for good, or dropped by the operator.", "receiver"),
		latency:  desc("bellhop_delivery_latency_seconds", "From a decision to the first attempt leaving.", "receiver"),
		owed:     desc("bellhop_receiver_owed", "Messages that are due and that the receiver has not accepted.", "receiver"),
		reports:  desc("bellhop_reports_total", "Reports of the integration, by what became of them.", "result"),
		beats:    desc("bellhop_beats_total", "Signs of life that heartbeat checks got."),
		late:     desc("bellhop_report_late_requests_total", "Reported requests that count for nothing, since they are of more than an hour ago."),
		totals:   desc("bellhop_report_totals_total", "Totals of an account and a source that were not simply added to: they began again (reset), were older than others (stale), came over an hour after the last (apart), or those before were forgotten for want of room.", "what"),
		oldest:   desc("bellhop_receiver_oldest_owed_seconds", "Age of the oldest of them; 0 is none.", "receiver"),
	}
}

// Describe lists the metrics.
func (e *exporter) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{e.config, e.attempts, e.told, e.dead, e.latency, e.owed, e.oldest, e.reports, e.beats, e.late, e.totals} {
		to <- d
	}
}

// Collect reads them.
func (e *exporter) Collect(to chan<- prometheus.Metric) {
	good := 1.0
	if e.refused.Load() {
		good = 0
	}
	to <- prometheus.MustNewConstMetric(e.config, prometheus.GaugeValue, good)
	e.collectIntake(to)
	for _, s := range e.stats() {
		for _, r := range []monitor.SendResult{
			monitor.Accepted, monitor.Refused, monitor.Ambiguous, monitor.Unmended, monitor.Content, monitor.Gone, monitor.Missing,
		} {
			to <- prometheus.MustNewConstMetric(e.attempts, prometheus.CounterValue, float64(s.Attempts[r]), s.Receiver, string(r))
		}
		for _, t := range toldTypes() {
			to <- prometheus.MustNewConstMetric(e.told, prometheus.CounterValue, float64(s.Told[t]), s.Receiver, string(t))
		}
		to <- prometheus.MustNewConstMetric(e.dead, prometheus.CounterValue, float64(s.Dead), s.Receiver)
		age := 0.0
		if !s.Oldest.IsZero() {
			age = max(time.Since(s.Oldest).Seconds(), 0)
		}
		to <- prometheus.MustNewConstMetric(e.owed, prometheus.GaugeValue, float64(s.Owed), s.Receiver)
		to <- prometheus.MustNewConstMetric(e.oldest, prometheus.GaugeValue, age, s.Receiver)
		to <- histogram(e.latency, s.Latency, s.Receiver)
	}
}

// toldTypes is what messages can be: zeros too are given, as an alert rule on what is absent never fires.
func toldTypes() []monitor.EventType {
	return []monitor.EventType{
		monitor.EventOpened, monitor.EventUpdated, monitor.EventReopened, monitor.EventReminder, monitor.EventResolved,
		monitor.EventRecap, monitor.EventDigest, monitor.EventNotice,
	}
}

func (e *exporter) collectIntake(to chan<- prometheus.Metric) {
	c := e.came()
	for _, r := range []struct {
		result string
		n      uint64
	}{{"taken", c.Taken}, {"repeated", c.Repeated}, {"refused", c.Refused}, {"put_off", c.PutOff}} {
		to <- prometheus.MustNewConstMetric(e.reports, prometheus.CounterValue, float64(r.n), r.result)
	}
	for _, t := range []struct {
		what string
		n    uint64
	}{{"reset", c.Resets}, {"stale", c.Stale}, {"apart", c.Apart}, {"forgotten", c.Forgotten}} {
		to <- prometheus.MustNewConstMetric(e.totals, prometheus.CounterValue, float64(t.n), t.what)
	}
	to <- prometheus.MustNewConstMetric(e.late, prometheus.CounterValue, float64(c.Late))
	to <- prometheus.MustNewConstMetric(e.beats, prometheus.CounterValue, float64(c.Beats))
}

// histogram is a histogram as Prometheus wants it: each bound counts all below it.
func histogram(desc *prometheus.Desc, h monitor.Histogram, labels ...string) prometheus.Metric {
	below, total := map[float64]uint64{}, uint64(0)
	for i, n := range h.Counts {
		total += n
		if i < len(h.Bounds) {
			below[h.Bounds[i]] = total
		}
	}
	return prometheus.MustNewConstHistogram(desc, total, h.Sum, below, labels...)
}

package web

import (
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"bellhop/monitor"
)

// An exporter reads one snapshot per scrape, without the checks of reported hotels. Metrics of checks are called as blackbox_exporter calls them,
// so that dashboards and rules for it work; the rest is bellhop's own.
type exporter struct {
	read    func() *monitor.Snapshot
	build   prometheus.Metric
	engine  []engineMetric
	probes  []probeMetric
	phases  *prometheus.Desc
	state   *prometheus.Desc
	members *prometheus.Desc // nil where each account has metrics of its own
	severe  *prometheus.Desc
	kinds   *prometheus.Desc
	hushed  *prometheus.Desc
	late    *prometheus.Desc
	commits *prometheus.Desc
	use     useMetrics
	byName  bool
}

func (s *Site) metrics() http.Handler {
	reg := s.registry()
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4, Timeout: writeTime / 2})
}

// registry is the site's own: what else the process registers elsewhere is not shown.
func (s *Site) registry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reg.MustRegister(newExporter(s.lean, s.Version, s.AccountLabels), newReportExporter(s))
	reg.MustRegister(s.Collectors...)
	return reg
}

func newExporter(read func() *monitor.Snapshot, version string, accounts bool) *exporter {
	of := []string{"check"}
	if accounts {
		of = append(of, "account")
	}
	e := &exporter{
		read: read, byName: !accounts, use: newUseMetrics(accounts), engine: engineMetrics(), probes: probeMetrics(of),
		phases:  desc("probe_http_duration_seconds", "Duration of the last request by phase.", append(of, "phase")...),
		state:   desc("bellhop_check_state", "State of the check: the one that holds is 1.", append(of, "bellhop_check_state")...),
		severe:  desc("bellhop_incidents_open", "Incidents that are open.", "severity"),
		kinds:   desc("bellhop_incident_open", "Incidents that are open, by the kind of their cause.", "kind"),
		hushed:  desc("bellhop_silences", "Silences, maintenances and pauses in force.", "kind"),
		late:    desc("bellhop_lateness_seconds", "From an attempt's time to its true start."),
		commits: desc("bellhop_commit_duration_seconds", "Duration of commits to the store."),
	}
	if !accounts {
		e.members = desc("bellhop_check_accounts", "Accounts of the check in each state; 1 in all for a check without.", "check", "state")
	}
	e.build = metric(desc("bellhop_build_info", "What is running.", "version", "goversion"), prometheus.GaugeValue, 1, version, runtime.Version())
	return e
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// metric makes one sample. A label that is no UTF-8 would cost the whole scrape.
func metric(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) prometheus.Metric {
	for i := range labels {
		labels[i] = strings.ToValidUTF8(labels[i], "\uFFFD")
	}
	m, err := prometheus.NewConstMetric(d, kind, v, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(d, err)
	}
	return m
}

func (e *exporter) Describe(ch chan<- *prometheus.Desc) {
	ch <- e.build.Desc()
	for _, m := range e.engine {
		ch <- m.desc
	}
	for _, m := range e.probes {
		ch <- m.desc
	}
	for _, d := range append(e.use.all(), e.phases, e.state, e.members, e.severe, e.kinds, e.hushed, e.late, e.commits) {
		if d != nil {
			ch <- d
		}
	}
}

func (e *exporter) Collect(ch chan<- prometheus.Metric) {
	ch <- e.build
	s := e.read()
	if s == nil {
		return
	}
	for _, m := range e.engine {
		ch <- metric(m.desc, m.kind, m.value(s))
	}
	ch <- histogram(e.late, s.Engine.Lateness)
	ch <- histogram(e.commits, s.Engine.CommitTook)
	e.use.collect(ch, s)
	e.collectIncidents(ch, s)
	e.collectSilences(ch, s)
	for _, g := range gather(s, e.byName) {
		e.collectCheck(ch, g)
	}
}

// collectIncidents gives zeros too: an alert rule on what is absent never fires.
func (e *exporter) collectIncidents(ch chan<- prometheus.Metric, s *monitor.Snapshot) {
	severity, kind := map[string]int{}, map[string]int{}
	for _, v := range []monitor.Severity{monitor.Down, monitor.Degraded, monitor.AuthLost, monitor.QuotaOut, monitor.Warning} {
		severity[string(v)] = 0
	}
	for _, k := range []monitor.NodeKind{
		monitor.NodeNetwork, monitor.NodeIdentity, monitor.NodeToken, monitor.NodeEdge, monitor.NodeAPI,
		monitor.NodeScope, monitor.NodeModule, monitor.NodeReceiver, monitor.NodeDelivery, monitor.NodeClient, monitor.NodeHotels, monitor.NodeAccount, monitor.NodeCheck,
	} {
		kind[string(k)] = 0
	}
	for _, i := range s.Open {
		severity[string(i.Severity)]++
		kind[string(i.Cause.Kind)]++
	}
	for v, n := range severity {
		ch <- metric(e.severe, prometheus.GaugeValue, float64(n), v)
	}
	for k, n := range kind {
		ch <- metric(e.kinds, prometheus.GaugeValue, float64(n), k)
	}
}

func histogram(d *prometheus.Desc, h monitor.Histogram) prometheus.Metric {
	buckets, n := map[float64]uint64{}, uint64(0)
	for i, c := range h.Counts {
		n += c
		if i < len(h.Bounds) {
			buckets[h.Bounds[i]] = n
		}
	}
	m, err := prometheus.NewConstHistogram(d, n, h.Sum, buckets)
	if err != nil {
		return prometheus.NewInvalidMetric(d, err)
	}
	return m
}

// An engineMetric is one number of the whole.
type engineMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*monitor.Snapshot) float64
}

func engineMetrics() []engineMetric {
	counter := func(name, help string, v func(monitor.EngineStats) uint64) engineMetric {
		return engineMetric{desc(name, help), prometheus.CounterValue, func(s *monitor.Snapshot) float64 { return float64(v(s.Engine)) }}
	}
	gauge := func(name, help string, v func(*monitor.Snapshot) float64) engineMetric {
		return engineMetric{desc(name, help), prometheus.GaugeValue, v}
	}
	return []engineMetric{
		counter("bellhop_runs_total", "Attempts begun.", func(e monitor.EngineStats) uint64 { return e.Runs }),
		counter("bellhop_skipped_total", "Ticks skipped because the check was still being asked, or nobody was free to ask.", func(e monitor.EngineStats) uint64 { return e.Skipped }),
		counter("bellhop_put_off_total", "Runs put off because a budget was spent.", func(e monitor.EngineStats) uint64 { return e.PutOff }),
		counter("bellhop_late_total", "Attempts that began over a second after their time.", func(e monitor.EngineStats) uint64 { return e.Late }),
		counter("bellhop_overflow_total", "Outcomes that found the inbox full.", func(e monitor.EngineStats) uint64 { return e.Overflow }),
		counter("bellhop_panics_total", "Bugs met in probes.", func(e monitor.EngineStats) uint64 { return e.Panics }),
		counter("bellhop_commits_total", "Commits to the store.", func(e monitor.EngineStats) uint64 { return e.Commits }),
		counter("bellhop_commit_failures_total", "Commits that failed.", func(e monitor.EngineStats) uint64 { return e.CommitFailures }),
		counter("bellhop_clock_gaps_total", "Stretches of time in which nobody watched.", func(e monitor.EngineStats) uint64 { return e.Gaps }),
		{desc("bellhop_clock_gap_seconds_total", "Time in which nobody watched."), prometheus.CounterValue, func(s *monitor.Snapshot) float64 { return s.Engine.GapTime.Seconds() }},
		gauge("bellhop_inbox", "Inputs that wait for the book.", func(s *monitor.Snapshot) float64 { return float64(s.Engine.Inbox) }),
		gauge("bellhop_inbox_capacity", "Inputs that the inbox holds.", func(s *monitor.Snapshot) float64 { return float64(s.Engine.InboxCap) }),
		gauge("bellhop_blind_seconds", "How long bellhop has had no way out; 0 is that it sees.", func(s *monitor.Snapshot) float64 { return since(s.Blind.Since, s.At) }),
		gauge("bellhop_store_down_seconds", "How long the store has failed; 0 is that it works.", func(s *monitor.Snapshot) float64 { return since(s.StoreDown, s.At) }),
		gauge("bellhop_deliveries_owed", "Messages that are due and not accepted.", func(s *monitor.Snapshot) float64 { return float64(s.Due) }),
		gauge("bellhop_delivery_oldest_owed_seconds", "Age of the oldest news that no receiver has accepted.", func(s *monitor.Snapshot) float64 { return since(s.OldestOwed, s.At) }),
		gauge("bellhop_snapshot_timestamp_seconds", "When the book was last read.", func(s *monitor.Snapshot) float64 { return unix(s.At) }),
		gauge("bellhop_start_timestamp_seconds", "When the engine started.", func(s *monitor.Snapshot) float64 { return unix(s.Engine.Started) }),
	}
}

// since is the seconds from a time to now; from a zero time none.
func since(t, now time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(now.Sub(t).Seconds(), 0)
}

func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1e3
}

// collectSilences gives zeros, too. Who forgot a pause finds it here.
func (e *exporter) collectSilences(ch chan<- prometheus.Metric, s *monitor.Snapshot) {
	kind := map[monitor.ActKind]int{monitor.ActSilence: 0, monitor.ActMaintenance: 0, monitor.ActPause: 0}
	for _, q := range s.Silences {
		if q.InForce(s.At) {
			kind[q.Kind]++
		}
	}
	for k, n := range kind {
		ch <- metric(e.hushed, prometheus.GaugeValue, float64(n), string(k))
	}
}

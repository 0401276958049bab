package web

import "github.com/prometheus/client_golang/prometheus"

// A reportExporter tells of what is reported. Hotels are counted, never named: there may be thousands.
type reportExporter struct {
	site        *Site
	hotels, age *prometheus.Desc
}

func newReportExporter(s *Site) *reportExporter {
	return &reportExporter{
		site:   s,
		hotels: desc("bellhop_hotels", "Reported hotels by how their link to apaleo stands.", "state"),
		age:    desc("bellhop_report_age_seconds", "Age of the integration's last report."),
	}
}

func (e *reportExporter) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{e.hotels, e.age} {
		ch <- d
	}
}

func (e *reportExporter) Collect(ch chan<- prometheus.Metric) {
	s := e.site.Reader.Snapshot()
	if s == nil {
		return
	}
	for standing, n := range e.site.hotels.of(s).counts() {
		ch <- metric(e.hotels, prometheus.GaugeValue, float64(n), string(standing))
	}
	if !s.LastReport.IsZero() {
		ch <- metric(e.age, prometheus.GaugeValue, since(s.LastReport, s.At))
	}
}

package web

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"bellhop/monitor"
)

func unzip(t *testing.T, r io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestMetricsLint ensures that names, units and types are as Prometheus wants them, for every world.
func TestMetricsLint(t *testing.T) {
	for name, s := range worlds() {
		for _, accounts := range []bool{false, true} {
			site := New(Options{Reader: fixed{s}, AccountLabels: accounts})
			families, err := site.registry().Gather() // fails where two series are the same
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if name == "hotels" {
				continue // the linter takes its time over 400 of them
			}
			problems, err := promlint.NewWithMetricFamilies(families).Lint()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, p := range problems {
				t.Errorf("%s: %s: %s", name, p.Metric, p.Text)
			}
		}
	}
}

// TestMetrics ensures what one scrape of a world with an outage in it says.
func TestMetrics(t *testing.T) {
	w := worldDown()
	w.Silences = []*monitor.Silence{
		{Kind: monitor.ActPause, From: w.At.Add(-time.Hour)},
		{Kind: monitor.ActPause, From: w.At.Add(-time.Minute), Until: w.At.Add(time.Minute)},
		{Kind: monitor.ActMaintenance, From: w.At.Add(time.Minute), Until: w.At.Add(time.Hour)}, // to come
	}
	site := New(Options{Reader: fixed{w}, Version: "0.1.0"})
	page := get(site.operatorRoutes(), "/metrics").Body.String()
	for _, line := range []string{
		`bellhop_silences{kind="pause"} 2`,
		`bellhop_silences{kind="maintenance"} 0`,
		`bellhop_silences{kind="silence"} 0`,
		`probe_success{check="api-health"} 0`,
		`probe_http_status_code{check="api-health"} 502`,
		`probe_duration_seconds{check="api-health"} 0.031`,
		`probe_success{check="token-edge"} 1`,
		`probe_http_duration_seconds{check="token-edge",phase="resolve"} 0.001`,
		`probe_http_duration_seconds{check="token-edge",phase="processing"} 0.05`,
		`probe_ssl_earliest_cert_expiry{check="api-certificate"} 1.8002667e+09`,
		`bellhop_check_state{bellhop_check_state="down",check="api-health"} 1`,
		`bellhop_check_state{bellhop_check_state="up",check="api-health"} 0`,
		`bellhop_check_accounts{check="account-current",state="down"} 2`,
		`bellhop_incidents_open{severity="down"} 1`,
		`bellhop_incidents_open{severity="auth"} 0`,
		`bellhop_incident_open{kind="host"} 1`,
		`bellhop_incident_open{kind="client"} 0`,
		`bellhop_runs_total 1482`,
		`bellhop_skipped_total 3`,
		`bellhop_lateness_seconds_bucket{le="0.01"} 1460`,
		`bellhop_lateness_seconds_count 1482`,
		`bellhop_deliveries_owed 1`,
		`bellhop_delivery_oldest_owed_seconds 124`,
		`bellhop_blind_seconds 0`,
		`bellhop_token_expiry_timestamp_seconds{check="token"} 1.7953455e+09`,
	} {
		if !strings.Contains(page, "\n"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	if strings.Contains(page, `probe_http_status_code{check="api-certificate"}`) {
		t.Error("a check without HTTP has a status")
	}
}

// TestMetricsNameNobody ensures that accounts are named in metrics only where that was asked for, and that
// without them the worst one is shown and the others counted.
func TestMetricsNameNobody(t *testing.T) {
	s := worldMixed()
	page := get(New(Options{Reader: fixed{s}}).operatorRoutes(), "/metrics").Body.String()
	for _, private := range []string{"seaside-inn", "city-lodge", "account="} {
		if strings.Contains(page, private) {
			t.Errorf("metrics name %s", private)
		}
	}
	for _, line := range []string{
		`probe_success{check="properties-count"} 0`,
		`bellhop_check_accounts{check="properties-count",state="degraded"} 1`,
		`bellhop_check_accounts{check="properties-count",state="up"} 2`,
		`bellhop_quota_remaining_ratio{check="account-current"} 0`,
	} {
		if !strings.Contains(page, "\n"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	page = get(New(Options{Reader: fixed{s}, AccountLabels: true}).operatorRoutes(), "/metrics").Body.String()
	for _, line := range []string{
		`probe_success{account="seaside-inn",check="properties-count"} 0`,
		`probe_success{account="city-lodge",check="properties-count"} 1`,
		`probe_success{account="",check="api-health"} 1`,
	} {
		if !strings.Contains(page, "\n"+line+"\n") {
			t.Errorf("with accounts: no %s", line)
		}
	}
}

// TestNeverAsked ensures that what was never asked has a state and no figures.
func TestNeverAsked(t *testing.T) {
	page := get(own(worldFresh()), "/metrics").Body.String()
	if strings.Contains(page, "\nprobe_") {
		t.Error("figures of checks that were never asked")
	}
	if !strings.Contains(page, `bellhop_check_state{bellhop_check_state="unknown",check="api-health"} 1`) {
		t.Error("no state")
	}
}

// TestOpenMetrics ensures that who asks for OpenMetrics gets it whole.
func TestOpenMetrics(t *testing.T) {
	w := get(own(world()), "/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "application/openmetrics-text") || !strings.HasSuffix(w.Body.String(), "# EOF\n") {
		t.Errorf("%s ends with %q", w.Header().Get("Content-Type"), w.Body.String()[max(0, w.Body.Len()-20):])
	}
}

// benchWorld has a thousand checks.
func benchWorld() *monitor.Snapshot {
	names := make([]string, 332)
	for i := range names {
		names[i] = "hotel-" + string(rune('a'+i%26)) + string(rune('a'+i/26))
	}
	return world(names...)
}

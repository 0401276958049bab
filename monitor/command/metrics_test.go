package command

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"bellhop/monitor"
	"bellhop/monitor/traffic"
	"bellhop/notify"
)

// docs/ledger.md has each metric of a receiver, and none that there is not.
func TestMetricsOfReceiversAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	metric := regexp.MustCompile(`bellhop_[a-z_]+`)
	documented := metric.FindAllString(string(text), -1)
	var there []string
	e := newExporter(func() []notify.LaneStats { return nil }, func() traffic.Counts { return traffic.Counts{} }, &atomic.Bool{})
	descriptions := make(chan *prometheus.Desc, 100)
	e.Describe(descriptions)
	close(descriptions)
	for d := range descriptions {
		name := metric.FindString(d.String())
		there = append(there, name)
		if strings.Contains(d.String(), "receiver") && !slices.Contains(documented, name) {
			t.Errorf("%s is not documented", name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(there, name) && !slices.Contains([]string{"bellhop_delivery_oldest_owed_seconds", "bellhop_deliveries_owed"}, name) {
			t.Errorf("%s is documented and not there", name)
		}
	}
	for _, r := range []monitor.SendResult{
		monitor.Accepted, monitor.Refused, monitor.Ambiguous, monitor.Unmended, monitor.Content, monitor.Gone, monitor.Missing, monitor.Left,
	} {
		if !strings.Contains(string(text), "| `"+string(r)+"` |") {
			t.Errorf("the result %s is not documented", r)
		}
	}
}

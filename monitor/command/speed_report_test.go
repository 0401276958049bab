package command_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

const (
	speedHotels  = 5000
	speedReports = 20    // of each kind
	wantHotels   = 120.0 // MiB resident (issue 3, "Speed")
	speedToken   = "a-token-for-reports-that-is-long-enough"
)

// TestSpeedOfReports measures the program that is released while an integration reports five thousand hotels and nothing
// but these: how long a report takes from the first byte sent to the answer, which comes once it is durable, and
// what all of it takes in memory.
func TestSpeedOfReports(t *testing.T) {
	if os.Getenv(speedBench) == "" {
		t.Skip("it takes four minutes and wants a quiet machine: " + speedBench + "=1, or make bench")
	}
	if runtime.GOOS != "linux" {
		t.Skip("it reads /proc")
	}
	b := &reportBench{bench: &bench{t: t, what: "reports of 5,000 hotels", dir: t.TempDir()}}
	b.binary = build(t, b.dir)
	b.begin()
	b.reports("first report: 5,000 new hotels", 1, "200")
	b.reports("report: all is well", speedReports, "200")
	b.settle()
	b.holds("memory with 5,000 hotels")
	outage := b.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	b.reports("report: the API is down for all of them", speedReports, "502")
	outage.Clear()
	b.reports("report: all is well again", speedReports, "200")
	b.settle()
	b.holds("memory after an outage of all of them")
	b.print()
}

// A reportBench is one daemon that is reported to.
type reportBench struct {
	*bench
	process *exec.Cmd
	apaleo  *apaleotest.Server
	page    string
	sent    int
}

func (b *reportBench) begin() {
	b.t.Helper()
	apaleo, err := apaleotest.Start(apaleotest.Config{Plain: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(apaleo.Close)
	b.apaleo = apaleo
	config := fmt.Sprintf("apaleo: {api: %q, identity: %q, webhook: %q, status_page: %q}\nwatchlist: {include: [apaleo]}\ncontrol: []\n"+
		"report: {token: %q}\nstore: {path: %q}\nweb: {listen: \"127.0.0.1:0\"}\n",
		apaleo.API, apaleo.Identity, apaleo.Webhook, apaleo.StatusPage, speedToken, filepath.Join(b.dir, "reports.db"))
	if err := os.WriteFile(filepath.Join(b.dir, "reports.yaml"), []byte(config), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.process = b.daemon("reports")
	b.until(20*time.Second, "started", b.started)
}

// started looks for the page's address in the log.
func (b *reportBench) started() bool {
	log, err := os.ReadFile(filepath.Join(b.dir, "reports.log"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(log)) {
		var said struct{ Page string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Page != "" {
			b.page = said.Page
			return true
		}
	}
	return false
}

// reports sends so many in which every request of every hotel ended so, a second apart.
func (b *reportBench) reports(what string, n int, status string) {
	b.t.Helper()
	var took []time.Duration
	cpu, size := b.cpu(b.process), 0
	for range n {
		body := b.report(status)
		size = len(body)
		began := time.Now()
		b.send(body)
		took = append(took, time.Since(began))
		b.wait(time.Second)
	}
	cpu = (b.cpu(b.process) - cpu) / time.Duration(n)
	slices.Sort(took)
	b.row(what+", p50 / most", ms(quantile(took, .5))+" / "+ms(took[len(took)-1])+fmt.Sprintf(", CPU %v, %.1f MiB sent", cpu, float64(size)/(1<<20)), "", "", "", true)
}

// holds is a row about what the daemon has in memory between two reports, and at most ever had.
func (b *reportBench) holds(what string) {
	b.t.Helper()
	now, most := b.memory(b.process, "VmRSS:"), b.memory(b.process, "VmHWM:")
	b.row(what, fmt.Sprintf("%.1f MiB (at most %.1f)", now, most), "", "", fmt.Sprintf("%.0f MiB", wantHotels), now <= wantHotels)
}

// settle waits as long as an integration does between two reports: what a report takes meanwhile is given back.
func (b *reportBench) settle() { b.wait(time.Minute) }

func (b *reportBench) report(status string) []byte {
	b.sent++
	now := time.Now().UTC()
	at := func(ago time.Duration) string { return now.Add(-ago).Format(time.RFC3339) }
	var s bytes.Buffer
	fmt.Fprintf(&s, `{"id":"r%d","covers":"60s","accounts":[`, b.sent)
	for i := range speedHotels {
		if i > 0 {
			s.WriteByte(',')
		}
		asked := time.Duration(i%3600) * time.Second
		fmt.Fprintf(&s, `{"account":"H%05d","name":"Hotel %d","requests":{"booking":{"%s":41},"inventory":{"%s":12},"finance":{"%s":4}},`, i, i, status, status, status)
		fmt.Fprintf(&s, `"token":{"at":%q,"result":"ok","expires":%q,"scopes":["folios.read","offline_access","reservations.manage","reservations.read","setup.read"]},`, at(asked), at(asked-time.Hour))
		fmt.Fprintf(&s, `"webhooks":{"last_healthcheck":%q,"last_event":%q,"events":17}}`, at(time.Duration(i%120)*time.Second), at(time.Duration(i%60)*time.Second))
	}
	s.WriteString("]}")
	return s.Bytes()
}

func (b *reportBench) send(body []byte) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.page+"/api/v1/report", bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+speedToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode/100 != 2 {
		b.t.Fatalf("report: %d %s", resp.StatusCode, said)
	}
}

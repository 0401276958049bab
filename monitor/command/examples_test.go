package command

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/web"
)

// examples are the files of docs/examples, what they need, and how they are run in their folder. mcs leaves its
// result in $OUT.
var examples = []struct {
	file  string
	needs []string
	run   string
}{
	{"report.sh", []string{"sh", "curl"}, "sh report.sh"},
	{"report.mjs", []string{"node"}, "node report.mjs"},
	{"report.py", []string{"python3"}, "python3 report.py"},
	{"report.php", []string{"php"}, "php report.php"},
	{"report.cs", []string{"mcs", "mono"}, `mcs -out:"$OUT/report.exe" -r:System.Net.Http report.cs && mono "$OUT/report.exe"`},
}

const examplesDir = "../../docs/examples"

// TestExamplesReport runs each example of docs/report.md as those would who copy it, against a daemon, and asks
// the book what it got. BELLHOP_EXAMPLES=all lets none be skipped.
func TestExamplesReport(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.more = `report: {token: "only-for-reports-of-this-test"}`
	p.configure("")
	r := p.start()
	for _, e := range examples {
		t.Run(e.file, func(t *testing.T) {
			for _, name := range e.needs {
				if _, err := exec.LookPath(name); err != nil && os.Getenv("BELLHOP_EXAMPLES") == "all" {
					t.Fatalf("%s is not here; tools/examples-ready installs it where it can", name)
				} else if err != nil {
					t.Skipf("%s is not here: this example is not run", name)
				}
			}
			said := runExample(t, e.run, "BELLHOP_URL="+r.Page, "BELLHOP_REPORT_TOKEN=only-for-reports-of-this-test")
			if !strings.Contains(said, `"accepted": 1`) || strings.Join(strings.Fields(said[strings.Index(said, `"new":`):]), "") != `"new":["ALPN"]}` {
				t.Errorf("the example hears %s", said)
			}
			var got web.Hotels
			if err := json.Unmarshal([]byte(r.get("/api/v1/hotels?q=alpn")), &got); err != nil || len(got.Hotels) != 1 {
				t.Fatalf("the book has %v, %v", got.Hotels, err)
			}
			h := got.Hotels[0]
			if h.Code != "ALPN" || h.Name != "Hotel Alpenrose" || h.Key == "" || h.TokenExpires == nil || h.LastPing == nil || h.LastEvent == nil {
				t.Errorf("the book has %+v", h)
			}
			if text, status := p.says("hotels", "forget", "ALPN"); status != exitGood { // so that the next one is new again
				t.Fatal(text)
			}
		})
	}
	if strings.Contains(r.log.String(), "only-for-reports") {
		t.Error("the log has the token")
	}
}

func runExample(t *testing.T, command string, env ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir, cmd.Env = examplesDir, append(os.Environ(), append(env, "OUT="+t.TempDir())...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", command, err, said)
	}
	return string(said)
}

// TestExamplesAreInTheDocument ensures that people read what is run, that it fits into fifteen lines, and that
// the document and the folder name each other.
func TestExamplesAreInTheDocument(t *testing.T) {
	page, err := os.ReadFile("../../docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(examplesDir + "/*")
	if err != nil || len(files) != len(examples) {
		t.Errorf("%d files, %d are run: %v", len(files), len(examples), err)
	}
	for _, e := range examples {
		text, err := os.ReadFile(filepath.Join(examplesDir, e.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > 15 {
			t.Errorf("%s has %d lines", e.file, n)
		}
		if !strings.Contains(string(page), "`docs/examples/"+e.file+"`") || !strings.Contains(string(page), "\n"+string(text)+"```\n") {
			t.Errorf("docs/report.md does not have %s as it is", e.file)
		}
	}
}

// TestReportIsDurable ensures that a report that was answered with 200 is known after the process was killed, and
// that nobody counts it twice then; and that its token opens nothing else.
func TestReportIsDurable(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.more = `report: {token: "only-for-reports-of-this-test"}`
	p.configure("")
	r := p.start()
	send := func(body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Page+"/api/v1/report", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer only-for-reports-of-this-test")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer json.RawMessage
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, strings.Join(strings.Fields(string(answer)), "")
	}
	const report = `{"id":"r-1","accounts":[{"account":"SEAS","name":"Seaside Inn"},{"account":"ALPN"}]}`
	if status, got := send(report); status != 200 || got != `{"accepted":2,"new":["ALPN","SEAS"]}` {
		t.Errorf("status %d: %s", status, got)
	}
	if status, got := send(strings.Replace(report, "r-1", "r-2", 1)); status != 200 || got != `{"accepted":2,"new":[]}` {
		t.Errorf("status %d: %s", status, got)
	}
	key := publicKey(t, r)
	r.halt()
	r = p.start()
	if status, got := send(report); status != 200 || got != `{"accepted":0,"new":[],"repeated":true}` {
		t.Errorf("after a restart: status %d: %s", status, got)
	}
	if publicKey(t, r) != key {
		t.Error("the hotel's key did not outlive a restart")
	}
	if body := r.get("/public.json?hotel=" + key); !strings.Contains(body, `"state": `) || strings.Contains(body, "Seaside") {
		t.Errorf("with its key: %s", body)
	}
	if text, status := p.says("hotels", "rekey", "SEAS"); status != exitGood || strings.Contains(text, key) {
		t.Errorf("rekey: %s", text)
	}
	if body := r.get("/public.json?hotel=" + key); !strings.Contains(body, "not valid") {
		t.Errorf("with its old key: %s", body)
	}
}

func publicKey(t *testing.T, r *running) string {
	t.Helper()
	var got web.Hotels
	if err := json.Unmarshal([]byte(r.get("/api/v1/hotels?q=SEAS")), &got); err != nil || len(got.Hotels) != 1 || got.Hotels[0].Key == "" {
		t.Fatalf("hotels %+v, %v", got.Hotels, err)
	}
	return got.Hotels[0].Key
}

// TestBeatArrives ensures that a heartbeat check lives by its push address, and says itself when it fails.
func TestBeatArrives(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure("")
	text, err := os.ReadFile(p.config())
	if err != nil {
		t.Fatal(err)
	}
	p.write("config.yaml", strings.Replace(string(text), "watchlist: {include: [apaleo]}", `watchlist:
  checks:
    - {name: night-audit, schedule: "@every 60s", heartbeat: {grace: 5m, key: a-key-of-twenty-letters}}`, 1))
	r := p.start()
	if body := r.get("/api/v1/beat/a-key-of-twenty-letterz"); body != "404 page not found\n" {
		t.Errorf("a wrong key: %s", body)
	}
	if body := r.get("/api/v1/beat/a-key-of-twenty-letters"); body != "ok\n" {
		t.Fatalf("the key: %s", body)
	}
	p.until("it lives", func() bool { return p.state("night-audit") == "up" })
	for range 40 {
		r.get("/api/v1/beat/a-key-of-twenty-letters/fail")
		if p.state("night-audit") == "down" {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Errorf("it said that it failed, and is %s", p.state("night-audit"))
}

package notify

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"

	"github.com/rs/zerolog"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestSentences ensures that every sentence that is written here, and not with the incident, reads as it was
// last read.
func TestSentences(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 4, 0, 0, time.UTC)
	down := monitor.Incident{
		ID: "inc_1", Version: 1, State: monitor.IncidentOpen, Severity: monitor.Down, Updated: at,
		Text: "apaleo API is DOWN: 14 of 14 API checks fail (HTTP 502) since 10:02:11 UTC.", NextStep: "Nothing to fix here.",
	}
	var b strings.Builder
	for _, n := range []monitor.Note{
		unwell("ops", at, monitor.Receipt{At: at, Reason: "404 Not Found: no_service"}), well("ops", at), gone("ops", at),
	} {
		fmt.Fprintf(&b, "note %s over %v\n  %s\n  %s\n", n.Key, n.Over, n.Text, n.NextStep)
	}
	s := Sender{Instance: "fra1", Version: "0.1.0", PublicURL: "https://status.example.com/"}
	messages := []Message{s.Test(at), s.noting("msg", &monitor.Notice{Text: "The store works again.", NextStep: "Nothing to do."})}
	for _, e := range []monitor.Event{
		{Type: monitor.EventOpened, Incident: down},
		{Type: monitor.EventUpdated, Incident: down},
		{Type: monitor.EventUpdated, Incident: farewell(down, false)},
		{Type: monitor.EventReopened, Incident: down},
		{Type: monitor.EventResolved, Incident: down},
		{Type: monitor.EventRecap, Incident: down},
	} {
		messages = append(messages, s.about("msg", e))
	}
	for _, severity := range []monitor.Severity{monitor.Degraded, monitor.AuthLost, monitor.QuotaOut, monitor.Warning} {
		i := down
		i.Severity = severity
		messages = append(messages, s.about("msg", monitor.Event{Type: monitor.EventOpened, Incident: i}))
	}
	for _, m := range messages {
		text, err := RenderText(m)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n  %s\n", m.Type, text)
	}
	golden(t, "testdata/sentences.txt", []byte(b.String()))
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update rewrites it), got:\n%s", path, got)
	}
}

// TestLinks ensures that a message points to the operator's page only where one has an address.
func TestLinks(t *testing.T) {
	e := monitor.Event{Incident: monitor.Incident{ID: "inc_1", Doc: "https://doc.example.com"}}
	if got := (Sender{PublicURL: "https://s.example.com/"}).about("m", e).Links.Incident; got != "https://s.example.com/incidents/inc_1" {
		t.Errorf("link %q", got)
	}
	if got := (Sender{}).about("m", e).Links; got.Incident != "" || got.Documentation != "https://doc.example.com" {
		t.Errorf("links %+v", got)
	}
}

// TestLogLane ensures that without a receiver an alert is in the log, and can be read there.
func TestLogLane(t *testing.T) {
	var out bytes.Buffer
	l := NewLogLane("log", zerolog.New(&out), monitor.RealPace())
	if _, err := Try(t.Context(), l, Sender{}.Test(time.Now())); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, `"alert"`) || !strings.Contains(got, "TEST") {
		t.Errorf("log %s", got)
	}
}

package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/notify"
)

// TestSamplesGolden ensures that what a webhook is sent of every event stays, and is what Standard Webhooks asks
// for: a type, a timestamp and data, less than 20 kB. The text is what a person reads of it.
func TestSamplesGolden(t *testing.T) {
	var text, bodies strings.Builder
	all := notify.Samples(at)
	plain := all[0]
	plain.Name, plain.Plain = "opened-plain", true
	for _, s := range append(all, plain) {
		if s.Digest != nil {
			continue // a webhook is told of every incident
		}
		raw, err := Render(s.Message)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range limits(raw) {
			t.Errorf("%s: %s", s.Name, wrong)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&bodies, "%q: %s,\n", s.Name, got.String())
		var b body
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "--- %s\n%s at %s\n  %s\n  %s\n", s.Name, b.Type, b.Timestamp, b.Data.Text, b.Data.NextStep)
		for _, a := range b.Data.Affected {
			fmt.Fprintf(&text, "  %s\n", notify.Saw(a))
		}
	}
	same(t, "testdata/samples.json", "{\n"+strings.TrimRight(bodies.String(), ",\n")+"\n}\n")
	same(t, "testdata/samples.txt", text.String())
}

// limits says what is wrong with a body (Standard Webhooks 1.0.0, "Payload structure" and "Payload size").
func limits(raw []byte) []string {
	var b struct {
		Type      monitor.EventType
		Timestamp string
		Data      *struct {
			Text     string
			NextStep string `json:"next_step"`
		}
	}
	err := json.Unmarshal(raw, &b)
	switch {
	case err != nil:
		return []string{err.Error()}
	case len(raw) >= MaxBody:
		return []string{fmt.Sprintf("%d bytes", len(raw))}
	case b.Type == "" || b.Timestamp == "" || b.Data == nil || b.Data.Text == "" || b.Data.NextStep == "":
		return []string{"type, timestamp, text or next step is missing"}
	}
	return nil
}

func same(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("%s differs (%v; -update rewrites), got:\n%s", path, err, got)
	}
}

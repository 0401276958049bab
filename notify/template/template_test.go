package template

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/notify"
)

var update = flag.Bool("update", false, "rewrite golden files")

var at = time.Date(2026, 11, 22, 10, 3, 26, 0, time.UTC)

func parsed(t *testing.T, s Source) *Template {
	t.Helper()
	made, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func rendered(t *testing.T, tmpl *Template, m notify.Message) stored {
	t.Helper()
	raw, err := tmpl.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	var s stored
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// sized says what is wrong with a body, by the limits of who takes it.
var sized = map[string]func(body string) []string{"teams": teamsLimits, "discord": discordLimits, "ntfy": ntfyLimits}

// TestReadyGolden ensures that what chats are sent of every event stays, and keeps their limits. The text beside
// each is what a person reads of it.
func TestReadyGolden(t *testing.T) {
	for _, name := range Ready() {
		tmpl := parsed(t, Source{Use: name})
		var text, bodies strings.Builder
		for _, s := range samples() {
			body := rendered(t, tmpl, s.Message).Body
			for _, wrong := range sized[name](body) {
				t.Errorf("%s, %s: %s", name, s.Name, wrong)
			}
			fmt.Fprintf(&bodies, "%q: %s,\n", s.Name, indented(t, body))
			fmt.Fprintf(&text, "--- %s\n%s\n", s.Name, shown(t, body))
		}
		golden(t, filepath.Join("testdata", name+".json"), "{\n"+strings.TrimRight(bodies.String(), ",\n")+"\n}\n")
		golden(t, filepath.Join("testdata", name+".txt"), text.String())
	}
}

func samples() []notify.Sample {
	all := notify.Samples(at)
	plain := all[0]
	plain.Name, plain.Plain = "opened-plain", true
	return append(all, plain)
}

func indented(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(body), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("%s differs (%v; -update rewrites), got:\n%s", path, err, got)
	}
}

// shown are the texts of a body, in the order in which they stand.
func shown(t *testing.T, body string) string {
	t.Helper()
	var b strings.Builder
	texts := regexp.MustCompile(`"(?:text|value|content|title|name|description|message|url|click)": ("(?:[^"\\]|\\.)*")`)
	for _, m := range texts.FindAllStringSubmatch(indented(t, body), -1) {
		var text string
		if err := json.Unmarshal([]byte(m[1]), &text); err != nil {
			t.Fatal(err)
		}
		b.WriteString("  " + text + "\n")
	}
	return b.String()
}

// teamsLimits: a message of at most 28 KB (learn.microsoft.com, "Create Incoming Webhooks"; the same of actions
// that post for a workflow in learn.microsoft.com/connectors/teams); others met it at 21,000 bytes.
func teamsLimits(body string) []string {
	var wrong []string
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type    string
				Body    []map[string]any
				Actions []struct{ URL string }
			}
		}
	}
	switch err := json.Unmarshal([]byte(body), &m); {
	case err != nil || m.Type != "message" || len(m.Attachments) != 1:
		return append(wrong, "no message with one attachment")
	case m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" || m.Attachments[0].Content.Type != "AdaptiveCard":
		wrong = append(wrong, "no Adaptive Card")
	case len(m.Attachments[0].Content.Actions) > 6:
		wrong = append(wrong, "more than 6 actions")
	case len(body) > 21_000:
		wrong = append(wrong, fmt.Sprintf("%d bytes", len(body)))
	}
	return wrong
}

// discordLimits are those of "Create Message" and "Embed Limits" (discord.com/developers/docs/resources/message).
func discordLimits(body string) []string {
	var m struct {
		Allowed *struct{ Parse *[]string } `json:"allowed_mentions"`
		Content string
		Embeds  []struct {
			Title, Description string
			Fields             []struct{ Name, Value string }
			Footer             struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	total := 0
	most := func(what, text string, least, most int) {
		n := utf8.RuneCountInString(text)
		if total += n; n < least || n > most {
			wrong = append(wrong, fmt.Sprintf("%s has %d characters", what, n))
		}
	}
	most("content", m.Content, 1, 2000)
	if total = 0; m.Allowed == nil || m.Allowed.Parse == nil || len(*m.Allowed.Parse) > 0 {
		wrong = append(wrong, "somebody can be mentioned")
	}
	for _, e := range m.Embeds {
		most("title", e.Title, 0, 256)
		most("description", e.Description, 0, 4096)
		most("footer", e.Footer.Text, 0, 2048)
		for _, f := range e.Fields {
			most("a field's name", f.Name, 1, 256)
			most("a field's value", f.Value, 1, 1024)
		}
		if len(e.Fields) > 25 {
			wrong = append(wrong, "more than 25 fields")
		}
	}
	if len(m.Embeds) > 10 || total > 6000 {
		wrong = append(wrong, fmt.Sprintf("%d embeds with %d characters", len(m.Embeds), total))
	}
	return wrong
}

// ntfyLimits: a message of at most 4,096 bytes, a priority from 1 to 5 (docs.ntfy.sh/publish, "Limitations" and
// "Message priority").
func ntfyLimits(body string) []string {
	var m struct {
		Title, Message, Click string
		Priority              *int
		Tags                  []string
	}
	var wrong []string
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	switch err := dec.Decode(&m); {
	case err != nil:
		wrong = append(wrong, err.Error())
	case m.Message == "" || len(m.Message) > 4096:
		wrong = append(wrong, fmt.Sprintf("a message of %d bytes", len(m.Message)))
	case m.Priority != nil && (*m.Priority < 1 || *m.Priority > 5):
		wrong = append(wrong, fmt.Sprintf("priority %d", *m.Priority))
	}
	return wrong
}

// huge is a message whose every text is as long and as hostile as it can be.
func huge(s notify.Sample, text string) notify.Message {
	long := strings.Repeat(text, 1+4000/utf8.RuneCountInString(text))
	m := s.Message
	if m.Incident != nil {
		i := *m.Incident
		i.Title, i.Text, i.NextStep, i.Cause.ID = notify.Cut(long, 150), long, long, long
		i.Acks = []string{long, long}
		i.Affected = nil
		for range 10 {
			i.Affected = append(i.Affected, monitor.Affected{Check: monitor.CheckID(long), TrackingID: long, Status: 502, Failed: 4, Of: 4})
		}
		i.Count = 5000
		i.Ack = &monitor.Ack{By: long, Why: long}
		m.Incident = &i
	}
	if m.Notice != nil {
		n := *m.Notice
		n.Text, n.NextStep = long, long
		m.Notice = &n
	}
	if m.Digest != nil {
		d := *m.Digest
		for len(d.Open) > 0 && len(d.Open) < 100 {
			one := d.Open[0]
			one.Title = notify.Cut(long, 150)
			d.Open = append(d.Open, one)
		}
		m.Digest = &d
	}
	return m
}

// TestReadyKeepsLimits ensures that no message can be larger than a chat takes, nor break the JSON it stands in.
func TestReadyKeepsLimits(t *testing.T) {
	for _, name := range Ready() {
		tmpl := parsed(t, Source{Use: name})
		for _, s := range samples() {
			if !slices.Contains([]string{"opened", "resolved", "updated-acknowledged", "digest", "notice", "test-opened", "opened-plain"}, s.Name) {
				continue
			}
			for _, text := range []string{"🏨", "\"\\", "<@everyone> [a](http://evil.example) \n"} {
				made := rendered(t, tmpl, huge(s, text))
				for _, body := range []string{made.Body, made.Repeat} {
					for _, wrong := range sized[name](body) {
						t.Errorf("%s, %s of %q: %s", name, s.Name, text, wrong)
					}
				}
			}
		}
	}
}

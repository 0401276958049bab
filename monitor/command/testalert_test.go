package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/notify/slack/slacktest"
)

// A test takes every kind of receiver through a whole alert, by the running daemon; all that it sends is marked TEST,
// and nothing is open afterwards.
func TestTestAlertIsAWholeAlertOfEachKind(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var configs []string
	rooms := map[string]*room{}
	for _, kind := range roomKinds() {
		name := strings.ReplaceAll(kind.name, " ", "-")
		rooms[name] = newRoom(t, name, kind)
		configs = append(configs, rooms[name].config)
	}
	p.configure(strings.Join(configs, ", "))
	p.start()
	for name, to := range rooms {
		text, status := p.says("test-alert", name)
		if said := strings.Join(strings.Fields(text), " "); status != exitGood || !strings.Contains(said, ") took the whole test in ") || !strings.Contains(said, "What people see there: ") {
			t.Errorf("%s: %d\n%s", name, status, text)
		}
		for line := range strings.Lines(text) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > width {
				t.Errorf("%s: line of over %d columns: %s", name, width, line)
			}
		}
		sent := to.sent()
		if len(sent) < 2 || name != "slack-bot" && name != "pagerduty" && slices.ContainsFunc(sent, func(s string) bool { return !strings.Contains(s, "TEST") && !strings.Contains(s, "BellhopTest") }) {
			t.Errorf("%s was sent\n%s", name, strings.Join(sent, "\n"))
		}
		if last := sent[len(sent)-1]; !over(name, last) {
			t.Errorf("%s was sent last what is no end: %s", name, last)
		}
	}
	for name, mark := range map[string]string{"pagerduty": `"severity":"info","timestamp"`, "webhook": `"type":"monitor.test"`, "alertmanager": `"alertname":"BellhopTest"`} {
		for _, body := range rooms[name].sent() {
			if !strings.Contains(body, mark) && !strings.Contains(body, `"event_action":"resolve"`) {
				t.Errorf("%s was sent what programs take for an incident: %s", name, body)
			}
		}
	}
}

// over says whether what a kind of receiver was sent last is an end.
func over(name, body string) bool {
	marks := map[string]string{
		"webhook": `"state":"resolved"`, "every-version": `"state":"resolved"`, "pagerduty": `"event_action":"resolve"`, "alertmanager": `"endsAt"`,
	}
	return strings.Contains(body, marks[name])
}

// A token that lacks a permission is told of by the name of that permission, before anything was posted.
func TestTestAlertNamesTheMissingPermission(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	w := slacktest.New(slacktest.Options{Unlimited: true})
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	c := w.Open("ops")
	p.configure(fmt.Sprintf(`{name: ops, slack: {token: %s, channel: %s, api: "%s/api/"}}`, w.Token("channels:history"), c.ID(), s.URL))
	text, status := p.says("test-alert", "ops")
	if status != exitFinding || !strings.Contains(text, "FAILED  scope chat:write\n        missing chat:write:") || !strings.Contains(text, "ops (slack_bot) failed the test.") {
		t.Errorf("%d\n%s", status, text)
	}
	var got Tested
	text, _ = p.says("test-alert", "ops", "--json")
	if err := json.Unmarshal([]byte(text), &got); err != nil || got.Accepted || !slices.ContainsFunc(got.Steps, func(s TestedStep) bool { return s.Missing == "chat:write" && !s.OK }) {
		t.Errorf("%v\n%s", err, text)
	}
	if len(c.Posts()) > 0 {
		t.Errorf("posted all the same:\n%s", c)
	}
	p.configure(fmt.Sprintf(`{name: ops, slack: {token: %s, channel: %s, api: "%s/api/"}}`, w.Token(), c.ID(), s.URL))
	if text, status := p.says("test-alert", "ops"); status != exitGood {
		t.Errorf("with all permissions: %d\n%s", status, text)
	}
	if all := c.Messages(); len(all) == 0 || all[0].Edits == 0 || strings.Contains(c.String(), "<!") || !strings.Contains(all[0].Text, "TEST") {
		t.Errorf("the channel shows\n%s", c)
	}
}

// What people will see is said of every kind of receiver that there is.
func TestTestAlertKnowsEachKind(t *testing.T) {
	log := expect(monitor.Receiver{Kind: "log"})
	for _, kind := range []string{"slack", "slack_bot", "webhook", "pagerduty", "alertmanager", "template"} {
		if expect(monitor.Receiver{Kind: kind}) == log {
			t.Errorf("%s: nothing is said", kind)
		}
	}
}

// A refusal is told with the receiver's own word, and decides the exit status.
func TestTestAlertSaysWhyNot(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.ops())
	p.start()
	p.slack.Fail(slacktest.Fault{Status: http.StatusNotFound, Body: "no_service"})
	text, status := p.says("test-alert", "ops", "--json")
	var got Tested
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != exitFinding || got.Accepted || len(got.Steps) != 1 || got.Steps[0].Status != 404 || got.Steps[0].Detail == "" {
		t.Errorf("refused: %d %v %s", status, err, text)
	}
}

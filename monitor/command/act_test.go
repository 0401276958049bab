package command

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/web"
)

// does runs a command that has to succeed as Anna, within eighty columns.
func (p *place) does(args ...string) string {
	p.Helper()
	text, status := p.says(args...)
	if status != exitGood {
		p.Fatalf("bellhop %s: %d %s", strings.Join(args, " "), status, text)
	}
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && !slices.Contains(args, "--json") {
			p.Errorf("%d columns: %s", n, line)
		}
	}
	return text
}

// last is the newest incident as the API has it.
func (r *running) last() monitor.Incident {
	r.Helper()
	var body struct{ Incidents []monitor.Incident }
	r.until("an incident is listed", func() bool {
		return json.Unmarshal([]byte(r.get("/api/v1/incidents")), &body) == nil && len(body.Incidents) > 0
	})
	return body.Incidents[0]
}

// post asks the operator's side for something, and gives the answer and its status.
func (r *running) post(path, kind, body string, headers ...string) (string, int) {
	r.Helper()
	req, err := http.NewRequest(http.MethodPost, r.Page+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	return string(text), resp.StatusCode
}

func (r *running) api(path, body string) (web.Acted, int) {
	r.Helper()
	text, status := r.post(path, "application/json", body)
	var done web.Acted
	if err := json.Unmarshal([]byte(text), &done); err != nil {
		r.Fatalf("%s: %v: %s", path, err, text)
	}
	return done, status
}

func (r *running) form(path string, form url.Values) int {
	r.Helper()
	_, status := r.post(path, "application/x-www-form-urlencoded", form.Encode(), "Sec-Fetch-Site", "same-origin")
	return status
}

// What people do about an incident is done once by command, by API and by form; it is shown with who and why; and its end is
// told to whoever heard of it, whatever was silenced.
func TestActsOnAnIncident(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" })
	if text, status := p.says("ack", "last", "--by", "Anna"); status != exitMisuse || !strings.Contains(text, "there is no incident") {
		t.Errorf("ack of nothing: %d %s", status, text)
	}
	outage := p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("it is told", func() bool { return len(p.hook.of("incident.opened")) > 0 })
	id := r.last().ID

	if text := p.does("ack", "last", "--by", "Anna", "--for", "1h", "--why", "on the phone <b>"); !strings.HasPrefix(text, "Anna is on it. Reminders and mentions stop until ") {
		t.Errorf("ack says %s", text)
	}
	p.until("it is acknowledged", func() bool {
		a := r.last().Ack
		return a != nil && a.By == "Anna" && a.Why == "on the phone <b>" && !a.Until.IsZero()
	})
	p.does("note", id[:12], "their ticket", "is 4711", "--by", "Bob")
	if done, status := r.api("/api/v1/incidents/"+id+"/unacknowledge", `{"by":"Carla"}`); status != http.StatusOK || done.Incident.Ack != nil {
		t.Errorf("unacknowledge: %d %+v", status, done)
	}
	if text, status := p.says("unack", "last", "--by", "Carla"); status != exitFinding || !strings.Contains(text, "nobody has acknowledged it") {
		t.Errorf("unack again: %d %s", status, text)
	}
	if status := r.form("/incidents/"+id, url.Values{"act": {"acknowledge"}, "by": {"Dora"}, "for": {"8h"}}); status != http.StatusSeeOther {
		t.Errorf("by form: %d", status)
	}
	p.until("Dora is on it", func() bool { a := r.last().Ack; return a != nil && a.By == "Dora" })
	text := p.does("silence", "last", "--by", "Anna", "--for", "8h", "--why", "apaleo knows")
	for _, want := range []string{"pager hears nothing more of it until ", "its end is told all the same", "bellhop unsilence sil_"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("silence lacks %q: %s", want, text)
		}
	}
	p.until("it is silenced", func() bool { i := r.last(); return i.Muted && strings.Contains(i.MutedBy, "Anna") })
	page := r.get("/incidents/" + id)
	for _, want := range []string{"on the phone &lt;b&gt;", "their ticket is 4711", "<b>Bob</b>", "<b>Dora</b> is on it", "apaleo knows", "End the silence"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if list := p.does("silence", "list"); !strings.Contains(list, "by Anna: apaleo knows") {
		t.Errorf("silence list says\n%s", list)
	}
	outage.Clear()
	p.until("the end is told", func() bool { return len(p.hook.of("incident.resolved")) == 1 })
	if text, status := p.says("ack", id, "--by", "Anna"); status != exitFinding || !strings.Contains(text, "ended") {
		t.Errorf("ack of what is over: %d %s", status, text)
	}
}

// Checks are silenced, put into maintenance and paused by command, API and form, and each is lifted again.
func TestActsOnChecks(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" && p.state("inventory") == "up" })

	if text := p.does("pause", "api-edge", "--by", "Anna", "--for", "2h", "--why", "new edge"); !strings.Contains(text, "api-edge is not asked until ") {
		t.Errorf("pause says %s", text)
	}
	p.until("it is paused", func() bool { return p.state("api-edge") == "paused" })
	if text := p.does("explain", "api-edge"); !strings.Contains(text, "It is paused by Anna until ") || !strings.Contains(text, "new edge") || !strings.Contains(text, "unsilence pau_") {
		t.Errorf("explain says %s", text)
	}
	if m := r.get("/metrics"); !strings.Contains(m, `bellhop_check_state{bellhop_check_state="paused",check="api-edge"} 1`) {
		t.Error("metrics do not say that it is paused")
	}
	if s := r.get("/api/v1/status"); !strings.Contains(s, `"state": "paused"`) {
		t.Error("the status does not say that it is paused")
	}
	p.does("resume", "api-edge", "--by", "Anna")
	p.until("it is asked again", func() bool { return p.state("api-edge") == "up" })
	if text, status := p.says("pause", "api-egde", "--by", "Anna"); status != exitMisuse {
		t.Errorf("pause of what is not there: %d %s", status, text)
	}

	done, status := r.api("/api/v1/checks/token-edge/pause", `{"by":"Bob"}`)
	if status != http.StatusOK || done.Silence == nil || !done.Silence.Until.IsZero() {
		t.Errorf("pause by API: %d %+v", status, done)
	}
	if _, status := r.api("/api/v1/checks/token-edge/resume", `{"by":"Bob"}`); status != http.StatusOK {
		t.Errorf("resume by API: %d", status)
	}

	p.does("maintenance", "--account", "alpine-hotels", "--name", "Move", "--for", "1h", "--by", "Anna", "--json")
	p.until("it is in maintenance", func() bool { return p.state("inventory") == "maintenance" })
	list := p.does("maintenance", "list")
	id := regexp.MustCompile(`mnt_[a-z2-7]+`).FindString(list)
	if !strings.Contains(list, "all of alpine-hotels") || !strings.Contains(list, "Move, by Anna") || id == "" {
		t.Errorf("maintenance list says\n%s", list)
	}
	if text := p.does("unsilence", id[:8], "--by", "Anna"); !strings.HasPrefix(text, "The maintenance is over.") {
		t.Errorf("unsilence says %s", text)
	}
	p.until("it is up", func() bool { return p.state("inventory") == "up" })

	if status := r.form("/silences", url.Values{"act": {"make"}, "kind": {"pause"}, "checks": {"api-edge"}, "by": {"Dora"}}); status != http.StatusSeeOther {
		t.Errorf("pause by form: %d", status)
	}
	p.until("it is paused by form", func() bool { return p.state("api-edge") == "paused" })
	board := r.get("/")
	id = regexp.MustCompile(`silences#end-(pau_[a-z2-7]+)`).FindStringSubmatch(board)[1]
	if !strings.Contains(board, "Dora") {
		t.Error("the board does not say who paused it")
	}
	if status := r.form("/silences", url.Values{"act": {"lift"}, "id": {id}, "by": {"Dora"}}); status != http.StatusSeeOther {
		t.Errorf("resume by form: %d", status)
	}
	p.until("it is up again", func() bool { return p.state("api-edge") == "up" })
	if _, status := r.post("/silences", "application/x-www-form-urlencoded", "act=make&kind=pause&checks=api-edge&by=x", "Origin", "https://evil.example.com"); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
}

// What people asked for outlives a restart, a reload and a check that is gone for a while; without a daemon it is listed, and
// nothing can be done.
func TestActsOutliveARestart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" })
	p.does("pause", "api-edge", "--by", "Anna", "--why", "new edge")
	p.does("maintenance", "--check", "token-edge", "--name", "Later", "--from", time.Now().UTC().Add(20*time.Hour).Format(time.RFC3339), "--for", "1h", "--by", "Anna")
	p.more = "maintenance: [{name: Nightly, checks: [identity-discovery], schedule: \"*/5 * * * *\", for: 2m}]\n"
	p.configure(p.pager())
	r.hangups <- syscall.SIGHUP
	p.until("it is reloaded", func() bool { return strings.Contains(r.log.String(), "configuration reloaded") })
	before := p.does("silence", "list")
	if !strings.Contains(before, "Nightly") || !strings.Contains(before, "new edge") || !strings.Contains(before, "Later") {
		t.Errorf("after a reload:\n%s", before)
	}
	r.halt()
	if text := p.does("silence", "list"); !strings.Contains(text, "No bellhop runs") || !strings.Contains(text, "new edge") {
		t.Errorf("without a daemon:\n%s", text)
	}
	for _, args := range [][]string{
		{"ack", "last"},
		{"unack", "last"},
		{"note", "last", "x"},
		{"silence", "last", "--why", "x"},
		{"unsilence", "x"},
		{"pause", "x"},
		{"resume", "x"},
		{"maintenance", "--check", "x", "--name", "x", "--for", "1h"},
	} {
		if text, status := p.says(append(args, "--by", "Anna")...); status != exitFinding || !strings.Contains(text, "no bellhop runs on this store: start it first") {
			t.Errorf("%s without a daemon: %d %s", args[0], status, text)
		}
	}
	p.start()
	if state := p.state("api-edge"); state != "paused" {
		t.Errorf("after a restart it is %s", state)
	}
}

// Command lines that cannot be meant are told from what cannot be done.
func TestActsMisused(t *testing.T) {
	p := newPlace(t)
	p.configure("")
	for _, tt := range []struct{ args, want string }{
		{"ack", "wants INCIDENT"},
		{"note last", "wants INCIDENT and TEXT"},
		{"silence --why x --by a", "say of what"},
		{"silence last --check x --why x --by a", "not both"},
		{"silence last --by a", "say why"},
		{"silence --label web --why x --by a", "name=value"},
		{"maintenance --for 1h --name x --by a", "say of what"},
		{"maintenance --check x --name x --by a", "say how long"},
		{"maintenance --check x --for 1h --by a", "what people call it"},
		{"maintenance --check x --for 1h --name x --from noon --by a", "not understood"},
		{"silence lst", ""},
		{"maintenance lst", "Did you mean"},
	} {
		text, status := p.says(strings.Fields(tt.args)...)
		if status != exitMisuse || !strings.Contains(text, tt.want) {
			t.Errorf("bellhop %s: %d %s", tt.args, status, text)
		}
	}
}

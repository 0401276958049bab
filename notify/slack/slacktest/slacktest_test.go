package slacktest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestRefusesWhatSlackRefuses ensures that the stand-in does not take what Slack would not.
func TestRefusesWhatSlackRefuses(t *testing.T) {
	section := `{"type":"section","text":{"type":"plain_text","text":"` + strings.Repeat("x", 3000) + `"}}`
	for _, tt := range []struct{ name, body, want string }{
		{"text", `{"text": "hello"}`, "ok"},
		{"no JSON", `payload=x`, "invalid_payload"},
		{"nothing", `{}`, "no_text"},
		{"huge text", `{"text": "` + strings.Repeat("x", 40_001) + `"}`, "msg_too_long"},
		{"full section", `{"blocks": [` + section + `]}`, "ok"},
		{"long section", `{"blocks": [` + strings.Replace(section, "x", "xx", 1) + `]}`, "invalid_blocks"},
		{"51 blocks", `{"blocks": [` + strings.Repeat(`{"type":"header","text":{"type":"plain_text","text":"x"}},`, 50) + section + `]}`, "invalid_blocks"},
		{"all together too long", `{"blocks": [` + strings.Repeat(section+",", 4) + section + `]}`, "msg_blocks_too_long"},
		{"header in mrkdwn", `{"blocks": [{"type":"header","text":{"type":"mrkdwn","text":"x"}}]}`, "invalid_blocks"},
		{"empty text", `{"blocks": [{"type":"section","text":{"type":"mrkdwn","text":""}}]}`, "invalid_blocks"},
		{"unknown type", `{"blocks": [{"type":"alert"}]}`, "invalid_blocks"},
		{"in an attachment", `{"text":"x","attachments":[{"blocks":[{"type":"alert"}]}]}`, "invalid_blocks"},
	} {
		c, w := &Channel{}, httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tt.body)))
		if got := w.Body.String(); got != tt.want || (w.Code == http.StatusOK) != (tt.want == "ok") || len(c.Posts()) != map[bool]int{true: 1}[tt.want == "ok"] {
			t.Errorf("%s: %d %q, %d posts; want %q", tt.name, w.Code, got, len(c.Posts()), tt.want)
		}
	}
}

// TestPage ensures that the channel can be looked at, and that what is posted is shown, not run.
func TestPage(t *testing.T) {
	c := &Channel{}
	changed := c.Changed()
	body := `{"text":"*DOWN* &lt;script&gt;","attachments":[{"color":"#D00000","blocks":[{"type":"header","text":{"type":"plain_text","text":"<script>"}}]}]}`
	c.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
	<-changed
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	page := w.Body.String()
	if strings.Count(page, "<script>") != 1 || strings.Count(page, "&lt;script&gt;") != 2 || !strings.Contains(page, "#D00000") {
		t.Errorf("page:\n%s", page)
	}
}

// hostile is text that would do harm in a page.
const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'{{.}}`

// TestPageIsSafe ensures that no part of a message can put elements of its own on the page.
func TestPageIsSafe(t *testing.T) {
	w := New(Options{Name: hostile, Bot: hostile, Unlimited: true})
	c := w.Open(hostile)
	c.Say(hostile, hostile)
	quoted, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	h := string(quoted)
	// A fault has Slack take what it would refuse.
	c.Fail(Fault{Takes: true, Status: http.StatusGatewayTimeout})
	body := `{"text":` + h + `,"attachments":[{"color":` + h + `,"title":` + h + `,"fields":[{"title":` + h + `,"value":` + h + `}],"footer":` + h + `},
		{"color":"x;background:url(//e)","blocks":[{"type":"header","text":{"type":"plain_text","text":` + h + `}},{"type":"image","alt_text":` + h + `},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":` + h + `},"url":"javascript:alert(1)","style":` + h + `}]},
		{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"javascript:alert(1)","text":` + h + `},
		{"type":"date","timestamp":1,"format":` + h + `,"fallback":` + h + `,"url":"javascript:alert(1)"},{"type":"user","user_id":` + h + `}]}]}]}]}`
	r := httptest.NewRecorder()
	c.ServeHTTP(r, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
	page := string(c.Page())
	if len(c.Posts()) != 1 || strings.Count(page, "<script>") != 1 || strings.Contains(page, "<img") || strings.Contains(page, "javascript:") || strings.Contains(page, "url(") {
		t.Errorf("%d posts, page:\n%s", len(c.Posts()), page)
	}
	if !strings.Contains(c.Text(), "alert(1)") {
		t.Errorf("text:\n%s", c.Text())
	}
}

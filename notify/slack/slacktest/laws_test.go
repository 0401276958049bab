package slacktest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"bellhop/notify/slack/slacktest"
)

// An answer is what the Web API says.
type answer struct {
	OK       bool
	Error    string
	TS       string
	HasMore  bool `json:"has_more"`
	Messages []struct {
		TS, Text, Subtype string
		Thread            string `json:"thread_ts"`
		ReplyCount        int    `json:"reply_count"`
	}
	Metadata struct {
		Next string `json:"next_cursor"`
	} `json:"response_metadata"`

	status int
	header http.Header
}

// ask calls a method without a network.
func ask(t interface{ Fatal(...any) }, w *slacktest.Workspace, token, method string, pairs ...string) answer {
	form := url.Values{"token": {token}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/api/"+method, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	a := answer{status: rec.Code, header: rec.Header()}
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
		t.Fatal(err, rec.Body.String())
	}
	return a
}

// said is a message in the model.
type said struct {
	ts, thread, text string
	broadcast, own   bool
}

// A model is what a channel has to show.
type model struct {
	w     *slacktest.Workspace
	c     *slacktest.Channel
	token string
	all   []said
	shown int
	n     int
}

func (m *model) text() string { m.n++; return fmt.Sprintf("text %d", m.n) }

func (m *model) post(t *rapid.T) {
	s := said{text: m.text(), own: true}
	pairs := []string{"channel", m.c.ID(), "text", s.text}
	if len(m.all) > 0 && rapid.Bool().Draw(t, "reply") {
		to := rapid.SampledFrom(m.all).Draw(t, "to")
		s.thread, s.broadcast = to.ts, rapid.Bool().Draw(t, "broadcast")
		pairs = append(pairs, "thread_ts", s.thread, "reply_broadcast", fmt.Sprint(s.broadcast))
		if to.thread != "" {
			if a := ask(t, m.w, m.token, "chat.postMessage", pairs...); a.Error != "invalid_thread_ts" {
				t.Fatalf("reply to a reply: %+v", a)
			}
			return
		}
	}
	a := ask(t, m.w, m.token, "chat.postMessage", pairs...)
	if s.ts = a.TS; !a.OK || a.TS == "" {
		t.Fatalf("post: %+v", a)
	}
	if m.all = append(m.all, s); s.thread == "" || s.broadcast {
		m.shown++
	}
}

func (m *model) edit(t *rapid.T) {
	if len(m.all) == 0 {
		return
	}
	s := rapid.SampledFrom(m.all).Draw(t, "edited")
	text := m.text()
	a := ask(t, m.w, m.token, "chat.update", "channel", m.c.ID(), "ts", s.ts, "text", text)
	if a.OK != s.own || s.own && a.TS != s.ts {
		t.Fatalf("edit of %+v: %+v", s, a)
	}
	for i := range m.all {
		if s.own && m.all[i].ts == s.ts {
			m.all[i].text = text
		}
	}
}

func (m *model) people(t *rapid.T) {
	if len(m.all) > 0 && rapid.IntRange(0, 3).Draw(t, "deletes") == 0 {
		gone := rapid.SampledFrom(m.all).Draw(t, "gone").ts
		m.c.Delete(gone)
		m.all = slices.DeleteFunc(m.all, func(s said) bool { return s.ts == gone || s.thread == gone })
		if a := ask(t, m.w, m.token, "chat.update", "channel", m.c.ID(), "ts", gone, "text", "x"); a.Error != "message_not_found" {
			t.Fatalf("edit of what is gone: %+v", a)
		}
		return
	}
	text := m.text()
	m.all = append(m.all, said{ts: m.c.Say("anna", text), text: text})
}

// check compares what the channel shows, in each way in which it can be looked at, with what it has to show.
func (m *model) check(t *rapid.T) {
	var messages, inChannel []string
	for i, s := range m.all {
		if i > 0 && s.ts <= m.all[i-1].ts {
			t.Fatalf("ts %s after %s", s.ts, m.all[i-1].ts)
		}
		messages = append(messages, s.ts+s.text)
		if s.thread == "" || s.broadcast {
			inChannel = append(inChannel, s.ts+s.text)
		}
	}
	var got []string
	for _, p := range m.c.Messages() {
		got = append(got, p.TS+p.Text)
	}
	if !slices.Equal(got, messages) || m.c.Shown() != m.shown {
		t.Fatalf("messages %v, want %v; shown %d, want %d", got, messages, m.c.Shown(), m.shown)
	}
	got = m.history(t)
	slices.Reverse(got)
	if !slices.Equal(got, inChannel) {
		t.Fatalf("history %v, want %v", got, inChannel)
	}
}

// looked ensures that all of it is in the text and on the page.
func (m *model) looked(t *rapid.T) {
	text, page := m.c.Text(), string(m.c.Page())
	for _, s := range m.all {
		if !strings.Contains(text, s.text) || !strings.Contains(page, s.text) {
			t.Fatalf("%q is not shown in\n%s", s.text, text)
		}
	}
}

func (m *model) replies(ts string) int {
	n := 0
	for _, s := range m.all {
		if s.thread == ts {
			n++
		}
	}
	return n
}

// history reads the channel in pages.
func (m *model) history(t *rapid.T) []string {
	var got []string
	for cursor := ""; ; {
		a := ask(t, m.w, m.token, "conversations.history", "channel", m.c.ID(), "limit", "3", "cursor", cursor)
		for _, h := range a.Messages {
			got = append(got, h.TS+h.Text)
			if replies := m.replies(h.TS); h.Subtype == "" && h.ReplyCount != replies {
				t.Fatalf("%d replies, %d counted", replies, h.ReplyCount)
			}
		}
		if cursor = a.Metadata.Next; !a.OK || a.HasMore != (cursor != "") || len(got) > 1000 {
			t.Fatalf("page %+v", a)
		}
		if cursor == "" {
			return got
		}
	}
}

// TestTimelineStaysConsistent ensures that whatever a client and people do, in whatever order, the channel, its
// history, its threads, its text and its page show the same.
func TestTimelineStaysConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := slacktest.New(free)
		m := &model{w: w, c: w.Open("ops"), token: w.Token()}
		t.Repeat(map[string]func(*rapid.T){"post": m.post, "edit": m.edit, "people": m.people, "": m.check})
		m.looked(t)
	})
}

// TestRates ensures that a channel takes one message a second after a short burst, that an edit has its own rate, that
// Retry-After is what it takes, and that all of it follows virtual time.
func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := slacktest.New(slacktest.Options{})
		ops, other, token := w.Open("ops"), w.Open("other"), w.Token()
		post := func(c *slacktest.Channel) answer {
			return ask(t, w, token, "chat.postMessage", "channel", c.ID(), "text", "x")
		}
		begin, taken := time.Now(), 0
		for time.Since(begin) < time.Minute {
			a := post(ops)
			if a.OK {
				taken++
				continue
			}
			if a.status != http.StatusTooManyRequests || a.Error != "ratelimited" || a.header.Get("Retry-After") != "1" {
				t.Fatalf("%+v", a)
			}
			time.Sleep(time.Second)
		}
		if taken < 60 || taken > 63 || ops.Shown() != taken {
			t.Errorf("%d taken in a minute, %d shown", taken, ops.Shown())
		}
		if a := post(other); !a.OK {
			t.Errorf("another channel: %+v", a)
		}
		ts, edits := ops.Messages()[0].TS, 0
		for range 200 {
			if ask(t, w, token, "chat.update", "channel", ops.ID(), "ts", ts, "text", "y").OK {
				edits++
			}
			time.Sleep(300 * time.Millisecond)
		}
		if edits < 50 || edits > 60 {
			t.Errorf("%d edits in a minute", edits)
		}
	})
}

// TestStampsAreUnique ensures that messages of one instant have different, growing stamps.
func TestStampsAreUnique(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := slacktest.New(free)
		c, token, last := w.Open("ops"), w.Token(), ""
		for range 100 { // time stands still
			a := ask(t, w, token, "chat.postMessage", "channel", c.ID(), "text", "x")
			if a.TS <= last || len(a.TS) != len("1700000000.000001")-1 {
				t.Fatalf("%q after %q", a.TS, last)
			}
			last = a.TS
		}
	})
}

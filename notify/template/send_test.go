package template

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// chat takes posts, after a script of answers that come to nothing.
type chat struct {
	srv    *httptest.Server
	bodies []string
	header http.Header
	path   string
}

func serve(t *testing.T, answers ...http.HandlerFunc) *chat {
	t.Helper()
	c := &chat{}
	c.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c.bodies, c.header, c.path = append(c.bodies, string(raw)), r.Header, r.URL.Path
		if n := len(c.bodies); n <= len(answers) {
			answers[n-1](w, r)
		}
	}))
	t.Cleanup(c.srv.Close)
	return c
}

func lane(t *testing.T, url string, s Source) notify.Lane {
	t.Helper()
	l, err := NewLane(monitor.Receiver{Name: "chat"}, Options{
		URL: url, Template: parsed(t, s), Headers: map[string]string{"Authorization": "Bearer s3cret"}, Agent: "bellhop/test", Pace: monitor.RealPace(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func send(ctx context.Context, l notify.Lane, m notify.Message, repeat bool) (notify.Receipt, error) {
	body, err := l.Render(m)
	if err != nil {
		return notify.Receipt{}, err
	}
	return l.Notifier.Notify(ctx, notify.Letter{ID: m.ID, Type: m.Type, Body: body, Attempt: 1, Repeat: repeat, At: time.Now()})
}

// TestSends ensures that what a template makes arrives as it is, with its content type and headers, and that what
// may have arrived before says so.
func TestSends(t *testing.T) {
	c := serve(t)
	l := lane(t, c.srv.URL+"/hook", Source{Body: "{{.Word}}: {{.Text}}", ContentType: "text/plain; charset=utf-8"})
	if r := l.Receiver; r.Kind != "template" || !r.Posts || !r.Keyless {
		t.Errorf("receiver %+v", r)
	}
	m := notify.Samples(at)[0].Message
	for _, repeat := range []bool{false, true} {
		if got, err := send(t.Context(), l, m, repeat); err != nil || got.Status != http.StatusOK {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if c.bodies[0] != "DOWN: "+m.Incident.Text || c.bodies[1] != "DOWN: "+repeated+m.Incident.Text {
		t.Errorf("bodies %q", c.bodies)
	}
	if c.path != "/hook" || c.header.Get("Content-Type") != "text/plain; charset=utf-8" || c.header.Get("Authorization") != "Bearer s3cret" || c.header.Get("User-Agent") != "bellhop/test" {
		t.Errorf("path %s, header %v", c.path, c.header)
	}
}

// TestNtfyTopic ensures that a topic's address is taken apart as ntfy wants it, and that the topic, which is a
// password, is in nothing that is stored.
func TestNtfyTopic(t *testing.T) {
	for _, prefix := range []string{"", "/below"} {
		c := serve(t)
		l := lane(t, c.srv.URL+prefix+"/t0pic-s3cret/", Source{Use: Ntfy})
		m := notify.Samples(at)[0].Message
		if raw, err := l.Render(m); err != nil || strings.Contains(string(raw), "s3cret") {
			t.Errorf("stored %s, %v", raw, err)
		}
		if _, err := send(t.Context(), l, m, false); err != nil {
			t.Fatal(err)
		}
		var got struct{ Topic, Message string }
		if err := json.Unmarshal([]byte(c.bodies[0]), &got); err != nil || got.Topic != "t0pic-s3cret" || !strings.Contains(got.Message, "DOWN") || c.path != prefix+"/" {
			t.Errorf("%s %+v, %v", c.path, got, err)
		}
	}
	_, err := NewLane(monitor.Receiver{}, Options{URL: "https://ntfy.sh/", Template: parsed(t, Source{Use: Ntfy})})
	if err == nil || !strings.Contains(err.Error(), "topic") {
		t.Errorf("error %v", err)
	}
}

// TestFailures ensures that what goes wrong is understood, the first time and the second, for each ready-made
// kind, and that no error holds the address.
func TestFailures(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   monitor.SendResult
		after  time.Duration
	}{
		"failed":               {status(http.StatusInternalServerError), monitor.Refused, 0},
		"took effect":          {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, monitor.Ambiguous, 0},
		"took effect, 504":     {status(http.StatusGatewayTimeout), monitor.Ambiguous, 0},
		"does not like it":     {status(http.StatusBadRequest), monitor.Content, 0},
		"too large":            {status(http.StatusRequestEntityTooLarge), monitor.Content, 0},
		"deleted":              {status(http.StatusGone), monitor.Unmended, 0},
		"unknown":              {status(http.StatusNotFound), monitor.Unmended, 0},
		"redirects to a login": {status(http.StatusFound), monitor.Unmended, 0},
		"limited": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		}, monitor.Refused, 7 * time.Second},
	} {
		for _, use := range Ready() {
			t.Run(name+"/"+use, func(t *testing.T) {
				c := serve(t, tt.answer, tt.answer)
				l := lane(t, c.srv.URL+"/TOKEN", Source{Use: use})
				for range 2 {
					_, err := send(t.Context(), l, notify.Samples(at)[0].Message, false)
					r, ok := errors.AsType[*notify.Refusal](err)
					if !ok || r.Result != tt.want || r.After != tt.after || strings.Contains(err.Error(), "TOKEN") {
						t.Errorf("error %v, want %s", err, tt.want)
					}
				}
				if _, err := send(t.Context(), l, notify.Samples(at)[0].Message, tt.want == monitor.Ambiguous); err != nil {
					t.Error(err)
				}
				if marked := strings.Contains(c.bodies[2], "REPEAT"); marked != (tt.want == monitor.Ambiguous) {
					t.Errorf("sent again as %s", c.bodies[2])
				}
			})
		}
	}
}

// TestNewLaneRefuses ensures that what cannot be used is refused, and not repeated.
func TestNewLaneRefuses(t *testing.T) {
	for _, o := range []Options{{URL: "example.com/SECRET", Template: parsed(t, Source{Use: "teams"})}, {URL: "https://example.com/SECRET"}} {
		if _, err := NewLane(monitor.Receiver{}, o); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("error %v", err)
		}
	}
}

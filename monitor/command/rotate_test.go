package command

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
	"bellhop/notify"
)

// Every kind of receiver reads its secrets before each message, each beat and each check: who replaces a file needs
// no reload, and no error tells what was in it.
func TestEveryKindFollowsItsSecrets(t *testing.T) {
	var heard string // all of the last request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		heard = fmt.Sprint(r.URL, r.Header, string(body))
		if r.URL.Path == "/pagerduty" {
			w.WriteHeader(http.StatusAccepted)
		}
		_, _ = io.WriteString(w, `{"ok": true, "ts": "1.000001", "channel": "C0123ABCD", "versionInfo": {"version": "1"}}`)
	}))
	defer s.Close()
	for kind, form := range map[string]string{
		"slack_bot":    "slack: {token_file: %s, channel: C0123ABCD, api: %q/api}",
		"pagerduty":    "pagerduty: {routing_key_file: %s, url: %q/pagerduty}",
		"alertmanager": "alertmanager: {url_file: %s}",
		"template":     "template: {url_file: %s, use: discord}",
	} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			write := func(secret string) {
				t.Helper()
				if strings.Contains(form, "url_file") {
					secret = s.URL + "/" + secret
				}
				if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("xoxb-f1rst-0123456789")
			form := strings.ReplaceAll(form, "%s", path)
			form = strings.ReplaceAll(form, "%q", s.URL)
			list, err := watchlist.Parse("c.yaml", []byte("watchlist: {include: [apaleo]}\nreceivers: [{name: a, "+form+"}]\n"), watchlist.Options{})
			if err != nil {
				t.Fatal(err)
			}
			l, err := newLane(list.Receivers[0], monitor.RealPace())
			if err != nil || l.Receiver.Kind != kind {
				t.Fatalf("%+v, %v", l.Receiver, err)
			}
			opened := notify.Samples(time.Now())[0].Message
			for _, secret := range []string{"xoxb-f1rst-0123456789", "xoxb-s3cond-0123456789"} {
				write(secret)
				for what, reach := range reaches(t, l, opened) {
					heard = ""
					if err := reach(); !strings.Contains(heard, secret) || err != nil && what == "letter" {
						t.Errorf("%s: %v, heard %s, want %s in it", what, err, heard, secret)
					}
				}
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			for what, reach := range reaches(t, l, opened) {
				if err := reach(); err == nil || strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "s3cond") || !strings.Contains(err.Error(), "cannot be used") {
					t.Errorf("%s without its secret: %v", what, err)
				}
			}
		})
	}
}

// reaches are the ways in which a lane comes to its receiver.
func reaches(t *testing.T, l notify.Lane, m notify.Message) map[string]func() error {
	t.Helper()
	all := map[string]func() error{"letter": func() error {
		_, err := notify.Try(t.Context(), l, m)
		return err
	}}
	if l.Keep != nil {
		all["beat"] = func() error { return l.Keep(t.Context(), []notify.Message{m}) }
	}
	if l.Check != nil {
		all["check"] = func() error {
			for _, step := range l.Check(t.Context()) {
				if !step.OK {
					return fmt.Errorf("%s: %s", step.Name, step.Detail)
				}
			}
			return nil
		}
	}
	return all
}

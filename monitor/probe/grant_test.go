package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/monitor"
)

// rotation is a token endpoint that gives a new refresh token for each one that is used, and ends the grant when
// one is used twice.
type rotation struct {
	url string

	mu      sync.Mutex
	valid   string
	used    map[string]bool
	refused bool     // the grant has ended
	asked   []string // the refresh tokens that came, in their order
	silent  bool     // takes the token, and gives no answer
	still   bool     // gives no new refresh token
	life    int
	before  func() // runs before an answer is given
}

func newRotation(t *testing.T) *rotation {
	r := &rotation{valid: "r0", used: map[string]bool{}, life: 3600}
	r.url = serve(t, r.serve)
	return r
}

func (r *rotation) set(edit func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	edit()
}

func (r *rotation) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if req.URL.Path == "/api" {
		return
	}
	given := req.PostFormValue("refresh_token")
	r.asked = append(r.asked, given)
	if r.before != nil {
		r.before()
	}
	if r.refused = r.refused || r.used[given]; r.refused || given != r.valid || req.PostFormValue("grant_type") != "refresh_token" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	body := map[string]any{"access_token": fmt.Sprintf("a%d", len(r.asked)), "expires_in": r.life, "scope": "reservations.read offline_access"}
	if !r.still {
		r.used[given], r.valid = true, fmt.Sprintf("r%d", len(r.asked))
		body["refresh_token"] = r.valid
	}
	if r.silent {
		panic(http.ErrAbortHandler)
	}
	_ = json.NewEncoder(w).Encode(body)
}

// seen are the refresh tokens that came.
func (r *rotation) seen() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.asked, " ")
}

// grantFileOf is a file with the first refresh token, in a directory of its own.
func grantFileOf(t *testing.T, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grant")
	if err := os.WriteFile(path, []byte("r0\n"), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func (r *rotation) source(t *testing.T, path string) *Source {
	t.Helper()
	s, err := NewSource(SourceConfig{
		Transport: transport(t, TransportConfig{}), ClientID: "ALPN-AC-MON", TokenURL: r.url + "/token", Pace: monitor.RealPace(), Grant: path,
		Secret: func() (string, time.Time, error) { return "s3cret", time.Time{}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// later makes ten minutes pass for a source.
func later(s *Source) {
	aged(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastAt = s.lastAt.Add(-10 * time.Minute)
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || strings.TrimSpace(string(b)) != want {
		t.Errorf("the file holds %q (%v), want %q", b, err, want)
	}
}

// TestGrantIsKeptBeforeItIsUsed ensures that each refresh token is on the disk, with the file's mode, and used once.
func TestGrantIsKeptBeforeItIsUsed(t *testing.T) {
	r := newRotation(t)
	for _, mode := range []os.FileMode{0o600, 0o640} {
		r.set(func() { r.valid, r.asked = "r0", nil; clear(r.used) })
		path := grantFileOf(t, mode)
		s := r.source(t, path)
		check := TokenCheck(s, "", "reservations.read")
		for n := range 3 {
			if o := ask(t, check, 5*time.Second, false); o.Fault != "" || o.Forced != 1 || len(o.Token.Scopes) != 2 {
				t.Fatalf("%q (%s), forced %d, scopes %q", o.Fault, o.Detail, o.Forced, o.Token.Scopes)
			}
			holds(t, path, fmt.Sprintf("r%d", n+1))
			later(s)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %v (%v), want %v", info.Mode().Perm(), err, mode)
		}
		if left, _ := filepath.Glob(path + ".*"); len(left) > 0 || r.seen() != "r0 r1 r2" {
			t.Errorf("asked with %q, left behind %q", r.seen(), left)
		}
	}
}

// TestGrantServesManyProbesOnce has twenty probes want a token at the same time.
func TestGrantServesManyProbesOnce(t *testing.T) {
	r := newRotation(t)
	s := r.source(t, grantFileOf(t, 0o600))
	var all sync.WaitGroup
	for range 20 {
		p := get(t, HTTPConfig{Transport: s.config.Transport, URL: r.url + "/api", Token: s})
		all.Go(func() {
			if o := ask(t, p, 5*time.Second, false); o.Fault != "" {
				t.Errorf("%q (%s)", o.Fault, o.Detail)
			}
		})
	}
	all.Wait()
	if r.seen() != "r0" {
		t.Errorf("asked with %q", r.seen())
	}
}

// TestGrantOfTwoProcesses has another one hold the file.
func TestGrantOfTwoProcesses(t *testing.T) {
	r := newRotation(t)
	path := grantFileOf(t, 0o600)
	other, err := openGrant(path)
	if err != nil {
		t.Fatal(err)
	}
	check := TokenCheck(r.source(t, path), "")
	if o := ask(t, check, 5*time.Second, false); o.Fault != "secret" || !strings.HasSuffix(o.Detail, "another bellhop is using it") || o.Forced != 0 {
		t.Errorf("%q (%s), forced %d", o.Fault, o.Detail, o.Forced)
	}
	if err := other.replace("r7"); err != nil {
		t.Fatal(err)
	}
	other.close()
	r.set(func() { r.valid = "r7" })
	if o := ask(t, TokenCheck(r.source(t, path), ""), 5*time.Second, false); o.Fault != "" || r.seen() != "r7" {
		t.Errorf("%q (%s), asked with %q", o.Fault, o.Detail, r.seen())
	}
}

// TestGrantThatCannotBeKept ensures that nothing is spent before there is a place for what comes back, and that what
// came back is not lost, nor used, when the place turns out to be none.
func TestGrantThatCannotBeKept(t *testing.T) {
	r := newRotation(t)
	path := grantFileOf(t, 0o600)
	if err := os.Mkdir(path+".new", 0o700); err != nil { // as good as a directory that is read-only
		t.Fatal(err)
	}
	s := r.source(t, path)
	check := TokenCheck(s, "")
	o := ask(t, check, 5*time.Second, false)
	if o.Fault != "secret" || !strings.HasPrefix(o.Detail, "the refresh token's file cannot be used: open "+path) || r.seen() != "" || o.Forced != 0 {
		t.Errorf("no place: %q (%s), asked with %q", o.Fault, o.Detail, r.seen())
	}
	if err := os.Remove(path + ".new"); err != nil {
		t.Fatal(err)
	}
	// The place goes while the request is under way.
	r.set(func() {
		r.before = func() { _ = os.Remove(path + ".new") }
	})
	later(s)
	if o = ask(t, check, 5*time.Second, false); o.Fault != "secret" || !strings.HasPrefix(o.Detail, "the new refresh token cannot be kept, and no other is asked for until it is: ") || o.Forced != 1 {
		t.Errorf("lost place: %q (%s)", o.Fault, o.Detail)
	}
	holds(t, path, "r0")
	p := get(t, HTTPConfig{Transport: s.config.Transport, URL: r.url + "/api", Token: s})
	later(s)
	if o = ask(t, p, 5*time.Second, false); o.Fault != "" || o.Forced != 0 || r.seen() != "r0" {
		t.Errorf("place again: %q (%s), forced %d, asked with %q", o.Fault, o.Detail, o.Forced, r.seen())
	}
	holds(t, path, "r1")
	r.set(func() { r.before = nil })
	later(s)
	if o = ask(t, check, 5*time.Second, false); o.Fault != "" || r.seen() != "r0 r1" {
		t.Errorf("after it: %q (%s), asked with %q", o.Fault, o.Detail, r.seen())
	}
}

// TestGrantAfterACrash finds a next token that was written and not put in place, and some that were not written
// to their end.
func TestGrantAfterACrash(t *testing.T) {
	for next, want := range map[string]string{"r5\n": "r5", "r5": "r0", "": "r0", "r5\nr6\n": "r0"} {
		r := newRotation(t)
		r.set(func() { r.valid = want })
		path := grantFileOf(t, 0o600)
		if err := os.WriteFile(path+".new", []byte(next), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := ask(t, TokenCheck(r.source(t, path), ""), 5*time.Second, false); o.Fault != "" || r.seen() != want {
			t.Errorf("%q: %q (%s), asked with %q, want %q", next, o.Fault, o.Detail, r.seen(), want)
		}
		holds(t, path, "r1")
	}
}

// TestGrantReplacedByHand leaves a file alone that somebody wrote while a request was under way.
func TestGrantReplacedByHand(t *testing.T) {
	r := newRotation(t)
	path := grantFileOf(t, 0o600)
	r.set(func() { r.before = func() { _ = os.WriteFile(path, []byte("byhand"), 0o600) } })
	s := r.source(t, path)
	if o := ask(t, TokenCheck(s, ""), 5*time.Second, false); o.Fault != "" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
	holds(t, path, "byhand")
}

// TestGrantWithoutAnAnswer is tried again with the same token, and tells what may have happened if that is too late.
func TestGrantWithoutAnAnswer(t *testing.T) {
	r := newRotation(t)
	s := r.source(t, grantFileOf(t, 0o600))
	check := TokenCheck(s, "")
	r.set(func() { r.silent, r.still = true, true })
	if o := ask(t, check, 5*time.Second, false); o.Fault != "reset" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
	r.set(func() { r.silent = false })
	later(s)
	if o := ask(t, check, 5*time.Second, false); o.Fault != "" || r.seen() != "r0 r0" {
		t.Errorf("it was not used up: %q (%s), asked with %q", o.Fault, o.Detail, r.seen())
	}
	r.set(func() { r.silent, r.still = true, false })
	later(s)
	ask(t, check, 5*time.Second, false)
	r.set(func() { r.silent = false })
	later(s)
	if o := ask(t, check, 5*time.Second, false); o.Fault != "invalid_grant" || !strings.Contains(o.Detail, "it may have used up the refresh token") {
		t.Errorf("it was used up: %q (%s)", o.Fault, o.Detail)
	}
}

// TestGrantOutlivesAProbe ensures that a probe that is told to stop does not throw away the token it was given.
func TestGrantOutlivesAProbe(t *testing.T) {
	r := newRotation(t)
	path := grantFileOf(t, 0o600)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r.set(func() { r.before = cancel })
	if o := TokenCheck(r.source(t, path), "")(ctx, monitor.Attempt{At: time.Now()}); o.Fault != "" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
	holds(t, path, "r1")
}

// TestGrantWithoutAccess keeps a refresh token that came with an access token which is no use.
func TestGrantWithoutAccess(t *testing.T) {
	r := newRotation(t)
	path := grantFileOf(t, 0o600)
	r.set(func() { r.life = 0 })
	if o := ask(t, TokenCheck(r.source(t, path), ""), 5*time.Second, false); o.Fault != "wrong_body" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
	holds(t, path, "r1")
}

// TestGrantFileThatIsNone says what is wrong with it.
func TestGrantFileThatIsNone(t *testing.T) {
	r := newRotation(t)
	path := grantFileOf(t, 0o600)
	for text, want := range map[string]string{"": "holds no token", "a b": "or more than one", strings.Repeat("x", 1) + "\x00": "holds no token"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := ask(t, TokenCheck(r.source(t, path), ""), 5*time.Second, false); o.Fault != "secret" || !strings.Contains(o.Detail, want) {
			t.Errorf("%q: %q (%s)", text, o.Fault, o.Detail)
		}
	}
	_ = os.Remove(path)
	if o := ask(t, TokenCheck(r.source(t, path), ""), 5*time.Second, false); o.Fault != "secret" || !strings.Contains(o.Detail, "no such file") {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
	if r.seen() != "" {
		t.Errorf("asked with %q", r.seen())
	}
}

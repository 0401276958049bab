package probe

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"bellhop/monitor"
)

// SourceConfig is one OAuth client at apaleo (docs/apaleo.md, section 2, RFC 6749 section 4.4).
type SourceConfig struct {
	Transport *Transport // required
	ClientID  string     // required
	TokenURL  string     // required, but for a client that is only checked by Connect
	Scopes    []string   // none asks for all that the client has
	Pace      monitor.Pace

	// Secret gives the client's secret and when its file changed (zero if it is from no file). It is called
	// for each request, so that a file that is replaced serves the next one, by many goroutines at once.
	Secret func() (secret string, changed time.Time, err error)

	// Forced are the forced requests that are known from before the start, oldest first.
	Forced []time.Time

	// Grant is the file of a refresh token, of a grant that bellhop alone uses; "" is client credentials.
	// Never give it the refresh token that an integration lives on: where refresh tokens rotate, the first
	// use here would end the integration's own access. The file holds the token alone. Each one that apaleo
	// returns replaces it, atomically, before the access token that came with it is used: the directory
	// must be writable.
	Grant string
}

// A Source is one OAuth client: its one cached token serves all probes of the client, its budget of forced
// requests too. It is safe for use by many goroutines; one of them asks at a time.
type Source struct {
	config SourceConfig
	form   string
	url    *url.URL
	spread time.Duration // how much earlier than others this client refreshes
	flight chan struct{} // holds one: the right to ask for a token

	mu      sync.Mutex // guards what follows
	current token
	last    answer    // of the last request, good or not
	lastAt  time.Time // zero if there was none
	history []time.Time
	run     time.Time // since when one token has been forced after the other
}

// A token is what authorizes a request.
type token struct {
	value  string
	facts  monitor.TokenFacts
	issued time.Time
}

var (
	errNew    = errors.New("the token is new already")
	errBudget = errors.New("this client has asked for enough new ones for now")
)

// NewSource checks the settings of a client; nothing is asked yet.
func NewSource(c SourceConfig) (*Source, error) {
	switch {
	case c.Transport == nil:
		return nil, errors.New("no transport")
	case c.ClientID == "":
		return nil, errors.New("no client id")
	case c.Secret == nil:
		return nil, errors.New("no secret")
	case c.Pace.By == 0:
		return nil, errors.New("no pace")
	}
	s := &Source{config: c, flight: make(chan struct{}, 1), history: known(c.Forced, time.Now())}
	if c.TokenURL != "" {
		u, err := address(c.TokenURL)
		if err != nil {
			return nil, err
		}
		s.url = u
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(c.Scopes) > 0 {
		form.Set("scope", strings.Join(c.Scopes, " "))
	}
	s.form = form.Encode()
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.ClientID))
	s.spread = c.Pace.Of(5*time.Minute) * time.Duration(h.Sum32()%1000) / 1000
	return s, nil
}

// ClientID is the client that s speaks for.
func (s *Source) ClientID() string { return s.config.ClientID }

// get returns the token of all probes, refreshed before it ends, and how many of the client's forced
// requests that took. If there is none, it returns why.
func (s *Source) get(ctx context.Context, a monitor.Attempt) (tok token, spent int, failed *answer) {
	tok, valid, due := s.cached(time.Now())
	if valid && !due {
		return tok, 0, nil
	}
	if !s.enter(ctx, valid) {
		if valid {
			return tok, 0, nil
		}
		return token{}, 0, notInTime(ctx)
	}
	defer s.leave()
	tok, valid, due = s.cached(time.Now())
	if valid && !due {
		return tok, 0, nil
	}
	failed, allowed := s.afterFailure(time.Now())
	if allowed {
		within, cancel := patience(ctx, valid)
		spent, failed = s.fetch(within, a, failed != nil)
		cancel()
	}
	if failed == nil || valid {
		tok, _, _ = s.cached(time.Now())
		return tok, spent, nil
	}
	return token{}, spent, failed
}

// renew returns a token that is surely newer than used: the one that another probe got meanwhile, or a
// forced one. errNew is that used is new itself, a refusal that this client gets none, any other error that
// there may be none now.
func (s *Source) renew(ctx context.Context, a monitor.Attempt, used token) (token, int, error) {
	if !s.enter(ctx, false) {
		return token{}, 0, errors.New("there was no time for it")
	}
	defer s.leave()
	now := time.Now()
	tok, valid, _ := s.cached(now)
	switch {
	case valid && tok.value != used.value:
		return tok, 0, nil
	case now.Sub(used.issued) < s.newFor(now):
		return token{}, 0, errNew
	case !s.mayForce(now):
		return token{}, 0, cmp.Or(refused(s.shared(now)), errBudget)
	}
	spent, failed := s.fetch(ctx, a, true)
	if failed != nil {
		return token{}, spent, cmp.Or(refused(*failed), errors.New(failed.Detail))
	}
	tok, _, _ = s.cached(time.Now())
	return tok, spent, nil
}

// cached is the present token, whether it may be used, and whether it is time for another.
func (s *Source) cached(now time.Time) (tok token, valid, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tok = s.current
	left := tok.facts.Expires.Sub(now)
	if tok.value == "" || left <= 0 {
		return tok, false, true
	}
	margin := min(s.config.Pace.Of(5*time.Minute), tok.facts.Life/12)
	return tok, true, left < margin+min(s.spread, margin)
}

// afterFailure is the last request's failure, if that was one, and whether another may follow it now.
func (s *Source) afterFailure(now time.Time) (failed *answer, allowed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lastAt.IsZero() || s.last.Fault == monitor.FaultNone {
		return nil, true
	}
	last, wait := s.last, s.config.Pace.TokenDoubt
	if last.Code != "" { // refused for good, until a person mends it
		wait = newFor(s.run, now, s.config.Pace)
	}
	return &last, now.Sub(s.lastAt) >= wait*9/10 && mayForce(s.history, now, s.config.Pace)
}

func (s *Source) mayForce(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return mayForce(s.history, now, s.config.Pace)
}

func (s *Source) roomForTwo(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return recent(s.history, now, s.config.Pace)+2 <= monitor.TokenMax
}

func (s *Source) newFor(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return newFor(s.run, now, s.config.Pace)
}

// enter takes the right to ask. It waits for it, unless the caller can do without.
func (s *Source) enter(ctx context.Context, canWait bool) bool {
	select {
	case s.flight <- struct{}{}:
		return true
	default:
	}
	if canWait {
		return false
	}
	select {
	case s.flight <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Source) leave() { <-s.flight }

// fetch asks for a token, and once more if the secret was replaced under our hands. The caller holds the
// flight. It returns how many forced requests it made, and the failure if it was one.
func (s *Source) fetch(ctx context.Context, a monitor.Attempt, forced bool) (int, *answer) {
	requests := 0
	ans := s.authenticated(func(secret string) answer {
		requests++
		return s.grant(ctx, a, secret)
	})
	if !forced {
		requests = 0
	}
	s.note(ans, requests)
	if ans.Fault != monitor.FaultNone {
		return requests, &ans
	}
	return requests, nil
}

// authenticated calls ask with the secret; if that is not accepted and has changed meanwhile, once more, where
// the budget has room for both.
func (s *Source) authenticated(ask func(secret string) answer) answer {
	secret, changed, failed := s.secret()
	if failed != nil {
		return *failed
	}
	ans := ask(secret)
	if ans.Fault == monitor.FaultClient {
		again, since, failed := s.secret()
		if failed == nil && again != secret {
			changed = since
			if s.roomForTwo(time.Now()) {
				ans = ask(again)
			}
		}
	}
	ans.SecretAge = age(changed)
	return ans
}

func age(changed time.Time) time.Duration {
	if changed.IsZero() {
		return 0
	}
	return max(time.Since(changed), 1)
}

// note keeps what a request brought. One that was cut short by ourselves says nothing.
func (s *Source) note(ans answer, forced int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for range forced {
		s.run = runSince(s.run, s.history, now, s.config.Pace)
		s.history = spend(s.history, now)
	}
	if ans.Fault == monitor.FaultCanceled {
		return
	}
	if ans.Fault == monitor.FaultNone {
		s.current = ans.token
	}
	ans.body, ans.header, ans.token = nil, nil, token{}
	s.last, s.lastAt = ans, now
}

func (s *Source) grant(ctx context.Context, a monitor.Attempt, secret string) answer {
	if s.url == nil {
		return answer{Outcome: monitor.Outcome{Fault: monitor.FaultNoToken, Detail: "this client has no token of its own"}}
	}
	ans := s.post(ctx, a, s.url, s.form, secret)
	ans.judgeGrant(time.Now())
	return ans
}

// post sends a form with the client's credentials in the Authorization header (RFC 6749 section 2.3.1).
func (s *Source) post(ctx context.Context, a monitor.Attempt, u *url.URL, form, secret string) answer {
	q := question{method: http.MethodPost, url: u, body: form, header: http.Header{
		"Content-Type":  {"application/x-www-form-urlencoded"},
		"Accept":        {"application/json"},
		"Authorization": {basic(s.config.ClientID, secret)},
	}}
	return s.config.Transport.do(ctx, a, &q)
}

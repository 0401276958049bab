package probe

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"net/url"
	"os"
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
	kept   *kept         // where the tokens are, if somebody else gets them
	flight chan struct{} // holds one: the right to ask for a token
	unkept *unkept       // a refresh token that is nowhere but here; for the holder of the flight
	unsure bool          // a refresh token may have been used up without an answer; likewise

	mu      sync.Mutex // guards what follows
	current token
	last    answer    // of the last request, good or not
	lastAt  time.Time // zero if there was none
	history []time.Time
	run     time.Time // since when one token has been forced after the other
	lacking time.Time // since when the integration has kept none that could be used; zero is that it does
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
	errSame   = errors.New("the integration has no newer one")
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
	if s.kept != nil {
		tok, failed = s.borrow(ctx, a, token{})
		return tok, 0, failed
	}
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
	if tok, valid, _ = s.cached(time.Now()); valid || failed == nil {
		return tok, spent, nil
	}
	return token{}, spent, failed
}

// renew returns a token that is surely newer than used: the one that another probe got meanwhile, or a
// forced one. errNew is that used is new itself, errSame that the integration goes on with it, a refusal that
// this client gets none, any other error that there may be none now.
func (s *Source) renew(ctx context.Context, a monitor.Attempt, used token) (token, int, error) {
	if s.kept != nil {
		tok, err := s.borrowAgain(ctx, a, used)
		return tok, 0, err
	}
	if !s.enter(ctx, false) {
		return token{}, 0, errors.New("there was no time for it")
	}
	defer s.leave()
	now := time.Now()
	tok, valid, _ := s.cached(now)
	switch {
	case valid && tok.value != used.value:
		return tok, 0, nil
	case used.facts.Expires.After(now) && now.Sub(used.issued) < s.newFor(now):
		return token{}, 0, errNew
	case s.failedLately(now):
		last := s.latest()
		return token{}, 0, cmp.Or(refused(last), errors.New(last.Detail))
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
	if s.config.Grant != "" { // a refresh that is given up half-way could cost the grant: it gets all the time there is
		ending := left < min(s.config.Pace.Of(30*time.Second), tok.facts.Life/12)
		return tok, !ending, ending
	}
	margin := min(s.config.Pace.Of(5*time.Minute), tok.facts.Life/12)
	return tok, true, left < margin+min(s.spread, margin)
}

// afterFailure is the last request's failure, if that was one, and whether another may follow it now.
func (s *Source) afterFailure(now time.Time) (failed *answer, allowed bool) {
	changed := s.changed()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lastAt.IsZero() || s.last.Fault == monitor.FaultNone {
		return nil, true
	}
	last, wait := s.last, s.config.Pace.TokenDoubt
	if last.Code != "" && !changed.After(s.lastAt) { // refused for good, until a person mends it
		wait = newFor(s.run, now, s.config.Pace)
	}
	return &last, now.Sub(s.lastAt) >= wait*9/10 && mayForce(s.history, now, s.config.Pace)
}

// failedLately is whether the last request failed, and so short a time ago that its answer still counts.
func (s *Source) failedLately(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.Fault != monitor.FaultNone && now.Sub(s.lastAt) < s.config.Pace.TokenDoubt*9/10
}

// changed is when a person last touched what the client authenticates with; zero if that is in no file.
func (s *Source) changed() time.Time {
	_, changed, _ := s.config.Secret()
	if s.config.Grant == "" {
		return changed
	}
	if info, err := os.Stat(s.config.Grant); err == nil && info.ModTime().After(changed) {
		return info.ModTime()
	}
	return changed
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

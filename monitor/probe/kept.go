package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"bellhop/monitor"
)

// KeptConfig is where an integration keeps a token of its own for us to borrow: a file, or an address that
// hands it out. Either holds the token alone, or JSON: {"access_token", "expires_at" (RFC 3339 or Unix time)
// or "expires_in" (seconds)}. Such a token never costs a request at apaleo; getting the next one is the integration's.
type KeptConfig struct {
	ClientID string // the integration's, if it is known: whose quota is used
	Pace     monitor.Pace

	File string // is read again for each request

	URL       string     // instead of File; http, loopback and private addresses are fine
	Transport *Transport // required with URL
	Header    string     // name of the header that carries Secret; Authorization if empty
	// Secret is the value of Header and when its file changed, as in SourceConfig; nil sends none.
	Secret func() (secret string, changed time.Time, err error)
}

// NewKeptSource checks where a token is kept; nothing is read yet. Its probes use the token as long as it lasts. A 401
// has it read again, once: with the same token it stays a 401, of the integration's own.
func NewKeptSource(c KeptConfig) (*Source, error) {
	k := &kept{config: c}
	switch {
	case c.Pace.By == 0:
		return nil, errors.New("no pace")
	case (c.File == "") == (c.URL == ""):
		return nil, errors.New("a token is kept in a file or behind a url")
	case c.URL != "" && c.Transport == nil:
		return nil, errors.New("no transport")
	case c.Header != "" && !httpToken.MatchString(c.Header):
		return nil, fmt.Errorf("header name %q is none", c.Header)
	}
	if c.URL != "" {
		u, err := address(c.URL)
		if err != nil {
			return nil, err
		}
		k.url = u
	}
	nothing := func() (string, time.Time, error) { return "", time.Time{}, nil }
	return &Source{config: SourceConfig{ClientID: c.ClientID, Secret: nothing}, kept: k, flight: make(chan struct{}, 1)}, nil
}

// kept is a place where an integration keeps its token.
type kept struct {
	config KeptConfig
	url    *url.URL // nil for a file
}

// keptFor is how long a token from an address serves that does not say when it ends.
const keptFor = time.Minute

// borrow is the integration's token, or why there is none that could be used. A file is read each time; an
// address is asked when the token that it gave last has ended, or is refused.
func (s *Source) borrow(ctx context.Context, a monitor.Attempt, refused token) (token, *answer) {
	if s.kept.url == nil {
		return s.kept.open(time.Now())
	}
	if !s.enter(ctx, false) {
		return token{}, notInTime(ctx)
	}
	defer s.leave()
	s.mu.Lock()
	have := s.current
	s.mu.Unlock()
	if have.lasts(time.Now()) && have.value != refused.value {
		return have, nil
	}
	tok, failed := s.kept.ask(ctx, a)
	if failed != nil {
		return token{}, failed
	}
	s.mu.Lock()
	s.current = tok
	s.mu.Unlock()
	return tok, nil
}

// borrowAgain reads the token again, now that used is refused.
func (s *Source) borrowAgain(ctx context.Context, a monitor.Attempt, used token) (token, error) {
	tok, failed := s.borrow(ctx, a, used)
	switch {
	case failed != nil:
		return token{}, errors.New(failed.Detail)
	case tok.value == used.value:
		return token{}, errSame
	}
	return tok, nil
}

// look is what a check of the token itself sees. Where there has been none to borrow for too long, nobody else would
// tell of it: for all other checks that is only a reason not to ask.
func (s *Source) look(ctx context.Context, a monitor.Attempt) answer {
	s.mu.Lock()
	have := s.current
	s.mu.Unlock()
	tok, failed := s.borrow(ctx, a, have)
	if failed == nil {
		s.lacks(time.Time{})
		return answer{Outcome: monitor.Outcome{Token: tok.facts}}
	}
	if now := time.Now(); failed.Fault == monitor.FaultNoToken {
		failed.late(s.lacks(now), now, s.kept.config.Pace)
	}
	return *failed
}

// lacks notes that there is no token now, and is since when that has been seen; zero is that there is one.
func (s *Source) lacks(now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lacking.IsZero() || now.IsZero() {
		s.lacking = now
	}
	return s.lacking
}

// late makes the answer that there is no token one of a token that is overdue, if that has been so for too long:
// since it was first seen, or since the token ended, as a restart is no new term.
func (ans *answer) late(since, now time.Time, p monitor.Pace) {
	end := ans.Token.Expires
	if !end.IsZero() && end.Before(since) {
		since = end
	}
	if now.Sub(since) <= p.TokenOverdue {
		return
	}
	ans.Fault = monitor.FaultOverdue
	if end.IsZero() {
		ans.Detail = oneLine(ans.Detail+"; there has been no token since "+clockOf(since, now), 2*maxTermShown)
	}
}

// lasts is whether a token may still be used.
func (t token) lasts(now time.Time) bool {
	if t.value == "" {
		return false
	}
	if t.facts.Expires.IsZero() {
		return now.Sub(t.issued) < keptFor
	}
	return t.facts.Expires.After(now)
}

// open reads the file.
func (k *kept) open(now time.Time) (token, *answer) {
	f, err := openFile(k.config.File)
	if err != nil {
		return token{}, noneKept("the integration's token file cannot be read: " + told(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return token{}, noneKept("the integration's token file cannot be read: " + told(err))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxTokenFile))
	if err != nil {
		return token{}, noneKept("the integration's token file cannot be read: " + told(err))
	}
	tok, ok := readKept(b, info.ModTime())
	written := clockOf(info.ModTime(), now)
	switch {
	case !ok:
		return token{}, noneKept("the integration's token file holds no token since " + written)
	case !tok.facts.Expires.IsZero() && !tok.facts.Expires.After(now):
		return token{}, ended(tok, fmt.Sprintf("the integration's token file has not been renewed since %s; its token", written), now)
	}
	return tok, nil
}

// ask asks the address.
func (k *kept) ask(ctx context.Context, a monitor.Attempt) (token, *answer) {
	q := question{method: http.MethodGet, url: k.url, header: http.Header{"Accept": {"application/json"}}}
	if k.config.Secret != nil {
		secret, _, err := k.config.Secret()
		if err != nil || secret == "" || badInValue.MatchString(secret) {
			return token{}, noneKept("the secret for the address of the integration's token cannot be read, or is none")
		}
		q.header.Set(cmp.Or(k.config.Header, "Authorization"), secret)
	}
	ans := k.config.Transport.do(ctx, a, &q)
	switch {
	case ans.Fault == monitor.FaultCanceled:
		return token{}, &answer{Outcome: monitor.Outcome{Fault: ans.Fault, Detail: ans.Detail}}
	case ans.Fault != monitor.FaultNone:
		return token{}, noneKept("the address of the integration's token: " + ans.Detail)
	case ans.Status != http.StatusOK:
		return token{}, noneKept(fmt.Sprintf("the address of the integration's token answered HTTP %d", ans.Status))
	}
	now := time.Now()
	tok, ok := readKept(ans.body, now)
	switch {
	case !ok || ans.over || ans.cut != monitor.FaultNone:
		return token{}, noneKept("the address of the integration's token gave no token")
	case !tok.facts.Expires.IsZero() && !tok.facts.Expires.After(now):
		return token{}, ended(tok, "the address of the integration's token gave one that", now)
	}
	return tok, nil
}

func noneKept(why string) *answer {
	return &answer{Outcome: monitor.Outcome{Fault: monitor.FaultNoToken, Detail: oneLine(why, 2*maxTermShown)}}
}

// ended is that what is kept is a token of the past.
func ended(tok token, what string, now time.Time) *answer {
	ans := noneKept(what + " ended at " + clockOf(tok.facts.Expires, now))
	ans.Token = tok.facts
	return ans
}

package probe

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"bellhop/monitor"
)

// fetch asks for a token, and once more if the secret was replaced under our hands. The caller holds the
// flight. It returns how many forced requests it made, and the failure if it was one.
func (s *Source) fetch(ctx context.Context, a monitor.Attempt, forced bool) (int, *answer) {
	requests := 0
	ans := s.authenticated(func(secret string) answer {
		ans := s.grant(ctx, a, secret)
		if !ans.Started.IsZero() { // else nothing was sent
			requests++
		}
		return ans
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
	if s.config.Grant != "" {
		return s.refresh(ctx, a, secret)
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

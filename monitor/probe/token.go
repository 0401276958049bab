package probe

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"bellhop/monitor"
)

// TokenCheck asks for a new token each time, from the client's budget, and checks that it is account's ("" is
// any) and meets needs, which are as LostScope takes them. A token that an integration keeps is read anew. If the budget allows none, it reports the request of another probe if that is as good as its own,
// else that it was not executed.
func TokenCheck(s *Source, account string, needs ...string) monitor.Probe {
	return func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
		began := now(a)
		ans, spent := s.force(ctx, a)
		if ans.Fault == monitor.FaultNone && account != "" && ans.Token.Account != "" && ans.Token.Account != account {
			ans.Fault = monitor.FaultWrongAccount
			ans.Detail = fmt.Sprintf("the token is for account %s, not %s", ans.Token.Account, account)
		}
		if ans.Fault == monitor.FaultNone {
			ans.judgeScopes(needs)
		}
		return began.close(ans, spent, s).Outcome
	}
}

// TokenEdge asks the token endpoint without any client: 400 and 401 are the good answers.
func TokenEdge(tokenURL string, t *Transport) (monitor.Probe, error) {
	return HTTP(HTTPConfig{
		Transport: t, Method: http.MethodPost, URL: tokenURL, Body: "grant_type=client_credentials",
		Headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		Expect:  "status in [400, 401]",
	})
}

// Connect checks a client that has no token of its own: it revokes a token that never was (RFC 7009 section
// 2.2: 200, or invalid_client). Its requests count as forced ones.
func Connect(s *Source, revocationURL string) (monitor.Probe, error) {
	u, err := address(revocationURL)
	switch {
	case err != nil:
		return nil, err
	case s.kept != nil:
		return nil, errors.New("the integration keeps this client's tokens: there is no client secret to check")
	}
	form := url.Values{"token": {"bellhop-checks-this-client"}, "token_type_hint": {"refresh_token"}}.Encode()
	return func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
		began := now(a)
		ans, spent := s.spendOn(ctx, func(secret string) answer {
			ans := s.post(ctx, a, u, form, secret)
			ans.judgeRevocation()
			return ans
		})
		return began.close(ans, spent, s).Outcome
	}, nil
}

// force asks for a token whatever there is, if the budget allows.
func (s *Source) force(ctx context.Context, a monitor.Attempt) (answer, int) {
	if s.kept != nil {
		return s.look(ctx, a), 0
	}
	if !s.enter(ctx, false) {
		return *notInTime(ctx), 0
	}
	defer s.leave()
	if moment := time.Now(); !s.mayForce(moment) {
		return s.shared(moment), 0
	}
	spent, failed := s.fetch(ctx, a, true)
	if failed != nil {
		return *failed, spent
	}
	return s.latest(), spent
}

// shared is the answer that another probe just got: all checks of a client share what is learned of it.
func (s *Source) shared(now time.Time) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lastAt.IsZero() && now.Sub(s.lastAt) < s.config.Pace.TokenDoubt {
		return s.last
	}
	return answer{Outcome: monitor.Outcome{Fault: monitor.FaultNoToken, Detail: errBudget.Error()}}
}

// patience is how long a probe waits for a token: as long as it has, but a third of that where the present one
// will do. What the token is for needs its time too: that identity hangs is no failure of the API.
func patience(ctx context.Context, canDoWithout bool) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !canDoWithout || !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)/3)
}

// Forced are the client's forced requests as far as they count, oldest first.
func (s *Source) Forced() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.history)
}

func (s *Source) latest() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// spendOn makes authenticated requests that are no grants, from the budget.
func (s *Source) spendOn(ctx context.Context, ask func(secret string) answer) (answer, int) {
	if !s.enter(ctx, false) {
		return *notInTime(ctx), 0
	}
	defer s.leave()
	if moment := time.Now(); !s.mayForce(moment) {
		return s.shared(moment), 0
	}
	requests := 0
	ans := s.authenticated(func(secret string) answer {
		requests++
		return ask(secret)
	})
	s.note(ans, requests)
	return ans, requests
}

// secret reads the client's secret. What the reading says is not repeated, but for the file's name and the
// system's word.
func (s *Source) secret() (string, time.Time, *answer) {
	secret, changed, err := s.config.Secret()
	if err == nil && secret != "" {
		return secret, changed, nil
	}
	detail := "the client secret is empty"
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		detail = oneLine(fmt.Sprintf("the client secret cannot be read: %s: %v", path.Path, path.Err), maxTermShown)
	} else if err != nil {
		detail = "the client secret cannot be read"
	}
	return "", time.Time{}, &answer{Outcome: monitor.Outcome{Fault: monitor.FaultSecret, Detail: detail}}
}

// maxLife is the longest that a token is taken to last.
const maxLife = 7 * 24 * time.Hour

// judgeGrant reads the answer of the token endpoint.
func (ans *answer) judgeGrant(now time.Time) {
	if ans.Fault != monitor.FaultNone {
		return
	}
	if ans.Status != http.StatusOK {
		ans.judgeRefusal()
		return
	}
	var v struct {
		Token   string  `json:"access_token"`
		Expires float64 `json:"expires_in"`
		Scope   list    `json:"scope"`
		Refresh string  `json:"refresh_token"`
	}
	if ans.cut != monitor.FaultNone {
		ans.Fault = ans.cut
		return
	}
	isJSON := !ans.over && json.Unmarshal(ans.body, &v) == nil
	if isJSON && plainToken.MatchString(v.Refresh) {
		ans.refresh = v.Refresh
	}
	if !isJSON || !plainToken.MatchString(v.Token) {
		ans.Fault, ans.Detail = monitor.FaultBody, "the token endpoint answered without an access_token"
		return
	}
	life := time.Duration(math.Min(math.Max(v.Expires, 0), maxLife.Seconds())) * time.Second
	claims := readClaims(v.Token)
	ans.Token = claims.facts(now, life)
	ans.Token.Scopes = scopesOf(claims.Scope, v.Scope)
	if !ans.Token.Expires.After(now) {
		ans.Fault, ans.Detail = monitor.FaultBody, "the token endpoint gave a token that has ended already, or does not say when it ends"
		return
	}
	ans.token = token{value: v.Token, facts: ans.Token, issued: now}
}

func (ans *answer) judgeRevocation() {
	switch {
	case ans.Fault != monitor.FaultNone:
	case ans.Status != http.StatusOK:
		ans.judgeRefusal()
	case ans.cut != monitor.FaultNone:
		ans.Fault = ans.cut
	}
}

// judgeRefusal reads an OAuth error (RFC 6749 section 5.2; docs/apaleo.md, section 2).
func (ans *answer) judgeRefusal() {
	ans.keepBody()
	ans.Fault = statusFault(ans.Status, false)
	ans.Detail = fmt.Sprintf("HTTP %d from %s", ans.Status, "the token endpoint")
	if ans.Status != http.StatusBadRequest && ans.Status != http.StatusUnauthorized {
		return
	}
	var v struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(ans.body, &v) != nil || !plainCode.MatchString(v.Error) {
		return
	}
	ans.Code = v.Error
	if f, known := oauthFault(v.Error); known {
		ans.Fault = f
	}
	ans.Detail = fmt.Sprintf("HTTP %d %s", ans.Status, v.Error)
}

func oauthFault(code string) (monitor.Fault, bool) {
	switch code {
	case "invalid_client":
		return monitor.FaultClient, true
	case "invalid_grant":
		return monitor.FaultGrant, true
	case "invalid_scope", "unauthorized_client":
		return monitor.FaultScope, true
	case "invalid_request", "unsupported_grant_type", "unsupported_token_type":
		return monitor.FaultRequest, true
	}
	return monitor.FaultNone, false
}

func basic(id, secret string) string {
	pair := url.QueryEscape(id) + ":" + url.QueryEscape(secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

func notInTime(ctx context.Context) *answer {
	ans := &answer{Outcome: monitor.Outcome{Fault: monitor.FaultNoToken, Detail: "no token in time"}}
	if errors.Is(ctx.Err(), context.Canceled) {
		ans.Fault, ans.Detail = monitor.FaultCanceled, "cut short by bellhop itself"
	}
	return ans
}

// withoutToken is the outcome of a probe that had no token to ask with.
func withoutToken(b beginning, failed answer, spent int) answer {
	ans := answer{Outcome: monitor.Outcome{Fault: monitor.FaultNoToken, Detail: oneLine("no token: "+failed.Detail, 2*maxTermShown)}}
	if failed.Fault == monitor.FaultSecret || failed.Fault == monitor.FaultCanceled {
		ans.Fault, ans.Detail = failed.Fault, failed.Detail
	}
	if refused(failed) != nil {
		ans.Code = failed.Code
	}
	ans.SecretAge = failed.SecretAge
	ans.Forced = spent
	return b.stamp(ans)
}

// A beginning is when and as what an attempt of several requests began.
type beginning struct {
	attempt monitor.Attempt
	started time.Time
}

func now(a monitor.Attempt) beginning { return beginning{a, time.Now()} }

// close makes one outcome of an attempt that took spent forced requests of s.
func (b beginning) close(ans answer, spent int, s *Source) answer {
	ans.Forced = spent
	if ans.Fault != monitor.FaultNone && ans.SecretAge == 0 {
		if _, changed, err := s.config.Secret(); err == nil {
			ans.SecretAge = age(changed)
		}
	}
	return b.stamp(ans)
}

func (b beginning) stamp(ans answer) answer {
	ans.At, ans.Started, ans.Fresh = b.attempt.At, b.started, b.attempt.Fresh
	ans.Took = time.Since(b.started)
	return ans
}

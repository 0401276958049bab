package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"bellhop/monitor"
)

// HTTPConfig is one HTTP request and what is expected of its answer.
type HTTPConfig struct {
	Transport *Transport // required
	Method    string     // GET if empty
	URL       string     // http or https, without user and password
	Headers   map[string]string
	Body      string

	// Expect is an expr-lang expression over status (int), headers (a map by lower-case name), json (nil if
	// the body is none) and body (string). Empty is any status of 200 to 299.
	Expect          string
	Hidden          bool // Expect holds a secret: details do not repeat it
	FollowRedirects bool

	// Token authorizes the request; nil sends none.
	Token *Source
	// Needs is what LostScope is told: a 403 to a token that does not meet it is FaultScopeLost.
	Needs []string

	// Read looks at the JSON of an answer that is otherwise good, for what an expression cannot tell; it
	// returns FaultNone or what is wrong, and a detail that is safe to show. Nil is nothing.
	Read func(json any) (monitor.Fault, string)
}

// HTTP asks by one HTTP request. Confirmations go over a connection of their own. An error says what in the
// settings cannot be.
func HTTP(c HTTPConfig) (monitor.Probe, error) {
	p, err := newHTTP(c)
	if err != nil {
		return nil, err
	}
	return p.ask, nil
}

type httpProbe struct {
	transport *Transport
	question  question
	expect    *expectation
	token     *Source
	needs     []string
	read      func(any) (monitor.Fault, string)
}

func newHTTP(c HTTPConfig) (*httpProbe, error) {
	q, err := newQuestion(c)
	if err != nil {
		return nil, err
	}
	expect, err := c.Transport.expectation(c.Expect, c.Hidden)
	if err != nil {
		return nil, err
	}
	return &httpProbe{transport: c.Transport, question: q, expect: expect, token: c.Token, needs: c.Needs, read: c.Read}, nil
}

var (
	httpToken  = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110, section 5.6.2
	badInValue = regexp.MustCompile(`[\x00-\x08\x0a-\x1f\x7f]`)
)

func newQuestion(c HTTPConfig) (question, error) {
	if c.Transport == nil {
		return question{}, errors.New("no transport")
	}
	u, err := address(c.URL)
	if err != nil {
		return question{}, err
	}
	q := question{method: c.Method, url: u, header: http.Header{}, body: c.Body, follow: c.FollowRedirects}
	if q.method == "" {
		q.method = http.MethodGet
	}
	if !httpToken.MatchString(q.method) {
		return question{}, fmt.Errorf("method %q is none", q.method)
	}
	for name, value := range c.Headers {
		if !httpToken.MatchString(name) {
			return question{}, fmt.Errorf("header name %q is none", name)
		}
		if badInValue.MatchString(value) {
			return question{}, fmt.Errorf("header %s: the value has a control character in it", name)
		}
		if strings.EqualFold(name, "Host") {
			q.host = value
			continue
		}
		q.header.Set(name, value)
	}
	return q, nil
}

// address reads an absolute http or https URL. Its errors do not repeat the address: it may hold a secret.
func address(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("url cannot be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("url must begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("url has no host")
	case u.User != nil:
		return nil, errors.New("url must not hold user and password: use an Authorization header")
	}
	return u, nil
}

func (p *httpProbe) ask(ctx context.Context, a monitor.Attempt) monitor.Outcome {
	return p.answer(ctx, a).Outcome
}

func (p *httpProbe) answer(ctx context.Context, a monitor.Attempt) answer {
	if p.token == nil {
		return p.once(ctx, a, token{})
	}
	began := now(a)
	tok, spent, failed := p.token.get(ctx, a)
	if failed != nil {
		return withoutToken(began, *failed, spent)
	}
	ans := p.once(ctx, a, tok)
	if ans.Fault == monitor.FaultUnauthorized {
		var more int
		ans, more = p.confirm(ctx, a, tok, ans)
		spent += more
	}
	took := ans.Took // by those who are watched: the time for a token is the token endpoint's
	ans = began.close(ans, spent, p.token)
	ans.Took = took
	return ans
}

func (p *httpProbe) once(ctx context.Context, a monitor.Attempt, tok token) answer {
	q := p.question
	q.bearer = tok.value
	ans := p.transport.do(ctx, a, &q)
	ans.Token = tok.facts
	ans.judge(p.expect, tok.value != "")
	if ans.Fault == monitor.FaultForbidden {
		ans.judgeScopes(p.needs)
	}
	if ans.Fault == monitor.FaultNone && p.read != nil {
		ans.Fault, ans.Detail = p.read(decode(ans.body))
	}
	return ans
}

// confirm asks once more with a token that is surely new, if there may be one.
func (p *httpProbe) confirm(ctx context.Context, a monitor.Attempt, used token, first answer) (answer, int) {
	tok, spent, err := p.token.renew(ctx, a, used)
	no, isRefusal := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errNew):
		first.Detail = "HTTP 401, though the token is new"
		return first, spent
	case errors.Is(err, errSame):
		first.Detail = "HTTP 401: the integration's own token is refused, and it has no newer one"
		return first, spent
	case isRefusal: // that is the confirmation
		first.Fault, first.Code, first.SecretAge = no.answer.Fault, no.answer.Code, no.answer.SecretAge
		first.Detail = "HTTP 401, and a new token is refused: " + no.answer.Detail
		return first, spent
	case err != nil:
		first.Fault = monitor.FaultUnconfirmed
		first.Detail = "HTTP 401, and no new token: " + err.Error()
		return first, spent
	}
	second := p.once(ctx, a, tok)
	if second.Fault == monitor.FaultUnauthorized {
		second.Detail = "HTTP 401, with a new token too"
	}
	return second, spent
}

package transport

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Wrap is a RoundTripper that sends through base, http.DefaultTransport if that is nil, and counts what comes of the
// requests to the hosts of Options. account says whom they are made for; nil goes by WithAccount alone. What is for
// no account is not counted.
//
// A request is counted when its body was read to the end, was closed, or broke off: a body that is never closed is
// never counted. Its outcome is the status, or timeout, connect, reset, dns or tls. What the caller cancels is not
// counted, a deadline that passes is a timeout.
func (r *Reporter) Wrap(base http.RoundTripper, account Account) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &tripper{base: base, account: account, r: r}
}

// A tripper is a RoundTripper that counts.
type tripper struct {
	base    http.RoundTripper
	account Account
	r       *Reporter
}

// RoundTrip sends a request as base does.
func (t *tripper) RoundTrip(req *http.Request) (*http.Response, error) {
	x, watched := t.r.begin(req, t.account)
	resp, err := t.base.RoundTrip(req)
	if watched {
		t.r.after(x, resp, err)
	}
	return resp, err
}

// CloseIdleConnections does so in base, if it can: http.Client asks for it.
func (t *tripper) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// An exchange is a request under way that is to be counted.
type exchange struct {
	r       *Reporter
	req     *http.Request
	account string
	module  string    // "" at the token endpoint
	began   time.Time // only there
	status  ending
}

// begin finds whether and for whom a request is to be counted. It must never break it: a panic in the caller's own
// function, too, is only counted.
func (r *Reporter) begin(req *http.Request, account Account) (x exchange, watched bool) {
	defer r.survive(&watched)
	if req == nil || req.URL == nil {
		return x, false
	}
	x = exchange{r: r, req: req}
	switch {
	case req.URL.Path == tokenPath && amongHosts(r.options.Identity, req.URL):
		x.began = time.Now()
	case amongHosts(r.options.APIs, req.URL):
		x.module = moduleOf(req.URL.Path)
	default:
		return x, false
	}
	if x.account = accountOf(req, account); !usableCode(x.account) {
		r.count.unnamed.Add(1)
		return x, false
	}
	return x, true
}

// survive keeps a panic of the counting from who makes the request.
func (r *Reporter) survive(so *bool) {
	if recover() != nil {
		*so = false
		r.count.panics.Add(1)
	}
}

// amongHosts says whether a URL is of one of the hosts.
func amongHosts(hosts []string, u *url.URL) bool {
	for _, h := range hosts {
		if len(u.Host) >= len(h) && strings.EqualFold(u.Host[:len(h)], h) && (len(u.Host) == len(h) || u.Host[len(h)] == ':') {
			return true
		}
	}
	return false
}

// after counts a request, or sees to it that it is counted when its body ends.
func (r *Reporter) after(x exchange, resp *http.Response, err error) {
	var fine bool
	defer r.survive(&fine)
	if err != nil || resp == nil {
		if err != nil {
			x.settle(broke(x.req, err), answer{})
		}
		return
	}
	x.status = answered(resp.StatusCode)
	if _, upgraded := resp.Body.(io.Writer); resp.Body == nil || resp.Body == http.NoBody || upgraded || resp.StatusCode == http.StatusSwitchingProtocols {
		x.settle(x.status, answer{})
		return
	}
	resp.Body = watch(resp.Body, x)
}

// settle counts the request, once.
func (x *exchange) settle(e ending, said answer) {
	r := x.r
	switch {
	case e == canceled:
	case !e.counts():
		r.count.unclear.Add(1)
	case x.module == "":
		done := concluded(x.began, e, said)
		r.kept(r.ledger.edit(x.account, done.at, func(a *account) bool {
			if done.newer(a.token) {
				a.token, a.used = done, done.at
			}
			return true
		}))
	case r.ledger.add(x.account, x.module, e, time.Now):
		r.count.counted.Add(1)
	default:
		r.kept(false)
	}
}

func (r *Reporter) kept(so bool) {
	if !so {
		r.count.dropped.Add(1)
	}
}

package probe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	maxBody      = 64 << 10
	maxRedirects = 5
)

// A question is one request as it is sent.
type question struct {
	method string
	url    *url.URL
	header http.Header
	host   string // the Host header, if it is another than the address's
	body   string
	follow bool
	bearer string
	most   int // bytes of the answer's body that are read; maxBody if 0
}

// An answer is what came back. Its Outcome has everything but the verdict on the answer itself: a fault is
// set only if there was no answer.
type answer struct {
	monitor.Outcome
	header http.Header
	body   []byte        // at most as much as the question allows
	over   bool          // there was more
	cut    monitor.Fault // why the body ended early, if it did
	token  token         // that the token endpoint gave
	stale  bool          // a kept connection had been closed

	refresh string // the refresh token that came with it
}

// do sends one request and reads its answer, bounded in bytes, and in time by ctx. That a kept connection was
// closed when it was needed says nothing of the other side: the request is then sent over a new one, as
// net/http does by itself in some of the cases.
func (t *Transport) do(ctx context.Context, a monitor.Attempt, q *question) answer {
	ans := t.exchange(ctx, a, q, a.Fresh || !q.repeatable())
	if !ans.stale {
		return ans
	}
	started := ans.Started
	ans = t.exchange(ctx, a, q, true)
	ans.Started, ans.Took = started, time.Since(started)
	return ans
}

// repeatable is whether a request may be sent twice (RFC 9110, section 9.2.2). What may not goes over
// connections of its own.
func (q *question) repeatable() bool {
	return q.method != http.MethodPost && q.method != http.MethodPatch
}

func (t *Transport) exchange(ctx context.Context, a monitor.Attempt, q *question, fresh bool) answer {
	started := time.Now()
	pool, done := t.pool(fresh)
	defer done()
	rec := &recorder{}
	req := t.request(rec.trace(ctx), q)
	proxy, err := t.config.Proxy(req)
	rec.proxied = proxy != nil || err != nil
	rec.veiled = proxy != nil && proxy.Scheme == "https"

	var ans answer
	res, err := send(pool, req, q.follow)
	if err == nil {
		ans.read(res, q.url.Hostname(), cmp.Or(q.most, maxBody))
		_ = res.Body.Close()
		if proxy != nil && res.StatusCode == http.StatusProxyAuthRequired {
			err = &proxyError{status: res.StatusCode}
		}
	}
	got := rec.read()
	ans.At, ans.Started, ans.Fresh = a.At, started, a.Fresh
	ans.Phases, ans.IP, ans.Reused = got.phases, got.ip, got.reused
	if proxy == nil { // else they are the proxy's
		ans.Addrs = addresses(got.addrs)
	}
	if err != nil {
		ans.fail(err, got, q.url.Hostname())
	}
	ans.see(res, got)
	ans.Took = time.Since(started)
	return ans
}

func (t *Transport) request(ctx context.Context, q *question) *http.Request {
	req := &http.Request{Method: q.method, URL: q.url, Header: q.header.Clone(), Host: q.host}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if q.body != "" {
		req.Body = io.NopCloser(strings.NewReader(q.body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(q.body)), nil }
		req.ContentLength = int64(len(q.body))
	}
	if q.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+q.bearer)
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", t.agent)
	}
	return req.WithContext(ctx)
}

// send follows redirects only if it is told to: a client that does not follow still stumbles over a
// Location that cannot be read, the bare transport does not.
func send(pool *http.Transport, req *http.Request, follow bool) (*http.Response, error) {
	if !follow {
		return pool.RoundTrip(req)
	}
	client := &http.Client{Transport: pool, CheckRedirect: redirect}
	return client.Do(req)
}

// redirect follows a few, never from https to http, and tells another host nothing but who asks: what would
// take the body there (307, 308) is not followed.
func redirect(req *http.Request, via []*http.Request) error {
	from := via[len(via)-1]
	elsewhere := req.URL.Host != via[0].URL.Host
	if len(via) > maxRedirects || from.URL.Scheme == "https" && req.URL.Scheme != "https" || elsewhere && req.Body != nil {
		return http.ErrUseLastResponse
	}
	if elsewhere {
		req.Header = http.Header{"User-Agent": req.Header["User-Agent"]}
	}
	return nil
}

func (ans *answer) read(res *http.Response, host string, most int) {
	ans.Status, ans.header = res.StatusCode, res.Header
	body, err := io.ReadAll(io.LimitReader(content(res), int64(most)+1))
	if err != nil {
		ans.cut = Classify(err, StageAnswer)
		ans.Detail = explain(err, ans.cut, host)
	}
	if ans.over = len(body) > most; ans.over {
		body = body[:most]
	}
	ans.body = body
	ans.readHeaders(res.Header, time.Now())
}

// content is the body that an answer has. That of one that switches protocols is the bare connection, which no
// deadline of the request ends any more.
func content(res *http.Response) io.Reader {
	if res.StatusCode == http.StatusSwitchingProtocols {
		return http.NoBody
	}
	return res.Body
}

func (ans *answer) fail(err error, got passage, host string) {
	ans.Fault = Classify(err, got.stage)
	if got.proxied && ans.Fault != monitor.FaultCanceled {
		ans.Fault = monitor.FaultProxy
	}
	ans.Detail = explain(err, ans.Fault, host)
	ans.CertUntil, ans.TLS = unverified(err)
	ans.stale = got.reused && ans.Fault == monitor.FaultReset && !isStream(err)
}

// see takes in what the connection and the recorder know.
func (ans *answer) see(res *http.Response, got passage) {
	state := got.tls
	if res != nil && res.TLS != nil {
		state = res.TLS
	}
	if state != nil {
		ans.CertUntil, ans.TLS = chainUntil(*state), handshake(*state)
	}
	if res != nil && !got.firstAt.IsZero() {
		ans.Phases.Transfer = time.Since(got.firstAt)
	}
}

// keepBody notes what may be kept of a failure's body.
func (ans *answer) keepBody() {
	if len(ans.body) == 0 {
		return
	}
	sum := sha256.Sum256(ans.body)
	ans.Body = monitor.BodyFacts{
		Type:   mediaType(ans.header.Get("Content-Type")),
		Length: int64(len(ans.body)),
		Hash:   hex.EncodeToString(sum[:6]),
	}
}

package notify

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"bellhop/monitor"
)

// maxAnswer is as much of an answer as is read, in bytes: nothing in it is of interest, but a connection can
// only be used again once it is read.
const maxAnswer = 64 << 10

// A Poster posts bodies to one kind of address and says what the answers mean. Its headers may be secrets.
type Poster struct {
	Client  *http.Client
	Agent   string // User-Agent
	Headers map[string]string
	Limit   time.Duration // the longest pause that a receiver may ask for
	// Keyed is a receiver to whom the same body twice is one: whatever fails after it was sent may have arrived,
	// and is sent again at once. To others only what must be taken for arrived.
	Keyed bool
}

// Post makes one request. An error is a *Refusal, without the address. A 400 is that this body is not liked: the
// next one may be.
func (p Poster) Post(ctx context.Context, address, contentType string, body []byte) (Receipt, error) {
	ctx, wrote := Watched(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Receipt{}, &Refusal{Result: monitor.Unmended, Reason: "the address is not one"}
	}
	for name, value := range p.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", p.Agent)
	resp, err := p.Client.Do(req)
	if err != nil {
		return Receipt{}, Broken(err, wrote.Load())
	}
	defer resp.Body.Close()
	// The status has decided; an answer that breaks off changes nothing.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if r := Answer(resp.StatusCode, resp.Header, time.Now(), p.Limit); r != nil {
		return Receipt{}, p.weighed(r)
	}
	return Receipt{Status: resp.StatusCode}, nil
}

// weighed is a refusal as this receiver means it. Only 503 says that a request was not taken up (RFC 9110
// 15.6.4); after another 5xx, who may have heard that something is down has to hear that it is up.
func (p Poster) weighed(r *Refusal) *Refusal {
	switch {
	case r.Status == http.StatusBadRequest, r.Status == http.StatusUnprocessableEntity:
		r.Result = monitor.Content
	case p.Keyed && r.Status >= 500 && r.Status != http.StatusServiceUnavailable, r.Status == http.StatusGatewayTimeout:
		r.Result = monitor.Ambiguous
	}
	return r
}

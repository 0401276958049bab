// Package webhook sends alerts as Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): one JSON body,
// three headers, a signature. The body's shape is documented in docs and held by a golden file.
package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// maxAnswer is as much of an answer as is read, in bytes: nothing in it is of interest, but a connection can
// only be used again once it is read.
const maxAnswer = 64 << 10

// A Webhook is one address that takes signed messages.
type Webhook struct {
	url     string
	signers []signer
	client  *http.Client
	agent   string
	headers map[string]string
	limit   time.Duration // the longest pause that it may ask for
}

// Options make a Webhook.
type Options struct {
	URL    string
	Secret string // see ParseSecret; several, separated by spaces, sign with each while one is replaced
	Agent  string // User-Agent
	Pace   monitor.Pace

	Headers map[string]string // to send besides; their values may be secrets
}

// NewLane is a webhook as a receiver.
func NewLane(r monitor.Receiver, o Options) (notify.Lane, error) {
	w, err := New(o)
	if err != nil {
		return notify.Lane{}, err
	}
	r.Kind = "webhook"
	return notify.Lane{Receiver: r, Render: Render, Notifier: w, Timeout: o.Pace.SendTimeout}, nil
}

// New makes a webhook. An error names what is wrong with the options, and no secret.
func New(o Options) (*Webhook, error) {
	to, err := url.Parse(o.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, fmt.Errorf("url: want an http or https address")
	}
	signers, err := parseSecrets(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return &Webhook{url: o.URL, signers: signers, client: notify.NewClient(), agent: o.Agent, headers: o.Headers, limit: o.Pace.RetryAfterMax}, nil
}

// Notify posts a letter once. The timestamp and so the signature are this attempt's; the body is not.
func (w *Webhook) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	ctx, wrote := notify.Watched(ctx)
	req, err := w.request(ctx, l)
	if err != nil {
		return notify.Receipt{}, &notify.Refusal{Result: monitor.Unmended, Reason: "the address is not one"}
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return notify.Receipt{}, notify.Broken(err, wrote.Load())
	}
	defer resp.Body.Close()
	// The status has decided; an answer that breaks off changes nothing.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if r := notify.Answer(resp.StatusCode, resp.Header, time.Now(), w.limit); r != nil {
		if unsure(resp.StatusCode) {
			r.Result = monitor.Ambiguous
		}
		return notify.Receipt{}, r
	}
	return notify.Receipt{Status: resp.StatusCode}, nil
}

// unsure says whether an answer leaves open if the message was taken: something failed on the way in, in the
// middle of the work, or on the way back. Only 503 says that it was not taken up (RFC 9110 15.6.4). It is sent
// again in any case; but who may have heard that something is down has to hear that it is up.
func unsure(status int) bool {
	return status >= 500 && status != http.StatusServiceUnavailable
}

func (w *Webhook) request(ctx context.Context, l notify.Letter) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(l.Body))
	if err != nil {
		return nil, err
	}
	for name, value := range w.headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", w.agent)
	sign(req.Header, w.signers, l.ID, l.At, l.Body)
	return req, nil
}

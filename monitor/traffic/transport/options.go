package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// The bounds of Options.Every, and what it is if it is not set.
const (
	EveryMin     = 10 * time.Second
	EveryMax     = 5 * time.Minute
	everyDefault = time.Minute
)

const (
	flushDefault = 5 * time.Second
	attemptTime  = 10 * time.Second // bellhop takes up to eight to write a report down
	tokenFileMax = 4096             // bytes
)

// Options are what a Reporter is made of. URL and one of Token and TokenFile are needed.
type Options struct {
	// URL is bellhop's address, as web.listen has it: "http://bellhop:8080", https, or "unix:///run/bellhop.db.sock".
	URL string
	// Token is the one of report.token in bellhop's configuration. TokenFile holds it, and is read for each report.
	Token, TokenFile string

	// Every is the time from one report to the next: EveryMin to EveryMax, a minute if it is 0.
	Every time.Duration
	// Flush is how long Run goes on after its context has ended, to send what is left: 5 s if it is 0.
	Flush time.Duration

	// APIs are the hosts whose requests are counted, with a port or for all ports; nil is api.apaleo.com. Identity are
	// those whose token endpoint (/connect/token) is watched; nil is identity.apaleo.com. Others are left alone.
	APIs, Identity []string

	// Client posts the reports; nil makes one. Redirects are never followed: they would carry the token elsewhere.
	Client *http.Client
	// Lost, if it is set, is told of each report that is given up, from the goroutine of Run or Flush. It must not call
	// Flush.
	Lost func(*LostError)
}

// A LostError is a report that was given up, and why.
type LostError struct {
	ID       string // of the report
	Status   int    // what bellhop answered, 0 where it did not
	Reason   string // in bellhop's words, or that it became too old
	Requests uint64 // that were counted in it
}

// Error says what was lost.
func (e *LostError) Error() string {
	return fmt.Sprintf("report of %d requests lost: %s", e.Requests, e.Reason)
}

// complete fills in what is not set, and says what is wrong with the rest.
func (o Options) complete() (Options, error) {
	if o.Every == 0 {
		o.Every = everyDefault
	}
	if o.Flush == 0 {
		o.Flush = flushDefault
	}
	if o.APIs == nil {
		o.APIs = []string{"api.apaleo.com"}
	}
	if o.Identity == nil {
		o.Identity = []string{"identity.apaleo.com"}
	}
	switch {
	case (o.Token == "") == (o.TokenFile == ""):
		return o, errors.New("set one of Token and TokenFile")
	case o.Every < EveryMin || o.Every > EveryMax:
		return o, fmt.Errorf("option Every is %s: it has to be from %s to %s", o.Every, EveryMin, EveryMax)
	case o.Flush < 0:
		return o, fmt.Errorf("option Flush is %s", o.Flush)
	}
	return o, nil
}

// door is where reports go, and the client that posts them there.
func (o Options) door() (string, *http.Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return "", nil, errors.New("option URL cannot be read") // it may have a password in it
	}
	own := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: attemptTime, IdleConnTimeout: 90 * time.Second, MaxIdleConns: 2, ForceAttemptHTTP2: true}
	switch {
	case u.Scheme == "unix" && u.Host == "" && u.Path != "" && o.Client == nil:
		own.Proxy = nil
		path := u.Path
		own.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
		u = &url.URL{Scheme: "http", Host: "bellhop"}
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
	default:
		return "", nil, errors.New(`option URL has to be like "http://bellhop:8080", or "unix:///run/bellhop.db.sock" without a Client of yours`)
	}
	c := &http.Client{Transport: own}
	if o.Client != nil {
		given := *o.Client
		c = &given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return u.JoinPath("api/v1/report").String(), c, nil
}

// token is what opens bellhop's report address. Its error does not have the token.
func (o Options) token() (string, error) {
	if o.TokenFile == "" {
		return o.Token, nil
	}
	text, err := os.ReadFile(o.TokenFile)
	if err != nil {
		return "", fmt.Errorf("read token file: %w", err)
	}
	token := strings.TrimSpace(string(text[:min(len(text), tokenFileMax)]))
	if token == "" || strings.ContainsAny(token, " \r\n\t") {
		return "", fmt.Errorf("token file %s holds no token", o.TokenFile)
	}
	return token, nil
}

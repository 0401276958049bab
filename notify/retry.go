package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
)

// Answer says what an HTTP answer means for a letter; nil is that it was taken. A pause that was asked for,
// in either form of Retry-After (RFC 9110 10.2.3), is at most max.
func Answer(status int, h http.Header, now time.Time, limit time.Duration) *Refusal {
	r := &Refusal{Status: status, Reason: statusText(status)}
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly,
		status == http.StatusTooManyRequests, status >= 500:
		r.Result, r.After = monitor.Refused, RetryAfter(h.Get("Retry-After"), now, limit)
	case status == http.StatusGone:
		r.Result = monitor.Gone
	case status == http.StatusRequestEntityTooLarge:
		r.Result = monitor.Content
	default:
		r.Result = monitor.Unmended
	}
	return r
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return strconv.Itoa(status) + " " + text
	}
	return "HTTP " + strconv.Itoa(status)
}

// RetryAfter reads a Retry-After header: seconds or a date. 0 is that there is none, or none that makes sense.
func RetryAfter(value string, now time.Time, limit time.Duration) time.Duration {
	if s, err := strconv.ParseInt(value, 10, 32); err == nil {
		return min(max(time.Duration(s)*time.Second, 0), limit)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), limit)
	}
	return 0
}

// Broken says what a failed exchange means for a letter: before any byte of it was written it did not arrive,
// afterwards it may have.
func Broken(err error, wrote bool) *Refusal {
	r := &Refusal{Result: monitor.Refused, Reason: reason(err)}
	switch {
	case forAPerson(err):
		r.Result = monitor.Unmended
	case wrote:
		r.Result = monitor.Ambiguous
	}
	return r
}

// quoted is what errors quote of an answer, and reasonMost how long a reason can be, in bytes.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"?`)

const reasonMost = 200

// reason is an error without the address, which may be a secret, and without what it quotes of the answer: that may say
// again what was sent.
func reason(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return "no answer in time"
		}
		err = u.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed before the answer"
	}
	text := quoted.ReplaceAllString(err.Error(), "…")
	return strings.ToValidUTF8(text[:min(len(text), reasonMost)], "")
}

// forAPerson says whether an error stays until somebody mends the configuration: an address that must not be
// dialled, or a certificate that cannot be trusted.
func forAPerson(err error) bool {
	if errors.Is(err, ErrAddress) {
		return true
	}
	return is[*tls.CertificateVerificationError](err) || is[x509.UnknownAuthorityError](err) ||
		is[x509.HostnameError](err) || is[tls.RecordHeaderError](err) || is[tls.AlertError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// Backoff is how long to wait after the nth attempt in a row, the first being 1, with full jitter: random is
// in [0, 1). A receiver that has failed for long is asked seldom.
func Backoff(p monitor.Pace, failing time.Duration, n int, random float64) time.Duration {
	limit := p.BackoffCap
	if failing >= p.BackoffLongAfter {
		limit = p.BackoffLong
	}
	ceiling := p.BackoffFirst << min(max(n-1, 0), 20) // 2^20 s is more than any limit
	return time.Duration(random * float64(min(ceiling, limit)))
}

// refusal is an error as a Refusal. One that a notifier did not classify leaves open what came of the letter.
func refusal(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	return &Refusal{Result: monitor.Ambiguous, Reason: reason(err)}
}

// next is when to try again. Zero leaves it to Pace: a keyless receiver's ambiguous letters, and those that
// a person must see to.
func next(r *Refusal, now time.Time, backoff time.Duration, keyless bool) time.Time {
	switch {
	case r.Result == monitor.Ambiguous && keyless, r.Result == monitor.Unmended, r.Result == monitor.Content, r.Result == monitor.Gone:
		return time.Time{}
	default:
		return now.Add(max(backoff, r.After))
	}
}

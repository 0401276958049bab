package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// An ending is how a request came to its end: an HTTP status, or one of the words below.
type ending int16

const (
	unclear ending = -iota // nothing that could be told
	timedOut
	noConnection
	reset
	noName
	noTLS
	canceled // by the caller: nothing
)

// words are what docs/report.md calls them.
var words = [...]string{-timedOut: "timeout", -noConnection: "connect", -reset: "reset", -noName: "dns", -noTLS: "tls"}

// String is the ending as a report names it.
func (e ending) String() string {
	if e > 0 {
		return strconv.Itoa(int(e))
	}
	return words[-e]
}

// counts says whether bellhop takes it.
func (e ending) counts() bool { return e >= 100 && e <= 599 || e <= timedOut && e >= noTLS }

// answered is the ending of a request that got a status.
func answered(status int) ending {
	if status < 100 || status > 599 {
		return unclear
	}
	return ending(status)
}

// broke is the ending of a request that ended in an error. What the caller has given up itself tells nothing of
// apaleo; a deadline does. An error that is no known sign of the network or of the other side is unclear: it may be
// the request's own.
func broke(req *http.Request, err error) ending {
	var name *net.DNSError
	var op *net.OpError
	var slow net.Error
	if e := stopped(req, err); e != unclear {
		return e
	}
	switch {
	case errors.As(err, &name):
		return noName
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect" || op.Op == "socks connect"):
		return noConnection
	case errors.As(err, &slow) && slow.Timeout():
		return timedOut
	case isTLS(err, op):
		return noTLS
	case isBroken(err):
		return reset
	}
	return unclear
}

// stopped is the ending of a request that was ended from our side, and unclear for others. http.Client ends a request
// whose RoundTripper it does not know by its Cancel, when its Timeout has passed: the context then has the deadline.
func stopped(req *http.Request, err error) ending {
	ctx := req.Context()
	deadline, limited := ctx.Deadline()
	select {
	case <-req.Cancel: //nolint:staticcheck // see above
		if limited && !time.Now().Before(deadline) {
			return timedOut
		}
		return canceled
	default:
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return canceled
	case errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		return timedOut
	case errors.Is(err, context.Canceled):
		return canceled // by a context that the client's own transport has put under the request
	}
	return unclear
}

func isTLS(err error, op *net.OpError) bool {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &host) || errors.As(err, &authority) || errors.As(err, &invalid) ||
		errors.Is(err, http.ErrSchemeMismatch) ||
		op != nil && (op.Op == "remote error" || op.Op == "local error") || strings.HasPrefix(innermost(err).Error(), "tls: ")
}

// isBroken goes by words where net/http gives its errors no type.
func isBroken(err error) bool {
	var op *net.OpError
	if errors.Is(err, net.ErrClosed) {
		return false // we have closed it ourselves
	}
	if errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		return true
	}
	text := innermost(err).Error()
	for _, word := range []string{
		"stream error", "connection error", "http2: server sent", "http2: client connection", "http2: response", "malformed", "server closed",
		"server sent", "server response", "transport connection broken", "bad Content-Length", "chunk", "unexpected EOF", "gzip: invalid",
	} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

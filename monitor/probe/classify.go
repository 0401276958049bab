package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"bellhop/monitor"
)

// Classify names the fault behind an error of net/http or of what lies under it, given how far the request
// had come. It is the one place where errors of the network become faults; nil is FaultNone.
func Classify(err error, at Stage) monitor.Fault {
	switch {
	case err == nil:
		return monitor.FaultNone
	case errors.Is(err, context.Canceled):
		return monitor.FaultCanceled
	case isProxy(err):
		return monitor.FaultProxy
	case isDNS(err):
		return monitor.FaultDNS
	case isTimeout(err):
		return late(at)
	case isTooLarge(err):
		return monitor.FaultTooLarge
	}
	if f := classifyTLS(err); f != monitor.FaultNone {
		return f
	}
	if isMalformed(err) {
		return monitor.FaultMalformed
	}
	return broken(err, at)
}

// late is what running out of time means: where we waited decides.
func late(at Stage) monitor.Fault {
	switch at {
	case StageDNS:
		return monitor.FaultDNS
	case StageDial:
		return monitor.FaultConnect
	case StageAnswer:
		return monitor.FaultCut
	default:
		return monitor.FaultTimeout
	}
}

// broken is what the end of a connection means.
func broken(err error, at Stage) monitor.Fault {
	switch {
	case at == StageAnswer:
		return monitor.FaultCut
	case isReset(err):
		return monitor.FaultReset
	case at == StageTLS:
		return monitor.FaultTLS
	case at <= StageDial || isDial(err):
		return monitor.FaultConnect
	default:
		return monitor.FaultReset
	}
}

func classifyTLS(err error) monitor.Fault {
	var (
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		authority x509.UnknownAuthorityError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		op        *net.OpError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return monitor.FaultTLSExpired
	case errors.As(err, &host):
		return monitor.FaultTLSName
	case errors.As(err, &authority):
		return monitor.FaultTLSAuthority
	case errors.As(err, &verify), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return monitor.FaultTLS
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // an alert
		return monitor.FaultTLS
	case strings.HasPrefix(root(err).Error(), "tls: "):
		return monitor.FaultTLS
	}
	return monitor.FaultNone
}

func isProxy(err error) bool {
	var refused *proxyError
	var op *net.OpError
	return errors.As(err, &refused) || errors.As(err, &op) && op.Op == "proxyconnect"
}

func isDNS(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func isTimeout(err error) bool {
	var slow net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout()
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// isTooLarge and isMalformed go by words: net/http gives these errors no type.
func isTooLarge(err error) bool {
	text := root(err).Error()
	return strings.Contains(text, "response headers exceeded") || strings.Contains(text, "response header list larger")
}

func isMalformed(err error) bool {
	if stream, ok := errors.AsType[streamError](err); ok {
		return stream.Code == h2ProtocolError
	}
	if isSystem(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	text := root(err).Error()
	for _, word := range []string{"malformed", "invalid", "bad Content-Length", "multiple Content-Length", "PROTOCOL_ERROR", "unsupported", "too many", "frame too large", "unexpected", "line too long"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func isSystem(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno)
}

// root is the innermost error.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

const h2ProtocolError = 1 // RFC 9113, section 7

// streamError has the fields of net/http's own HTTP/2 stream error, which lets itself be copied into any
// struct that has them.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (streamError) Error() string { return "stream error" }

// isStream is whether one HTTP/2 stream was ended, and not its connection.
func isStream(err error) bool {
	_, ok := errors.AsType[streamError](err)
	return ok
}

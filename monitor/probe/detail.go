package probe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"bellhop/monitor"
)

const showTime = "2006-01-02 15:04 UTC"

// clockOf is a time as people read it: with its zone, and with its day unless that is today.
func clockOf(t, now time.Time) string {
	if t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04:05 UTC")
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// explain says in one line, in words of ours, what an error was. Nothing of what the other side sent is in it.
func explain(err error, fault monitor.Fault, host string) string {
	switch fault {
	case monitor.FaultDNS:
		return explainDNS(err, host)
	case monitor.FaultConnect:
		return "no connection to " + host + reason(err)
	case monitor.FaultReset:
		return host + " closed the connection before it answered"
	case monitor.FaultTimeout:
		return "no answer from " + host + " in time"
	case monitor.FaultCut:
		return "the answer of " + host + " broke off, or was not complete in time"
	case monitor.FaultProxy:
		return explainProxy(err)
	case monitor.FaultMalformed:
		return host + " sent something that is not HTTP"
	case monitor.FaultTooLarge:
		return fmt.Sprintf("%s sent more than %d KiB of headers", host, maxHeaderBytes>>10)
	case monitor.FaultCanceled:
		return "cut short by bellhop itself"
	default:
		return explainTLS(err, fault, host)
	}
}

func explainDNS(err error, host string) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name " + host + " does not exist"
	case isTimeout(err):
		return "the resolver did not answer in time for " + host
	}
	return "the resolver could not look up " + host
}

func explainProxy(err error) string {
	var refused *proxyError
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusProxyAuthRequired:
		return "our proxy asks for a login (HTTP 407)"
	case errors.As(err, &refused):
		return fmt.Sprintf("our proxy did not let us through (HTTP %d)", refused.status)
	}
	return "our proxy cannot be reached, or did not let us through" + reason(err)
}

func explainTLS(err error, fault monitor.Fault, host string) string {
	switch fault {
	case monitor.FaultTLSExpired:
		return explainValidity(err, host)
	case monitor.FaultTLSName:
		return "the certificate is not for " + host
	case monitor.FaultTLSAuthority:
		return "the certificate of " + host + " is signed by nobody we trust"
	default:
		return "no TLS handshake with " + host
	}
}

func explainValidity(err error, host string) string {
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Cert == nil {
		return "the certificate of " + host + " has ended"
	}
	if time.Now().Before(invalid.Cert.NotBefore) {
		return "the certificate of " + host + " begins " + invalid.Cert.NotBefore.UTC().Format(showTime)
	}
	return "the certificate of " + host + " ended " + invalid.Cert.NotAfter.UTC().Format(showTime)
}

// reason is the system's own word for an error, or that time ran out.
func reason(err error) string {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return ": " + errno.Error()
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return " in time"
	}
	return ""
}

// oneLine makes text of the operator's own fit for a detail: no control characters, at most n bytes.
func oneLine(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return clip(s, n)
}

// clip shortens s to at most n bytes, between runes.
func clip(s string, n int) string {
	const mark = "…"
	if len(s) <= n {
		return s
	}
	end := 0
	for i := range s {
		if i > n-len(mark) {
			break
		}
		end = i
	}
	return s[:end] + mark
}

package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// ErrAddress is that an address is not one to send alerts to.
var ErrAddress = errors.New("is a link-local or cloud-metadata address; alerts are not sent there")

// metadata are the addresses at which clouds keep a machine's credentials. Receivers are the operator's own
// word, so http, private and loopback addresses are fine; these are never a receiver.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("fd00:ec2::254/128"),
	netip.MustParsePrefix("64:ff9b::a9fe:0/112"), // 169.254.0.0/16 behind NAT64 (RFC 6052)
	netip.MustParsePrefix("100.100.100.200/32"),
}

// maxHeader is more than any receiver has to say before its body, in bytes.
const maxHeader = 64 << 10

// NewClient is an HTTP client for receivers: it follows no redirect, keeps no cookie, honours the proxy of
// the environment, and refuses to dial what is no receiver. Its deadline is the context's.
func NewClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, ControlContext: guard}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			IdleConnTimeout:        90 * time.Second,
			MaxIdleConnsPerHost:    2,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// guard sees the address a name was resolved to, right before it is dialled.
func guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	return Allowed(address)
}

// Allowed says whether an address, with its port, may be dialled. The error is ErrAddress if not.
func Allowed(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	ip := to.Addr().Unmap().WithZone("")
	for _, p := range metadata {
		if p.Contains(ip) {
			return fmt.Errorf("%s %w", ip, ErrAddress)
		}
	}
	return nil
}

// Watched is ctx with an eye on the exchange made under it: once wrote is true, bytes of the request may have
// reached the other side.
func Watched(ctx context.Context) (watched context.Context, wrote *atomic.Bool) {
	wrote = new(atomic.Bool)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { wrote.Store(true) },
	}), wrote
}

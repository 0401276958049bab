package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"bellhop/monitor"
)

// TLSConfig is a host whose certificate is watched.
type TLSConfig struct {
	Transport *Transport    // required
	Host      string        // host, or host:port; 443 if there is none
	Warn      time.Duration // a certificate that ends sooner is expiring; 14 days if 0
}

// TLS checks a host's certificate by the handshake before a HEAD request, so that a proxy on the way is no
// obstacle. What the server answers to the request does not matter.
func TLS(c TLSConfig) (monitor.Probe, error) {
	if c.Transport == nil {
		return nil, errors.New("no transport")
	}
	u, err := address("https://" + c.Host + "/")
	if err != nil {
		return nil, err
	}
	if c.Warn == 0 {
		c.Warn = 14 * 24 * time.Hour
	}
	return func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
		a.Fresh = true
		ans := c.Transport.do(ctx, a, &question{method: http.MethodHead, url: u})
		ans.judgeCertificate(time.Now(), c.Warn)
		return ans.Outcome
	}, nil
}

// judgeCertificate keeps of an answer only what the handshake told.
func (ans *answer) judgeCertificate(now time.Time, warn time.Duration) {
	if ans.Phases.TLS == 0 {
		return
	}
	ans.Status, ans.Fault, ans.Detail, ans.TrackingID, ans.RetryAfter = 0, monitor.FaultNone, "", "", 0
	ans.Limit = monitor.RateLimit{}
	if left := ans.CertUntil.Sub(now); !ans.CertUntil.IsZero() && left < warn {
		ans.Fault = monitor.FaultExpiring
		ans.Detail = fmt.Sprintf("the certificate ends %s, in %s", ans.CertUntil.UTC().Format(showTime), days(left))
	}
}

func days(d time.Duration) string {
	switch n := int(d / (24 * time.Hour)); {
	case n >= 2:
		return fmt.Sprintf("%d days", n)
	case n == 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d hours", int(max(d, 0)/time.Hour))
	}
}

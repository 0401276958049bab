package probe

import (
	"net/http"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestNoTokenSaysWhy ensures that a check without a token passes on the token endpoint's word on its client, and takes
// an outage for none: with such a word the client's own check is asked at once, which says the same.
func TestNoTokenSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name, secret, code string
		status             int
		own                monitor.Fault
	}{
		{"refused", "another", "invalid_client", 0, monitor.FaultClient},
		{"an outage", "", "", http.StatusServiceUnavailable, monitor.FaultServer},
	} {
		i := newIssuer(t)
		i.secret, i.status = tt.secret, tt.status
		s := i.source(t, nil)
		if o := ask(t, i.api(t, s), 5*time.Second, false); o.Fault != monitor.FaultNoToken || o.Code != tt.code {
			t.Errorf("%s: %q %q (%s), want no_token, %q", tt.name, o.Fault, o.Code, o.Detail, tt.code)
		}
		if o := ask(t, TokenCheck(s, ""), 5*time.Second, false); o.Fault != tt.own || o.Forced > 1 {
			t.Errorf("%s: the client's own check says %q (%s), forced %d; want %q", tt.name, o.Fault, o.Detail, o.Forced, tt.own)
		}
	}
}

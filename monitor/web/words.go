package web

import (
	"fmt"
	"strings"
	"time"

	"bellhop/monitor"
)

// A moment is a time as pages show it: for people, and for machines.
type moment struct{ Text, ISO string }

// when is t as seen at now; a zero t is a zero moment.
func when(t, now time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{clock(t, now), t.UTC().Format(time.RFC3339)}
}

// clock is a time in UTC, with its date where that is another than today's.
func clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return t.Format("15:04:05 UTC")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04 UTC")
	default:
		return t.Format("2 Jan 2006 15:04 UTC")
	}
}

// span is a length of time in at most two units.
func span(d time.Duration) string {
	d = max(d.Round(time.Second), 0) // as alerts do: both say the same of one incident
	s := int(d / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return units(s/60, "min", s%60, "s", s < 600)
	case s < 86400:
		return units(s/3600, "h", s/60%60, "min", true)
	default:
		return units(s/86400, "d", s/3600%24, "h", true)
	}
}

func units(a int, big string, b int, small string, both bool) string {
	if b == 0 || !both {
		return fmt.Sprintf("%d %s", a, big)
	}
	return fmt.Sprintf("%d %s %d %s", a, big, b, small)
}

// latency is how long an answer took, as precise as anybody needs.
func latency(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// answer is what an attempt saw, in a few words.
func answer(o monitor.Outcome) string {
	switch {
	case o.At.IsZero():
		return ""
	case o.Fault != monitor.FaultNone:
		return faultText(o)
	case o.Status != 0:
		return fmt.Sprintf("HTTP %d in %s", o.Status, latency(o.Took))
	case o.Took == 0:
		return "good"
	default:
		return "good in " + latency(o.Took)
	}
}

// faultText is a fault for people. One that has no words of its own here is shown as it is called.
func faultText(o monitor.Outcome) string {
	words, ok := faultWords[o.Fault]
	if !ok {
		words = strings.ReplaceAll(string(o.Fault), "_", " ")
	}
	if o.Status == 0 {
		return words
	}
	if words == "" {
		return fmt.Sprintf("HTTP %d", o.Status)
	}
	return fmt.Sprintf("HTTP %d, %s", o.Status, words)
}

var faultWords = map[monitor.Fault]string{
	monitor.FaultDNS:          "name not found",
	monitor.FaultConnect:      "no connection",
	monitor.FaultReset:        "connection broken",
	monitor.FaultTimeout:      "no answer in time",
	monitor.FaultTLSAuthority: "certificate of an unknown authority",
	monitor.FaultTLSExpired:   "certificate has expired",
	monitor.FaultTLSName:      "certificate of another name",
	monitor.FaultTLS:          "no TLS connection",
	monitor.FaultProxy:        "refused by our own proxy",
	monitor.FaultCut:          "answer broken off",
	monitor.FaultMalformed:    "answer is not HTTP",
	monitor.FaultTooLarge:     "answer too large",
	monitor.FaultBody:         "not the content expected",
	monitor.FaultServer:       "",
	monitor.FaultClientError:  "",
	monitor.FaultUnexpected:   "not the status expected",
	monitor.FaultUnauthorized: "token not accepted",
	monitor.FaultUnconfirmed:  "token not accepted, to be confirmed",
	monitor.FaultForbidden:    "not allowed",
	monitor.FaultNotFound:     "not found",
	monitor.FaultInvalid:      "request not understood",
	monitor.FaultQuota:        "too many requests",
	monitor.FaultClient:       "client id or secret not accepted",
	monitor.FaultGrant:        "grant not accepted",
	monitor.FaultScope:        "scope not granted",
	monitor.FaultRequest:      "token request not understood",
	monitor.FaultWrongAccount: "token of another account",
	monitor.FaultSuspended:    "account suspended",
	monitor.FaultScopeLost:    "a scope is missing",
	monitor.FaultDevelopment:  "account is not live",
	monitor.FaultArchived:     "property is archived",
	monitor.FaultStalled:      "no webhooks arrive",
	monitor.FaultQuiet:        "pings arrive, events do not",
	monitor.FaultUnsubscribed: "webhook subscription is not as it should be",
	monitor.FaultOverdue:      "did not come in time",
	monitor.FaultFailed:       "said itself that it failed",
	monitor.FaultExpiring:     "certificate ends soon",
	monitor.FaultNoToken:      "not asked: no token",
	monitor.FaultSecret:       "not asked: our secret cannot be read",
	monitor.FaultCanceled:     "cut short by bellhop",
	monitor.FaultPanic:        "bug in bellhop",
}

var sideWords = map[monitor.Side]string{
	monitor.SideApaleo:      "apaleo",
	monitor.SideCredentials: "our credentials",
	monitor.SidePermissions: "our permissions",
	monitor.SideRequest:     "our request",
	monitor.SideHotel:       "this hotel's set-up",
	monitor.SideNetwork:     "our network",
	monitor.SideIntegration: "the integration itself",
	monitor.SideUnclear:     "not clear yet",
}

package traffic

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"bellhop/monitor"
)

// broken are the words for requests that came to no status.
var broken = map[string]monitor.Fault{
	"timeout": monitor.FaultTimeout,
	"connect": monitor.FaultConnect,
	"reset":   monitor.FaultReset,
	"dns":     monitor.FaultDNS,
	"tls":     monitor.FaultTLS,
}

// refused are the error codes of OAuth 2 (RFC 6749 4.1.2.1 and 5.2), as far as they mean something of their own.
var refused = map[string]monitor.Fault{
	"invalid_client":          monitor.FaultClient,
	"invalid_grant":           monitor.FaultGrant,
	"access_denied":           monitor.FaultGrant,
	"invalid_scope":           monitor.FaultScope,
	"unauthorized_client":     monitor.FaultScope,
	"server_error":            monitor.FaultServer,
	"temporarily_unavailable": monitor.FaultServer,
}

// codeLen is how long an error code may be to be kept; monitor.Outcome's bound.
const codeLen = 64

func (w *walk) token() *monitor.TokenReport {
	t := &monitor.TokenReport{}
	told := false
	before := len(w.wrong.First) + w.wrong.More
	w.object(func(key string) {
		switch key {
		case "at":
			t.At = w.seen()
		case "expires":
			t.Expires = w.due()
		case "result":
			w.result(t)
			told = true
		case "scopes":
			w.given(func() { t.Scopes = w.scopes() })
		default:
			w.unknown("at, result, expires and scopes")
		}
	})
	if !told && len(w.wrong.First)+w.wrong.More == before {
		w.mistake("has no result", `say how the last token request ended: "ok", OAuth's error code, an HTTP status or "timeout"`)
	}
	return t
}

// result is how a token request ended: a word or a status.
func (w *walk) result(t *monitor.TokenReport) {
	if k := w.kind(); k == '"' {
		t.Fault, t.Status, t.Code = ending(w.text())
		return
	}
	n, ok := w.whole()
	if !ok || n < 100 || n > 599 {
		w.mistake("is no result", `write "ok", OAuth's error code, an HTTP status or "timeout"`)
		return
	}
	t.Status = int(n)
	t.Fault = answered(t.Status)
}

// ending reads a word. One that is not known counts as a refusal that nothing more is known of; it is kept
// if it looks like an error code.
func ending(word string) (f monitor.Fault, code int, kept string) {
	word = strings.ToLower(strings.TrimSpace(word))
	if code, ok := status(word); ok {
		return answered(code), code, ""
	}
	if f, ok := broken[word]; ok {
		return f, 0, ""
	}
	if len(word) <= codeLen && strings.Trim(word, letters+"_") == "" {
		kept = word
	}
	if f, ok := refused[word]; ok {
		return f, 0, kept
	}
	if word == "ok" {
		return monitor.FaultNone, 0, ""
	}
	return monitor.FaultRequest, 0, kept
}

// status is an HTTP status in three digits.
func status(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && len(s) == 3 && n >= 100 && n <= 599
}

// answered is what a status alone says of a token request. The token endpoint says 400 for all that it refuses
// (RFC 6749 5.2), and 401 for a client that it does not know.
func answered(status int) monitor.Fault {
	switch {
	case status >= 200 && status < 300:
		return monitor.FaultNone
	case status == http.StatusBadRequest:
		return monitor.FaultRequest
	case status == http.StatusUnauthorized:
		return monitor.FaultClient
	case status == http.StatusForbidden:
		return monitor.FaultForbidden
	case status == http.StatusTooManyRequests:
		return monitor.FaultQuota
	case status >= 500:
		return monitor.FaultServer
	case status >= 400:
		return monitor.FaultClientError
	}
	return monitor.FaultUnexpected
}

// scopes are a list, or words in one string as OAuth has them; in order, each once. None at all is told as such.
func (w *walk) scopes() []string {
	all := []string{}
	add := func(s string) {
		if len(s) > scopeMax || strings.Trim(s, visible) != "" || strings.ContainsAny(s, `"\`) || s == "" {
			w.mistake("is no scope", "write the scopes as apaleo names them: reservations.read")
			return
		}
		all = append(all, s)
	}
	if w.kind() == '"' {
		for s := range strings.FieldsSeq(w.text()) {
			add(w.share([]byte(s)))
		}
	} else {
		w.list(func(int) {
			if w.kind() == '"' {
				add(w.text())
				return
			}
			w.skip()
			add("")
		})
	}
	if len(all) > scopesMax {
		w.mistake(fmt.Sprintf("are more than %d scopes", scopesMax), "write the scopes that the token carries")
		return nil
	}
	slices.Sort(all)
	return slices.Compact(all)
}

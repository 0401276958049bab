package transport

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of waiting.
const (
	pauseMin  = time.Second
	pauseMax  = time.Minute
	saidMax   = 10 * time.Minute // that Retry-After is believed
	ageMax    = time.Hour        // of a report: bellhop drops the counts of one that is older
	triesMax  = 8                // of a report that is answered with a server's error
	reasonMax = 500              // bytes
)

// A verdict is what is to be done with a report after an attempt.
type verdict byte

const (
	taken  verdict = iota
	again          // the same id and bytes, later
	refuse         // never again
)

// judge reads an answer of bellhop, or of what stands before it. 401, 403 and 404 are for the operator to mend, and
// say nothing of the report.
func judge(code int) verdict {
	switch {
	case code == http.StatusOK, code == http.StatusAccepted: // the latter counts, and bellhop's database fails
		return taken
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusNotFound, code == http.StatusMisdirectedRequest,
		code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		return again
	case code >= 400:
		return refuse
	}
	return again // a redirect, or a door that bellhop is not behind
}

// blames says whether the answer may be due to the report itself, so that it is not sent for ever.
func blames(code int) bool { return code >= 500 && code != http.StatusServiceUnavailable }

// mends says whether somebody has to mend something first, so that there is no hurry.
func mends(code int) bool {
	return code >= 300 && code < 500 && code != http.StatusTooManyRequests && code != http.StatusRequestTimeout && code != http.StatusTooEarly
}

// pause is the time to the next attempt: it doubles from a second to a minute, is at least what the answer asked for,
// and is spread by a quarter, so that many instances do not come together. chance is from 0 to 1.
func pause(failed int, said time.Duration, chance float64) time.Duration {
	wait := pauseMin << min(max(failed-1, 0), 6)
	wait = min(wait, pauseMax)
	wait = max(wait, min(said, saidMax))
	return wait + time.Duration(float64(wait/4)*chance)
}

// retryAfter is what an answer says of when to come again; 0 is nothing.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(n, 0), int(saidMax/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// repeated says whether bellhop had the report already.
func repeated(body []byte) bool {
	var a struct{ Repeated bool }
	return json.Unmarshal(body, &a) == nil && a.Repeated
}

// reason is what bellhop says of a report that it did not take: one line of bounded length.
func reason(code int, body []byte) string {
	var a struct {
		Error    string
		Mistakes []string
	}
	text := fmt.Sprintf("HTTP %d", code)
	if json.Unmarshal(body, &a) == nil && a.Error != "" {
		text += ": " + strings.Join(append([]string{a.Error}, a.Mistakes...), "; ")
	}
	return cut(tidy(text), reasonMax)
}

// tidy is a text on one line.
func tidy(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ") }

// cut is at most n bytes of a text, and whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

package probe

import (
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
)

const longestRetryAfter = 24 * time.Hour

var (
	plainID   = regexp.MustCompile(`^[A-Za-z0-9:._-]{1,64}$`)
	plainType = regexp.MustCompile(`^[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,40}$`)
	plainCode = regexp.MustCompile(`^[a-z_]{1,64}$`)

	plainToken = regexp.MustCompile(`^[\x21-\x7e]+$`) // RFC 6750 allows no more in a header
)

// readHeaders takes in what the headers of any answer may tell (docs/apaleo.md, section 3). What has not the expected
// shape is left out: it came from outside.
func (ans *answer) readHeaders(h http.Header, now time.Time) {
	if id := h.Get("Apaleo-Tracking-Id"); plainID.MatchString(id) {
		ans.TrackingID = id
	}
	ans.RetryAfter = retryAfter(h.Get("Retry-After"), now)
	ans.Limit = rateLimit(h)
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		ans.Skew = date.Sub(now.Truncate(time.Second))
	}
}

// retryAfter reads both forms of RFC 9110, section 10.2.3; 0 is none, and nothing is longer than a day.
func retryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(s, 0), int64(longestRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), longestRetryAfter)
	}
	return 0
}

// rateLimit reads X-Rate-Limit-*. apaleo gives the limit as a period ("10m"), not as a count: Limit is then
// -1, known to be there, its number not.
func rateLimit(h http.Header) monitor.RateLimit {
	remaining, err := strconv.Atoi(strings.TrimSpace(h.Get("X-Rate-Limit-Remaining")))
	if err != nil || remaining < 0 {
		return monitor.RateLimit{}
	}
	limit := monitor.RateLimit{Limit: -1, Remaining: remaining}
	if n, err := strconv.Atoi(strings.TrimSpace(h.Get("X-Rate-Limit-Limit"))); err == nil && n > 0 {
		limit.Limit = n
	}
	if at, err := time.Parse(time.RFC3339Nano, h.Get("X-Rate-Limit-Reset")); err == nil {
		limit.Reset = at.UTC()
	}
	return limit
}

func mediaType(v string) string {
	t, _, err := mime.ParseMediaType(v)
	if err != nil || !plainType.MatchString(t) {
		return ""
	}
	return t
}

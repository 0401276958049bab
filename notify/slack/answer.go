package slack

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

const (
	maxAnswer = 1 << 10          // bytes; Slack says "ok" or a word of its error table
	noHeader  = 30 * time.Second // pause after a 429 that names none
)

// An answer is one exchange. The library throws the body away, and with it the reason: this keeps it.
type answer struct {
	next   http.RoundTripper
	agent  string
	limit  int64 // bytes of the body that are kept
	status int   // 0 until there is an answer
	header http.Header
	body   []byte
}

// RoundTrip keeps the answer.
func (a *answer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", a.agent)
	resp, err := a.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, a.limit))
	_ = resp.Body.Close()
	if err != nil && resp.StatusCode == http.StatusOK {
		return nil, err // whether it said ok is not known
	}
	a.status, a.header, a.body = resp.StatusCode, resp.Header, body
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// Words of Slack's error table (docs.slack.dev, "Sending messages using incoming webhooks").
var (
	content = []string{"invalid_payload", "no_text", "too_many_attachments", "invalid_attachments", "missing_text_or_fallback_or_attachments"}
	word    = regexp.MustCompile(`^[a-z_]{1,60}$`)
)

// refusal is what the answer means; nil is that the message was taken, which only "ok" says.
func (a *answer) refusal(p monitor.Pace, now time.Time) *notify.Refusal {
	said := strings.TrimSpace(string(a.body))
	if a.status == http.StatusOK {
		if said == "ok" {
			return nil
		}
		return &notify.Refusal{Result: monitor.Unmended, Status: a.status, Reason: "200 OK, but not Slack's \"ok\": something else answers at this address"}
	}
	r := notify.Answer(a.status, a.header, now, p.RetryAfterMax)
	if r == nil { // another 2xx
		r = &notify.Refusal{Result: monitor.Unmended, Status: a.status, Reason: http.StatusText(a.status)}
	}
	switch {
	case a.status == http.StatusTooManyRequests && r.After == 0:
		r.After = p.Of(noHeader)
	case a.status == http.StatusGatewayTimeout:
		r.Result = monitor.Ambiguous // Slack may still post it
	case badContent(said):
		r.Result = monitor.Content
	case r.Result == monitor.Gone:
		r.Result = monitor.Unmended // an archived channel can be taken out of the archive
	}
	if word.MatchString(said) {
		r.Reason += ": " + said
	}
	return r
}

func badContent(said string) bool {
	return word.MatchString(said) && (slices.Contains(content, said) ||
		strings.HasPrefix(said, "invalid_blocks") || strings.HasSuffix(said, "_too_long"))
}

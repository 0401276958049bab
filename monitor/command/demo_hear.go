package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"bellhop/notify/slack/slacktest"
)

// The receivers of the demo, as they are shown.
const (
	bySlack = "Slack"
	byHook  = "webhook"
)

var receiversShown = []string{bySlack, byHook}

// A letter is a message that arrived.
type letter struct {
	at   time.Time
	by   string // the receiver
	line string // what is compared with the story: it begins as a tale does
	text string // what is shown
	mood mood
}

// hookMax is more than bellhop sends in a webhook, in bytes.
const hookMax = 1 << 20

// A demoHook is a webhook receiver as Standard Webhooks wants one: it believes what is signed, and takes each id once.
type demoHook struct {
	verifier *standardwebhooks.Webhook
	deliver  func(letter) // set before anything is sent

	mu   sync.Mutex // protects all below
	seen map[string]bool
}

func newDemoHook(secret string) (*demoHook, error) {
	v, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("webhook receiver: %w", err)
	}
	return &demoHook{verifier: v, seen: map[string]bool{}}, nil
}

// ServeHTTP takes a message. One that is not signed as it should be arrives as such, and so spoils the story.
func (h *demoHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hookMax))
	if err == nil {
		err = h.verifier.Verify(raw, r.Header)
	}
	if err != nil {
		h.deliver(letter{at: time.Now(), by: byHook, line: "not to be believed: " + err.Error(), text: "a message that is not to be believed: " + err.Error(), mood: bad})
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if h.first(r.Header.Get(standardwebhooks.HeaderWebhookID)) {
		h.deliver(hookLetter(raw, time.Now()))
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h *demoHook) first(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	again := h.seen[id]
	h.seen[id] = true
	return !again
}

// hookBody is what a receiver wants to know of a body. It is spelled out, as any receiver would have to.
type hookBody struct {
	Type string `json:"type"`
	Data struct {
		Text     string `json:"text"`
		Incident struct {
			Severity string `json:"severity"`
			Change   string `json:"change"`
			Side     string `json:"side"`
			Version  int    `json:"version"`
			Cause    struct {
				Kind string `json:"kind"`
			} `json:"cause"`
		} `json:"incident"`
	} `json:"data"`
}

func hookLetter(raw []byte, at time.Time) letter {
	l := letter{at: at, by: byHook, mood: faint}
	var b hookBody
	if err := json.Unmarshal(raw, &b); err != nil {
		l.line = "not JSON"
		l.text, l.mood = "a message that is not JSON", bad
		return l
	}
	i := b.Data.Incident
	l.line = hookLine(b.Type, i.Side, i.Cause.Kind, b.Data.Text)
	l.text = fmt.Sprintf("%s, side %s, version %d; signature good", b.Type, i.Side, i.Version)
	if i.Change != "" {
		l.text += fmt.Sprintf("\nChange: %s. %s", i.Change, b.Data.Text)
	}
	return l
}

func hookLine(what, side, cause, text string) string {
	return fmt.Sprintf("%s, side %s, cause %s: %s", what, side, cause, text)
}

// slackLetter is a post as a person sees it: the line on top, and what to do next.
func slackLetter(p slacktest.Post) letter {
	lead := p.Lead()
	l := letter{at: p.At, by: bySlack, line: lead, text: lead, mood: amber}
	if _, words, ok := strings.Cut(lead, " "); ok {
		l.line = words // without the picture in front
	}
	if rest, ok := strings.CutPrefix(l.line, "Recovered after "); ok {
		_, claim, _ := strings.Cut(rest, "): ")
		l.line, l.mood = "RESOLVED "+claim, well
	} else if strings.HasPrefix(lead, "🔴") {
		l.mood = bad
	}
	for _, side := range []string{" (apaleo's side)", " (the hotel's side)", " (our credentials)"} {
		l.line = strings.Replace(l.line, side, "", 1) // the tale has it apart
	}
	return l
}

// readSlack reads the channel until ctx ends: what people were shown as new is told, and what they see when they look
// is shown besides.
func (w *show) readSlack(ctx context.Context) {
	quiet := map[string]int{} // edits of each message that have been shown; a reply counts as one
	for read := 0; ; {
		changed := w.channel.Changed()
		posts := w.channel.Posts()
		for _, p := range posts[read:] {
			w.arrived(slackLetter(p))
		}
		read = len(posts)
		for _, p := range w.channel.Messages() {
			w.readQuiet(p, quiet)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// readQuiet shows what rings nobody: a reply in a thread, and that a message was edited.
func (w *show) readQuiet(p slacktest.Post, shown map[string]int) {
	n, what := p.Edits, "edits the message"
	if p.Thread != "" && !p.Broadcast {
		n, what = p.Edits+1, "adds to the thread"
	}
	if n > shown[p.TS] {
		first, _, _ := strings.Cut(p.Lead(), "\n")
		w.page.alert(time.Since(w.began), fmt.Sprintf("  (%s: %s)", what, first), faint)
	}
	shown[p.TS] = n
}

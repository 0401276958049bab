// Package slacktest is a stand-in for Slack's incoming webhooks: an http.Handler that takes posts, refuses
// what Slack refuses, fails when told to, and shows the channel as a person would see it, as text and as a page.
package slacktest

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A Post is what arrived in the channel.
type Post struct {
	At   time.Time
	Raw  []byte // the body
	Text string // as a person would read it
	post post
}

// A Fault is how the channel answers one post. The zero fault is no fault.
type Fault struct {
	Status int           // instead of 200
	Body   string        // instead of "ok", or of Slack's word for the status
	Header http.Header   // besides
	Delay  time.Duration // before the answer; the post appears in the channel at once if Takes
	Takes  bool          // the post appears in the channel all the same
	Break  bool          // the connection is closed in place of an answer
	Hang   bool          // no answer until the client goes away
}

// A Channel is a Slack channel behind an incoming webhook at any path. The zero value is ready.
type Channel struct {
	mu      sync.Mutex // protects all below
	posts   []Post
	faults  []Fault // for the next posts, in order
	always  Fault   // for the posts after them
	tries   int
	changed chan struct{}
}

// Fail answers the next posts with these faults, one each.
func (c *Channel) Fail(faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, faults...)
}

// Always answers every post for which Fail says nothing with this fault, until it is called again.
func (c *Channel) Always(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.always = f
}

// Posts lists what arrived, oldest first.
func (c *Channel) Posts() []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Post(nil), c.posts...)
}

// Tries counts the requests, taken or not.
func (c *Channel) Tries() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tries
}

// Changed is closed at the next post that arrives.
func (c *Channel) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

const maxPost = 1 << 20 // bytes; more than Slack takes

// ServeHTTP takes posts, and shows the channel to those who GET.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		c.show(w)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPost))
	if err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	f := c.fault()
	p, wrong := read(raw)
	if wrong != "" && !f.fails() {
		f = Fault{Status: http.StatusBadRequest, Body: wrong}
	}
	if !f.fails() || f.Takes {
		c.arrive(raw, p)
	}
	f.answer(w, r)
}

func (c *Channel) fault() Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries++
	if len(c.faults) == 0 {
		return c.always
	}
	f := c.faults[0]
	c.faults = c.faults[1:]
	return f
}

func (c *Channel) arrive(raw []byte, p post) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts = append(c.posts, Post{At: time.Now(), Raw: raw, Text: p.String(), post: p})
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// fails says whether the post is refused, unless it Takes. A delay alone is slow, not a failure.
func (f Fault) fails() bool {
	return f.Hang || f.Break || f.Status != 0 && f.Status != http.StatusOK || f.Body != "" && f.Body != "ok"
}

func (f Fault) answer(w http.ResponseWriter, r *http.Request) {
	if f.Hang {
		<-r.Context().Done()
		return
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return
		}
	}
	if f.Break {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), f.Header)
	w.Header().Set("Content-Type", "text/html")
	status := f.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, f.said())
}

func (f Fault) said() string {
	if f.Body != "" || f.fails() {
		return f.Body
	}
	return "ok"
}

// String is the whole channel as text, posts separated by an empty line.
func (c *Channel) String() string {
	var all []string
	for _, p := range c.Posts() {
		all = append(all, p.Text)
	}
	return strings.Join(all, "\n\n")
}

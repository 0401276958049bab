package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	defaultKeep = 1000 // messages of a channel
	maxVersions = 20   // of a message that was edited
)

// A Post is a message: as it arrived in Posts, as it is now in Messages.
type Post struct {
	At   time.Time
	Raw  []byte // of an incoming webhook the body; else an object with text, blocks, attachments and metadata
	Text string // as a person would read it

	TS        string // Slack's id of a message in its channel
	Thread    string // the TS of the message it is a reply to; "" is none
	Broadcast bool   // a reply that is shown in the channel, too
	Edits     int    // how often it was edited,
	Edited    time.Time
	Replies   int            // how many there are, broadcast or not
	Event     string         // event_type of its metadata
	Payload   map[string]any // event_payload
	By        string         // whom it is from, as it is shown

	post post
}

// A Channel is a Slack channel. The zero value is ready: one behind an incoming webhook at any path, without limits of
// rate. Those of a Workspace have the whole Web API besides.
type Channel struct {
	id, name string
	space    *Workspace

	mu       sync.Mutex // protects all below
	messages []*message // what is there, by ts
	posts    []Post     // what people were shown as new, the last of them
	last     int64      // ts of the last message, in microseconds
	shown    int        // how many posts there were
	changes  int        // of what can be seen
	archived bool
	private  bool
	outside  bool          // the app is no member
	editable time.Duration // how long a message may be edited; 0 is for ever
	faults   []Fault       // for the next posts, in order
	always   Fault         // for the posts after them
	tries    int
	changed  chan struct{}
}

// A message is one that is there.
type message struct {
	ts, thread string
	at, edited time.Time
	edits      int
	broadcast  bool
	by         string
	foreign    bool // not the app's: it may not edit it
	raw        []byte
	body       content
	post       post      // the body as it is read,
	text       string    // and as a person does
	before     []content // what it was before it was edited: at first, and lately
}

// A content is what can be edited of a message, each part as it was given; an empty one was not.
type content struct {
	Text        string          `json:"text,omitempty"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	Attachments json.RawMessage `json:"attachments,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

// write gives a message its content.
func (m *message) write(c content) {
	m.body, m.post = c, c.parsed()
	m.text = m.post.String()
}

// ID is the channel's id in its workspace ("C0000000001").
func (c *Channel) ID() string { return c.id }

// Name is the channel's name, without the # in front.
func (c *Channel) Name() string { return c.name }

// WebhookPath is where the workspace takes what is posted to this channel's incoming webhook.
func (c *Channel) WebhookPath() string { return "/services/T00000001/B00000001/" + c.id }

// Archive puts a channel into the archive, or takes it out again.
func (c *Channel) Archive(on bool) { c.set(func() { c.archived = on }) }

// Private makes a channel private, or public.
func (c *Channel) Private(on bool) { c.set(func() { c.private = on }) }

// Member invites the app, or removes it.
func (c *Channel) Member(on bool) { c.set(func() { c.outside = !on }) }

// EditWindow is how long a message may be edited after it was posted, as a workspace can decide; 0 is for ever.
func (c *Channel) EditWindow(d time.Duration) { c.set(func() { c.editable = d }) }

func (c *Channel) set(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do()
}

// Say has a person post a text, in mrkdwn, and returns its ts. Such a message takes its place in the history, is in
// Messages and on the page, and not in Posts: those are what the app told.
func (c *Channel) Say(by, text string) string {
	c.mu.Lock()
	m := c.add(&message{by: by, foreign: true, body: content{Text: text}})
	c.mu.Unlock()
	c.announce()
	return m.ts
}

// Delete removes a message, and its replies with it, as people can. It does nothing if it is not there.
func (c *Channel) Delete(ts string) {
	c.mu.Lock()
	c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return m.ts == ts || m.thread == ts })
	c.mu.Unlock()
	c.announce()
}

// add gives a message its time and its place, and lets go of the oldest threads if there are too many.
func (c *Channel) add(m *message) *message {
	m.at = time.Now()
	m.write(m.body)
	c.last = max(m.at.UnixMicro(), c.last+1)
	m.ts = stamp(c.last)
	c.messages = append(c.messages, m)
	for len(c.messages) > c.keep() {
		oldest := c.messages[0].ts
		c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return m.ts == oldest || m.thread == oldest })
	}
	return m
}

// show notes what people are shown as new.
func (c *Channel) show(m *message) {
	c.shown++
	c.posts = append(c.posts, c.view(m))
	c.posts = c.posts[max(0, len(c.posts)-c.keep()):]
}

func (c *Channel) keep() int {
	if c.space == nil {
		return defaultKeep
	}
	return c.space.options.Keep
}

func stamp(micros int64) string { return fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6) }

func (c *Channel) find(ts string) *message {
	i, ok := slices.BinarySearchFunc(c.messages, ts, func(m *message, ts string) int { return compareStamps(m.ts, ts) })
	if !ok {
		return nil
	}
	return c.messages[i]
}

// compareStamps compares two ts: seconds, a point and six digits.
func compareStamps(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// view is a message for those who look at it from outside.
func (c *Channel) view(m *message) Post {
	p := Post{
		At: m.at, Raw: m.raw, TS: m.ts, Thread: m.thread, Broadcast: m.broadcast, Edits: m.edits, Edited: m.edited, By: m.by,
		post: m.post, Text: m.text,
	}
	if len(p.Raw) == 0 {
		p.Raw, _ = json.Marshal(m.body) // it was JSON before
	}
	if meta := p.post.Metadata; meta != nil {
		p.Event, p.Payload = meta.Type, meta.Payload
	}
	if m.thread == "" {
		p.Replies = len(c.thread(m.ts))
	}
	return p
}

// Posts lists what people were shown as new, oldest first, each as it was then: messages in the channel and broadcast
// replies. Edits and other replies are in Messages only. Of very many it is the last ones.
func (c *Channel) Posts() []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.posts)
}

// Shown is how many posts there were.
func (c *Channel) Shown() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown
}

// Messages lists all that is there, replies too, oldest first, each as it is now.
func (c *Channel) Messages() []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Post
	for _, m := range c.messages {
		all = append(all, c.view(m))
	}
	return all
}

// Thread lists the replies to a message, oldest first, each as it is now.
func (c *Channel) Thread(ts string) []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Post
	for _, m := range c.thread(ts) {
		all = append(all, c.view(m))
	}
	return all
}

// Fail answers the next posts with these faults, one each: those to the incoming webhook, and the calls of
// chat.postMessage and chat.update for which the workspace has no fault.
func (c *Channel) Fail(faults ...Fault) {
	c.set(func() { c.faults = append(c.faults, faults...) })
}

// Always answers every post for which Fail says nothing with this fault, until it is called again.
func (c *Channel) Always(f Fault) { c.set(func() { c.always = f }) }

// Tries counts the requests, taken or not.
func (c *Channel) Tries() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tries
}

// Changed is closed at the next change of what can be seen: a post, a reply or an edit.
func (c *Channel) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

func (c *Channel) announce() {
	c.mu.Lock()
	c.changes++
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
	c.mu.Unlock()
	c.space.announce()
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

// String is every post as text, as it arrived, separated by empty lines. Text shows the channel as it is.
func (c *Channel) String() string {
	var all []string
	for _, p := range c.Posts() {
		all = append(all, p.Text)
	}
	return strings.Join(all, "\n\n")
}

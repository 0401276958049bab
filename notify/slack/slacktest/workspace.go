package slacktest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Scopes that the methods here need (docs.slack.dev/reference/scopes).
const (
	ScopeWrite         = "chat:write"        // post and edit
	ScopeWritePublic   = "chat:write.public" // post in public channels of which the app is no member
	ScopeHistory       = "channels:history"  // conversations.history and .replies of a public channel
	ScopeHistoryGroups = "groups:history"    // the same of a private one
	ScopeRead          = "channels:read"     // conversations.info of a public channel
	ScopeReadGroups    = "groups:read"       // the same of a private one
)

// Options make a Workspace. The zero value is Slack as it is.
type Options struct {
	Name string // of the workspace, and in its permalinks; "bellhop" if empty
	Bot  string // the app's name as it is shown; "bellhop" if empty

	// Faster divides the time that rate limits are about, for those who run faster than in earnest; 0 is 1.
	// Unlimited switches the limits off.
	Faster    int
	Unlimited bool

	Keep int // messages kept in each channel, the oldest threads go first; 0 is 1000
}

// A Workspace is a Slack workspace with one app in it: an http.Handler with the Web API below /api/, an incoming
// webhook for each channel at Channel.WebhookPath, and a page for each channel below /archives/. New makes one.
type Workspace struct {
	options Options
	rates   limiter

	mu       sync.Mutex // protects all below
	tokens   map[string]*token
	channels []*Channel
	faults   map[string][]Fault
	always   map[string]Fault
	script   func(Call) Fault
	calls    []Call // the last of them
	counts   map[string]int
	changed  chan struct{}
}

type token struct {
	scopes  []string
	revoked bool
}

// New makes a workspace without channels and tokens.
func New(o Options) *Workspace {
	o.Name, o.Bot = cmp.Or(o.Name, "bellhop"), cmp.Or(o.Bot, "bellhop")
	o.Keep = cmp.Or(o.Keep, defaultKeep)
	return &Workspace{
		options: o, rates: limiter{off: o.Unlimited, faster: o.Faster}, tokens: map[string]*token{},
		faults: map[string][]Fault{}, always: map[string]Fault{}, counts: map[string]int{},
	}
}

// Token makes a bot token that has these scopes; without any it has all that the methods here need.
func (w *Workspace) Token(scopes ...string) string {
	if len(scopes) == 0 {
		scopes = []string{ScopeWrite, ScopeWritePublic, ScopeHistory, ScopeHistoryGroups, ScopeRead, ScopeReadGroups}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	name := fmt.Sprintf("xoxb-1000000000-%010d-slacktest", len(w.tokens)+1)
	w.tokens[name] = &token{scopes: slices.Clone(scopes)}
	return name
}

// Grant changes the scopes of a token that Token made.
func (w *Workspace) Grant(name string, scopes ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens[name].scopes = slices.Clone(scopes)
}

// Revoke ends a token that Token made: each call with it is answered token_revoked.
func (w *Workspace) Revoke(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens[name].revoked = true
}

// Open makes a public channel with this name ("ops"), of which the app is a member.
func (w *Workspace) Open(name string) *Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &Channel{id: fmt.Sprintf("C%010d", len(w.channels)+1), name: strings.TrimPrefix(name, "#"), space: w}
	w.channels = append(w.channels, c)
	return c
}

// Channel is the channel with this id or name, or nil.
func (w *Workspace) Channel(id string) *Channel {
	for _, c := range w.Channels() {
		if c.id == id || c.name == strings.TrimPrefix(id, "#") {
			return c
		}
	}
	return nil
}

// Channels lists all, in the order in which they were made.
func (w *Workspace) Channels() []*Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.channels)
}

// A Call is a request to one of the methods ("chat.postMessage"; "webhook" is an incoming webhook).
type Call struct {
	At      time.Time
	Method  string
	Channel string            // as it was given
	Args    map[string]string // without the token; long ones are cut
	N       int               // how many calls of this method there were before
	Answer  string            // "ok", Slack's word for what is wrong, or what a fault did; empty in a script
}

// Fail answers the next calls of a method with these faults, one each.
func (w *Workspace) Fail(method string, faults ...Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[method] = append(w.faults[method], faults...)
}

// Always answers every call of a method for which Fail says nothing with this fault, until it is called again.
func (w *Workspace) Always(method string, f Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.always[method] = f
}

// Script asks a function for the fault of each call for which neither Fail nor Always says anything. It is called by
// one request at a time, and must not call the workspace; nil ends it.
func (w *Workspace) Script(fault func(Call) Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.script = fault
}

// Calls lists the last thousand calls, oldest first, whatever came of them; with a method only those of it.
func (w *Workspace) Calls(method string) []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.calls), func(c Call) bool { return method != "" && c.Method != method })
}

// Count is how many calls of a method there were.
func (w *Workspace) Count(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[method]
}

// Changed is closed at the next change of what can be seen in any channel.
func (w *Workspace) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

// announce closes what waits for a change.
func (w *Workspace) announce() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

package slacktest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How much is read and remembered of a call.
const (
	maxRequest = 1 << 20 // bytes; more than Slack takes
	maxArg     = 500     // bytes of an argument in the list of calls
	maxCalls   = 1000
)

// A method is one of the Web API.
type method struct {
	rate  rate
	scope func(*Channel) string // what a token needs for it; "" is none
	named bool                  // takes a channel's name in place of its id
	lone  bool                  // takes no channel
	run   func(*call) reply
}

// methods are those that are here, with the tiers of their pages (docs.slack.dev/reference/methods).
func (w *Workspace) methods() map[string]method {
	write := func(*Channel) string { return ScopeWrite }
	none := func(*Channel) string { return "" }
	return map[string]method{
		"auth.test":             {scope: none, lone: true, run: authTest},
		"chat.postMessage":      {rate: perChannel, scope: write, named: true, run: chatPost},
		"chat.update":           {rate: tier3, scope: write, run: chatUpdate},
		"chat.getPermalink":     {rate: tier4, scope: none, run: chatPermalink},
		"conversations.history": {rate: tier3, scope: (*Channel).historyScope, run: history},
		"conversations.replies": {rate: tier3, scope: (*Channel).historyScope, run: replies},
		"conversations.info":    {rate: tier3, scope: (*Channel).readScope, run: info},
	}
}

// args are the arguments of a call, each as JSON has it or as a form does.
type args map[string]string

// A call is a request while it is answered.
type call struct {
	*Workspace
	method  string
	args    args
	token   *token
	channel *Channel
	now     time.Time
	n       int // calls of the method before
}

// A reply is an answer as it is written.
type reply struct {
	status int
	header http.Header
	body   string
	word   string // "ok", or Slack's for what is wrong
}

func said(fields map[string]any) reply {
	body, err := json.Marshal(fields)
	if err != nil {
		body = []byte(`{"ok":false,"error":"fatal_error"}`)
	}
	word, _ := fields["error"].(string)
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body: string(body), word: word}
}

func good(fields map[string]any) reply {
	fields["ok"] = true
	r := said(fields)
	r.word = "ok"
	return r
}

func refusal(word string) reply { return said(map[string]any{"ok": false, "error": word}) }

func limited(wait time.Duration) reply {
	r := refusal("ratelimited")
	r.status = http.StatusTooManyRequests
	r.header.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	return r
}

// ServeHTTP answers as Slack does.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	name, api := strings.CutPrefix(r.URL.Path, "/api/")
	if api {
		w.serveAPI(rw, r, name)
		return
	}
	for _, c := range w.Channels() {
		if r.URL.Path == c.WebhookPath() || strings.HasPrefix(r.URL.Path+"/", "/archives/"+c.id+"/") {
			c.ServeHTTP(rw, r)
			return
		}
	}
	if all := w.Channels(); r.URL.Path == "/" && len(all) > 0 {
		http.Redirect(rw, r, "/archives/"+all[0].id, http.StatusFound)
		return
	}
	http.Error(rw, "no_service", http.StatusNotFound)
}

func (w *Workspace) serveAPI(rw http.ResponseWriter, r *http.Request, name string) {
	given, secret, bad := read(rw, r)
	c := &call{Workspace: w, method: name, args: given, now: time.Now()}
	f := w.fault(c, w.Channel(given["channel"]))
	answer := bad
	if bad.word == "" {
		answer = refusal("fatal_error")
		if f.takes() {
			answer = w.run(c, secret)
		}
	}
	w.note(c, f, answer)
	f.answer(rw, r, answer)
}

// run does what is asked, if it may be asked.
func (w *Workspace) run(c *call, secret string) reply {
	m, ok := w.methods()[c.method]
	if !ok {
		return said(map[string]any{"ok": false, "error": "unknown_method", "req_method": c.method})
	}
	if wrong := w.authorize(c, secret); wrong != "" {
		return refusal(wrong)
	}
	w.mu.Lock()
	scopes := slices.Clone(c.token.scopes)
	w.mu.Unlock()
	answer := w.permitted(c, m, scopes)
	answer.header.Set("X-OAuth-Scopes", strings.Join(scopes, ","))
	if needed := m.scope(c.channel); needed != "" {
		answer.header.Set("X-Accepted-OAuth-Scopes", needed)
	}
	return answer
}

// permitted asks for the channel, the scope and the rate before the method runs.
func (w *Workspace) permitted(c *call, m method, scopes []string) reply {
	if !m.lone {
		c.channel = w.Channel(c.args["channel"])
		if c.channel != nil && !m.named && c.channel.id != c.args["channel"] {
			c.channel = nil
		}
	}
	if needed := m.scope(c.channel); needed != "" && !slices.Contains(scopes, needed) {
		return said(map[string]any{"ok": false, "error": "missing_scope", "needed": needed, "provided": strings.Join(scopes, ",")})
	}
	if c.channel == nil && !m.lone {
		return refusal("channel_not_found")
	}
	key := c.method
	if m.named {
		key += c.channel.id
	}
	if wait := w.rates.take(key, m.rate, c.now); wait > 0 {
		return limited(wait)
	}
	return m.run(c)
}

func (w *Workspace) authorize(c *call, secret string) (wrong string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.token = w.tokens[secret]
	switch {
	case secret == "":
		return "not_authed"
	case c.token == nil:
		return "invalid_auth"
	case c.token.revoked:
		return "token_revoked"
	}
	return ""
}

// read takes the arguments from a query, a form or JSON; the token from there or from the header.
func read(rw http.ResponseWriter, r *http.Request) (given args, secret string, bad reply) {
	given = args{}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxRequest))
	if err != nil {
		return given, "", refusal("request_timeout")
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case r.Method == http.MethodPost && kind == "application/json":
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(body, &fields); err != nil {
			return given, "", refusal("invalid_json")
		}
		for name, raw := range fields {
			given[name] = unquoted(raw)
		}
	case r.Method == http.MethodPost && kind != "application/x-www-form-urlencoded":
		return given, "", refusal("invalid_post_type")
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return given, "", refusal("invalid_form_data")
		}
		maps.Copy(form, r.URL.Query())
		for name := range form {
			given[name] = form.Get(name)
		}
	}
	secret = given["token"]
	delete(given, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		secret = bearer
	}
	return given, secret, reply{}
}

// unquoted is a JSON value as a form would have it.
func unquoted(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// fault counts a call and chooses what becomes of it.
func (w *Workspace) fault(c *call, to *Channel) Fault {
	w.mu.Lock()
	c.n = w.counts[c.method]
	w.counts[c.method]++
	f, ok := w.planned(c.method)
	if !ok && w.script != nil {
		f = w.script(c.listed())
	}
	w.mu.Unlock()
	if f.idle() && to != nil && strings.HasPrefix(c.method, "chat.") {
		f = to.fault()
	}
	return f
}

func (w *Workspace) planned(method string) (Fault, bool) {
	if next := w.faults[method]; len(next) > 0 {
		w.faults[method] = next[1:]
		return next[0], true
	}
	f := w.always[method]
	return f, !f.idle()
}

func (c *call) listed() Call {
	l := Call{At: c.now, Method: c.method, Channel: c.args["channel"], Args: map[string]string{}, N: c.n}
	for name, value := range c.args {
		l.Args[name] = value[:min(len(value), maxArg)]
	}
	return l
}

// note keeps a call in the list.
func (w *Workspace) note(c *call, f Fault, answer reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := c.listed()
	l.Answer = answer.word
	if f.fails() {
		l.Answer = f.name()
	}
	w.calls = append(w.calls, l)
	w.calls = w.calls[max(0, len(w.calls)-maxCalls):]
}

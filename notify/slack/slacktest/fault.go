package slacktest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// A Fault is how one request is answered. The zero fault is no fault.
type Fault struct {
	Error  string        // of the Web API: 200 with {"ok":false,"error":…}
	Status int           // instead of 200
	Body   string        // instead of "ok", of Slack's word for the status, or of the Web API's answer
	Header http.Header   // besides
	Delay  time.Duration // before the answer; what is asked takes effect at once if Takes or if nothing else fails
	Takes  bool          // what is asked takes effect all the same
	Break  bool          // the connection is closed in place of an answer
	Hang   bool          // no answer until the client goes away
}

// TookEffect is that what was asked is done, but the connection breaks before the answer.
func TookEffect() Fault { return Fault{Takes: true, Break: true} }

// Dropped is that the connection breaks, and nothing is done.
func Dropped() Fault { return Fault{Break: true} }

// Hangs is that nothing is done, and there is no answer.
func Hangs() Fault { return Fault{Hang: true} }

// Late is that what was asked is done at once, and answered so much later.
func Late(d time.Duration) Fault { return Fault{Delay: d} }

// Refuses is an answer of the Web API that is not ok, with Slack's word for why; "" is {"ok":false} alone.
func Refuses(word string) Fault {
	if word == "" {
		return Fault{Body: `{"ok":false}`}
	}
	return Fault{Error: word}
}

// Limited is a 429. A time of zero or less is one without Retry-After.
func Limited(after time.Duration) Fault {
	f := Fault{Status: http.StatusTooManyRequests}
	if after > 0 {
		f.Header = http.Header{"Retry-After": {strconv.Itoa(int((after + time.Second - 1) / time.Second))}}
	}
	return f
}

// LimitedUntil is a 429 whose Retry-After is a date, as proxies write it.
func LimitedUntil(t time.Time) Fault {
	return Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {t.UTC().Format(http.TimeFormat)}}}
}

// Fails is a status with a page for people, as Slack's front answers when what is behind it does not.
func Fails(status int) Fault {
	return Fault{Status: status, Body: "<!DOCTYPE html><html><body><h1>Something's awry</h1></body></html>"}
}

// SignIn is 200 with a page in place of an answer, as captive portals and proxies give.
func SignIn() Fault { return Fault{Body: "<!DOCTYPE html><html><body>Sign in</body></html>"} }

// Empty is 200 with an empty object.
func Empty() Fault { return Fault{Body: "{}"} }

// fails says whether what is asked is not done, unless it Takes. A delay alone is slow, not a failure.
func (f Fault) fails() bool {
	return f.Hang || f.Break || f.Error != "" || f.Status != 0 && f.Status != http.StatusOK || f.Body != "" && f.Body != "ok"
}

// takes says whether what is asked is done.
func (f Fault) takes() bool { return f.Takes || !f.fails() }

// answer writes what Slack would, or what the fault has in its place.
func (f Fault) answer(w http.ResponseWriter, r *http.Request, said reply) {
	if f.Hang {
		<-r.Context().Done()
		return
	}
	if f.Delay > 0 {
		late := time.NewTimer(f.Delay)
		defer late.Stop()
		select {
		case <-late.C:
		case <-r.Context().Done():
			return
		}
	}
	if f.Break {
		panic(http.ErrAbortHandler)
	}
	if f.fails() {
		said = f.instead(said)
	}
	maps.Copy(w.Header(), said.header)
	w.WriteHeader(said.status)
	// What a client does not take is its own matter.
	_, _ = io.WriteString(w, said.body)
}

// instead is what is said in place of an answer.
func (f Fault) instead(said reply) reply {
	header := http.Header{"Content-Type": {"text/html"}}
	out := reply{status: max(f.Status, http.StatusOK), header: header, body: f.Body}
	switch {
	case f.Status == 0 && f.Error != "":
		out = refusal(f.Error)
	case json.Valid([]byte(f.Body)):
		header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if f.Status != 0 {
		out.status = f.Status
	}
	maps.Copy(out.header, f.Header)
	return out
}

// name is what a fault is called in the list of calls.
func (f Fault) name() string {
	switch {
	case f.Hang:
		return "hang"
	case f.Break && f.Takes:
		return "took effect, then broke"
	case f.Break:
		return "broke"
	case f.Error != "":
		return f.Error
	case f.Status != 0 && f.Status != http.StatusOK:
		return strconv.Itoa(f.Status)
	case f.Body != "":
		return "nonsense"
	}
	return "ok"
}

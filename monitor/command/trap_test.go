package command

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// A trap is everybody else that the daemon speaks to: it answers with guests and with what it was asked by, keeps
// what it was told, and remembers the bearer tokens that it was shown.
type trap struct {
	mu      sync.Mutex // protects all below
	told    bytes.Buffer
	bearers map[string]bool
	refuse  bool // messages
}

func (p *trap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // what was cut off is not there to be found
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Guest", planted["guest's mail"])
	switch {
	case strings.HasPrefix(r.URL.Path, "/hook/"):
		if p.refuse {
			http.Error(w, r.URL.String()+" is not here, "+r.Header.Get("X-Key")+guest(), http.StatusNotFound)
			return
		}
		p.told.Write(body)
	case p.receives(w, r, string(body)):
	case r.URL.Path == "/bearer":
		p.bearers[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] = true
		fmt.Fprint(w, guest())
	case r.URL.Path == "/moved":
		w.Header().Set("Location", "https://x/?"+r.URL.RawQuery+planted["guest's mail"])
		w.WriteHeader(http.StatusFound)
	case strings.HasPrefix(r.URL.Path, "/broken"):
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, guest()+string(body)+r.URL.String()+r.Header.Get("X-Key"))
	default:
		fmt.Fprint(w, guest()+string(body))
	}
}

// receives is what the other receivers are: each fails in its own way, and says again all that it was sent. The keys of
// PagerDuty and of the bot belong into what those are told.
func (p *trap) receives(w http.ResponseWriter, r *http.Request, body string) bool {
	_, path, _ := strings.Cut(r.URL.Path, "/")
	kind, _, _ := strings.Cut(path, "/")
	who := map[string]string{"slack": "bot", "duty": "duty", "am": "alerts", "chat": "chat"}[kind]
	if who == "" {
		return false
	}
	echo := r.URL.String() + " " + r.Header.Get("Authorization") + r.Header.Get("X-Key") + body + guest()
	if !p.refuse {
		fmt.Fprintf(&p.told, "to the %s: %s\n", who, strings.NewReplacer(planted["routing key"], "", planted["bot token"], "").Replace(body))
		if who == "duty" {
			w.WriteHeader(http.StatusAccepted)
		}
		fmt.Fprint(w, `{"ok":true,"ts":"1700000000.000001","channel":"C0123ABCD","status":"success"}`)
		return true
	}
	switch who {
	case "bot":
		fmt.Fprintf(w, `{"ok":false,"error":%q,"needed":%q}`, planted["bot token"], planted["guest's mail"])
	case "duty":
		http.Error(w, echo, http.StatusForbidden)
	case "alerts":
		http.Error(w, echo, http.StatusBadRequest)
	default:
		shout(w, echo)
	}
	return true
}

// shout answers with what is no HTTP.
func shout(w http.ResponseWriter, what string) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "POST "+what+"\r\n\r\n")
}

func (p *trap) set(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// received is all that was told, and the tokens that were shown.
func (p *trap) received() (told string, bearers []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for b := range p.bearers {
		bearers = append(bearers, b)
	}
	return p.told.String(), bearers
}

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

package traffic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"bellhop/monitor"
)

// BytesMax is the largest report: five times what ten thousand accounts need.
const BytesMax = 8 << 20

// The bounds of a report.
const (
	accountsMax = 10_000
	modulesMax  = 64 // of an account
	scopesMax   = 256
	idMax       = 128 // bytes
	codeMax     = 64
	nameMax     = 100
	moduleMax   = 40
	scopeMax    = 100
	coversMax   = 24 * time.Hour
)

// Sent is a report as it was sent.
type Sent struct {
	monitor.Report

	// Source is who counts, if the requests are totals since it started; "" if they are of the time that the report
	// covers.
	Source  string
	Started time.Time // when it started; zero is not told
	Stood   time.Time // until when it counted, by its own clock
}

const accountKeys = "account, name, requests, token, webhooks and gone"

// Parse reads a report that arrived at now. Its error is *Mistakes, and then nothing of the report counts.
// The report lacks its random bytes.
func Parse(body []byte, now time.Time) (Sent, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF")) // .NET writes one
	if len(body) > BytesMax {
		return Sent{}, whole(fmt.Sprintf("is larger than %d MiB", BytesMax>>20), "send the accounts in several reports, each with an id of its own")
	}
	if !json.Valid(body) {
		return Sent{}, malformed(body)
	}
	w := &walk{data: body, now: now, shared: map[string]string{}}
	w.totals = bytes.Contains(body, []byte(`"totals"`)) && w.tellsTotals()
	r := w.report()
	if len(w.wrong.First) > 0 {
		return Sent{}, &w.wrong
	}
	return r, nil
}

// malformed says where a text stops being JSON.
func malformed(body []byte) *Mistakes {
	var nothing json.RawMessage
	err := json.Unmarshal(body, &nothing)
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if len(bytes.TrimSpace(body)) == 0 || !ok {
		return whole("is empty", "send JSON as docs/report.md shows")
	}
	before := body[:min(max(syntax.Offset-1, 0), int64(len(body)))]
	line, column := 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n')
	return whole(fmt.Sprintf("is no JSON from line %d, column %d on", line, column), syntax.Error())
}

func (w *walk) report() Sent {
	r := Sent{Report: monitor.Report{At: w.now}}
	named, listed := false, false
	w.object(func(key string) {
		switch key {
		case "id":
			named = true
			r.ID, _ = w.plain(idMax, visible, fmt.Sprintf("write 1 to %d letters, digits and signs, others for each report: a UUID is good", idMax))
		case "covers":
			r.Covers = w.span()
		case "until":
			r.Until, r.Stood = w.stood()
		case "counts":
			w.given(w.counts)
		case "source":
			w.given(func() { r.Source, _ = w.plain(idMax, visible, "name the instance that counts: web-1") })
		case "started":
			_, r.Started = w.stood()
		case "accounts":
			r.Accounts, listed = w.accounts(), true
		default:
			w.unknown("id, covers, until, counts, source, started and accounts")
		}
	})
	if len(w.wrong.First) == 1 && w.wrong.First[0].Path == "" {
		return r // no object at all
	}
	if !named {
		w.mistake("has no id", "give each report one of its own, and keep it when you send the report again")
	}
	if !listed {
		w.mistake("has no accounts", "list them; write [] if there are none")
	}
	w.agree(r)
	return r
}

// tellsTotals looks ahead for what the requests are: it may be told after them.
func (w *walk) tellsTotals() (so bool) {
	from := *w
	w.object(func(key string) {
		if w.kind() == '"' {
			so = w.text() == "totals" && key == "counts" || so
			return
		}
		w.skip()
	})
	*w = from
	return so
}

func (w *walk) counts() {
	fix := `write "totals" if requests are counted since your process started, and leave it out if they are counted since the last report`
	if word, ok := w.plain(idMax, visible, fix); ok && (word != "totals" || !w.totals) {
		w.mistake("is not known", fix)
	}
}

// agree checks what is said of totals.
func (w *walk) agree(r Sent) {
	if len(w.wrong.First) > 0 {
		return
	}
	switch {
	case w.totals && r.Source == "":
		w.mistake("has no source", "totals are those of one process: name it")
	case w.totals && r.Stood.IsZero():
		w.mistake("has no until", "write when these totals were read, so that older ones are known when they come late")
	case !w.totals && (r.Source != "" || !r.Started.IsZero()):
		w.mistake("has a source or started, and no totals", `write "counts": "totals", or leave them out`)
	case r.Started.After(r.Stood):
		w.mistake("has started after until", "write when the process started that counts")
	}
}

// visible are the characters of ASCII that can be seen.
const visible = letters + upper + digits + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

func (w *walk) accounts() []monitor.AccountReport {
	var all []monitor.AccountReport
	first := map[string]int{}
	w.list(func(i int) {
		if i >= accountsMax {
			if i == accountsMax {
				w.mistake(fmt.Sprintf("is one more than %d accounts", accountsMax), "send them in several reports, each with an id of its own")
			}
			w.skip()
			return
		}
		a := w.account()
		if at, twice := first[a.Code]; twice && a.Code != "" {
			w.mistake("has the code of "+fmt.Sprintf("accounts[%d]", at), "name each account once")
			return
		}
		first[a.Code] = i
		all = append(all, a)
	})
	return all
}

func (w *walk) account() monitor.AccountReport {
	var a monitor.AccountReport
	before := len(w.wrong.First) + w.wrong.More
	w.object(func(key string) {
		switch key {
		case "account":
			a.Code = w.code()
		case "name":
			w.given(func() { a.Name = w.name() })
		case "requests":
			w.given(func() { a.Requests = w.requests() })
		case "token":
			w.given(func() { a.Token = w.token() })
		case "webhooks":
			w.given(func() { a.Webhooks = w.webhooks() })
		case "gone":
			w.given(func() { a.Gone = w.yes() })
		default:
			w.unknown(accountKeys)
		}
	})
	if a.Code == "" && len(w.wrong.First)+w.wrong.More == before {
		w.mistake("has no account", "write apaleo's account code")
	}
	return a
}

// code is apaleo's account code. It is part of addresses, where dots alone mean something else.
func (w *walk) code() string {
	fix := fmt.Sprintf("write apaleo's account code: 1 to %d letters, digits, dots and dashes", codeMax)
	s, ok := w.plain(codeMax, letters+upper+digits+"._-", fix)
	if ok && strings.Trim(s, ".") == "" {
		w.mistake("cannot be used", fix)
		return ""
	}
	return s
}

func (w *walk) webhooks() *monitor.WebhookReport {
	h := &monitor.WebhookReport{}
	w.object(func(key string) {
		switch key {
		case "last_healthcheck":
			h.LastPing = w.seen()
		case "last_event":
			h.LastEvent = w.seen()
		case "events":
			w.given(func() { h.Events, _ = w.number(countMax) })
		default:
			w.unknown("last_healthcheck, last_event and events")
		}
	})
	return h
}

// requests are the counts of an account, by module and outcome.
func (w *walk) requests() []monitor.Count {
	var all []monitor.Count
	most, modules := int64(countMax), 0
	if w.totals {
		all, most = []monitor.Count{}, totalMax // none at all is told as such
	}
	w.object(func(module string) {
		modules++
		module = strings.ToLower(module)
		switch {
		case len(module) > moduleMax || module == "" || strings.Trim(module, letters+digits+"._-") != "":
			w.mistake("is no module", "modules are named as in the paths of apaleo's API: booking, inventory, …")
			w.skip()
		case modules > modulesMax:
			w.mistake(fmt.Sprintf("is one of more than %d modules", modulesMax), "name the modules of apaleo's API, not paths or objects in them")
			w.skip()
		default:
			all = w.outcomes(all, module, most)
		}
	})
	return all
}

func (w *walk) outcomes(all []monitor.Count, module string, most int64) []monitor.Count {
	w.object(func(outcome string) {
		c := monitor.Count{Module: module}
		var known bool
		if c.Fault, known = broken[outcome]; !known {
			if c.Status, known = status(outcome); !known {
				w.mistake("is no outcome of a request", "write an HTTP status, or timeout, connect, reset, dns or tls")
				w.skip()
				return
			}
		}
		if c.N, known = w.number(most); known && (c.N > 0 || w.totals) {
			all = append(all, c)
		}
	})
	return all
}

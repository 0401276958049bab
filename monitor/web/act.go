package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"bellhop/monitor"
)

// An Asked is what a person wants done, as the API takes it. Of For and Until one can be given.
type Asked struct {
	By    string     `json:"by"`
	Why   string     `json:"why,omitempty"` // of a note: its text
	For   string     `json:"for,omitempty"` // 90m, 8h, 2d
	From  *time.Time `json:"from,omitempty"`
	Until *time.Time `json:"until,omitempty"`

	// Of POST /api/v1/silences alone.
	Kind monitor.ActKind `json:"kind,omitempty"` // silence, maintenance or pause; silence is the default
	Name string          `json:"name,omitempty"` // of maintenance
	monitor.Target
}

// What a person writes is one line, for people.
const (
	maxBy   = 80
	maxWhy  = 500
	maxName = 80
)

const (
	// unsaid is how long checks are silenced where nobody says.
	unsaid = time.Hour
	// longest is how long anything that is asked for may last, but for a pause without an end.
	longest = 31 * 24 * time.Hour
)

// A refusal is why something is not done, for who asked.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func refused(status int, format string, args ...any) error {
	return refusal{status, fmt.Sprintf(format, args...)}
}

// act is what was asked as the book takes it.
func (q Asked) act(kind monitor.ActKind, now time.Time) (monitor.Act, error) {
	a := monitor.Act{At: now, Kind: kind, By: oneLine(q.By), Why: oneLine(q.Why), Name: oneLine(q.Name), Target: q.Target}
	switch {
	case a.By == "":
		return a, refused(http.StatusBadRequest, "say who you are: by")
	case a.Why == "" && kind == monitor.ActNote:
		return a, refused(http.StatusBadRequest, "a note needs a text: why")
	case a.Why == "" && kind == monitor.ActSilence:
		return a, refused(http.StatusBadRequest, "say why: a silence that nobody can explain is one that nobody dares to lift")
	case a.Name == "" && kind == monitor.ActMaintenance:
		return a, refused(http.StatusBadRequest, "maintenance needs a name, for people: name")
	}
	for _, f := range []struct {
		key, text string
		most      int
	}{{"by", a.By, maxBy}, {"why", a.Why, maxWhy}, {"name", a.Name, maxName}} {
		if utf8.RuneCountInString(f.text) > f.most {
			return a, refused(http.StatusBadRequest, "%s is too long: it can be %d characters", f.key, f.most)
		}
	}
	var err error
	a.From, a.Until, err = q.times(kind, now)
	return a, err
}

// times are from when until when something holds. Without an end it holds until the incident ends, or somebody ends it.
func (q Asked) times(kind monitor.ActKind, now time.Time) (from, until time.Time, err error) {
	lasts := slices.Contains([]monitor.ActKind{monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause}, kind)
	switch {
	case q.From != nil && !lasts:
		return from, until, refused(http.StatusBadRequest, "from is of silences, maintenance and pauses: all else is at once")
	case (q.For != "" || q.Until != nil) && !lasts && kind != monitor.ActAcknowledge:
		return from, until, refused(http.StatusBadRequest, "this lasts for no time: leave for and until out")
	}
	if from = now; q.From != nil {
		from = q.From.UTC()
	}
	length, err := lengthOf(q.For)
	switch {
	case err != nil:
		return from, until, err
	case length > 0 && q.Until != nil:
		return from, until, refused(http.StatusBadRequest, "for and until are both given: keep one")
	case q.Until != nil:
		until = q.Until.UTC()
	case length > 0:
		until = from.Add(length)
	case kind == monitor.ActSilence && q.Incident == "":
		until = from.Add(unsaid)
	case kind == monitor.ActMaintenance:
		return from, until, refused(http.StatusBadRequest, "say when maintenance ends: for or until")
	}
	if until.Sub(from) > longest {
		return from, until, refused(http.StatusBadRequest, "that is too long: it can be 31d at most")
	}
	return from, until, nil
}

// lengthOf is a duration as people write it, days too; "" is 0.
func lengthOf(s string) (time.Duration, error) {
	wrong := refused(http.StatusBadRequest, "for %q is no duration: write it like 30m, 8h or 2d", cut(s, 40))
	days, rest, some := strings.Cut(s, "d")
	whole := 0
	if some {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 366 {
			return 0, wrong
		}
		whole = n
	} else {
		rest = s
	}
	d := time.Duration(whole) * 24 * time.Hour
	if rest != "" {
		part, err := time.ParseDuration(rest)
		if err != nil || part < 0 {
			return 0, wrong
		}
		d += part
	}
	if d <= 0 && s != "" {
		return 0, wrong
	}
	return d, nil
}

// oneLine is what a person wrote in one line, without what could turn the text around it over or hide in it.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case r == '\u200c' || r == '\u200d': // joiners belong to scripts and emoji
			return r
		case unicode.In(r, unicode.Cf, unicode.Co) || r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// An Acted is what came of an act.
type Acted struct {
	Text     string            `json:"text"` // what happens next
	ID       string            `json:"id"`   // of the act; a silence, maintenance or pause keeps it
	Silence  *monitor.Silence  `json:"silence,omitempty"`
	Incident *monitor.Incident `json:"incident,omitempty"`
}

// do has an act done, and says what comes of it. What was done under the same id before is not done again.
func (s *Site) do(ctx context.Context, a monitor.Act) (Acted, error) {
	if done, ok := s.done.of(a.ID); ok {
		return done, nil
	}
	if s.Act == nil {
		return Acted{}, refused(http.StatusServiceUnavailable, "nothing can be done here")
	}
	ctx, cancel := context.WithTimeout(ctx, orderTime)
	defer cancel()
	before := s.latest(ctx)
	if err := a.Refused(before); err != nil {
		return Acted{}, impossible(err)
	}
	if err := s.Act(ctx, a); err != nil {
		s.Log.Error().Err(err).Msg("act not taken")
		return Acted{}, refused(http.StatusServiceUnavailable, "bellhop cannot write this down at present; try again in a moment")
	}
	after := s.latest(ctx)
	if err := overtaken(a, after); err != nil {
		return Acted{}, impossible(err)
	}
	s.Log.Info().Str("kind", string(a.Kind)).Str("id", a.ID).Str("by", a.By).Str("why", a.Why).Msg("person acted")
	done := s.acted(a, before, after)
	s.done.keep(a.ID, done)
	return done, nil
}

// impossible says why something cannot be done, for who asked.
func impossible(err error) error {
	status := http.StatusConflict
	if errors.Is(err, monitor.ErrUnknown) {
		status = http.StatusNotFound
	}
	return refused(status, "%s", err)
}

// overtaken says why an act came to nothing though nothing stood against it a moment before: the incident ended, or others
// were faster.
func overtaken(a monitor.Act, after *monitor.Snapshot) error {
	switch a.Kind {
	case monitor.ActAcknowledge, monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause:
		if silenceOf(after, a.ID) == nil {
			return a.Refused(after)
		}
	default: // there is nothing left to be seen of a note, or of what was ended
	}
	return nil
}

// latest is a snapshot that shows what was done just before.
func (s *Site) latest(ctx context.Context) *monitor.Snapshot {
	if s.Fresh == nil {
		return s.Reader.Snapshot()
	}
	return s.Fresh(ctx)
}

// keptActs is how many answers are kept for those who ask twice.
const keptActs = 256

// doneActs are the answers to the last acts, so that who asks again under the same id gets the same one.
type doneActs struct {
	mu    sync.Mutex       // protects all below
	by    map[string]Acted // by the digests of their ids
	order []string
}

// of is the answer to an act, by its id or the digest in it.
func (d *doneActs) of(id string) (Acted, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.by[digestIn(id)]
	return a, ok
}

func digestIn(id string) string { return id[strings.IndexByte(id, '_')+1:] }

func (d *doneActs) keep(id string, a Acted) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.by == nil {
		d.by = map[string]Acted{}
	}
	id = digestIn(id)
	if _, known := d.by[id]; known {
		return // somebody asked twice at the same time
	}
	if len(d.order) >= keptActs {
		delete(d.by, d.order[0])
		d.order = d.order[1:]
	}
	d.by[id], d.order = a, append(d.order, id)
}

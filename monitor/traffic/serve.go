package traffic

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// Limits of taking reports.
const (
	atOnce   = 4               // reports under way: each may be BytesMax large
	takeTime = 8 * time.Second // for the book to take one
	randomly = 32              // bytes, for the keys of hotels that are new
)

// Options are what an Intake is made of. All are needed, but for Log.
type Options struct {
	Now func() time.Time // engine time
	// Report hands in a report, and returns once it is durable, or once it counts while the store fails.
	Report func(ctx context.Context, r monitor.Report) (Taken, error)
	// Beat hands in a sign of life, and returns once it is durable. known is false if no check has this key.
	Beat func(ctx context.Context, key string, fail bool) (known bool, err error)
	Log  zerolog.Logger
}

// Taken is what became of a report that was handed in.
type Taken struct {
	Repeated bool     // its id was taken before, so that nothing of it was counted now
	New      []string // codes of the hotels that it made known
	Unstored bool     // it counts, but is not written down: the store fails
}

// An Intake takes reports and signs of life over HTTP. Who may bring them is for those to say who put it to an
// address.
type Intake struct {
	Options

	under chan struct{} // holds an entry for each report under way
	count counts

	mu    sync.Mutex // protects all below
	meter *meter
}

// New makes an Intake.
func New(o Options) *Intake {
	return &Intake{Options: o, under: make(chan struct{}, atOnce), meter: newMeter()}
}

// An Answer is what comes of a report that was taken.
type Answer struct {
	Accepted int      `json:"accepted"`           // accounts
	New      []string `json:"new"`                // codes of those that nobody had reported before
	Repeated bool     `json:"repeated,omitempty"` // its id was taken before: nothing was counted twice
	Unstored bool     `json:"unstored,omitempty"` // it is not written down yet: should bellhop end before it is, it is lost
}

// A Refusal is what comes of one that was not.
type Refusal struct {
	Error    string   `json:"error"`
	Mistakes []string `json:"mistakes,omitempty"` // at most ten, and how many more
}

// Report answers to a report. 200 is that it is taken and durable, 202 that it counts while the store fails, 400 that it is wrong, 413 that it is too
// large; after 429 and 503 the same report is to be sent again, under the same id.
func (i *Intake) Report(w http.ResponseWriter, r *http.Request) {
	select {
	case i.under <- struct{}{}:
		defer func() { <-i.under }()
	default:
		i.count.putOff.Add(1)
		later(w, http.StatusTooManyRequests, "bellhop is taking other reports")
		return
	}
	body, refused, status := read(w, r)
	if refused != nil {
		i.count.refused.Add(1)
		answer(w, status, refused)
		return
	}
	report, err := Parse(body, i.Now())
	if wrong, ok := errors.AsType[*Mistakes](err); ok {
		i.count.refused.Add(1)
		i.Log.Warn().Int("mistakes", len(wrong.First)+wrong.More).Msg("report refused")
		answer(w, http.StatusBadRequest, refusal(wrong))
		return
	}
	i.take(w, r, i.counted(report))
}

// counted is a report as the book takes it: with counts instead of totals, and without those of long ago.
func (i *Intake) counted(s Sent) monitor.Report {
	report := s.Report
	if s.Source != "" {
		var told reading
		i.mu.Lock()
		report, told = i.meter.differ(s)
		i.mu.Unlock()
		i.count.stale.Add(told.stale)
		i.count.resets.Add(told.resets)
		i.count.apart.Add(told.apart)
	}
	report, late := recent(report)
	i.count.late.Add(late)
	return report
}

func refusal(m *Mistakes) *Refusal {
	r := &Refusal{Error: "the report was not taken, nothing of it counts"}
	for _, one := range m.First {
		r.Mistakes = append(r.Mistakes, one.String())
	}
	if m.More > 0 {
		r.Mistakes = append(r.Mistakes, fmt.Sprintf("and %d more", m.More))
	}
	return r
}

// take hands a report to the book.
func (i *Intake) take(w http.ResponseWriter, r *http.Request, report monitor.Report) {
	report.Random = make([]byte, randomly)
	_, _ = rand.Read(report.Random) // never fails: crypto/rand
	ctx, cancel := context.WithTimeout(r.Context(), takeTime)
	defer cancel()
	taken, err := i.Options.Report(ctx, report)
	if err != nil {
		i.count.putOff.Add(1)
		level := zerolog.ErrorLevel
		if r.Context().Err() != nil { // who reports has given up, and nothing is wrong here
			level = zerolog.WarnLevel
		}
		i.Log.WithLevel(level).Err(err).Msg("report not taken")
		later(w, http.StatusServiceUnavailable, "bellhop cannot write the report down at present")
		return
	}
	i.mu.Lock()
	i.count.forgotten.Add(i.meter.settle(report.ID, taken.Repeated))
	i.mu.Unlock()
	done := Answer{New: append([]string{}, taken.New...), Repeated: taken.Repeated, Unstored: taken.Unstored}
	if taken.Repeated {
		i.count.repeated.Add(1)
	} else {
		i.count.taken.Add(1)
		done.Accepted = len(report.Accounts)
	}
	status := http.StatusOK
	if done.Unstored {
		status = http.StatusAccepted
	}
	answer(w, status, done)
}

// later asks for the same report again.
func later(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Retry-After", "10")
	answer(w, status, &Refusal{Error: why + ": send the same report again, under the same id"})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(body) // who asked has gone: nobody is left to tell
}

// Beat answers to a sign of life: the path's {key} is the check's push key. Who does not know one learns nothing.
func (i *Intake) Beat(fail bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), takeTime)
		defer cancel()
		known, err := i.Options.Beat(ctx, r.PathValue("key"), fail)
		switch {
		case err != nil:
			i.Log.Error().Err(err).Msg("beat not taken")
			w.Header().Set("Retry-After", "10")
			http.Error(w, "bellhop cannot write this down at present: send it again.", http.StatusServiceUnavailable)
		case !known:
			http.NotFound(w, r)
		default:
			i.count.beats.Add(1)
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, "ok\n")
		}
	}
}

package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"bellhop/monitor"
)

// A show is the demo while it runs: the stage, what has arrived, and where it is printed.
type show struct {
	*stage
	pace  monitor.Pace
	began time.Time
	page  *demoPage

	mu      sync.Mutex // protects all below
	letters []letter
	changed chan struct{} // closed at the next letter

	reports chan string // where the store app reports, once bellhop runs
}

func newShow(st *stage, p monitor.Pace, page *demoPage) *show {
	w := &show{stage: st, pace: p, began: time.Now(), page: page, changed: make(chan struct{}), reports: make(chan string, 1)}
	st.hook.deliver = w.arrived
	return w
}

// A scene is how an act went.
type scene struct {
	act   act
	began time.Duration // since the start of the demo
	since time.Duration // what is told of it was true since; began, if it is not of an earlier act
	told  time.Duration // from its beginning to the first message of it; 0 is never
	heard map[string]int
}

// arrived takes a message, and prints it.
func (w *show) arrived(l letter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.letters = append(w.letters, l)
	w.page.alert(l.at.Sub(w.began), l.by+": "+l.text, l.mood)
	close(w.changed)
	w.changed = make(chan struct{})
}

// since lists what arrived after the first n messages, and a channel that is closed at the next one.
func (w *show) since(n int) ([]letter, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]letter(nil), w.letters[n:]...), w.changed
}

// heard is what each receiver was told, in order.
func (w *show) heard() map[string][]string {
	all, _ := w.since(0)
	by := map[string][]string{}
	for _, l := range all {
		by[l.by] = append(by[l.by], l.line)
	}
	return by
}

// play plays the story, until a message does not come.
func (w *show) play(ctx context.Context, started <-chan Serving) ([]scene, error) {
	if err := w.open(ctx, started); err != nil {
		return nil, err
	}
	var scenes []scene
	for _, a := range story() {
		s, err := w.act(ctx, a, scenes)
		scenes = append(scenes, s)
		if err != nil {
			return scenes, err
		}
	}
	w.truth("all is well again")
	return scenes, w.pass(ctx, demoCalm)
}

func (w *show) truth(text string) { w.page.truth(time.Since(w.began), text) }

// integrate plays the store app, from when bellhop runs.
func (w *show) integrate(ctx context.Context) error {
	select {
	case at := <-w.reports:
		return w.app.run(ctx, at)
	case <-ctx.Done():
		return nil
	}
}

// reportedOf is how many checks there are of each reported hotel.
const reportedOf = 3

// open waits until bellhop runs and finds everything good.
func (w *show) open(ctx context.Context, started <-chan Serving) error {
	ctx, cancel := context.WithTimeout(ctx, w.pace.Of(demoWait))
	defer cancel()
	select {
	case at := <-started:
		if err := w.door.open(at.Page); err != nil {
			return err
		}
		w.reports <- at.Page + "/api/v1/report"
	case <-ctx.Done():
		return errors.New("bellhop did not start")
	}
	w.page.opening(w.pages, w.pace)
	w.truth(fmt.Sprintf("all is well: %d hotels with credentials, a store app with %d more", len(demoHotels), len(appHotels())))
	for {
		up, of, err := w.up(ctx)
		if err == nil && of > reportedOf*len(appHotels()) && up == of {
			w.page.alert(time.Since(w.began), fmt.Sprintf("status page: %d of %d checks are up", up, of), well)
			return w.pass(ctx, demoStay/2)
		}
		if w.pass(ctx, demoStay/20) != nil {
			return fmt.Errorf("only %d of %d checks are up", up, of)
		}
	}
}

// up asks bellhop how many of its checks are up.
func (w *show) up(ctx context.Context) (up, of int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.pages.status+"/api/v1/status?hotels=1", nil)
	if err != nil {
		return 0, 0, err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	var status struct {
		Checks []struct {
			State monitor.State `json:"state"`
		} `json:"checks"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&status); err != nil {
		return 0, 0, err
	}
	for _, c := range status.Checks {
		if c.State == monitor.StateUp {
			up++
		}
	}
	return up, len(status.Checks), nil
}

// act plays one act, after those that went before it.
func (w *show) act(ctx context.Context, a act, earlier []scene) (scene, error) {
	before, _ := w.since(0)
	began := time.Now()
	s := scene{act: a, began: began.Sub(w.began), heard: map[string]int{}}
	s.since = s.began
	if i := slices.IndexFunc(earlier, func(e scene) bool { return a.after != "" && e.act.what == a.after }); i >= 0 {
		s.since = earlier[i].began
	}
	w.truth(a.truth)
	if a.begin != nil {
		a.begin(w.stage)
	}
	var err error
	if a.asks != nil {
		err = a.asks(ctx, w.stage)
	}
	switch {
	case err != nil:
	case a.tale != nil:
		s.told, err = w.await(ctx, len(before), *a.tale, w.began.Add(s.since))
	case a.begin != nil:
		err = w.pass(ctx, demoStay)
	default:
		err = w.passing(ctx, a, len(before))
	}
	after, _ := w.since(len(before))
	for _, l := range after {
		s.heard[l.by]++
	}
	return s, err
}

// passing has a fault come and go, and waits to see that nobody is told.
func (w *show) passing(ctx context.Context, a act, before int) error {
	f := w.apaleo.Fault(a.fault)
	met := func() error {
		defer f.Clear()
		for f.Hits() == 0 {
			if err := w.pass(ctx, time.Second/2); err != nil {
				return err
			}
		}
		return w.pass(ctx, a.lasts)
	}
	if err := met(); err != nil {
		return err
	}
	w.truth(fmt.Sprintf("%s; %s failed", a.over, count(f.Hits(), "request")))
	if err := w.pass(ctx, demoCalm); err != nil {
		return err
	}
	if news, _ := w.since(before); len(news) == 0 {
		w.page.alert(time.Since(w.began), "(nobody is told)", faint)
	}
	return nil
}

// await waits until each receiver was told a tale, and a little longer; told is when the first one was.
func (w *show) await(ctx context.Context, before int, t tale, began time.Time) (told time.Duration, err error) {
	late := time.NewTimer(w.pace.Of(demoWait))
	defer late.Stop()
	for {
		news, changed := w.since(before)
		first, all := tellers(news, t)
		if all {
			return first.Sub(began), w.pass(ctx, demoStay)
		}
		select {
		case <-changed:
		case <-late.C:
			return 0, fmt.Errorf("nobody, or not everybody, was told within %.0f s: %s", w.pace.Of(demoWait).Seconds(), t.title)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// tellers says when a tale was first told, and whether all receivers have heard it.
func tellers(news []letter, t tale) (first time.Time, all bool) {
	told := map[string]bool{}
	for _, l := range news {
		if !strings.HasPrefix(l.line, t.line(l.by)) {
			continue
		}
		if first.IsZero() {
			first = l.at
		}
		told[l.by] = true
	}
	return first, !slices.ContainsFunc(receiversShown, func(r string) bool { return t.isFor(r) && !told[r] })
}

// pass lets a time go by; it is one at the real pace.
func (w *show) pass(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(w.pace.Of(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

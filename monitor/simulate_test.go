package monitor_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// A simulation runs the book on a world that a story tells of: no clock, no network, no store but a round
// trip through JSON where the story restarts.
type simulation struct {
	t         *testing.T
	pace      monitor.Pace
	book      *monitor.Book
	config    monitor.Reconfigure
	now       time.Time
	checks    map[monitor.CheckID]*monitor.Check
	next      map[monitor.CheckID]time.Time
	ran       map[monitor.CheckID]time.Time
	plans     map[monitor.CheckID]monitor.Plan
	troubles  map[string]trouble // by what is troubled
	receivers map[string]string  // what is wrong with a receiver
	kept      kept
	stopped   bool
	numbers   map[string]int
	asked     int
	done      int // acts of people
	page      page
	out       strings.Builder
	watch     func(monitor.Change)                               // invariants
	heard     func(string, monitor.EventType, *monitor.Incident) // what a receiver was told

	integration

	late []monitor.Receipt // of slow receivers: not before their time
}

type trouble struct {
	what  string
	share float64
	since time.Time
}

func newSimulation(t *testing.T, config monitor.Reconfigure, start time.Time) *simulation {
	s := &simulation{
		t: t, pace: monitor.RealPace(), config: config, now: start,
		next: map[monitor.CheckID]time.Time{}, ran: map[monitor.CheckID]time.Time{}, plans: map[monitor.CheckID]monitor.Plan{},
		troubles: map[string]trouble{}, receivers: map[string]string{}, numbers: map[string]int{},
		kept: newKept(), integration: integration{accounts: map[string]*reported{}, second: map[string]*reported{}, beats: map[monitor.CheckID]beating{}},
	}
	s.start()
	return s
}

// start opens the book on what was saved, as a new process does.
func (s *simulation) start() {
	s.book = monitor.NewBook(s.kept.saved(s.t), s.pace, advise)
	s.stopped = false
	s.reload()
	if last := s.kept.committed; len(s.ran) > 0 {
		s.feed(monitor.Gap{At: s.now, From: last, To: s.now})
	}
	s.askControls()
}

// askControls is what the engine does at start, and now and then.
func (s *simulation) askControls() {
	_, cut := s.troubles["net"]
	if s.config.Controls == 0 {
		return
	}
	s.feed(monitor.Controls{At: s.now, Answers: controls(!cut)})
}

func (s *simulation) reload() {
	s.config.At = s.now
	s.feed(s.config)
	s.checks = map[monitor.CheckID]*monitor.Check{}
	for _, c := range s.config.Checks {
		s.checks[c.ID()] = c
		if c.Reported {
			continue
		}
		if s.next[c.ID()].IsZero() || s.next[c.ID()].Before(s.now) {
			s.next[c.ID()] = c.Schedule.Next(s.now)
			if first := min(c.Every, time.Minute); s.next[c.ID()].Sub(s.now) > first {
				s.next[c.ID()] = s.now.Add(first)
			}
		}
	}
	for id := range s.next {
		if s.checks[id] == nil {
			delete(s.next, id)
		}
	}
}

func (s *simulation) feed(in ...monitor.Input) {
	c := s.book.Decide(in)
	s.book.Apply(c)
	if s.watch != nil {
		s.watch(c)
	}
	for _, p := range c.Plans {
		s.plans[p.Check] = p.Plan
		s.replan(p.Check, p.Plan)
	}
	s.kept.save(c, s.now)
}

// replan follows a new plan as the scheduler does.
func (s *simulation) replan(id monitor.CheckID, p monitor.Plan) {
	if _, ok := s.next[id]; !ok {
		return
	}
	s.next[id] = s.after(id, s.ran[id])
	switch once := p.Once; {
	case once.IsZero() || !s.ran[id].Before(once):
	case !once.After(s.now) || p.Every == 0: // a sweep, at the time of an outcome that is here at once
		s.next[id] = s.now
	case once.Before(s.next[id]):
		s.next[id] = once
	}
}

func (s *simulation) after(id monitor.CheckID, last time.Time) time.Time {
	c, p := s.check(id), s.plans[id]
	if p.Paused {
		return s.now.AddDate(1, 0, 0)
	}
	at := c.Schedule.Next(s.now)
	if p.Every > 0 && !last.IsZero() {
		at = later(last.Add(p.Every), s.now)
	}
	if at.Before(p.NotBefore) {
		at = p.NotBefore
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func (s *simulation) check(id monitor.CheckID) *monitor.Check {
	return s.checks[id]
}

// kept is what a store holds: whole values, never changed once given.
type kept struct {
	committed  time.Time
	rows       map[monitor.CheckID]*monitor.Row
	incidents  map[string]*monitor.Incident
	deliveries map[monitor.DeliveryID]*monitor.Delivery
	notices    map[string]*monitor.Notice // by key
	clients    map[string]*monitor.Client
	hotels     map[string]*monitor.Hotel
	reports    map[string]time.Time
	silences   map[string]*monitor.Silence
	acts       map[string]time.Time
}

func newKept() kept {
	return kept{
		rows: map[monitor.CheckID]*monitor.Row{}, incidents: map[string]*monitor.Incident{}, notices: map[string]*monitor.Notice{},
		deliveries: map[monitor.DeliveryID]*monitor.Delivery{}, clients: map[string]*monitor.Client{},
		hotels: map[string]*monitor.Hotel{}, reports: map[string]time.Time{},
		silences: map[string]*monitor.Silence{}, acts: map[string]time.Time{},
	}
}

// save keeps what a store keeps.
func (k *kept) save(c monitor.Change, at time.Time) {
	k.committed = at
	for _, id := range c.Removed {
		delete(k.rows, id)
	}
	for id, r := range c.Rows {
		if !c.Light[id] {
			k.rows[id] = r
		}
	}
	for account, h := range c.Hotels {
		if k.hotels[account] = h; h == nil {
			delete(k.hotels, account)
		}
	}
	for id, s := range c.Silences {
		if k.silences[id] = s; s == nil {
			delete(k.silences, id)
		}
	}
	maps.Copy(k.acts, c.Acts)
	maps.Copy(k.reports, c.Reports)
	maps.Copy(k.incidents, c.Incidents)
	maps.Copy(k.deliveries, c.Deliveries)
	maps.Copy(k.notices, c.Notices)
	maps.Copy(k.clients, c.Clients)
}

// saved gives it back, through the stored form.
func (k *kept) saved(t *testing.T) monitor.Saved {
	owed := maps.Clone(k.deliveries)
	maps.DeleteFunc(owed, func(id monitor.DeliveryID, d *monitor.Delivery) bool {
		return d.Settled && (k.incidents[id.Incident] == nil || k.incidents[id.Incident].State != monitor.IncidentOpen)
	})
	return monitor.Saved{
		ID: "book", Committed: k.committed, Rows: restored(t, k.rows), Incidents: restored(t, k.incidents),
		Deliveries: restored(t, owed), Notices: restored(t, k.notices), Clients: restored(t, k.clients),
		Hotels: restored(t, k.hotels), Reports: maps.Clone(k.reports),
		Silences: restored(t, k.silences), Acts: maps.Clone(k.acts),
	}
}

func restored[K comparable, V any](t *testing.T, m map[K]*V) []*V {
	list := make([]*V, 0, len(m))
	for _, v := range m {
		list = append(list, stored(t, v))
	}
	return list
}

func stored[T any](t *testing.T, v *T) *T {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	n := new(T)
	if err := json.Unmarshal(data, n); err != nil {
		t.Fatal(err)
	}
	return n
}

// until runs the world up to a time, second by second.
func (s *simulation) until(end time.Time) {
	for ; s.now.Before(end); s.now = s.now.Add(time.Second) {
		if s.stopped {
			continue
		}
		for _, c := range s.config.Checks {
			if c.Reported {
				continue
			}
			for at := s.next[c.ID()]; !at.After(s.now); at = s.next[c.ID()] {
				s.ran[c.ID()] = at
				s.next[c.ID()] = s.after(c.ID(), at)
				s.asked++
				s.feed(s.ask(c, at))
			}
		}
		if s.now.Unix()%600 == 0 {
			s.askControls()
		}
		s.reportAll()
		s.feed(monitor.Tick{At: s.now})
		s.deliver()
	}
}

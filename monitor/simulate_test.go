package monitor_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
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
	out       strings.Builder
	watch     func(monitor.Change) // invariants

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
		kept: newKept(),
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
	if !p.Once.IsZero() && s.ran[id].Before(p.Once) {
		s.next[id] = s.now
	}
}

func (s *simulation) after(id monitor.CheckID, last time.Time) time.Time {
	c, p := s.check(id), s.plans[id]
	at := c.Schedule.Next(s.now)
	if p.Every > 0 && !last.IsZero() {
		at = last.Add(p.Every)
	}
	if at.Before(p.NotBefore) {
		at = p.NotBefore
	}
	return at
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
}

func newKept() kept {
	return kept{
		rows: map[monitor.CheckID]*monitor.Row{}, incidents: map[string]*monitor.Incident{}, notices: map[string]*monitor.Notice{},
		deliveries: map[monitor.DeliveryID]*monitor.Delivery{}, clients: map[string]*monitor.Client{},
	}
}

// save keeps what a store keeps.
func (k *kept) save(c monitor.Change, at time.Time) {
	k.committed = at
	for _, id := range c.Removed {
		delete(k.rows, id)
	}
	maps.Copy(k.rows, c.Rows)
	maps.Copy(k.incidents, c.Incidents)
	maps.Copy(k.deliveries, c.Deliveries)
	maps.Copy(k.notices, c.Notices)
	maps.Copy(k.clients, c.Clients)
}

// saved gives it back, through the stored form.
func (k *kept) saved(t *testing.T) monitor.Saved {
	return monitor.Saved{
		ID: "book", Committed: k.committed, Rows: restored(t, k.rows), Incidents: restored(t, k.incidents),
		Deliveries: restored(t, k.deliveries), Notices: restored(t, k.notices), Clients: restored(t, k.clients),
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
		s.feed(monitor.Tick{At: s.now})
		s.deliver()
	}
}

// ask answers for the world.
func (s *simulation) ask(c *monitor.Check, at time.Time) monitor.Outcome {
	o := monitor.Outcome{Check: c.ID(), At: at, Started: at, Took: 200 * time.Millisecond, Status: 200, IP: "203.0.113.7"}
	o.Skew = 300 * time.Millisecond
	switch {
	case c.Kind == "token-edge":
		o.Status = 400
	case c.Anonymous && strings.Contains(c.Name, "edge"):
		o.Status = 401
	case c.Kind == "tls":
		o.Status = 0
	}
	if c.Forced {
		o.Forced = 1
	}
	for _, what := range append([]string{"net"}, sortedKeys(s.troubles)...) { // without a way out nothing else is seen
		if tr := s.troubles[what]; concerns(what, c) && chance(c.ID(), at) < tr.share {
			o = spoil(o, c, tr, at)
		}
	}
	if s.config.Controls == 0 {
		o.Controls = nil
	}
	return o
}

// chance is a number for this attempt that is the same in every run.
func chance(id monitor.CheckID, at time.Time) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", id, at.UnixNano())
	return rand.New(rand.NewPCG(h.Sum64(), 7)).Float64()
}

// concerns says whether a check sees a trouble of what a story names.
func concerns(what string, c *monitor.Check) bool {
	kind, name, _ := strings.Cut(what, ":")
	switch kind {
	case "net":
		return true
	case "account":
		return c.Account == name && !c.Forced
	case "client":
		return c.Account == name && c.Forced
	case "check":
		return string(c.ID()) == name || c.Name == name
	case "token":
		return c.Kind == "token-edge" || c.Forced
	case "tls":
		return c.Kind == "tls"
	case "api-only":
		return c.Host == hosts["api"] && c.Account != ""
	}
	return c.Host == hosts[kind] && c.Kind != "tls"
}

// spoil turns a good outcome into what the trouble makes of it.
func spoil(o monitor.Outcome, c *monitor.Check, tr trouble, at time.Time) monitor.Outcome {
	if o.Fault != "" {
		return o
	}
	o.TrackingID = ""
	switch tr.what {
	case "502", "503", "500":
		o.Status, _ = strconv.Atoi(tr.what)
		o.Fault = monitor.FaultServer
	case "404":
		o.Status, o.Fault = 404, monitor.FaultNotFound
	case "429":
		o.Status, o.Fault, o.RetryAfter = 429, monitor.FaultQuota, 20*time.Second
	case "403":
		o.Status, o.Fault = 403, monitor.FaultForbidden
		o.TrackingID = "a25f065f-0029-4745-9c0a-1e3127e12490"
	case "401":
		o.Status, o.Fault, o.Forced = 401, monitor.FaultUnauthorized, 1
	case "invalid_client":
		o.Status, o.Fault, o.Code = 400, monitor.FaultClient, "invalid_client"
	case "rotated": // a new secret is in the file, and apaleo does not know it yet
		o.Status, o.Fault, o.Code, o.SecretAge = 400, monitor.FaultClient, "invalid_client", at.Sub(tr.since)+time.Second
	case "expiring":
		o.Fault, o.Detail = monitor.FaultExpiring, "the certificate ends 2026-12-01 23:59:59 UTC, in 9 d 13 h"
	case "slow":
		o.Took = 6 * time.Second
	case "skewed":
		o.Skew = -5 * time.Minute
	case "secret":
		o.Status, o.Fault, o.Forced, o.Detail = 0, monitor.FaultSecret, 0, "no such file"
	case "suspended":
		o.Fault = monitor.FaultSuspended
	case "wrong_account":
		o.Fault, o.Detail = monitor.FaultWrongAccount, "the token is of account OTHR"
	case "refused":
		o.Status, o.Fault, o.Took, o.Controls = 0, monitor.FaultConnect, time.Millisecond, controls(true)
	case "timeout":
		o.Status, o.Fault, o.Took, o.Controls = 0, monitor.FaultTimeout, 10*time.Second, controls(true)
	case "cut":
		o.Status, o.Fault, o.Took, o.IP, o.Controls = 0, monitor.FaultDNS, time.Millisecond, "", controls(false)
	default:
		panic("no such trouble: " + tr.what)
	}
	o.Detail = cmp.Or(o.Detail, told(o, c))
	return o
}

// told is what a probe adds to a fault, in package probe's words.
func told(o monitor.Outcome, c *monitor.Check) string {
	switch {
	case o.Fault == monitor.FaultConnect:
		return "no connection to " + c.Host + ": connection refused"
	case o.Fault == monitor.FaultTimeout:
		return "no answer from " + c.Host + " in time"
	case o.Fault == monitor.FaultDNS:
		return "the name " + c.Host + " does not exist"
	case o.Code != "":
		return fmt.Sprintf("HTTP %d %s", o.Status, o.Code)
	case o.Fault == monitor.FaultServer:
		return fmt.Sprintf("HTTP %d", o.Status)
	case o.Fault == monitor.FaultNotFound:
		return fmt.Sprintf("HTTP %d, and status == 200 is expected", o.Status)
	}
	return ""
}

func controls(ok bool) []monitor.ControlAnswer {
	return []monitor.ControlAnswer{{Name: "one", OK: ok}, {Name: "two", OK: ok}, {Name: "three", OK: ok}}
}

// deliver does what the lanes do, and writes down what people see. A dead receiver refuses all and is tried
// once a minute.
func (s *simulation) deliver() {
	for len(s.late) > 0 && !s.late[0].At.After(s.now) {
		s.feed(s.late[0])
		s.late = s.late[1:]
	}
	var owed []*monitor.Delivery
	for _, w := range s.kept.deliveries {
		if !w.Settled {
			owed = append(owed, w)
		}
	}
	slices.SortFunc(owed, func(a, b *monitor.Delivery) int {
		return strings.Compare(a.Receiver+a.Incident, b.Receiver+b.Incident)
	})
	for _, w := range owed {
		r, known := s.receiver(w.Receiver)
		t, at, owed := s.owed(w, r)
		switch {
		case !known:
			s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, Result: monitor.Left})
			if w.Knows != monitor.NeverTried && w.State == monitor.IncidentOpen {
				s.tell(w, monitor.EventUpdated, "not told here any more")
			}
		case owed && !at.After(s.now):
			s.send(w, t)
		}
	}
}

func (s *simulation) owed(w *monitor.Delivery, r monitor.Receiver) (monitor.EventType, time.Time, bool) {
	if i := s.incident(w.Incident); i != nil {
		return monitor.Owed(*w, i, r, s.pace, s.now)
	}
	at, ok := monitor.OwedNotice(*w, s.notice(w.Incident), r, s.pace, s.now)
	return monitor.EventNotice, at, ok
}

func (s *simulation) send(w *monitor.Delivery, t monitor.EventType) {
	sending := monitor.Sending{ID: fmt.Sprint(w.Receiver, w.Incident, s.version(w)), Type: t, Version: s.version(w), First: s.now, Attempts: 1}
	if i := s.incident(w.Incident); i != nil {
		sending.Severity = i.Severity
	}
	s.feed(monitor.Attempting{At: s.now, Delivery: w.DeliveryID, Sending: sending})
	if _, cut := s.troubles["net"]; cut && s.receivers[w.Receiver] != "near" {
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Refused, Next: s.now.Add(time.Minute)})
		return
	}
	switch s.receivers[w.Receiver] {
	case "dead":
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Refused, Next: s.now.Add(time.Minute)})
	case "lying": // it takes the message and says that it did not
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Ambiguous})
		s.tell(w, t, "ambiguous")
	case "slow": // it takes the message at once, and says so 20 seconds later
		s.late = append(s.late, monitor.Receipt{At: s.now.Add(20 * time.Second), Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Accepted})
		s.tell(w, t, "")
	default:
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Accepted})
		s.tell(w, t, "")
	}
}

func (s *simulation) version(w *monitor.Delivery) int {
	if i := s.incident(w.Incident); i != nil {
		return i.Version
	}
	return s.notice(w.Incident).Version()
}

func (s *simulation) receiver(name string) (monitor.Receiver, bool) {
	i := slices.IndexFunc(s.config.Receivers, func(r monitor.Receiver) bool { return r.Name == name })
	if i < 0 {
		return monitor.Receiver{}, false
	}
	return s.config.Receivers[i], true
}

func (s *simulation) incident(id string) *monitor.Incident { return s.kept.incidents[id] }

func (s *simulation) notice(id string) *monitor.Notice {
	for _, n := range s.kept.notices {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// tell writes down a message as a person reads it.
func (s *simulation) tell(w *monitor.Delivery, t monitor.EventType, remark string) {
	if s.numbers[w.Incident] == 0 {
		s.numbers[w.Incident] = len(s.numbers) + 1
	}
	if remark != "" {
		remark = " (" + remark + ")"
	}
	fmt.Fprintf(&s.out, "%s %s: %s #%d%s\n", s.now.Format("02 15:04:05"), w.Receiver, t, s.numbers[w.Incident], remark)
	text, next := "", ""
	if i := s.incident(w.Incident); i != nil {
		text, next = i.Text, i.NextStep
		fmt.Fprintf(&s.out, "    v%d %s, %s, %s/%s (%s)%s, scope %d/%d/%d/%d %s\n", i.Version, i.Severity, i.Side, i.Cause.Kind, i.Cause.ID,
			i.Cause.Confidence, change(i), i.Scope.Failing, i.Scope.Evaluated, i.Scope.Blocked, i.Scope.Watched, i.Scope.Accounts)
		if i.State == monitor.IncidentOpen {
			fmt.Fprintf(&s.out, "    %d:%s\n", i.Count, affected(i))
		}
	} else {
		n := s.notice(w.Incident)
		text, next = n.Text, n.NextStep
	}
	fmt.Fprintf(&s.out, "    %s\n", text)
	if next != "" {
		fmt.Fprintf(&s.out, "    → %s\n", next)
	}
}

func affected(i *monitor.Incident) string {
	list := ""
	for _, a := range i.Affected {
		list += fmt.Sprintf(" %s %s %d/%d", a.Check, a.Fault, a.Failed, a.Of)
	}
	return list
}

func change(i *monitor.Incident) string {
	if i.Change == "" {
		return ""
	}
	return ", " + string(i.Change)
}

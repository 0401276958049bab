package command_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/store"
)

// inspect looks at what a killed daemon left: all that was ever found committed is still there, as it was.
func (r *rack) inspect() {
	r.t.Helper()
	events := r.events()
	now := map[string]string{}
	for _, e := range events {
		now[eventName(e.Incident.ID, e.Incident.Version)] = e.raw
	}
	for name, raw := range r.seen {
		if now[name] != raw {
			r.fail("%s was committed as\n%s\nand now is\n%s", name, raw, now[name])
		}
	}
	r.seen = now
	for _, d := range r.deliveries(r.t.Context(), true) {
		had := r.known[d.DeliveryID]
		if d.Knows == monitor.Told {
			r.known[d.DeliveryID] = d.Version
		}
		if d.Knows != monitor.NeverTried && d.Version < had {
			r.fail("%s had told %s version %d, and has forgotten it: %+v", d.Receiver, d.Incident, had, d)
		}
	}
}

func eventName(incident string, version int) string { return fmt.Sprintf("%s v%d", incident, version) }

// An event is one that is committed, and its bytes.
type event struct {
	monitor.Event
	raw string
}

// events are all that is in the store, in the order in which they were committed.
func (r *rack) events() []event {
	r.t.Helper()
	if _, err := os.Stat(r.store()); err != nil {
		return nil // it was killed before there was one
	}
	db, err := sql.Open("sqlite", "file:"+r.store()+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	var sound string
	if err := db.QueryRow("PRAGMA integrity_check(1)").Scan(&sound); err != nil || sound != "ok" {
		r.fail("integrity check: %s, %v", sound, err)
	}
	var tables int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE name = 'event'").Scan(&tables); err != nil || tables == 0 {
		return nil // it was killed before there was a table
	}
	rows, err := db.Query("SELECT body FROM event ORDER BY rowid")
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	var all []event
	for rows.Next() {
		var raw string
		if err := rows.Scan(&raw); err != nil {
			r.t.Fatal(err)
		}
		all = append(all, r.understood(raw))
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return all
}

// understood is an event as it was committed. Most are found again after each kill.
func (r *rack) understood(raw string) event {
	r.t.Helper()
	if e, ok := r.read[raw]; ok {
		return e
	}
	e := event{raw: raw}
	if err := json.Unmarshal([]byte(raw), &e.Event); err != nil {
		r.t.Fatal(err)
	}
	r.read[raw] = e
	return e
}

// deliveries are all that is known of who knows what; none, before there is a book.
func (r *rack) deliveries(ctx context.Context, unsettled bool) []*monitor.Delivery {
	r.t.Helper()
	book, err := store.ReadOnly(ctx, r.store())
	if err != nil {
		return nil
	}
	defer book.Close()
	all, err := book.Deliveries(ctx, unsettled, 1_000_000)
	if err != nil && ctx.Err() == nil {
		r.t.Fatal(err)
	}
	return all
}

// owed says what is not told yet, or not at an end.
func (r *rack) owed(ctx context.Context) []string {
	r.t.Helper()
	book, err := store.ReadOnly(ctx, r.store())
	if err != nil {
		return []string{err.Error()}
	}
	defer book.Close()
	saved, err := book.Load(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	var left []string
	incidents, notices := map[string]*monitor.Incident{}, map[string]*monitor.Notice{}
	for _, i := range saved.Incidents {
		if incidents[i.ID] = i; i.State == monitor.IncidentOpen {
			left = append(left, fmt.Sprintf("%s is open: %s", i.ID, i.Title))
		}
	}
	for _, n := range saved.Notices {
		notices[n.ID] = n
	}
	for _, row := range saved.Rows {
		for k, s := range row.Signals {
			if s.Phase == monitor.Suspect {
				left = append(left, fmt.Sprintf("%s is in doubt (%v)", row.Check, k))
			}
		}
	}
	for _, d := range saved.Deliveries {
		_, _, due := monitor.Owed(*d, incidents[d.Incident], r.receiver(d.Receiver).Receiver, torturePace(), time.Now())
		_, noted := monitor.OwedNotice(*d, notices[d.Incident], r.receiver(d.Receiver).Receiver, torturePace(), time.Now())
		if due || noted || d.Sending != nil {
			left = append(left, fmt.Sprintf("%s is owed %s: %+v", d.Receiver, d.Incident, d))
		}
	}
	return left
}

func (r *rack) receiver(name string) *receiver {
	for _, to := range r.receivers {
		if to.Name == name {
			return to
		}
	}
	r.t.Fatalf("there is no receiver %q", name)
	return nil
}

// judge says what the receivers saw that they should not have seen, and what they did not see.
func (r *rack) judge(kills int) {
	r.t.Helper()
	r.inspect()
	events := r.events()
	complaints := wrongInBook(events)
	for _, d := range r.deliveries(r.t.Context(), false) {
		if d.Dead != "" {
			complaints = append(complaints, fmt.Sprintf("%s was given up on %s: %s", d.Receiver, d.Incident, d.Dead))
		}
	}
	for _, to := range r.receivers {
		c := judged(to, events)
		complaints = append(complaints, c.wrong()...)
		r.t.Log(c)
	}
	log, err := os.ReadFile(r.log())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, bad := range []string{"DATA RACE", "panic:", `"level":"error"`} {
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, bad) && !strings.Contains(line, `"message":"receiver failed"`) {
				complaints = append(complaints, fmt.Sprintf("the log has %s: %s", bad, line))
				break
			}
		}
	}
	byID := incidents(events)
	r.t.Logf("%d kills, %d incidents, %d versions", kills, len(byID), len(events))
	if kills >= usualKills && len(byID) < kills/5 {
		complaints = append(complaints, "hardly anything happened: the test proves nothing")
	}
	for n, c := range complaints {
		if n == 20 {
			r.t.Errorf("and %d more", len(complaints)-n)
			break
		}
		r.t.Error(c)
	}
}

// incidents are the last versions.
func incidents(events []event) map[string]monitor.Incident {
	all := map[string]monitor.Incident{}
	for _, e := range events {
		all[e.Incident.ID] = e.Incident
	}
	return all
}

// wrongInBook finds versions that are missing or told twice, and two incidents of one cause at a time.
func wrongInBook(events []event) (wrong []string) {
	last := map[string]int{}
	open := map[string]monitor.Node{} // the causes of the open incidents
	for n, e := range events {
		i := e.Incident
		if i.Version != last[i.ID]+1 || (i.Version == 1) != (e.Type == monitor.EventOpened) {
			wrong = append(wrong, fmt.Sprintf("%s after version %d: %s", eventName(i.ID, i.Version), last[i.ID], e.Type))
		}
		last[i.ID] = i.Version
		if delete(open, i.ID); i.State == monitor.IncidentOpen {
			open[i.ID] = i.Cause.Node()
		}
		if n+1 < len(events) && events[n+1].At.Equal(e.At) {
			continue // they were committed together: the order among them is nobody's to see
		}
		seen := map[monitor.Node]string{}
		for _, id := range slices.Sorted(maps.Keys(open)) {
			if other := seen[open[id]]; other != "" {
				wrong = append(wrong, fmt.Sprintf("%s and %s are open at a time, both for %v", other, id, open[id]))
			}
			seen[open[id]] = id
		}
	}
	return wrong
}

// A message is what a request said.
type message struct {
	request
	incident string // or the notice
	version  int
	open     bool
	isNotice bool
}

var smallPrint = regexp.MustCompile(`"((?:inc|ntc)_[0-9a-z_-]+) · (?:version (\d+) · )?`)

// read understands a request with nothing but what a receiver has: the body.
func (q request) read(to monitor.Receiver) (message, error) {
	m := message{request: q}
	if to.Kind == "slack" {
		found := smallPrint.FindStringSubmatch(q.body)
		if found == nil {
			return m, fmt.Errorf("%s got a post without an id: %s", q.receiver, q.body)
		}
		m.incident = found[1]
		if m.isNotice = found[2] == ""; m.isNotice {
			return m, nil
		}
		var err error
		m.version, err = strconv.Atoi(found[2])
		return m, err
	}
	var b struct {
		Type string
		Data struct {
			Incident *struct {
				ID, State string
				Version   int
			}
			Notice *struct {
				ID   string
				Over bool
			}
		}
	}
	if err := json.Unmarshal([]byte(q.body), &b); err != nil {
		return m, fmt.Errorf("%s got what is no JSON: %w: %s", q.receiver, err, q.body)
	}
	switch i, n := b.Data.Incident, b.Data.Notice; {
	case q.id == "" && !to.Keyless:
		return m, fmt.Errorf("%s got a message without an id: %s", q.receiver, q.body)
	case i != nil:
		m.incident, m.version, m.open = i.ID, i.Version, i.State == string(monitor.IncidentOpen)
	case n != nil:
		m.incident, m.isNotice, m.version = n.ID, true, 1
		if n.Over {
			m.version = 2
		}
	default:
		return m, fmt.Errorf("%s got a message about nothing: %s", q.receiver, q.body)
	}
	return m, nil
}

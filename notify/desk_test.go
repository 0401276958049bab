package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"

	"github.com/rs/zerolog"
)

// A desk stands in for the owner of the book, with the handlers of package monitor.
type desk struct {
	out  *notify.Outbox
	stop func() // ends the outbox and waits for it
	pace monitor.Pace
	log  io.Writer

	mu        sync.Mutex // protects all below
	rows      map[monitor.DeliveryID]monitor.Delivery
	incidents map[string]*monitor.Incident
	receivers map[string]monitor.Receiver
	notes     []monitor.Note
	commits   int
	down      bool // the store fails
}

// A told is a letter as it reached a receiver.
type told struct {
	notify.Letter
	at time.Time
}

// A channel is a receiver that answers as it is told to.
type channel struct {
	mu      sync.Mutex // protects all below
	answer  func(n int, l notify.Letter) error
	letters []told
}

func (c *channel) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	c.mu.Lock()
	c.letters = append(c.letters, told{l, time.Now()})
	answer, n := c.answer, len(c.letters)
	c.mu.Unlock()
	if answer == nil {
		return notify.Receipt{Status: 200}, nil
	}
	err := answer(n, l)
	if errors.Is(err, errHang) {
		<-ctx.Done()
		err = &notify.Refusal{Result: monitor.Ambiguous, Reason: "no answer in time"}
	}
	if err == nil {
		return notify.Receipt{Status: 200}, nil
	}
	return notify.Receipt{}, err
}

var errHang = errors.New("hang")

func (c *channel) answers(f func(n int, l notify.Letter) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = f
}

func (c *channel) got() []told {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.letters)
}

// types lists the types of the letters, in order.
func (c *channel) types() []monitor.EventType {
	var all []monitor.EventType
	for _, l := range c.got() {
		all = append(all, l.Type)
	}
	return all
}

func always(result monitor.SendResult) func(int, notify.Letter) error {
	return func(int, notify.Letter) error {
		return &notify.Refusal{Result: result, Reason: "503 Service Unavailable", Status: 503}
	}
}

func render(m notify.Message) ([]byte, error) {
	if m.Incident != nil && m.Incident.Title == "unspeakable" && !m.Plain {
		panic("no words")
	}
	return fmt.Appendf(nil, "%s %s plain %v late %v %s", m.ID, m.Type, m.Plain, m.Late, notify.Word(m)), nil
}

func lane(r monitor.Receiver, c notify.Notifier) notify.Lane {
	return notify.Lane{Receiver: r, Render: render, Notifier: c, Timeout: time.Minute}
}

// open starts an outbox over the lanes, on an empty book.
func open(t testing.TB, lanes ...notify.Lane) *desk {
	t.Helper()
	d := &desk{log: io.Discard, pace: monitor.RealPace(), rows: map[monitor.DeliveryID]monitor.Delivery{}, incidents: map[string]*monitor.Incident{}}
	d.start(t, notify.Options{Lanes: lanes})
	return d
}

// start starts an outbox on what the desk has stored. It has ended when the test ends.
func (d *desk) start(t testing.TB, o notify.Options) {
	o.Submit, o.Pace, o.Log = d.submit, d.pace, zerolog.New(d.log).Level(zerolog.InfoLevel)
	d.out = notify.New(o)
	saved := monitor.Saved{ID: "book"}
	for _, row := range d.rows {
		saved.Deliveries = append(saved.Deliveries, &row)
	}
	for _, i := range d.incidents {
		saved.Incidents = append(saved.Incidents, i)
	}
	d.out.Load(saved)
	d.receivers = map[string]monitor.Receiver{}
	for _, l := range o.Lanes {
		d.receivers[l.Receiver.Name] = l.Receiver
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func(out *notify.Outbox) { defer close(done); _ = out.Run(ctx) }(d.out)
	d.stop = func() { cancel(); <-done }
	t.Cleanup(d.stop)
}

func (d *desk) submit(ctx context.Context, in monitor.Input) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.down {
		return errors.New("disk full")
	}
	switch in := in.(type) {
	case monitor.Attempting:
		d.update(d.attempt(in))
	case monitor.Receipt:
		d.update(d.receive(in))
	case monitor.Note:
		d.notes = append(d.notes, in)
		n := &monitor.Notice{ID: fmt.Sprint("not_", len(d.notes)), Key: in.Key, Over: in.Over, At: in.At}
		d.out.Watch(monitor.Change{Notices: map[string]*monitor.Notice{in.Key: n}})
	}
	return nil
}

// attempt is what a book makes of an attempt: all of its rows in one commit.
func (d *desk) attempt(in monitor.Attempting) map[monitor.DeliveryID]*monitor.Delivery {
	rows := map[monitor.DeliveryID]*monitor.Delivery{}
	for _, part := range in.Parts() {
		row := d.rows[part.Delivery]
		row.DeliveryID, row.Wants = part.Delivery, true
		row = row.Attempting(part)
		rows[part.Delivery] = &row
	}
	return rows
}

func (d *desk) receive(in monitor.Receipt) map[monitor.DeliveryID]*monitor.Delivery {
	rows := map[monitor.DeliveryID]*monitor.Delivery{}
	if row, ok := d.rows[in.Delivery]; ok && !monitor.IsDigest(in.Delivery.Incident) {
		row = row.Received(in, d.pace)
		rows[in.Delivery] = &row
		return rows
	}
	for id, row := range d.rows {
		if in.Concerns(&row) {
			row = row.Received(in, d.pace)
			rows[id] = &row
		}
	}
	return rows
}

func (d *desk) logs(to io.Writer) { d.log = to }

func (d *desk) update(rows map[monitor.DeliveryID]*monitor.Delivery) {
	for id, row := range rows {
		if i := d.incidents[id.Incident]; i != nil {
			*row = row.Aged(i, d.receivers[id.Receiver], d.pace, time.Now())
		}
		d.rows[id] = *row
	}
	d.commits++
	d.out.Watch(monitor.Change{Deliveries: rows})
}

// say commits a version of an incident, which these receivers want.
func (d *desk) say(i monitor.Incident, what monitor.EventType, receivers ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i.Updated = time.Now()
	if i.State == monitor.IncidentResolved && i.Ended.IsZero() {
		i.Ended = time.Now()
	}
	d.incidents[i.ID] = &i
	c := monitor.Change{
		Incidents:  map[string]*monitor.Incident{i.ID: &i},
		Events:     []monitor.Event{{Type: what, At: i.Updated, Incident: i}},
		Deliveries: map[monitor.DeliveryID]*monitor.Delivery{},
	}
	for _, r := range receivers {
		id := monitor.DeliveryID{Receiver: r, Incident: i.ID}
		row := d.rows[id]
		row.DeliveryID, row.Wants = id, true
		d.rows[id] = row
		c.Deliveries[id] = &row
	}
	d.out.Watch(c)
}

func (d *desk) row(receiver, incident string) monitor.Delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rows[monitor.DeliveryID{Receiver: receiver, Incident: incident}]
}

func (d *desk) noted() []monitor.Note {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.notes)
}

func (d *desk) storeDown(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
}

func incident(id string, version int, state monitor.IncidentState) monitor.Incident {
	now := time.Now()
	return monitor.Incident{ID: id, Version: version, State: state, Severity: monitor.Down, Since: now, Opened: now}
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// owings are rows of the outbox.
type owings []Owed

// only leaves out what is over and told, unless all is asked for.
func (rows owings) only(all bool) owings {
	return slices.DeleteFunc(rows, func(o Owed) bool {
		return !all && (o.Settled || o.Since.IsZero() && o.Dead == "" && !o.Open)
	})
}

// owed is what receivers know and are owed, in the order of the deliveries.
func owed(s *monitor.Snapshot, known []*monitor.Delivery, to []monitor.Receiver, p monitor.Pace) owings {
	incidents := map[string]*monitor.Incident{}
	for _, list := range [][]*monitor.Incident{s.Open, s.Recent} {
		for _, i := range list {
			incidents[i.ID] = i
		}
	}
	notices := map[string]*monitor.Notice{}
	for _, n := range s.Notices {
		notices[n.ID] = n
	}
	receivers := map[string]monitor.Receiver{}
	for _, r := range to {
		receivers[r.Name] = r
	}
	rows := owings{}
	for _, d := range known {
		row := owedRow(d)
		o := monitor.Owing{Row: d, Incident: incidents[d.Incident], Notice: notices[d.Incident]}
		if i := o.Incident; i != nil {
			row.Title, row.Open = i.Title, i.State == monitor.IncidentOpen
		} else if n := o.Notice; n != nil {
			row.Title, row.Notice = n.Text, true
		}
		row.since(o.Behind(receivers[d.Receiver], p, s.At))
		rows = append(rows, row)
	}
	return rows
}

func owedRow(d *monitor.Delivery) Owed {
	row := Owed{
		DeliveryID: d.DeliveryID, Knows: d.Knows, Version: d.Version, State: d.State, ToldAt: d.ToldAt,
		LastErr: d.LastErr, Status: d.LastStatus, Dead: d.Dead, Settled: d.Settled,
	}
	if d.Sending != nil {
		row.Next, row.Attempts = d.Sending.Next, d.Sending.Attempts
	}
	return row
}

func (o *Owed) since(at time.Time, behind bool) {
	if behind {
		o.Since = at
	}
}

// text is the rows for a person: what each is about, and why it waits, stands below it.
func (rows owings) text(now time.Time) string {
	t := table{{"RECEIVER", "KNOWS", "OWED"}}
	for _, o := range rows {
		t = append(t, []string{o.Receiver, o.knows(now), o.due(now)})
	}
	lines := t.lines(1, 2)
	for i, o := range rows {
		lines[i+1] += o.about("  ")
	}
	return strings.Join(lines, "")
}

// about is what a delivery is about, and what hinders it.
func (o Owed) about(indent string) string {
	return wrap(o.Incident+" "+o.Title, indent) + "\n" + o.hindered(indent)
}

// hindered is why it waits, or for ever will.
func (o Owed) hindered(indent string) string {
	switch {
	case o.Dead != "":
		return wrap("Given up: "+o.Dead+".", indent) + "\n"
	case o.LastErr != "" && o.Attempts == 0: // those of a message that is settled
		return wrap("The last answer: "+o.LastErr+".", indent) + "\n"
	case o.LastErr != "":
		return wrap(fmt.Sprintf("%s so far; the last answer: %s.", count(o.Attempts, "attempt"), o.LastErr), indent) + "\n"
	}
	return ""
}

// knows is how far the receiver has heard.
func (o Owed) knows(now time.Time) string {
	switch o.Knows {
	case monitor.Told:
		return fmt.Sprintf("v%d %s", o.Version, narrow(o.ToldAt, now))
	case monitor.Maybe:
		return fmt.Sprintf("maybe v%d", o.Version)
	default:
		return "nothing"
	}
}

// due is what is owed at present.
func (o Owed) due(now time.Time) string {
	switch {
	case o.Dead != "":
		return "given up"
	case o.Settled, o.Since.IsZero() && !o.Open:
		return "nothing"
	case o.Since.IsZero():
		return "its end"
	case o.Attempts > 0:
		return "next " + narrow(o.Next, now)
	}
	return "since " + narrow(o.Since, now)
}

package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
)

// incidents are what the check's trouble is told as, and who was told.
func (e Explanation) incidents() string {
	var b strings.Builder
	switch {
	case e.Incident != nil:
		fmt.Fprintf(&b, "\nIncident %s, version %d\n%s", e.Incident.ID, e.Incident.Version, e.Incident.text())
		if others := e.Incident.others(); others != "" {
			fmt.Fprintf(&b, "%s\n", wrap("Told with it: "+others+".", "  "))
		}
	case e.Doubt != nil:
		fmt.Fprintf(&b, "\nNot told by itself: its doubt is explained by\nincident %s, version %d\n%s", e.Doubt.ID, e.Doubt.Version, e.Doubt.text())
	case e.Before != nil:
		fmt.Fprintf(&b, "\nLast incident %s, version %d\n%s\n", e.Before.ID, e.Before.Version, wrap(e.Before.Text, "  "))
	default:
		return ""
	}
	fmt.Fprintf(&b, "\n%s", e.told())
	return b.String()
}

// text is an open incident for a person.
func (i IncidentView) text() string {
	cause := fmt.Sprintf("Cause: %s %s (%s). Side: %s. %s", i.Cause.Kind, i.Cause.ID, i.Cause.Confidence, i.Side, i.NextStep)
	return wrap(i.Text, "  ") + "\n" + wrap(cause, "  ") + "\n"
}

// others names some of the checks that are told with one.
func (i IncidentView) others() string {
	const named = 5
	var names []string
	for _, id := range i.With[:min(len(i.With), named)] {
		names = append(names, string(id))
	}
	if more := i.Others - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// windows are the ways in which requests that are reported are judged.
func (e Explanation) windows() table {
	t := table{{"REQUESTS OF", "FAILED", "ALARM AT", "AND STILL"}}
	for _, w := range e.Windows {
		t = append(t, []string{
			inMinutes(w.Over), fmt.Sprintf("%d of %d", w.Failed, w.Requests), strconv.Itoa(w.Alarm),
			fmt.Sprintf("%d of %d in %s", w.LastFailed, w.Last, inMinutes(w.Still)),
		})
	}
	return t
}

// inMinutes is a stretch of time as people say it.
func inMinutes(text string) string {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Minute {
		return text
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

// candidates are the nodes that can be the cause, with how they fare.
func (e Explanation) candidates() table {
	t := table{{"CAN BE", "ITS OWN PROBES", "CHECKS BEHIND IT", ""}}
	if len(e.Suspects) == 0 {
		return t
	}
	for _, c := range e.Suspects {
		so := ""
		switch {
		case c.ToldAs:
			so = "told as this"
		case c.OpenIncident != "":
			so = "in trouble"
		}
		t = append(t, []string{string(c.Kind) + " " + c.ID, fare(c.ProbesFail, c.Probes), fare(c.BehindFail, c.Behind), so})
	}
	own := ""
	if i := e.Incident; i != nil && i.Cause.Kind == monitor.NodeCheck {
		own = "told as this"
	}
	return append(t, []string{"the check itself", "", "", own})
}

func fare(failing, of int) string {
	switch {
	case of == 0:
		return "none seen"
	case failing == 0:
		return fmt.Sprintf("%d of %d fine", of, of)
	}
	return fmt.Sprintf("%d of %d fail", failing, of)
}

// told is who was told what, a line each, and what hinders a message below it.
func (e Explanation) told() string {
	t := table{{"RECEIVER", "WAS TOLD", "OWED"}}
	for _, o := range e.Told {
		t = append(t, []string{o.Receiver, o.heard(e.At), o.due(e.At)})
	}
	if len(t) == 1 {
		return "No receiver was told of it.\n"
	}
	lines := t.lines(1, 2)
	for i, o := range e.Told {
		lines[i+1] += o.hindered("  ")
	}
	return strings.Join(lines, "")
}

// heard is what the receiver was told last, and when.
func (o Owed) heard(now time.Time) string {
	if o.State == "" || o.Knows != monitor.Told {
		return o.knows(now)
	}
	return fmt.Sprintf("v%d, %s, %s", o.Version, o.State, narrow(o.ToldAt, now))
}

package slack

import (
	"fmt"
	"strings"

	"bellhop/monitor"
	"bellhop/notify"
)

const (
	maxRemark  = 400 // characters of one remark
	maxRemarks = 5   // in one line of the thread
)

// news is what people have to know of a newer version, "" if only numbers have changed: those are edited in.
func news(m notify.Message) string {
	i := m.Incident
	var all []string
	if s := found(m); s != "" {
		all = append(all, notify.Sign(i.Severity)+" *"+s+".* "+claim(i))
	}
	switch i.Change {
	case monitor.ChangeStatusPage:
		all = append(all, "📣 *apaleo's status page:* "+orElse(safe(strings.Join(i.Acks, "; "), maxRemark), "it speaks of this now"))
	case monitor.ChangeSilenced:
		all = append(all, "🔕 *Held back:* "+orElse(safe(i.MutedBy, maxRemark), "a person said so")+". Its end is told all the same.")
	case monitor.ChangeUnsilenced:
		all = append(all, notify.Sign(i.Severity)+" *The silence is over, and this goes on:* "+claim(i))
	case monitor.ChangeMaintenanceOver:
		all = append(all, notify.Sign(i.Severity)+" *The maintenance is over, and this goes on:* "+claim(i))
	case monitor.ChangeQuiet:
		all = append(all, notify.Sign(i.Severity)+" "+claim(i))
	default: // found and done tell it
	}
	return strings.Join(append(all, done(m)...), "\n")
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// found is what was found out of the trouble itself since this receiver was told: how bad it is, whose matter, what
// causes it, how far it reaches.
func found(m notify.Message) string {
	i, b := m.Incident, m.Before
	switch {
	case b != nil && b.Severity != "" && b.Severity != i.Severity:
		return fmt.Sprintf("Now %s, was %s", severity(i.Severity), severity(b.Severity))
	case b == nil && i.Change == monitor.ChangeSeverity:
		return "Now " + severity(i.Severity)
	case b != nil && b.Side != "" && b.Side != i.Side:
		return fmt.Sprintf("Found to be %s, not %s", whose(i.Side), whose(b.Side))
	case b != nil && b.Cause != (monitor.Node{}) && b.Cause != i.Cause.Node(), i.Change == monitor.ChangeRerooted:
		return "Another cause was found"
	}
	switch i.Change {
	case monitor.ChangeScope:
		return "Reaches " + orElse(strings.TrimPrefix(reach(i), ", "), "other checks") + " now"
	case monitor.ChangeMerged:
		return "Another incident became part of this one"
	case monitor.ChangeHotels:
		return "Other hotels are concerned now"
	default:
		return ""
	}
}

// done is what people did since this receiver was told, oldest first.
func done(m notify.Message) (all []string) {
	remarks := m.Incident.Remarks
	first := len(remarks)
	if kind := act(m.Incident.Change); first > 0 && remarks[first-1].What == kind {
		first-- // this version is about it
	}
	for first > 0 && m.Before != nil && remarks[first-1].At.After(m.Before.ToldAt) {
		first--
	}
	first = max(first, len(remarks)-maxRemarks)
	for _, r := range remarks[first:] {
		if s := remark(r, m.Incident); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// act is what a person did to make a version that changes this; "" is nothing.
func act(c monitor.ChangeWord) monitor.ActKind {
	switch c {
	case monitor.ChangeAcknowledged:
		return monitor.ActAcknowledge
	case monitor.ChangeUnacknowledged:
		return monitor.ActUnacknowledge
	case monitor.ChangeNote:
		return monitor.ActNote
	default:
		return ""
	}
}

// remark is what one person did, and for how long; "" is what is told elsewhere.
func remark(r monitor.Remark, i *monitor.Incident) string {
	who, text := safe(orElse(r.By, "bellhop"), maxName), safe(because(r.Text), maxRemark)
	switch r.What {
	case monitor.ActAcknowledge:
		return "👀 *Acknowledged by " + who + "*" + text + ". No reminders meanwhile."
	case monitor.ActUnacknowledge:
		return "👀 *Not acknowledged any more*" + text + "."
	case monitor.ActSilence, monitor.ActMaintenance:
		if i.Muted {
			return ""
		}
		return "🔕 *Was held back by " + who + "*" + text + "."
	case monitor.ActLift:
		return "🔔 *Silence ended by " + who + "*" + text + "."
	case monitor.ActNote:
		return "📝 *" + who + "*" + text
	default:
		return "*" + who + "*, " + string(r.What) + text
	}
}

// because is the reason of something, or for how long it is and then the reason.
func because(text string) string {
	switch {
	case text == "":
		return ""
	case strings.HasPrefix(text, "until "):
		return " " + text
	default:
		return ": " + text
	}
}

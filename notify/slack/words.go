package slack

import (
	"fmt"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// whose is the side of an incident as people say it.
func whose(s monitor.Side) string {
	switch s {
	case monitor.SideApaleo:
		return "apaleo's side"
	case monitor.SideCredentials:
		return "our credentials"
	case monitor.SidePermissions:
		return "our permissions"
	case monitor.SideRequest:
		return "our request"
	case monitor.SideHotel:
		return "the hotel's side"
	case monitor.SideNetwork:
		return "our network"
	case monitor.SideIntegration:
		return "our integration"
	default:
		return "not clear whose side"
	}
}

// severity is how bad it is, in a word.
func severity(s monitor.Severity) string {
	return notify.Word(notify.Message{Type: monitor.EventOpened, Incident: &monitor.Incident{Severity: s}})
}

// claim is the whole sentence with the side put in behind its heading, which is bold: what a phone shows first. The
// heading says how bad it is in its own words ("apaleo API is DOWN"), so that no other word for it stands in front.
func claim(i *monitor.Incident) string {
	title, text := notify.Cut(i.Title, maxHeader), i.Text
	rest, led := strings.CutPrefix(text, i.Title)
	switch {
	case i.Title == "":
		return safe(text, maxLead)
	case i.State != monitor.IncidentOpen && led:
		return "*" + safe(title, maxHeader) + "*" + safe(rest, maxLead)
	case i.State != monitor.IncidentOpen:
		return safe(text, maxLead)
	case !led:
		rest = ": " + text
	case rest != "" && !strings.ContainsAny(rest[:1], ":.,;"): // the heading is the first words of a sentence
		return "*" + safe(title, maxHeader) + "*" + safe(rest, maxLead) + " (" + whose(i.Side) + ")"
	}
	return "*" + safe(title, maxHeader) + "* (" + whose(i.Side) + ")" + safe(rest, maxLead)
}

// next is what to do, on a line of its own.
func next(step string) string {
	if step == "" {
		return ""
	}
	return "\n*Next:* " + safe(step, maxNext)
}

// lead is the text on top of an incident's own message, as it stands now: a phone shows it, a screen reader reads
// it, and it is all there is where nothing else can be shown.
func lead(m notify.Message) string {
	i := m.Incident
	switch {
	case i.Change == monitor.ChangeReceiverRemoved && i.State == monitor.IncidentOpen:
		return "⏹️ " + safe(i.Text, maxLead) + next(i.NextStep)
	case m.Type == monitor.EventRecap:
		return emoji(m) + " *Over before it could be told here:* " + claim(i)
	case over(m.Type):
		return emoji(m) + " *" + ending(i) + ":* " + claim(i)
	default:
		return emoji(m) + " " + claim(i) + next(i.NextStep)
	}
}

// recovered is what everybody is told at the end: how long it took, from when to when, and what. The whole sentence
// stands in the incident's own message, where there is one.
func recovered(i *monitor.Incident) string {
	if !recovers(i) {
		return lead(notify.Message{Type: monitor.EventResolved, Incident: i})
	}
	s := fmt.Sprintf("✅ *Recovered after %s* (%s): %s.", lasted(i.Ended.Sub(i.Since)), stretch(i.Since, i.Ended), safe(i.Title, maxHeader))
	if i.Unseen > 0 {
		s += fmt.Sprintf(" For %s of that nobody watched, so it may have ended earlier.", lasted(min(i.Unseen, i.Ended.Sub(i.Since))))
	}
	return s
}

// recoveredFully is the same where no message stands that has the whole sentence.
func recoveredFully(i *monitor.Incident) string {
	if !recovers(i) {
		return recovered(i)
	}
	return fmt.Sprintf("✅ *Recovered after %s* (%s). ", lasted(i.Ended.Sub(i.Since)), stretch(i.Since, i.Ended)) + claim(i)
}

// recovers says whether something was seen to recover: that nobody looks any more is no recovery.
func recovers(i *monitor.Incident) bool { return notify.Well(i) && !i.Ended.IsZero() && i.Title != "" }

// ending is how an incident ended.
func ending(i *monitor.Incident) string {
	switch {
	case notify.Well(i):
		return "Resolved"
	case i.Into != "":
		return "Part of another incident"
	case i.Change == monitor.ChangePaused:
		return "Not watched for now"
	default:
		return "Not watched any more"
	}
}

// stretch is a time from start to end as people say it, with the zone.
func stretch(from, to time.Time) string {
	from, to = from.UTC(), to.UTC()
	switch same := from.Format(time.DateOnly) == to.Format(time.DateOnly); {
	case same && to.Sub(from) < 2*time.Minute:
		return from.Format(time.TimeOnly) + "–" + to.Format("15:04:05 UTC")
	case same:
		return from.Format("15:04") + "–" + to.Format("15:04 UTC")
	}
	return from.Format("2 Jan 15:04") + " – " + to.Format("2 Jan 15:04 UTC")
}

// reminding says how long something has been open.
func reminding(m notify.Message) string {
	i := m.Incident
	return fmt.Sprintf("%s *Still open after %s:* ", emoji(m), lasted(m.At.Sub(i.Since))) + claim(i) + next(i.NextStep)
}

package notify

import (
	"fmt"

	"bellhop/monitor"
)

// Word is what a message is, in a word or two for people: never colour alone.
func Word(m Message) string {
	if m.Test {
		m.Test = false
		return "TEST, " + Word(m)
	}
	switch m.Type {
	case monitor.EventResolved:
		return ended(m.Incident)
	case monitor.EventRecap:
		return "RECAP"
	case monitor.EventNotice:
		return "NOTICE"
	case monitor.EventTest:
		return "TEST"
	case monitor.EventUpdated:
		if m.Incident.Change == monitor.ChangeReceiverRemoved {
			return "NO LONGER TOLD HERE"
		}
		return bad(m.Incident.Severity) + ", update"
	case monitor.EventReopened:
		return bad(m.Incident.Severity) + " again"
	case monitor.EventReminder:
		return bad(m.Incident.Severity) + ", still"
	case monitor.EventDigest:
		return many(m)
	default:
		return bad(m.Incident.Severity)
	}
}

// ended is how an incident ended: that nobody looks any more is no recovery.
func ended(i *monitor.Incident) string {
	switch {
	case i.Into != "":
		return "PART OF ANOTHER"
	case i.Change == monitor.ChangePaused:
		return "NOT WATCHED FOR NOW"
	case i.Change.Unwatched():
		return "NOT WATCHED ANY MORE"
	default:
		return "RESOLVED"
	}
}

// Well says whether an incident ended because what it is about works again, as far as anybody knows.
func Well(i *monitor.Incident) bool {
	return i.State == monitor.IncidentResolved && i.Into == "" && !i.Change.Unwatched()
}

// many is what a digest is.
func many(m Message) string {
	switch {
	case m.Digest.Left && !m.Digest.Over:
		return "NO LONGER TOLD HERE"
	case m.Digest.Over:
		return "ALL OVER"
	case m.Reminder:
		return fmt.Sprintf("%d OPEN, still", len(m.Digest.Open))
	default:
		return fmt.Sprintf("%d OPEN", len(m.Digest.Open))
	}
}

func bad(s monitor.Severity) string {
	switch s {
	case monitor.Down:
		return "DOWN"
	case monitor.Degraded:
		return "DEGRADED"
	case monitor.AuthLost:
		return "AUTH"
	case monitor.QuotaOut:
		return "QUOTA"
	default:
		return "WARNING"
	}
}

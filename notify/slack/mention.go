package slack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// Mentions are who is called by name when an incident opens, or becomes as bad as they want it. Everybody is never called.
type Mentions struct {
	Who      []string           // ids of people (U0123ABCD) and of user groups (S0123ABCD)
	Severity []monitor.Severity // for which; empty is down alone
	Quiet    QuietHours
}

// QuietHours are when nobody is called by name, by the clock on the wall. From after To is over midnight; the
// zero value is never.
type QuietHours struct {
	From, To time.Duration // since midnight, as the clock shows it
	Zone     *time.Location
}

// Hold says whether a time is in the quiet hours. The clock on the wall decides: on a day of 23 or 25 hours too.
func (q QuietHours) Hold(t time.Time) bool {
	if q.From == q.To {
		return false
	}
	if q.Zone != nil {
		t = t.In(q.Zone)
	} else {
		t = t.UTC()
	}
	h, m, s := t.Clock()
	at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if q.From < q.To {
		return q.From <= at && at < q.To
	}
	return q.From <= at || at < q.To
}

var memberID = regexp.MustCompile(`^[UWS][A-Z0-9]{2,}$`)

func (m Mentions) check() error {
	for _, who := range m.Who {
		if !memberID.MatchString(who) {
			return fmt.Errorf("mention: %q is no id of a person (U0123ABCD) or of a user group (S0123ABCD)", who)
		}
	}
	return nil
}

// wants says whether a severity is one to call people for.
func (m Mentions) wants(s monitor.Severity) bool {
	if len(m.Severity) == 0 {
		return s == monitor.Down
	}
	return slices.Contains(m.Severity, s)
}

// text calls everybody who is to be called.
func (m Mentions) text() string {
	var all []string
	for _, who := range m.Who {
		if strings.HasPrefix(who, "S") {
			all = append(all, "<!subteam^"+who+">")
		} else {
			all = append(all, "<@"+who+">")
		}
	}
	return strings.Join(all, " ")
}

// calls says whether a message is one to call people for: an incident that opens, or opens again, and that nobody has
// acknowledged; or one that has become so bad, where nobody was called for it yet. When it is, the clock on the wall
// decides as it is sent.
func (m Mentions) calls(msg notify.Message) bool {
	switch {
	case len(m.Who) == 0 || msg.Test || msg.Reminder:
		return false
	case msg.Digest != nil:
		return !msg.Digest.Left && !m.called(msg.Before) && slices.ContainsFunc(msg.Digest.Open, m.rings)
	case msg.Incident == nil || !m.rings(*msg.Incident):
		return false
	case msg.Type == monitor.EventUpdated:
		return msg.Incident.Change != monitor.ChangeReceiverRemoved && !m.called(msg.Before)
	default:
		return msg.Type == monitor.EventOpened || msg.Type == monitor.EventReopened
	}
}

func (m Mentions) rings(i monitor.Incident) bool {
	return i.State == monitor.IncidentOpen && i.Ack == nil && !i.Muted && m.wants(i.Severity)
}

// called says whether people were called before: the name of the message says so, and a digest calls for all that it
// tells of.
func (m Mentions) called(b *monitor.Delivery) bool {
	if b == nil {
		return false
	}
	at, _ := placed(b.Ref)
	return at.called || b.Digest != "" && m.wants(b.Severity)
}

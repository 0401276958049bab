package notify

import (
	"time"

	"bellhop/monitor"
)

// A Sample is a message that could be sent, by what it is an example of.
type Sample struct {
	Name string
	Message
}

// Samples are an example of every message there is: what a template is tried on before it is used, and what
// tests look at. At is when the incident that most of them are about was opened.
func Samples(at time.Time) []Sample {
	s := sampler{at: at.UTC().Truncate(time.Second)}
	return append(append(s.course(), s.updates()...), s.others()...)
}

type sampler struct{ at time.Time }

// incident is an outage of apaleo's API as it is opened.
func (s sampler) incident() monitor.Incident {
	return monitor.Incident{
		ID: "inc_0193b2f0", Version: 1, State: monitor.IncidentOpen, Severity: monitor.Down, Worst: monitor.Down, Side: monitor.SideApaleo,
		Since: s.at.Add(-75 * time.Second), Opened: s.at, Updated: s.at,
		Cause: monitor.Cause{Kind: monitor.NodeEdge, ID: "api.apaleo.com", Confidence: monitor.Certain},
		Scope: monitor.Scope{Failing: 14, Evaluated: 14, Watched: 14, Accounts: "all"},
		Affected: []monitor.Affected{
			{Check: "api-edge", Signal: monitor.Availability, Status: 502, Fault: monitor.FaultServer, Failed: 4, Of: 4},
			{
				Check: "inventory@alpine-hotels", Signal: monitor.Availability, Status: 502, Fault: monitor.FaultServer,
				TrackingID: "a25f065f-0029-4745-9c0a-1e3127e12490", Failed: 4, Of: 4, Runbook: "https://wiki.example.com/inventory",
			},
		},
		Count: 14, Title: "apaleo API is DOWN",
		Text:     "apaleo API is DOWN: 14 of 14 checks fail (HTTP 502) since 10:02:11 UTC. apaleo identity and apaleo webhook API answer.",
		NextStep: "Nothing to fix here. Pause writes and keep them for later; reads may be repeated. bellhop tells you when it is over.",
		Doc:      "https://docs.example.com/troubles#api",
	}
}

func (s sampler) message(t monitor.EventType, id string) Message {
	return Message{
		ID: "msg_" + id, Type: t, At: s.at, Instance: "fra1", Build: "0.1.0", Book: "bk_0193",
		Links: Links{
			Incident: "https://status.example.com/incidents/inc_0193b2f0", Documentation: "https://docs.example.com/troubles#api",
			StatusPage: "https://status.apaleo.com",
		},
	}
}

func (s sampler) about(name string, t monitor.EventType, version int, change func(i *monitor.Incident, m *Message)) Sample {
	i, m := s.incident(), s.message(t, name)
	if i.Version = version; version > 1 {
		i.Updated = s.at.Add(time.Duration(version) * 5 * time.Minute)
		m.At = i.Updated
		m.Before = &monitor.Delivery{
			DeliveryID: monitor.DeliveryID{Receiver: "ops", Incident: i.ID}, Wants: true, Knows: monitor.Told, Version: version - 1,
			State: monitor.IncidentOpen, Severity: i.Severity, Side: i.Side, Cause: i.Cause.Node(), ToldAt: s.at,
		}
	}
	if change != nil {
		change(&i, &m)
	}
	m.Incident = &i
	return Sample{name, m}
}

func (s sampler) course() []Sample {
	return []Sample{
		s.about("opened", monitor.EventOpened, 1, nil),
		s.about("opened-auth", monitor.EventOpened, 1, func(i *monitor.Incident, _ *Message) {
			i.Severity, i.Side, i.Scope.Accounts = monitor.AuthLost, monitor.SideCredentials, "one"
			i.Cause = monitor.Cause{Kind: monitor.NodeClient, ID: "ALPN-SP-BELLHOP", Confidence: monitor.Certain}
			i.Title = "apaleo refuses the credentials of alpine-hotels"
			i.Text = "apaleo refuses the credentials of alpine-hotels (400 invalid_client) since 10:02:11 UTC. apaleo itself answers."
			i.NextStep = "Renew the client secret at apaleo, and put it where bellhop and your integration read it."
		}),
		s.about("reopened", monitor.EventReopened, 5, func(i *monitor.Incident, m *Message) {
			i.Reopened, i.Flapping, i.Change = 2, true, monitor.ChangeReopened
			i.Text = "apaleo API is DOWN again: 14 of 14 checks fail (HTTP 502) since 10:26:30 UTC. This is its third outage in 30 min."
			m.Before.State = monitor.IncidentResolved
		}),
		s.about("resolved", monitor.EventResolved, 4, func(i *monitor.Incident, _ *Message) { s.end(i, "") }),
		s.about("resolved-unwatched", monitor.EventResolved, 4, func(i *monitor.Incident, _ *Message) {
			s.end(i, monitor.ChangeUnwatched)
			i.Title, i.NextStep, i.Text = "apaleo API is not watched any more", "Nothing to do.", "apaleo API is not watched any more: its checks were removed. It was DOWN from 10:02:11 to 10:19:00 UTC."
		}),
		s.about("resolved-paused", monitor.EventResolved, 4, func(i *monitor.Incident, _ *Message) {
			s.end(i, monitor.ChangePaused)
			i.Title, i.NextStep, i.Text = "apaleo API is not watched for now", "Nothing to do.", "apaleo API is not watched for now: paused by Anna until 12:00:00 UTC. It was in trouble since 10:02:11 UTC; how it is now is not known."
		}),
		s.about("resolved-merged", monitor.EventResolved, 4, func(i *monitor.Incident, _ *Message) {
			s.end(i, monitor.ChangeMerged)
			i.Into, i.Title, i.NextStep = "inc_0193b2aa", "apaleo API is part of another incident", "Follow that one."
			i.Text = "apaleo API is part of a larger trouble: apaleo identity is DOWN since 10:01:40 UTC."
		}),
		s.about("recap", monitor.EventRecap, 4, func(i *monitor.Incident, m *Message) {
			s.end(i, "")
			m.Before = nil
		}),
	}
}

func (s sampler) end(i *monitor.Incident, why monitor.ChangeWord) {
	i.State, i.Ended, i.Change = monitor.IncidentResolved, s.at.Add(16*time.Minute), why
	i.Affected, i.Scope.Failing, i.Count = nil, 0, 0
	i.Title, i.Text, i.NextStep = "apaleo API works again", "apaleo API works again since 10:19:26 UTC. It was DOWN for 17 min, from 10:02:11 UTC.", "Send what you kept."
}

func (s sampler) updates() []Sample {
	update := func(c monitor.ChangeWord, more func(i *monitor.Incident, m *Message)) Sample {
		return s.about("updated-"+string(c), monitor.EventUpdated, 3, func(i *monitor.Incident, m *Message) {
			if i.Change = c; more != nil {
				more(i, m)
			}
		})
	}
	ack := func(i *monitor.Incident, _ *Message) {
		i.Ack = &monitor.Ack{By: "Anna", Why: "called apaleo", At: i.Updated, Until: i.Updated.Add(time.Hour)}
		i.Text = "Anna is on it until 11:18 UTC (called apaleo). " + i.Text
	}
	return []Sample{
		update(monitor.ChangeSeverity, func(i *monitor.Incident, _ *Message) {
			i.Severity, i.Scope.Failing = monitor.Degraded, 6
			i.Title, i.Text = "apaleo API is DEGRADED", "apaleo API is DEGRADED: 6 of 14 checks fail (HTTP 502) since 10:02:11 UTC; it was DOWN until 10:17:00 UTC."
		}),
		update(monitor.ChangeScope, nil),
		update(monitor.ChangeRerooted, func(i *monitor.Incident, m *Message) {
			i.Cause.ID, i.Title, i.Text = "identity.apaleo.com", "apaleo identity is DOWN", "apaleo identity is DOWN since 10:02:11 UTC, and with it apaleo API: 14 of 14 checks fail."
			m.Before.Cause = monitor.Node{Kind: monitor.NodeEdge, ID: "api.apaleo.com"}
		}),
		update(monitor.ChangeMerged, nil),
		update(monitor.ChangeHotels, func(i *monitor.Incident, _ *Message) {
			i.Cause, i.Severity, i.Side = monitor.Cause{Kind: monitor.NodeHotels, ID: "reconnect", Confidence: monitor.Certain}, monitor.AuthLost, monitor.SideHotel
			i.Title, i.Text = "3 hotels have to be connected again", "3 hotels have to be connected to apaleo again: ALPN, LAKE and, new, SEAS."
		}),
		update(monitor.ChangeStatusPage, func(i *monitor.Incident, _ *Message) { i.Acks = []string{"Investigating: API errors"} }),
		update(monitor.ChangeAcknowledged, ack),
		update(monitor.ChangeUnacknowledged, nil),
		update(monitor.ChangeNote, func(i *monitor.Incident, _ *Message) {
			i.Remarks = []monitor.Remark{{At: i.Updated, By: "Anna", What: monitor.ActNote, Text: "apaleo says: 30 min more"}}
		}),
		update(monitor.ChangeSilenced, nil),
		update(monitor.ChangeUnsilenced, nil),
		update(monitor.ChangeQuiet, nil),
		update(monitor.ChangeReceiverRemoved, func(i *monitor.Incident, _ *Message) { *i = farewell(*i, false) }),
		s.about("reminder", monitor.EventReminder, 2, func(_ *monitor.Incident, m *Message) { m.Reminder = true }),
	}
}

// others are of many incidents, or of none, or marked.
func (s sampler) others() []Sample {
	i := s.incident()
	over := i
	s.end(&over, "")
	digest := func(name string, d Digest) Sample {
		m := s.message(monitor.EventDigest, name)
		d.Since, m.Digest = i.Since, &d
		m.Links.Incident, m.Links.Documentation = "", ""
		return Sample{name, m}
	}
	note := func(name string, t monitor.EventType, n monitor.Notice) Sample {
		m := s.message(t, name)
		n.ID, n.At, m.Notice, m.Links = "not_0193", s.at, &n, Links{}
		return Sample{name, m}
	}
	late := s.about("opened-late", monitor.EventOpened, 1, func(_ *monitor.Incident, m *Message) { m.Late = true })
	trial := Sender{Instance: "fra1", Version: "0.1.0"}.Trial(s.at)
	return []Sample{
		late,
		digest("digest", Digest{Open: []monitor.Incident{i, i, i, i, i, i}, Ended: []monitor.Incident{over}}),
		digest("digest-over", Digest{Ended: []monitor.Incident{over, over}, Over: true}),
		digest("digest-left", Digest{Open: []monitor.Incident{i, i}, Left: true}),
		note("notice", monitor.EventNotice, monitor.Notice{
			Key: "receiver/ops", Text: "Receiver \"ops\" has taken no alerts since 2026-11-22 10:04:00 UTC: 404 Not Found.", NextStep: "Check its address.",
		}),
		note("notice-over", monitor.EventNotice, monitor.Notice{Key: "receiver/ops", Text: "Receiver \"ops\" takes alerts again.", NextStep: "Nothing to do.", Over: true}),
		{"test-opened", trial[0]},
		{"test-updated", trial[1]},
		{"test-resolved", trial[2]},
	}
}

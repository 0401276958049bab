package command_test

import (
	"fmt"

	"bellhop/monitor"
)

// A lawsuit is one receiver's: what it was sent, and what is true.
type lawsuit struct {
	to       monitor.Receiver
	messages []message
	states   map[string]monitor.IncidentState // by event
	truth    map[string]monitor.Incident
	muted    map[string]bool // incidents that people held back at some time
	bad      []string

	taken, twice, causeless int
}

func newCase(to monitor.Receiver, requests []request, events []event) *lawsuit {
	c := &lawsuit{to: to, states: map[string]monitor.IncidentState{}, truth: incidents(events), muted: map[string]bool{}}
	for _, e := range events {
		c.muted[e.Incident.ID] = c.muted[e.Incident.ID] || e.Incident.Muted
		c.states[eventName(e.Incident.ID, e.Incident.Version)] = e.Incident.State
	}
	for _, q := range requests {
		m, err := q.read(to)
		if err != nil {
			c.bad = append(c.bad, err.Error())
			continue
		}
		if state, ok := c.states[eventName(m.incident, m.version)]; ok && to.Kind == "slack" {
			m.open = state == monitor.IncidentOpen
		}
		c.messages = append(c.messages, m)
	}
	return c
}

func (c *lawsuit) String() string {
	return fmt.Sprintf("%s: %d requests, %d taken, %d of them twice, %d for no visible reason", c.to.Name, len(c.messages), c.taken, c.twice, c.causeless)
}

func (c *lawsuit) complain(format string, args ...any) {
	c.bad = append(c.bad, c.to.Name+": "+fmt.Sprintf(format, args...))
}

func (c *lawsuit) wrong() []string {
	c.unknown()
	c.identities()
	c.order()
	c.convergence()
	c.repeats()
	return c.bad
}

// unknown finds messages about what was never committed, or says something else.
func (c *lawsuit) unknown() {
	for _, m := range c.messages {
		state, ok := c.states[eventName(m.incident, m.version)]
		switch {
		case m.isNotice:
		case !ok:
			c.complain("it was told of %s, which is not in the store", eventName(m.incident, m.version))
		case m.open != (state == monitor.IncidentOpen):
			c.complain("it was told that %s is open: %v; the store says %s", eventName(m.incident, m.version), m.open, state)
		}
	}
}

// identities finds ids with different bytes, and versions with different ids. Slack has no ids.
func (c *lawsuit) identities() {
	bodies, ids := map[string]string{}, map[string]string{}
	for _, m := range c.messages {
		if c.to.Keyless {
			continue
		}
		if body, ok := bodies[m.id]; ok && body != m.body {
			c.complain("%s came with different bytes:\n%s\n%s\n%s", m.id, body, m.body, c.course(m.incident))
		}
		name := eventName(m.incident, m.version)
		if id, ok := ids[name]; ok && id != m.id {
			c.complain("%s came as %s and as %s", name, id, m.id)
		}
		bodies[m.id], ids[name] = m.body, m.id
	}
}

// course is what a receiver was sent of an incident, for those who look for what went wrong.
func (c *lawsuit) course(incident string) string {
	s := "it was sent"
	for _, m := range c.messages {
		if m.incident == incident {
			s += fmt.Sprintf("; %s v%d in life %d, taken %v", m.at.UTC().Format("15:04:05.000"), m.version, m.life, m.taken)
		}
	}
	return s
}

// order finds versions that went back.
func (c *lawsuit) order() {
	last := map[string]int{}
	for _, m := range c.messages {
		if m.version < last[m.incident] {
			c.complain("%s came after version %d", eventName(m.incident, m.version), last[m.incident])
		}
		last[m.incident] = max(last[m.incident], m.version)
	}
}

// convergence finds receivers that do not know what is true.
func (c *lawsuit) convergence() {
	versions := map[string]map[int]bool{}
	last := map[string]message{}
	downs := map[string]bool{}
	for _, m := range c.messages {
		if !m.taken || m.isNotice {
			continue
		}
		if versions[m.incident] == nil {
			versions[m.incident] = map[int]bool{}
		}
		versions[m.incident][m.version] = true
		last[m.incident] = m
		downs[m.incident] = downs[m.incident] || m.open
	}
	for id, i := range c.truth {
		if i.State == monitor.IncidentOpen {
			c.complain("%s never ended, in a good world", id)
		}
		m, told := last[id]
		worth := i.Into == "" && i.Ended.Sub(i.Since) >= torturePace().RecapOver
		switch choosy := len(c.to.When.Severity) > 0; {
		case downs[id] && m.open:
			c.complain("it was told that %s is down, and never that it is up: it knows v%d of %d", id, m.version, i.Version)
		case c.muted[id]:
		case !told && !choosy && (worth || c.to.EveryVersion):
			c.complain("it never heard of %s (%d versions)", id, i.Version)
		case c.to.EveryVersion && len(versions[id]) != i.Version:
			c.complain("it saw %d of %d versions of %s", len(versions[id]), i.Version, id)
		}
	}
}

// repeats finds messages that came twice though nothing had gone wrong. A machine that is busy enough lets a
// good answer come too late now and then.
func (c *lawsuit) repeats() {
	before := map[string]message{}
	for _, m := range c.messages {
		if !m.taken {
			continue
		}
		c.taken++
		key := m.id
		if c.to.Keyless {
			key = eventName(m.incident, m.version)
		}
		if old, ok := before[key]; ok && !m.isNotice {
			c.twice++
			if old.clean && old.life == m.life {
				c.causeless++
			}
		}
		before[key] = m
	}
	if c.causeless > 2+c.taken/50 {
		c.complain("%d of %d messages came again, though they had been taken and nobody was killed", c.causeless, c.taken)
	}
}

package command_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A suit is what is judged of one receiver.
type suit interface {
	wrong() []string
	String() string
}

// judged is a receiver's suit, by its kind: what it was sent, or what people see there in the end.
func judged(to *receiver, events []event) suit {
	c := newCase(to.Receiver, nil, events)
	switch {
	case to.space != nil:
		return &channelSuit{c, to}
	case to.Kind == "pagerduty":
		return &pageSuit{c, to.all()}
	case to.Kind == "alertmanager":
		return &alertSuit{lawsuit: c, requests: to.all()}
	}
	return newCase(to.Receiver, to.all(), events)
}

// A pageSuit is PagerDuty's: alerts by their dedup_key, of which a trigger after a resolve opens a new one.
type pageSuit struct {
	*lawsuit
	requests []request
}

func (c *pageSuit) String() string { return fmt.Sprintf("%s: %d requests", c.to.Name, len(c.requests)) }

func (c *pageSuit) wrong() []string {
	open, newest, closed := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, q := range c.requests {
		var e struct {
			Action  string `json:"event_action"`
			Key     string `json:"dedup_key"`
			Payload struct {
				Details struct{ Version int } `json:"custom_details"`
			}
		}
		if err := json.Unmarshal([]byte(q.body), &e); err != nil || e.Key == "" {
			c.complain("it was sent what is no event: %v %s", err, q.body)
			continue
		}
		id := e.Key[strings.LastIndex(e.Key, "/")+1:]
		v := e.Payload.Details.Version
		if _, ok := c.truth[id]; !ok {
			c.complain("it was told of %s, which is not in the store", id)
		}
		switch {
		case e.Action == "trigger" && v <= closed[id]:
			c.complain("%s was triggered again after its end: v%d, and v%d before", id, v, closed[id])
		case e.Action == "trigger" && v < newest[id]:
			c.complain("%s came after v%d", eventName(id, v), newest[id])
		}
		if !q.taken {
			continue
		}
		c.taken++
		newest[id] = max(newest[id], v)
		if e.Action == "resolve" {
			closed[id] = newest[id]
		}
		if e.Action != "acknowledge" {
			open[id] = e.Action == "trigger"
		}
	}
	for id, still := range open {
		if still {
			c.complain("%s pages people still, and is over", id)
		}
	}
	return c.bad
}

// An alertSuit is Alertmanager's: alerts that end when they say so, or when nobody posts them again.
type alertSuit struct {
	*lawsuit
	requests  []request
	forgotten int
}

func (c *alertSuit) String() string {
	return fmt.Sprintf("%s: %d requests, %d alerts that ended by themselves", c.to.Name, len(c.requests), c.forgotten)
}

func (c *alertSuit) wrong() []string {
	ends, over := map[string]time.Time{}, map[string]bool{}
	for _, q := range c.requests {
		var alerts []struct {
			Labels map[string]string
			EndsAt time.Time
		}
		if err := json.Unmarshal([]byte(q.body), &alerts); err != nil {
			c.complain("it was sent what are no alerts: %v %s", err, q.body)
		}
		for _, a := range alerts {
			id := a.Labels["incident"]
			truth, ok := c.truth[id]
			open := a.EndsAt.IsZero() || a.EndsAt.After(q.at)
			key := fmt.Sprint(a.Labels)
			switch {
			case !ok:
				c.complain("it was told of %s, which is not in the store", id)
			case open && over[key] && truth.Reopened == 0:
				c.complain("%s fires again after its end", id)
			}
			if q.taken {
				ends[key], over[key] = a.EndsAt, over[key] || !open
			}
		}
	}
	for key, at := range ends {
		if at.IsZero() || at.After(time.Now()) {
			c.complain("an alert fires until %v, and is over: %s", at, key)
		}
		if !over[key] { // it was posted, nobody knew, and what is said of it now has other labels: it ends by itself
			c.forgotten++
		}
	}
	return c.bad
}

// A channelSuit is a Slack channel's: what people see there in the end has to be true.
type channelSuit struct {
	*lawsuit
	receiver *receiver
}

func (c *channelSuit) String() string {
	channel := c.receiver.space.Channels()[0]
	return fmt.Sprintf("%s: %d messages, %d of them heard; %d posts, %d edits, %d look-ups", c.to.Name, len(channel.Messages()), len(channel.Posts()),
		c.receiver.space.Count("chat.postMessage"), c.receiver.space.Count("chat.update"), c.receiver.space.Count("conversations.history"))
}

func (c *channelSuit) wrong() []string {
	const green, grey = "#2EB67D", "#8D8D8D"
	roots, parts := map[string]int{}, map[string]int{}
	for _, m := range c.receiver.space.Channels()[0].Messages() {
		part := fmt.Sprint(m.Payload["msg_id"], " ", m.Payload["part"])
		if parts[part]++; parts[part] == 2 && m.Payload != nil {
			c.complain("the channel has this more than once (%s): %s", part, m.Text)
		}
		if m.Thread != "" && m.Thread != m.TS || m.Payload["part"] != "root" {
			continue
		}
		id, _ := m.Payload["incident"].(string)
		isNotice := strings.HasPrefix(m.Text, "ℹ️")
		if id == "" && isNotice {
			continue
		}
		if _, ok := c.truth[id]; id != "" && !ok {
			c.complain("the channel speaks of %s, which is not in the store", id)
		}
		if id != "" {
			roots[id]++
		}
		if colour := m.Colour(); colour != green && colour != grey {
			c.complain("the channel says in the end (%s): %s", colour, m.Text)
		}
	}
	for id, n := range roots {
		if n > 1 {
			c.complain("%s has %d messages of its own", id, n)
		}
	}
	return c.bad
}

package monitor_test

import (
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// What stories say of apaleo's status page:
//
//	10:10:00 page says API: partial outage          one thing that is going on; nothing else is, from now on
//	10:20:00 page clear                             it says that all is well
//	09:00:00 page maintenance 02:00:00 04:00:00 T   work called T, planned from and to
//	10:30:00 page unreadable                        as at start: nobody knows what it says
type page struct {
	acks        []string
	maintenance []monitor.Maintenance
}

// publish does what a line says of the page; it says whether the line was of it.
func (p *page) publish(words []string) bool {
	if words[0] != "page" {
		return false
	}
	switch words[1] {
	case "says":
		p.acks = []string{strings.Join(words[2:], " ")}
	case "maintenance":
		from, _ := moment(words[2])
		to, _ := moment(words[3])
		p.acks, p.maintenance = []string{}, []monitor.Maintenance{{Title: strings.Join(words[4:], " "), From: from, To: to}}
	case "clear":
		p.acks = []string{}
	default:
		p.acks, p.maintenance = nil, nil
	}
	return true
}

// read is what the page says at a time.
func (p *page) read(o monitor.Outcome, at time.Time) monitor.Outcome {
	o.Acks = slices.Clone(p.acks)
	for _, m := range p.maintenance {
		m.Underway = !at.Before(m.From) && at.Before(m.To)
		if at.Before(m.To) {
			o.Maintenance = append(o.Maintenance, m)
		}
	}
	return o
}

// endpoint are the checks of the integration's own endpoint for webhooks.
func endpoint(host string) []*monitor.Check {
	return must(product(nil).Webhook(apaleo.WebhookConfig{Endpoint: "https://" + host + "/apaleo", Ping: true}))
}

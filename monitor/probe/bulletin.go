package probe

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	maxAcks        = 8
	maxMaintenance = 8
	maxTitle       = 120 // bytes of a title, as kept
)

// A bulletin is what a status page says. acks is nil if it says nothing that we understand.
type bulletin struct {
	acks        []string
	maintenance []monitor.Maintenance
}

// allWell is a bulletin to add to: so far it says that nothing is wrong.
func allWell() bulletin { return bulletin{acks: []string{}} }

// tell adds that something is going on: a title, and in which state it is.
func (b *bulletin) tell(title, state string) {
	title = foreign(title, maxTitle)
	if title == "" || len(b.acks) >= maxAcks {
		return
	}
	if state != "" {
		title += " (" + state + ")"
	}
	if !slices.Contains(b.acks, title) {
		b.acks = append(b.acks, title)
	}
}

// ail adds that a component is not well.
func (b *bulletin) ail(component, state string) {
	if component = foreign(component, maxTitle); component != "" {
		b.tell(component+": "+state, "")
	}
}

// plan adds maintenance that is not over.
func (b *bulletin) plan(m monitor.Maintenance, now time.Time) {
	if m.Title = foreign(m.Title, maxTitle); m.Title == "" || !m.Underway && !m.To.IsZero() && m.To.Before(now) {
		return
	}
	b.maintenance = append(b.maintenance, m)
	slices.SortStableFunc(b.maintenance, func(x, y monitor.Maintenance) int { return x.From.Compare(y.From) })
	b.maintenance = b.maintenance[:min(len(b.maintenance), maxMaintenance)]
}

// words is text in JSON, or a number; anything else is "".
type words string

// UnmarshalJSON fills json.Unmarshaler.
func (w *words) UnmarshalJSON(b []byte) error {
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(b, &s) == nil:
		*w = words(s)
	case json.Unmarshal(b, &n) == nil:
		*w = words(n)
	default:
		*w = ""
	}
	return nil
}

// state makes a provider's word one of ours: lower case, spaces. A word that is in none of known is "".
func (w words) state(known ...string) string {
	s := strings.ToLower(strings.ReplaceAll(string(w), "_", " "))
	if slices.Contains(known, s) {
		return s
	}
	return ""
}

// when is a time in JSON, in any form that status pages write; zero if it is none.
func (w words) when() time.Time {
	s, _, _ := strings.Cut(string(w), " (") // of JavaScript's form
	for _, form := range []string{time.RFC3339, "Mon Jan 02 2006 15:04:05 GMT-0700", time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil && t.Year() > 1 && t.Year() < 9999 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// A statuspageSummary is what is read of summary.json of Atlassian Statuspage.
type statuspageSummary struct {
	Page   map[string]any `json:"page"`
	Status struct {
		Indicator   *words `json:"indicator"`
		Description words  `json:"description"`
	} `json:"status"`
	Components []struct {
		Name, Status words
		Group        bool
	} `json:"components"`
	Incidents []struct {
		Name, Status, Impact words
	} `json:"incidents"`
	Scheduled []struct {
		Name, Status words
		From         words `json:"scheduled_for"`
		To           words `json:"scheduled_until"`
	} `json:"scheduled_maintenances"`
}

// readStatuspage reads summary.json of Atlassian Statuspage, which others serve too.
func readStatuspage(body []byte, now time.Time) (bulletin, bool) {
	var v statuspageSummary

	if json.Unmarshal(body, &v) != nil || v.Page == nil || v.Status.Indicator == nil {
		return bulletin{}, false
	}
	b := allWell()
	for _, i := range v.Incidents {
		if i.Status.state("resolved", "postmortem", "completed") == "" && i.Impact != "maintenance" {
			b.tell(string(i.Name), i.Status.state("investigating", "identified", "monitoring"))
		}
	}
	for _, c := range v.Components {
		if s := c.Status.state("degraded performance", "partial outage", "major outage"); s != "" && !c.Group {
			b.ail(string(c.Name), s)
		}
	}
	for _, m := range v.Scheduled {
		if s := m.Status.state("scheduled", "in progress", "verifying"); s != "" {
			b.plan(monitor.Maintenance{Title: string(m.Name), From: m.From.when(), To: m.To.when(), Underway: s != "scheduled"}, now)
		}
	}
	b.overall(v.Status.Indicator.state("none", "maintenance", "minor", "major", "critical"), string(v.Status.Description))
	return b, true
}

// overall takes in the page's own summary, where the page names nothing: one that is not known says nothing, and is
// neither good nor bad.
func (b *bulletin) overall(indicator, description string) {
	switch {
	case len(b.acks) > 0:
	case indicator == "":
		b.acks = nil
	case indicator != "none" && indicator != "maintenance":
		b.tell(cmp.Or(description, "the page reports trouble"), "")
	}
}

// readInstatus reads summary.json of Instatus.
func readInstatus(body []byte, now time.Time) (bulletin, bool) {
	var v struct {
		Page struct {
			Name   words  `json:"name"`
			Status *words `json:"status"`
		} `json:"page"`
		Incidents []struct {
			Name, Status words
		} `json:"activeIncidents"`
		Maintenances []struct {
			Name, Status, Start, Duration words // of minutes
		} `json:"activeMaintenances"`
	}
	if json.Unmarshal(body, &v) != nil || v.Page.Status == nil {
		return bulletin{}, false
	}
	b := allWell()
	for _, i := range v.Incidents {
		if i.Status.state("resolved") == "" {
			b.tell(string(i.Name), i.Status.state("investigating", "identified", "monitoring"))
		}
	}
	for _, m := range v.Maintenances {
		plan := monitor.Maintenance{Title: string(m.Name), From: m.Start.when(), Underway: m.Status.state("inprogress", "verifying") != ""}
		if d, err := time.ParseDuration(string(m.Duration) + "m"); err == nil && d > 0 && !plan.From.IsZero() {
			plan.To = plan.From.Add(d)
		}
		if m.Status.state("completed") == "" {
			b.plan(plan, now)
		}
	}
	indicator := map[string]string{"up": "none", "hasissues": "major", "undermaintenance": "maintenance"}
	b.overall(indicator[v.Page.Status.state("up", "hasissues", "undermaintenance")], "")
	return b, true
}

// A betterStackIndex is what is read of index.json of Better Stack.
type betterStackIndex struct {
	Data struct {
		Attributes struct {
			State *words `json:"aggregate_state"`
		} `json:"attributes"`
	} `json:"data"`
	Included []struct {
		Type       words `json:"type"`
		Attributes struct {
			Title  words `json:"title"`
			Kind   words `json:"report_type"`
			State  words `json:"aggregate_state"`
			From   words `json:"starts_at"`
			To     words `json:"ends_at"`
			Name   words `json:"public_name"`
			Status words `json:"status"`
		} `json:"attributes"`
	} `json:"included"`
}

// readBetterStack reads index.json of Better Stack.
func readBetterStack(body []byte, now time.Time) (bulletin, bool) {
	var v betterStackIndex

	if json.Unmarshal(body, &v) != nil || v.Data.Attributes.State == nil {
		return bulletin{}, false
	}
	b := allWell()
	for _, i := range v.Included {
		at := i.Attributes
		from, to := at.From.when(), at.To.when()
		over := !to.IsZero() && !to.After(now) || at.State.state("resolved", "operational") != ""
		switch {
		case i.Type == "status_page_resource":
			if s := at.Status.state("degraded", "downtime"); s != "" {
				b.ail(string(at.Name), s)
			}
		case i.Type != "status_report" || over:
		case at.Kind == "maintenance":
			b.plan(monitor.Maintenance{Title: string(at.Title), From: from, To: to, Underway: !from.IsZero() && !from.After(now)}, now)
		case !from.After(now):
			b.tell(string(at.Title), at.State.state("degraded", "downtime"))
		}
	}
	indicator := map[string]string{"operational": "none", "degraded": "minor", "downtime": "major", "maintenance": "maintenance"}
	b.overall(indicator[v.Data.Attributes.State.state("operational", "degraded", "downtime", "maintenance")], "")
	return b, true
}

var (
	statusIO     = regexp.MustCompile(`(?i)(^|[^a-z0-9.-])((www|app|cdn|static|pages|api)\.)?status\.io\b`)
	statusIOHead = regexp.MustCompile(`(?i)<h1[^<>]{0,200}>([^<>]{1,200})<`)
	statusIOText = regexp.MustCompile(`(?i)\bid=["']?statusbar_text["']?[^<>]{0,200}>([^<>]{1,200})<`)
)

// readStatusIO reads the headline of a page of status.io, which publishes nothing else without a key.
func readStatusIO(body []byte, _ time.Time) (bulletin, bool) {
	if !statusIO.Match(body) {
		return bulletin{}, false
	}
	m := statusIOText.FindSubmatch(body)
	if m == nil {
		m = statusIOHead.FindSubmatch(body)
	}
	if m == nil {
		return bulletin{}, true
	}
	b, text := allWell(), strings.ToLower(string(m[1]))
	for _, word := range []string{"Partial Service Disruption", "Service Disruption", "Degraded Performance", "Security Issue"} {
		if strings.Contains(text, strings.ToLower(word)) {
			b.tell(word, "")
			return b, true
		}
	}
	switch {
	case strings.Contains(text, "planned maintenance"):
		b.maintenance = []monitor.Maintenance{{Title: "Planned Maintenance", Underway: true}}
	case !strings.Contains(text, "operational"):
		return bulletin{}, true
	}
	return b, true
}

// readNothing is for pages in no format that we know.
func readNothing([]byte, time.Time) (bulletin, bool) { return bulletin{}, false }

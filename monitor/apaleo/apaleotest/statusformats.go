package apaleotest

import (
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"time"
)

// The forms of other providers, as far as facts, section 5 has them; none was recorded of apaleo.

// page is the one for people. Of status.io it is all there is.
func (b board) page(now time.Time) string {
	var out strings.Builder
	out.WriteString("<!doctype html><html lang=\"en\"><title>Status</title>")
	if b.format == StatusIO {
		out.WriteString("<a href=\"https://status.io\">Powered by status.io</a>")
	}
	out.WriteString("<h1>" + html.EscapeString(b.headline()) + "</h1>")
	for _, in := range b.incidents {
		out.WriteString("<h2>" + html.EscapeString(in.Name) + "</h2><p>" + html.EscapeString(in.Status+": "+in.Body) + "</p>")
	}
	for _, m := range b.planned {
		out.WriteString("<h2>" + html.EscapeString(m.Name) + "</h2><p>" + m.status(now) + "</p>")
	}
	return out.String() + "</html>"
}

// headline is the page's sentence, in the words of its provider.
func (b board) headline() string {
	v := overall(b.incidents)
	if b.format != StatusIO {
		return v.description
	}
	return map[string]string{"none": "Operational", "minor": "Degraded Performance", "major": "Partial Service Disruption", "critical": "Service Disruption"}[v.indicator]
}

func (b board) instatus(at string, now time.Time) object {
	state := "UP"
	incidents, planned := []object{}, []object{}
	for _, m := range b.planned {
		status := map[string]string{"scheduled": "NOTSTARTEDYET", "in_progress": "INPROGRESS", "verifying": "INPROGRESS"}[m.status(now)]
		if status == "INPROGRESS" {
			state = "UNDERMAINTENANCE"
		}
		planned = append(planned, object{"name": m.Name, "start": stamp(m.From), "status": status, "duration": fmt.Sprint(int(m.To.Sub(m.From).Minutes())), "url": at})
	}
	for _, in := range b.incidents {
		state = "HASISSUES"
		impact := map[string]string{"none": "OPERATIONAL", "minor": "DEGRADEDPERFORMANCE", "major": "PARTIALOUTAGE", "critical": "MAJOROUTAGE"}[in.Impact]
		incidents = append(incidents, object{"name": in.Name, "started": stamp(in.Started), "status": strings.ToUpper(in.Status), "impact": impact, "url": at})
	}
	return object{"page": object{"name": "apaleo", "url": at, "status": state}, "activeIncidents": incidents, "activeMaintenances": planned}
}

func (b board) betterUp(now time.Time) object {
	state := map[string]string{"none": "operational", "minor": "degraded", "major": "degraded", "critical": "downtime"}[overall(b.incidents).indicator]
	included := []object{}
	report := func(id, kind, title string, from, to any) object {
		return object{"id": id, "type": "status_report", "attributes": object{
			"title": title, "report_type": kind, "starts_at": from, "ends_at": to, "aggregate_state": state,
		}}
	}
	for i, in := range b.incidents {
		included = append(included, report(fmt.Sprintf("r%d", i+1), "manual", in.Name, stamp(in.Started), nil))
	}
	for i, m := range b.planned {
		if m.status(now) != "scheduled" && len(b.incidents) == 0 {
			state = "maintenance"
		}
		included = append(included, report(fmt.Sprintf("m%d", i+1), "maintenance", m.Name, stamp(m.From), stamp(m.To)))
	}
	for i, name := range parts() {
		included = append(included, object{"id": fmt.Sprintf("c%d", i+1), "type": "status_page_resource", "attributes": object{"public_name": name, "status": state}})
	}
	return object{
		"data":     object{"id": "1", "type": "status_page", "attributes": object{"company_name": "apaleo", "aggregate_state": state, "updated_at": stamp(now)}},
		"included": included,
	}
}

type feedItem struct {
	Title   string `xml:"title"`
	Text    string `xml:"description,omitempty"`
	Content string `xml:"content,omitempty"`
	Updated string `xml:"updated,omitempty"`
	PubDate string `xml:"pubDate,omitempty"`
	GUID    string `xml:"guid,omitempty"`
	ID      string `xml:"id,omitempty"`
}

func (b board) rss(at string, now time.Time) []byte {
	type channel struct {
		Title   string     `xml:"title"`
		Link    string     `xml:"link"`
		PubDate string     `xml:"pubDate"`
		Items   []feedItem `xml:"item"`
	}
	c := channel{Title: "apaleo status", Link: at, PubDate: now.UTC().Format(time.RFC1123Z)}
	for i, in := range b.incidents {
		c.Items = append(c.Items, feedItem{Title: in.Name, Text: in.Status + ": " + in.Body, PubDate: in.Posted.UTC().Format(time.RFC1123Z), GUID: fmt.Sprintf("%s/i%d", at, i+1)})
	}
	return feed(struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel channel  `xml:"channel"`
	}{Version: "2.0", Channel: c})
}

func (b board) atom(at string, now time.Time) []byte {
	f := struct {
		XMLName xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string     `xml:"id"`
		Title   string     `xml:"title"`
		Updated string     `xml:"updated"`
		Entries []feedItem `xml:"entry"`
	}{ID: at, Title: "apaleo status", Updated: now.UTC().Format(time.RFC3339)}
	for i, in := range b.incidents {
		f.Entries = append(f.Entries, feedItem{Title: in.Name, Content: in.Status + ": " + in.Body, Updated: in.Posted.UTC().Format(time.RFC3339), ID: fmt.Sprintf("%s/i%d", at, i+1)})
	}
	return feed(f)
}

func feed(v any) []byte {
	body, err := xml.Marshal(v)
	if err != nil {
		panic(err) // plain values
	}
	return append([]byte(xml.Header), body...)
}

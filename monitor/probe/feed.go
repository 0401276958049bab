package probe

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"regexp"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	maxItems = 50                 // of a feed, newest first
	feedOld  = 7 * 24 * time.Hour // an item without a word since then was forgotten, whatever it says
)

// A feedItem is one item of RSS, or one entry of Atom.
type feedItem struct {
	Title       string `xml:"title"`
	Description string `xml:"description"`
	Content     string `xml:"content"`
	Encoded     string `xml:"encoded"`
	Published   string `xml:"pubDate"`
	Updated     string `xml:"updated"`
	EndsAt      string `xml:"maintenanceEndDate"` // of Statuspage
}

// readFeed reads the history that a page offers as RSS or Atom. What is going on is told by the first word in bold of
// an item, as Statuspage and Instatus write it, or by the one that it begins with ("Resolved: …"); an item without
// such a word says nothing.
func readFeed(body []byte, now time.Time) (bulletin, bool) {
	items, ok := feedItems(body)
	if !ok {
		return bulletin{}, false
	}
	b, understood := allWell(), len(items) == 0
	for _, item := range items {
		state := item.state()
		understood = understood || state != ""
		touched := words(cmp.Or(item.Updated, item.Published)).when()
		if !touched.IsZero() && now.Sub(touched) > feedOld && state != "scheduled" {
			continue
		}
		switch ends := words(item.EndsAt).when(); {
		case state == "scheduled" && ends.IsZero() && now.Sub(touched) > feedOld:
		case state == "scheduled", state == "in progress", state == "verifying":
			b.plan(monitor.Maintenance{Title: item.Title, To: ends, Underway: state != "scheduled"}, now)
		case state != "" && state != "over":
			b.tell(item.Title, state)
		}
	}
	if !understood {
		b.acks = nil
	}
	return b, true
}

// feedItems reads as many items as there are: a feed that was cut short still has its newest ones.
func feedItems(body []byte) (items []feedItem, ok bool) {
	d := xml.NewDecoder(bytes.NewReader(body))
	for len(items) < maxItems {
		tok, err := d.Token()
		if err != nil {
			return items, ok
		}
		start, isStart := tok.(xml.StartElement)
		switch name := start.Name.Local; {
		case !isStart:
		case !ok:
			if ok = name == "rss" || name == "feed" || name == "RDF"; !ok {
				return nil, false
			}
		case name == "item" || name == "entry":
			var item feedItem
			if d.DecodeElement(&item, &start) != nil {
				return items, ok
			}
			items = append(items, item)
		}
	}
	return items, ok
}

var bold = regexp.MustCompile(`(?i)<(?:strong|b)>([^<>]{1,60})</(?:strong|b)>`)

// itemStates is what the words of providers mean.
var itemStates = map[string]string{
	"resolved": "over", "completed": "over", "postmortem": "over", "canceled": "over", "cancelled": "over",
	"investigating": "investigating", "identified": "identified", "monitoring": "monitoring", "update": "update",
	"in progress": "in progress", "inprogress": "in progress", "verifying": "verifying",
	"scheduled": "scheduled", "notstartedyet": "scheduled", "not started yet": "scheduled",
}

// leading is the word that the text of an item begins with, where a colon or a dash sets it apart.
var leading = regexp.MustCompile(`^\s*([A-Za-z][A-Za-z _]{1,30}?)\s*(?::|-\s|–)`)

// state is where an item stands, by the newest of its updates, which comes first; "" is that it does not say.
func (i feedItem) state() string {
	text := cmp.Or(i.Description, i.Encoded, i.Content)
	words := bold.FindAllStringSubmatch(text, 20)
	if m := leading.FindStringSubmatch(tag.ReplaceAllString(text[:min(len(text), 1<<10)], " ")); m != nil {
		words = append(words, m)
	}
	for _, m := range words {
		word := strings.ToLower(strings.Trim(strings.TrimSpace(m[1]), ":-"))
		if s := itemStates[strings.ReplaceAll(word, "_", " ")]; s != "" {
			return s
		}
	}
	return ""
}

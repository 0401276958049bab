package notify

import (
	"fmt"
	"strings"
	"time"

	"bellhop/monitor"
)

// digestLines is how many of its incidents or notices a digest names in its text.
const digestLines = 10

// composeDigest is the message of a digest: of many incidents, or of many notices.
func (l *lane) composeDigest(j job, s *monitor.Sending, form string) Message {
	o, g := l.x.options.Sender, j.digest
	o.Book = l.x.ledger.book
	s.Type, s.Over, s.Reminder = monitor.EventDigest, g.Over, g.Reminder
	s.Version = version(j)
	id := monitor.MessageID(o.Book, j.row.DeliveryID, s.Version, form)
	if len(g.Notices) > 0 {
		s.Type = monitor.EventNotice
		return o.noting(id, together(g.Notices))
	}
	m := o.message(id, monitor.EventDigest)
	m.Digest, m.Reminder = digest(g), g.Reminder
	m.Digest.Left = j.leaving
	for _, list := range [][]*monitor.Incident{g.Open, g.Ended} {
		for _, i := range list {
			m.At = latest(m.At, i.Updated)
		}
	}
	if g.Reminder {
		m.At = s.First
	}
	if j.row.Knows != monitor.NeverTried {
		before := j.row
		m.Before = &before
	}
	if o.PublicURL != "" {
		m.Links.Incident = strings.TrimRight(o.PublicURL, "/") + "/"
	}
	return m
}

// version numbers the letters of a digest.
func version(j job) int {
	s := j.row.Sending
	switch {
	case s == nil:
		return j.row.Version + 1
	case j.resumes:
		return s.Version
	default:
		return max(j.row.Version, s.Version) + 1
	}
}

func digest(g *monitor.Gathering) *Digest {
	d := &Digest{Over: g.Over}
	for _, i := range g.Open {
		d.Open = append(d.Open, *i)
		d.Since = earliest(d.Since, i.Since)
	}
	for _, i := range g.Ended {
		d.Ended = append(d.Ended, *i)
		d.Since = earliest(d.Since, i.Since)
	}
	return d
}

// Gathered is what the letter of a digest says, of incidents or of notices, in plain words.
func Gathered(g *monitor.Gathering) string {
	if len(g.Notices) > 0 {
		return together(g.Notices).Text
	}
	return digest(g).Text()
}

// Text is a digest in plain words: how many are open, which, and how many have ended.
func (d Digest) Text() string {
	var text string
	switch {
	case d.Over:
		text = fmt.Sprintf("%s, since %s: all over.", incidents(len(d.Ended)), clock(d.Since))
	default:
		text = fmt.Sprintf("%s open, since %s", incidents(len(d.Open)), clock(d.Since))
		if len(d.Ended) > 0 {
			text += fmt.Sprintf("; %d more over", len(d.Ended))
		}
		text += "."
	}
	if d.Left {
		text = "No longer told here: this receiver was removed from bellhop's configuration. " + text
	}
	list := d.Open
	if d.Over {
		list = d.Ended
	}
	for _, i := range list[:min(len(list), digestLines)] {
		text += " " + bad(i.Severity) + ": " + i.Title + "."
	}
	return text + more(len(list))
}

func incidents(n int) string {
	if n == 1 {
		return "1 incident"
	}
	return fmt.Sprintf("%d incidents", n)
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func more(n int) string {
	if n <= digestLines {
		return ""
	}
	return fmt.Sprintf(" And %d more.", n-digestLines)
}

// noticeLength is how much of each notice there is in one that speaks for many, in characters.
const noticeLength = 300

// together is many notices as one.
func together(list []*monitor.Notice) *monitor.Notice {
	n := *list[0]
	n.Text = fmt.Sprintf("%d notices at once.", len(list))
	for _, one := range list[:min(len(list), digestLines)] {
		n.Text += " " + Cut(one.Text, noticeLength)
	}
	n.Text += more(len(list))
	n.NextStep = "All of them are on bellhop's page."
	return &n
}

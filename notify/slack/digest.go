package slack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// digestLead is the sentence of a digest: how many, since when, whose matter, which is the worst and what next.
func digestLead(d *notify.Digest) string {
	switch {
	case d.Over || len(d.Open) == 0:
		return digestOver(d)
	case d.Left:
		return "⏹️ *No longer told here:* this receiver was removed from bellhop's configuration while " + many(len(d.Open)) + " open."
	}
	worst := d.Open[0]
	s := fmt.Sprintf("%s *%s open* (%s), the first since %s: told in this one message. Those with a message of their own are not counted.", notify.Sign(worst.Severity), many(len(d.Open)), sides(d.Open), moment(d.Since))
	if n := len(d.Ended); n > 0 {
		s += fmt.Sprintf(" %s over already.", many(n))
	}
	return s + "\n*The worst:* " + claim(&worst) + next(worst.NextStep)
}

func digestOver(d *notify.Digest) string {
	var last time.Time
	for _, i := range d.Ended {
		if i.Ended.After(last) {
			last = i.Ended
		}
	}
	if last.IsZero() {
		return fmt.Sprintf("✅ *All over:* %s over.", many(len(d.Ended)))
	}
	return fmt.Sprintf("✅ *All over after %s* (%s): %s over.", lasted(last.Sub(d.Since)), stretch(d.Since, last), many(len(d.Ended)))
}

// many counts incidents, with their verb.
func many(n int) string {
	if n == 1 {
		return "1 incident is"
	}
	return thousands(n) + " incidents are"
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func moment(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// sides counts whose matters they are, most first.
func sides(all []monitor.Incident) string {
	counts := map[monitor.Side]int{}
	var order []monitor.Side
	for _, i := range all {
		if counts[i.Side]++; counts[i.Side] == 1 {
			order = append(order, i.Side)
		}
	}
	slices.SortStableFunc(order, func(a, b monitor.Side) int { return counts[b] - counts[a] })
	if len(order) == 1 {
		return whose(order[0])
	}
	var parts []string
	for _, s := range order {
		parts = append(parts, whose(s)+" "+thousands(counts[s]))
	}
	return strings.Join(parts, ", ")
}

func digestColour(d *notify.Digest) string {
	switch {
	case d.Over || len(d.Open) == 0:
		return green
	case d.Left:
		return grey
	default:
		return bar(d.Open[0].Severity)
	}
}

// digestCard lists the worst of many incidents; once all are over, which they were.
func digestCard(m notify.Message) []slack.Block {
	d := m.Digest
	title, shown := fmt.Sprintf("%s OPEN: %s", digestSign(d), thousands(len(d.Open))), d.Open
	if d.Over || len(d.Open) == 0 {
		title, shown = fmt.Sprintf("✅ ALL OVER: %s", thousands(len(d.Ended))), d.Ended
	} else if d.Left {
		title = "⏹️ NO LONGER TOLD HERE"
	} else if n := len(d.Ended); n > 0 {
		title += fmt.Sprintf(" · over: %s", thousands(n))
	}
	all := []slack.Block{slack.NewHeaderBlock(plain(notify.Cut(title, maxHeader)))}
	if lines := entries(shown); len(lines) > 0 {
		all = append(all, slack.NewRichTextBlock("", slack.NewRichTextList(slack.RTEListBullet, 0, lines...)))
	}
	if l := link(m.Links.Incident, "All incidents"); l != "" {
		all = append(all, slack.NewSectionBlock(mrkdwn(l), nil, nil))
	}
	return append(all, smallPrint(m, ""))
}

// digestLine is what the channel hears of a digest besides its opening, "" if nothing: numbers are edited in.
func digestLine(m notify.Message) string {
	switch d := m.Digest; {
	case d.Over, d.Left:
		return digestLead(d)
	case m.Reminder:
		rest := strings.TrimPrefix(digestLead(d), digestSign(d)+" ")
		return fmt.Sprintf("%s *Still open after %s:* ", digestSign(d), lasted(m.At.Sub(d.Since))) + rest
	default:
		return ""
	}
}

func digestSign(d *notify.Digest) string {
	if len(d.Open) == 0 {
		return "✅"
	}
	return notify.Sign(d.Open[0].Severity)
}

// entries are the first few incidents, one a line, and how many there are besides.
func entries(all []monitor.Incident) (lines []slack.RichTextElement) {
	shown := all[:min(len(all), maxShown)]
	for _, i := range shown {
		what := severity(i.Severity) + ", " + whose(i.Side) + ": "
		if i.State != monitor.IncidentOpen {
			what = "over, " + stretch(i.Since, i.Ended) + ": "
		}
		lines = append(lines, slack.NewRichTextSection(words(what, bold), words(notify.Cut(i.Title, maxHeader)+sinceOf(i), nil)))
	}
	if more := len(all) - len(shown); more > 0 {
		lines = append(lines, slack.NewRichTextSection(words("and "+thousands(more)+" more", bold)))
	}
	return lines
}

func sinceOf(i monitor.Incident) string {
	if i.State != monitor.IncidentOpen {
		return ""
	}
	return ", since " + moment(i.Since)
}

package slack

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack/slackutilsx"

	"bellhop/monitor"
	"bellhop/notify"
)

// The colours of the bar. Each message says the same in a word.
const (
	red   = "#D00000"
	amber = "#ECB22E"
	grey  = "#8D8D8D"
	green = "#2EB67D"
)

func colour(m notify.Message) string {
	switch {
	case over(m.Type) && notify.Well(m.Incident):
		return green
	case over(m.Type):
		return grey
	case m.Incident == nil, m.Incident.Change == monitor.ChangeReceiverRemoved:
		return grey
	default:
		return bar(m.Incident.Severity)
	}
}

func bar(s monitor.Severity) string {
	if s == monitor.Down {
		return red
	}
	return amber
}

func over(t monitor.EventType) bool {
	return t == monitor.EventResolved || t == monitor.EventRecap
}

func emoji(m notify.Message) string {
	switch {
	case over(m.Type) && notify.Well(m.Incident):
		return "✅"
	case over(m.Type):
		return "⏹️"
	case m.Type == monitor.EventTest:
		return "🧪"
	case m.Incident == nil:
		return "ℹ️"
	default:
		return notify.Sign(m.Incident.Severity)
	}
}

// safe is a text from outside for a place where Slack reads marks, of at most n characters: it can call nobody and
// link nowhere, and it is neither bold nor code. It is cut before it is escaped: half an escape is none.
func safe(text string, n int) string {
	text = strings.NewReplacer("*", "∗", "`", "'", "~", "∼", "\n", " ", "\r", "").Replace(text)
	for limit := n; ; limit = limit * 3 / 4 {
		if out := slackutilsx.EscapeMessage(notify.Cut(text, limit)); utf8.RuneCountInString(out) <= n {
			return out
		}
	}
}

// date is a time that each reader sees in their own zone, which it says, as the sentences have UTC; where it cannot be,
// in UTC.
func date(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time_secs} (your time)|%s>", t.Unix(), t.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// lasted is a duration as people say it.
func lasted(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(d, 0)/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return units(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	default:
		return units(d/(24*time.Hour), "days", d%(24*time.Hour)/time.Hour, "h")
	}
}

func units(large time.Duration, name string, small time.Duration, other string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", large, name)
	}
	return fmt.Sprintf("%d %s %d %s", large, name, small, other)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

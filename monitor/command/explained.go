package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
)

func newExplain(s *shell) *cobra.Command {
	return s.printsJSON(&cobra.Command{
		Use:   "explain CHECK",
		Short: "Says why a check is shown as it is",
		Long: `Says all that is known of one check: its state and why, each signal with its suspicion and
the last evidence, the incident it belongs to and its cause, how it is asked at present, and
what receivers were told. CHECK is a name, or name@account.`,
		Example: "  bellhop explain api-edge\n  bellhop explain inventory@alpine-hotels --json",
		Args:    argument("CHECK"),
		RunE: task(func(ctx context.Context, args []string) error {
			e, offline, err := s.explanation(ctx, args[0])
			if err != nil {
				return err
			}
			if s.json {
				return printJSON(s.Stdout, e)
			}
			s.sayOffline(offline)
			_, err = fmt.Fprint(s.Stdout, e)
			return err
		}).run,
	})
}

// explanation asks the daemon, or reads its store if there is none.
func (s *shell) explanation(ctx context.Context, check string) (e Explanation, offline bool, err error) {
	list, err := s.look()
	if err != nil {
		return e, false, err
	}
	q := question{method: http.MethodGet, path: pathExplain, query: url.Values{"check": {check}}}
	if err = ask(ctx, list.Store.Path, q, &e); !errors.Is(err, errNoDaemon) {
		return e, false, err
	}
	book, err := s.openBook(ctx, list)
	if err != nil {
		return e, true, err
	}
	e, err = explain(book.snapshot, book.deliveries, check, list.Pace)
	return e, true, err
}

// String is the explanation for a person.
func (e Explanation) String() string {
	var b strings.Builder
	head := string(e.Check)
	if e.Title != "" && e.Title != head {
		head += ": " + e.Title
	}
	fmt.Fprintf(&b, "%s\n%s\n\n", wrap(head, ""), wrap(e.verdict(), ""))
	for _, f := range e.facts() {
		if f[1] != "" {
			fmt.Fprintf(&b, "%-12s%s\n", f[0], strings.TrimLeft(wrap(f[1], strings.Repeat(" ", 12)), " "))
		}
	}
	if len(e.Signals) > 0 {
		fmt.Fprintf(&b, "\n%s", e.signals())
	}
	for _, v := range e.Signals {
		if text := v.waits(e.At); text != "" {
			fmt.Fprintf(&b, "%s\n", wrap(text, ""))
		}
	}
	if t := e.windows(); len(t) > 1 {
		fmt.Fprintf(&b, "\n%sCounted up to %s.\n", t, clock(e.Asked, e.At))
	}
	if t := e.candidates(); len(t) > 1 {
		fmt.Fprintf(&b, "\n%s", t)
	}
	b.WriteString(e.incidents())
	return b.String()
}

func (e Explanation) verdict() string {
	text := "It is " + string(e.State)
	switch {
	case e.Silence != nil && e.Silence.Kind != monitor.ActSilence:
		text = "It is " + e.Why
	case e.Why != "":
		text += ": " + e.Why
	}
	if len(e.Badges) > 0 {
		text += ". In trouble or in doubt: " + strings.Join(e.Badges, ", ")
	}
	return text + "."
}

// facts are what there is to say in a line each.
func (e Explanation) facts() [][2]string {
	asks, next, run, last := "Asks", "Next run", "Last run", "never asked"
	if e.Reported {
		asks, next, run, last = "About", "Next due", "Last told", "nothing was told yet"
	}
	switch {
	case e.Last != nil:
		last = e.Last.text(e.At)
	case !e.LastGood.IsZero():
		last = "nothing since its pause"
	}
	due := when(e.Next, e.At)
	if e.State == monitor.StatePaused {
		due = "not while it is paused"
	}
	if e.Reported && e.Kind != monitor.KindBeat {
		due = ""
	}
	var labels []string
	for _, k := range sortedKeys(e.Labels) {
		labels = append(labels, k+"="+e.Labels[k])
	}
	return [][2]string{
		{"By people", e.held()},
		{asks, e.Host},
		{"Account", e.Account},
		{"How", e.how()},
		{"Usually", e.usually()},
		{"At present", e.present()},
		{"Costs", e.Use.text(e.At)},
		{next, due},
		{run, last},
		{"Last good", when(e.LastGood, e.At)},
		{"Causes", strings.Join(e.Causes, " > ")},
		{"Labels", strings.Join(labels, " ")},
		{"Runbook", e.Runbook},
	}
}

// held is what a person wants of the check otherwise than usual, as far as its state does not say so, and how it is ended.
func (e Explanation) held() string {
	switch one := e.Silence; {
	case one == nil:
		return ""
	case one.ID == "":
		return "in the configuration: it is changed there"
	case one.Kind == monitor.ActSilence:
		return one.Words(e.At) + " (bellhop unsilence " + one.ID + " ends it)"
	default:
		return "bellhop unsilence " + one.ID + " ends it"
	}
}

// how is in which way a check comes to know.
func (e Explanation) how() string {
	parts := []string{e.Kind, "schedule " + e.Schedule}
	switch {
	case e.Grace != "":
		parts = append(parts, "grace "+e.Grace)
	case e.Reported:
		parts = parts[:1]
	default:
		parts = append(parts, "timeout "+e.Timeout)
	}
	switch {
	case e.Slow != "" && e.Learned:
		parts = append(parts, "slow over "+e.Slow+" (learned)")
	case e.Slow != "":
		parts = append(parts, "slow over "+e.Slow)
	case e.Learned:
		parts = append(parts, "what is slow is not known yet")
	}
	return strings.Join(parts, ", ")
}

func (e Explanation) usually() string {
	if e.Usual == nil {
		return ""
	}
	return e.Usual.Text
}

// present is how a check is asked at present, and why not more often.
func (e Explanation) present() string {
	if e.Spared {
		return e.Pace + "; others are asked more often for it"
	}
	return e.Pace
}

func when(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return clock(t, now)
}

func (s Seen) text(now time.Time) string {
	text := clock(s.At, now) + ": "
	if s.TookMS > 0 {
		text = fmt.Sprintf("%s, took %s: ", clock(s.At, now), took(time.Duration(s.TookMS)*time.Millisecond))
	}
	switch {
	case s.Fault == monitor.FaultNone && s.Status == 0:
		text += "good"
	case s.Fault == monitor.FaultNone:
		text += fmt.Sprintf("good, HTTP %d", s.Status)
	case s.Status == 0:
		text += string(s.Fault)
	default:
		text += fmt.Sprintf("%s, HTTP %d", s.Fault, s.Status)
	}
	parts := append([]string{text, s.Code, s.Detail}, s.Messages...)
	if s.Code != "" && strings.Contains(text+s.Detail, s.Code) {
		parts[1] = ""
	}
	if s.TrackingID != "" {
		parts = append(parts, "tracking id "+s.TrackingID)
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}

// signals are lines. The last evidence stands below, unless all of it is good.
func (e Explanation) signals() string {
	t := table{{"SIGNAL", "STATE", "SUSPICION", "SINCE", "FAILED"}}
	for _, v := range e.Signals {
		since, failed := "", ""
		if !v.Since.IsZero() {
			since, failed = narrow(v.Since, e.At), fmt.Sprintf("%d of %d", v.Failed, v.Of)
		}
		t = append(t, []string{string(v.Signal), string(v.Phase), v.suspicion(), since, failed})
	}
	lines := t.lines()
	for i, v := range e.Signals {
		switch {
		case len(v.Evidence) == 0 && v.AlarmAt > 0:
			lines[i+1] += "  nothing heard yet\n"
		case slices.ContainsFunc(v.Evidence, func(e monitor.Evidence) bool { return e != monitor.Good }):
			lines[i+1] += wrap("last: "+words(v.Evidence), "  ") + "\n"
		}
	}
	return strings.Join(lines, "")
}

func words(all []monitor.Evidence) string {
	var text []string
	for _, e := range all {
		text = append(text, string(e))
	}
	return strings.Join(text, " ")
}

// suspicion is how near a signal is to an alarm.
func (v SignalView) suspicion() string {
	if v.AlarmAt == 0 {
		return "see windows"
	}
	return fmt.Sprintf("%.3g of %.3g", v.Suspicion, v.AlarmAt)
}

// enough says whether a signal in doubt has all that an alarm takes.
func (v SignalView) enough() bool {
	span, err := time.ParseDuration(v.Span)
	return err == nil && v.Suspicion >= v.AlarmAt && v.LastAt.Sub(v.Since) >= span
}

// waits says what a signal in trouble waits for.
func (v SignalView) waits(now time.Time) string {
	goods := ""
	if v.Goods > 0 {
		goods = fmt.Sprintf(" and %d good in a row", v.Goods)
	}
	switch {
	case v.Phase == monitor.Suspect && v.AlarmAt == 0:
		return fmt.Sprintf("%s: it opens when as many of the requests below fail as alarm, still do, and not in a burst or two alone.", v.Signal)
	case v.Phase == monitor.Suspect && v.enough():
		return fmt.Sprintf("%s: that is enough to open with a failure; before it does, those that can tell why are heard, for two minutes at most.", v.Signal)
	case v.Phase == monitor.Suspect:
		return fmt.Sprintf("%s: it opens when its suspicion reaches %.3g and its failures span %s.", v.Signal, v.AlarmAt, v.Span)
	case v.Phase == monitor.Open:
		return fmt.Sprintf("%s: its end is told after %s of calm%s.", v.Signal, v.Hold, goods)
	case v.Phase == monitor.Recovering:
		return fmt.Sprintf("%s: calm since %s, %d good in a row; its end is told after %s of calm%s, at %s at the earliest.",
			v.Signal, clock(v.GoodSince, now), v.GoodRun, v.Hold, goods, clock(v.Earliest, now))
	default:
		return ""
	}
}

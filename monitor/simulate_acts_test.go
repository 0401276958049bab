package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// What stories say of what people do:
//
//	10:05:00 act silence by=Anna check=shop until=10:40:00 why=new server    the rest of the line is why
//	10:05:00 act acknowledge by=Anna incident=1                              the first one that anybody was told of, or
//	10:05:00 act note by=Anna incident=open why=called apaleo                the one that is open
//	10:20:00 act lift by=Ben lifts=act-1                                     acts are numbered
//	10:21:00 look shop                                                       how the board shows a check
//	10:21:00 look silences
//
// In the cast: maintenance NAME from=02:00:00 until=04:00:00 check=shop, or daily=02:00:00 for=2h; paused shop; label shop
// team=web.
func (s *simulation) person(words []string) bool {
	switch words[0] {
	case "act":
		s.doAct(words[1:])
	case "look":
		s.look(words[1])
	case "older": // what is kept is what a bellhop would have kept that knew of no silences
		for id, i := range s.kept.incidents {
			old := *i
			old.MutedBy = ""
			s.kept.incidents[id] = &old
		}
	case "add": // to the configuration, what a line of the cast says
		if err := enlist(&s.config, words[1:]); err != nil {
			s.t.Fatal(err)
		}
		s.reload()
	case "unpause", "label": // in the configuration
		s.config.Checks = slices.Clone(s.config.Checks)
		if err := ofCheck(&s.config, words); err != nil {
			s.t.Fatal(err)
		}
		s.reload()
	default:
		return false
	}
	return true
}

func (s *simulation) doAct(words []string) {
	s.done++
	a := monitor.Act{At: s.now, ID: fmt.Sprint("act-", s.done), Kind: monitor.ActKind(words[0])}
	for n, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		if key == "why" {
			a.Why = strings.TrimPrefix(strings.Join(words[n+1:], " "), "why=")
			break
		}
		switch at, _ := moment(value); key {
		case "by":
			a.By = value
		case "from":
			a.From = at
		case "until":
			a.Until = at
		case "lifts":
			a.Lifts = value
		case "id":
			a.ID = value
		default:
			a.Target = s.aim(a.Target, key, value)
		}
	}
	if err := a.Refused(s.book.Snapshot(s.now)); err != nil {
		fmt.Fprintf(&s.out, "%s %s is refused: %v\n", s.now.Format("02 15:04:05"), a.Kind, err)
		return
	}
	s.feed(a)
}

// aim adds what a word names to a target.
func (s *simulation) aim(t monitor.Target, key, value string) monitor.Target {
	if key != "incident" {
		return aimed(t, key, value)
	}
	for id, n := range s.numbers {
		if fmt.Sprint(n) == value {
			t.Incident = id
		}
	}
	if open := s.book.Snapshot(s.now).Open; value == "open" && len(open) > 0 {
		t.Incident = open[0].ID
	}
	return t
}

func aimed(t monitor.Target, key, value string) monitor.Target {
	switch key {
	case "check":
		for id := range strings.SplitSeq(value, ",") {
			t.Checks = append(t.Checks, monitor.CheckID(id))
		}
	case "account":
		t.Accounts = strings.Split(value, ",")
	case "label":
		k, v, _ := strings.Cut(value, ":")
		t.Labels = map[string]string{k: v}
	}
	return t
}

// planned is a line of the cast that plans maintenance.
func planned(words []string) monitor.MaintenanceWindow {
	w := monitor.MaintenanceWindow{Name: words[0]}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch at, _ := moment(value); key {
		case "from":
			w.From = at
		case "until":
			w.Until = at
		case "daily":
			w.Schedule = daily(at.Sub(day))
		case "for":
			w.For, _ = time.ParseDuration(value)
		default:
			w.Target = aimed(w.Target, key, value)
		}
	}
	return w
}

// daily fires each day at a time, UTC.
type daily time.Duration

func (d daily) Next(t time.Time) time.Time {
	at := t.Truncate(24 * time.Hour).Add(time.Duration(d))
	if !at.After(t) {
		at = at.Add(24 * time.Hour)
	}
	return at
}

// ofCheck changes a check of the cast.
func ofCheck(cast *monitor.Reconfigure, words []string) error {
	n := slices.IndexFunc(cast.Checks, func(c *monitor.Check) bool { return string(c.ID()) == words[1] })
	if n < 0 {
		return fmt.Errorf("there is no check %q", words[1])
	}
	c := *cast.Checks[n]
	switch words[0] {
	case "paused":
		c.Paused = true
	case "unpause":
		c.Paused = false
	case "label":
		k, v, _ := strings.Cut(words[2], "=")
		c.Labels = map[string]string{k: v}
	}
	cast.Checks[n] = &c
	return nil
}

// look writes down how the board shows a check, what is silenced, or what people did about the open incidents.
func (s *simulation) look(what string) {
	at, snap := s.now.Format("02 15:04:05"), s.book.Snapshot(s.now)
	for _, v := range snap.Checks {
		if string(v.Check.ID()) == what {
			fmt.Fprintf(&s.out, "%s %s is shown as %s: %s\n", at, what, v.State, v.Why)
		}
	}
	for _, x := range snap.Silences {
		if what == "silences" {
			fmt.Fprintf(&s.out, "%s %q %s, from %s\n", at, x.ID, x.Words(s.now), x.From.Format("02 15:04:05"))
		}
	}
	for _, i := range snap.Open {
		if what != "incidents" {
			break
		}
		fmt.Fprintf(&s.out, "%s open: %s", at, i.Title)
		if i.MutedBy != "" {
			fmt.Fprintf(&s.out, " (%s)", i.MutedBy)
		}
		if i.Ack != nil {
			fmt.Fprintf(&s.out, " (%s is on it)", i.Ack.By)
		}
		fmt.Fprintln(&s.out)
		for _, r := range i.Remarks {
			fmt.Fprintf(&s.out, "    %s %s %s: %s\n", r.At.Format("15:04:05"), r.What, r.By, r.Text)
		}
	}
}

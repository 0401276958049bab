package monitor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String is the ticket's text: plain, at most 80 columns where words allow, all times UTC.
func (t Ticket) String() string {
	var b strings.Builder
	b.WriteString(hang("", t.Title) + "\n")
	t.head(&b)
	b.WriteString("TIMELINE (UTC)\n\n")
	t.timeline(&b)
	for n, k := range t.Checks {
		if n == 0 {
			b.WriteString("\nAFFECTED CHECKS\n")
		}
		fmt.Fprintf(&b, "\n%d. %s\n\n", n+1, hang("   ", k.name()))
		for _, f := range k.facts(t.Since) {
			factLine(&b, f[0], f[1])
		}
	}
	if t.More > 0 {
		fmt.Fprintf(&b, "\nand %d more.\n", t.More)
	}
	b.WriteString("\n" + hang("", "All times are UTC, by the clock of the monitoring machine. bellhop keeps no body of an answer, "+
		"no token and no secret; nothing of guests is in this text.") + "\n")
	return b.String()
}

func (t Ticket) head(b *strings.Builder) {
	b.WriteString("\n")
	factLine(b, "Since", stamp(t.Since))
	until := fmt.Sprintf("it lasts, as of %s", stamp(t.At))
	if t.State != IncidentOpen {
		until = fmt.Sprintf("%s, after %s", stamp(t.Until), span(t.Until.Sub(t.Since)))
	}
	factLine(b, "Until", until)
	factLine(b, "Severity", string(t.Severity))
	factLine(b, "Side", fmt.Sprintf("%s; cause: %s %s (%s)", t.Side, t.Cause.Kind, t.Cause.ID, t.Cause.Confidence))
	factLine(b, "Reach", t.reach())
	factLine(b, "Status page", t.StatusPage.text())
	factLine(b, "Reported by", fmt.Sprintf("%s, incident %s, version %d", t.Monitor, t.Incident, t.Version))
	b.WriteString("\n")
}

func (t Ticket) reach() string {
	s := t.Scope
	text := fmt.Sprintf("%d of %s failed when last counted", s.Failing, count(s.Evaluated, "check"))
	if s.Blocked > 0 {
		text += fmt.Sprintf(", %d could not be asked because of it", s.Blocked)
	}
	if s.Accounts != "" {
		text += "; accounts concerned: " + s.Accounts
	}
	return text
}

func (p TicketPage) text() string {
	switch {
	case !p.Read:
		return "apaleo's was not read since it began"
	case len(p.Says) == 0:
		return "apaleo's says nothing about it"
	}
	return fmt.Sprintf("apaleo's says, seen since %s: %s", stamp(p.Since), strings.Join(p.Says, "; "))
}

// timeline lists the first failing attempt, what was said when, and the first good attempt.
func (t Ticket) timeline(b *strings.Builder) {
	datedLine(b, t.Since, "first failing attempt")
	ended := !t.recovered()
	for _, v := range t.Versions {
		if !ended && v.At.After(t.Until) {
			datedLine(b, t.Until, "first good attempt of those that ended it")
			ended = true
		}
		what := strings.TrimPrefix(string(v.Type), "incident.")
		if v.Change != "" && string(v.Change) != what {
			what += " (" + string(v.Change) + ")"
		}
		datedLine(b, v.At, fmt.Sprintf("version %d, %s: %s", v.Version, what, v.Text))
	}
	if !ended {
		datedLine(b, t.Until, "first good attempt of those that ended it")
	}
}

// recovered says whether good attempts ended it: not if it became part of another, or nobody looks any more.
func (t Ticket) recovered() bool {
	if t.State == IncidentOpen || t.Until.IsZero() || len(t.Versions) == 0 {
		return false
	}
	how := t.Versions[len(t.Versions)-1].Change
	return !how.Unwatched() && how != ChangeMerged
}

func (k TicketCheck) name() string {
	name := string(k.Check)
	if k.Title != "" && k.Title != name {
		name = k.Title + " (" + name + ")"
	}
	if k.Signal != Availability {
		name += ", " + string(k.Signal)
	}
	if k.Account != "" {
		name += ", apaleo account " + k.Account
	}
	return name
}

// facts are what there is to say of a check in a line each.
func (k TicketCheck) facts(since time.Time) [][2]string {
	all := [][2]string{{"Request", k.Request}}
	if k.Of > 0 {
		all = append(all, [2]string{"Failed", fmt.Sprintf("%d of %s since %s", k.Failed, count(k.Of, "attempt"), stamp(since))})
	}
	if k.Last != nil {
		at := "at "
		if k.Told {
			at = "before "
		}
		all = append(all, k.Last.facts(at)...)
	}
	return append(all, [][2]string{
		{"Rate limit", k.Limit.text()},
		{"Before", prefixed("in the hour before: ", k.Before.String())},
		{"During", k.During.String()},
		{"After", prefixed("at most an hour after: ", k.After.String())},
	}...)
}

// facts are what is known of the last failing attempt. Its times are exact ("at "), or those by which it was known.
func (f *Failure) facts(at string) [][2]string {
	all := [][2]string{{"Last failure", at + stamp(f.At) + ": " + f.saw()}}
	for i, m := range f.Messages {
		all = append(all, [2]string{firstOnly(i, "Messages"), m})
	}
	for i, t := range f.Tracking {
		id := t.ID + " " + at + stamp(t.At)
		if t.Status != 0 {
			id += ", HTTP " + strconv.Itoa(t.Status)
		}
		all = append(all, [2]string{firstOnly(i, "Tracking id"), id})
	}
	return append(all, [][2]string{
		{"Body", f.Body.text()},
		{"Address", f.address()},
		{"TLS", f.TLS.text(f.CertUntil)},
		{"Timings", f.timings()},
		{"Other hosts", f.others()},
	}...)
}

func (f *Failure) saw() string {
	text := string(f.Fault)
	if f.Status != 0 {
		text = fmt.Sprintf("HTTP %d (%s)", f.Status, f.Fault)
	}
	if f.Code != "" {
		text += ", " + f.Code
	}
	if f.Detail != "" && f.Detail != fmt.Sprintf("HTTP %d", f.Status) {
		text += ", " + f.Detail
	}
	return text
}

func (b BodyFacts) text() string {
	if b.Length == 0 {
		return ""
	}
	return strings.TrimPrefix(fmt.Sprintf("%s, %d bytes, SHA-256 %s…", b.Type, b.Length, b.Hash), ", ")
}

func (f *Failure) address() string {
	switch {
	case len(f.Addrs) == 0:
		return f.IP
	case f.IP == "":
		return "none spoken to; the resolver answered " + list(f.Addrs)
	}
	return f.IP + "; the resolver answered " + list(f.Addrs)
}

func (t TLSFacts) text(until time.Time) string {
	var parts []string
	if t.Version != "" {
		parts = append(parts, t.Version)
	}
	if len(t.Names) > 0 {
		parts = append(parts, "certificate for "+list(t.Names))
	}
	if t.Issuer != "" {
		parts = append(parts, "signed by "+t.Issuer)
	}
	if !until.IsZero() {
		parts = append(parts, "valid until "+stamp(until))
	}
	return strings.Join(parts, ", ")
}

func (f *Failure) timings() string {
	var parts []string
	for _, p := range []struct {
		name string
		d    time.Duration
	}{
		{"name", f.Phases.DNS},
		{"connection", f.Phases.Connect},
		{"TLS", f.Phases.TLS},
		{"first byte", f.Phases.FirstByte},
		{"rest", f.Phases.Transfer},
		{"in all", f.Took},
	} {
		if p.d > 0 {
			parts = append(parts, fmt.Sprintf("%s %d ms", p.name, p.d.Round(time.Millisecond).Milliseconds()))
		}
	}
	if f.Reused {
		parts = append(parts, "on a connection kept from before")
	}
	return strings.Join(parts, ", ")
}

// others is what the control hosts said, which have nothing to do with apaleo.
func (f *Failure) others() string {
	var good, bad []string
	for _, a := range f.Controls {
		if a.OK {
			good = append(good, a.Name)
		} else {
			bad = append(bad, a.Name)
		}
	}
	var parts []string
	if len(good) > 0 {
		parts = append(parts, list(good)+" answered at the time")
	}
	if len(bad) > 0 {
		parts = append(parts, list(bad)+" did not answer either")
	}
	return strings.Join(parts, "; ")
}

func (l RateLimit) text() string {
	var text string
	switch {
	case l.Limit == 0:
		return ""
	case l.Limit < 0:
		text = strconv.Itoa(l.Remaining) + " requests left"
	default:
		text = fmt.Sprintf("%d of %d requests left", l.Remaining, l.Limit)
	}
	if !l.Reset.IsZero() {
		text += " until " + stamp(l.Reset)
	}
	return text
}

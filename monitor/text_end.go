package monitor

import "fmt"

// Unwatched says whether an incident ended because nobody looks any more, which is no recovery.
func (c ChangeWord) Unwatched() bool {
	switch c {
	case ChangeUnwatched, ChangeGone, ChangeReconfigured, ChangePaused, ChangeUnasked:
		return true
	default:
		return false
	}
}

func (d *draft) endTitle(i *Incident) string {
	switch {
	case i.Change == ChangeUnwatched, i.Change == ChangeGone:
		return shorten(d.name(i)+" is no longer watched", titleMax)
	case i.Change == ChangePaused:
		return shorten(d.name(i)+" is not watched for now", titleMax)
	case i.Change == ChangeUnasked:
		return shorten(d.name(i)+" is not asked for any more", titleMax)
	case i.Change == ChangeReconfigured:
		return shorten(d.name(i)+" is watched in another way now", titleMax)
	case i.Change == ChangeMerged:
		return shorten(d.name(i)+" is part of a larger incident", titleMax)
	case i.Cause.Kind == NodeHotels:
		return shorten(d.hotelsEnd(i), titleMax)
	case fromHere(i):
		return shorten(d.name(i)+" can be reached from this machine again", titleMax)
	default:
		return shorten(d.name(i)+" "+better(i.Severity), titleMax)
	}
}

func (d *draft) endText(i *Incident) string {
	switch i.Change {
	case ChangeUnwatched:
		return fmt.Sprintf("%s: it was removed from the watchlist while in trouble since %s. How it is now is not known.", i.Title, d.clock(i.Since))
	case ChangePaused:
		return fmt.Sprintf("%s: %s. It was in trouble since %s; how it is now is not known.", i.Title, d.pausedText(i), d.clock(i.Since))
	case ChangeGone:
		return fmt.Sprintf("%s: %s. It was in trouble since %s; how it is now is not known.", i.Title, served(i.Cause.Kind), d.clock(i.Since))
	case ChangeUnasked:
		return fmt.Sprintf("%s: no requests are reported since %s, for a day. It was in trouble since %s; how it is now is not known.", i.Title, d.clock(i.Quiet), d.clock(i.Since))
	case ChangeReconfigured:
		return fmt.Sprintf("%s: what is asked was changed while it was in trouble since %s. It starts afresh.", i.Title, d.clock(i.Since))
	case ChangeMerged:
		return fmt.Sprintf("%s: %s. You are told of its end there.", i.Title, d.incident(i.Into).Title)
	default:
		return d.overText(i)
	}
}

// served says why nothing is reported any more of what an incident was about.
func served(k NodeKind) string {
	if k == NodeHotels || k == NodeAccount {
		return "it is served no longer"
	}
	return "no hotel that is served has it any more"
}

// better is the claim when it is over.
func better(s Severity) string {
	switch s {
	case QuotaOut:
		return "is WITHIN its QUOTA again"
	case Warning:
		return "is FINE again"
	default:
		return "WORKS again"
	}
}

// overText is the end of an incident that came to one.
func (d *draft) overText(i *Incident) string {
	s := fmt.Sprintf("%s since %s. It was %s %s.", i.Title, d.clock(i.Ended), past(i, i.Severity)+byTurns(i)+atWorst(i), d.during(i.Since, i.Ended))
	if i.Severity == Warning {
		s = fmt.Sprintf("%s since %s. The warning stood %s.", i.Title, d.clock(i.Ended), d.during(i.Since, i.Ended))
	}
	if i.Cause.Kind == NodeHotels {
		s = fmt.Sprintf("%s since %s. The matter stood %s.", i.Title, d.clock(i.Ended), d.during(i.Since, i.Ended))
	}
	if seen := d.unarrived(i); seen != "" {
		s = fmt.Sprintf("%s since %s. It was found out at %s: %s.", i.Title, d.clock(i.Ended), d.clock(i.Since), seen)
	}
	if i.Unseen > 0 {
		s += fmt.Sprintf(" For %s of that nobody watched, so it may have ended earlier.", span(min(i.Unseen, i.Ended.Sub(i.Since))))
	}
	return s
}

// awaited says whether an incident is about a sign of life, and not about what was looked for.
func (d *draft) awaited(i *Incident) bool {
	m, ok := d.witness(i)
	c := d.watched.checks[m.Check]
	return ok && (c == nil || c.Reported)
}

// unarrived is what was seen where webhooks did not arrive, or "": that began long before it could be known, and what
// was missed since then has to be read.
func (d *draft) unarrived(i *Incident) string {
	if i.Cause.Kind == NodeHotels || i.fault() != FaultQuiet && i.fault() != FaultStalled {
		return ""
	}
	r := d.row(i.Affected[0].Check)
	if r == nil || r.Failures[signalIndex(Availability)] == nil {
		return ""
	}
	return r.Failures[signalIndex(Availability)].Detail
}

// missedText is the rest of the sentence where a sign of life did not come, or told of a failure.
func (d *draft) missedText(i *Incident) (text string, ok bool) {
	f := d.failure(i)
	if f == nil {
		return "", false
	}
	switch i.fault() {
	case FaultOverdue:
		if !d.awaited(i) {
			return "", false
		}
		text = fmt.Sprintf(": it was due at %s, and nothing has come", d.clock(i.Since))
		if f.Detail != "" {
			text += "; " + f.Detail
		}
		return text + ".", true
	case FaultFailed:
		return fmt.Sprintf(": it says so itself since %s.", d.clock(i.Since)), true
	case FaultStalled, FaultQuiet:
		return d.webhooksText(i, f) + d.besides(i), f.Detail != ""
	default:
		return "", false
	}
}

// webhooksText says what does not arrive any more, and for whom.
func (d *draft) webhooksText(i *Incident, f *Failure) string {
	failing, all := 0, 0
	for _, id := range d.watched.members[i.Cause.Node()] {
		if c := d.watched.checks[id]; c.Account == "" || c.Kind != KindWebhooks {
			continue
		}
		all++
		if bad, _ := d.fares(id, i, i.kind()); bad {
			failing++
		}
	}
	switch {
	case i.Cause.Kind == NodeCheck || i.Cause.Kind == NodeAccount:
		return ": " + f.Detail + "."
	case failing == 0:
		return ": " + f.Detail + ", of all hotels together."
	}
	return fmt.Sprintf(": %s. It shows at %d of %s.", f.Detail, failing, count(all, "hotel"))
}

// fault is what an incident's first failing check failed with.
func (i *Incident) fault() Fault {
	if len(i.Affected) == 0 {
		return FaultNone
	}
	return i.Affected[0].Fault
}

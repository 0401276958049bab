package monitor

// A check that asks one account after the other speaks of what they have in common. What one of them alone meets with is
// that account's matter, and others tell of it.

// inTurn says whether a check asks one account after the other.
func (c *Check) inTurn() bool { return c.Account == "" && c.Client != "" && !c.Own && !c.Reported }

// refusedInTurn is the rule of such a check's access. That one account is refused is no matter of chance, but says
// nothing of the others: it takes three in a row, or as many more than one in five as that.
func refusedInTurn(p Pace) Rule { return Rule{Fail: 4, Alarm: 12, Cap: 15, Span: p.AuthApart} }

// sameAgain says whether a check in doubt failed for the same account as the last time that it failed, which is no news
// of the others.
func (d *draft) sameAgain(id SignalID, o Outcome) bool {
	r := d.row(id.Check)
	if o.For == "" || r == nil {
		return false
	}
	f, s := r.Failures[signalIndex(id.Signal)], r.Signal(id.Signal)
	return s.Phase == Suspect && f != nil && f.For == o.For && !f.At.Before(s.Since)
}

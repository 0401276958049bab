package monitor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What notices are about. The keys with a slash are followed by a name.
const (
	noticeBlind = "blind"
	noticeClock = "clock"
	noticeSetUp = "setup/"
	noticeGone  = "receiver-gone/"
	noticeQuota = "quota/"
	noticeLife  = "token-life/"
)

// skewMax is how far our clock may be off before we say so: tokens, certificates and webhook signatures
// are judged by it.
const skewMax = time.Minute

// note takes in what another part has to tell.
func (d *draft) note(n Note) {
	d.notify(n.Key, n.Text, n.NextStep, n.Over)
	d.revived(n)
}

// notify tells the operator something that is no incident, once until it is over. An end is told only where
// a beginning was.
func (d *draft) notify(key, text, next string, over bool) {
	old := d.notice(key)
	stands := old != nil && !old.Over
	// Blindness is told when it is over: until then nobody would hear. That bellhop watches is no news that stands.
	told := over && (key == noticeBlind || key == noticeStill)
	if over != stands && !told {
		return
	}
	n := &Notice{Key: key, At: d.now, Text: text, NextStep: next, Over: over}
	if stands {
		n.ID = old.ID
	} else {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %s", d.b.id, key))
		n.ID = fmt.Sprintf("ntc_%012x%s", d.now.UnixMilli(), hex.EncodeToString(sum[:5]))
	}
	set(&d.c.Notices, key, n)
	d.c.Urgent = true
	if text != "" { // else it ended because what it was about is no longer watched
		d.oweNotice(n)
	}
}

func (d *draft) notice(key string) *Notice {
	if n := d.c.Notices[key]; n != nil {
		return n
	}
	return d.b.notices[key]
}

// setUp tells of a check that has never worked, or whose fixed question apaleo does not know any more. That
// is for the operator to mend, and no outage: the outcome is no evidence, but of the end of an outage.
func (d *draft) setUp(c *Check, o Outcome, ev *[4]Evidence) {
	if c.Reported {
		return
	}
	r := d.row(c.ID())
	key := func() string { return noticeSetUp + string(c.ID()) }
	if d.firstInvalid(c, o) {
		mute(r, ev)
		return
	}
	if d.sharedInvalid(c, o) {
		ev[0] = Fail
		if r.SetUp != "" { // it was told as this account's own
			d.editRow(c.ID()).SetUp = ""
			d.notify(key(), "", "", true)
		}
		return
	}
	never := SetUp(c, r != nil && r.EverGood, o)
	if never || ConfigNotice(c, o) || o.Fault == FaultSecret {
		mute(r, ev)
		known := o.Fault == FaultSecret && d.toldBeside(c, r)
		d.editRow(c.ID()).SetUp = string(o.Fault)
		if !known {
			text, next := d.setUpText(c, o, never)
			d.notify(key(), text, next, false)
		}
		return
	}
	if o.Fault == FaultNone && r != nil && r.SetUp != "" {
		d.editRow(c.ID()).SetUp = ""
		d.notify(key(), fmt.Sprintf("Check %s works now.", c.ID()), "Nothing to do.", true)
	}
}

// toldBeside says whether it is known from another check that what is needed to ask cannot be had. What is found in one
// round of asking is told once: hundreds of checks may have their tokens from one place. Who is still without when that
// is mended is told of then.
func (d *draft) toldBeside(c *Check, r *Row) bool {
	before, round := r != nil && r.SetUp == string(FaultSecret), max(2*c.Every, d.b.pace.Of(2*time.Hour)) // a token serves an hour
	return slices.ContainsFunc(d.watched.asked, func(id CheckID) bool {
		other, n := d.row(id), d.notice(noticeSetUp+string(id))
		return id != c.ID() && other != nil && other.SetUp == string(FaultSecret) && n != nil && !n.Over && (before || d.within(n.At, round))
	})
}

// mute takes all evidence back but what is good news of a signal that is open: who is refused now is not cut off.
func mute(r *Row, ev *[4]Evidence) {
	for k := range ev {
		if r == nil || ev[k] != Good || !r.Signals[k].IsOpen() {
			ev[k] = None
		}
	}
}

// setUpText says what is wrong with a check's set-up.
func (d *draft) setUpText(c *Check, o Outcome, never bool) (text, next string) {
	a := d.advise(Trouble{
		Node: Node{NodeCheck, string(c.ID())}, Signal: Availability, Fault: o.Fault, Status: o.Status,
		Code: o.Code, Kind: c.Kind, Own: c.Own, Module: c.Module,
	})
	what := a.What
	switch {
	case o.Detail == "":
	case strings.HasPrefix(o.Detail, what):
		what = o.Detail
	default:
		what += " (" + o.Detail + ")"
	}
	switch {
	case o.Fault == FaultSecret:
		return fmt.Sprintf("Check %s cannot be asked: %s.", c.ID(), what), a.Next
	case never:
		return fmt.Sprintf("Check %s has never worked: %s.%s It is taken for a mistake in the set-up, not for an outage.", c.ID(), what, quoted(o.Messages)), a.Next
	}
	return fmt.Sprintf("Check %s got an answer that its question should never get: %s.%s It is not taken for an outage.", c.ID(), what, quoted(o.Messages)), a.Next
}

// skewed tells when our clock and apaleo's differ. One check judges: the clocks of apaleo's hosts could differ too.
func (d *draft) skewed(c *Check, o Outcome) {
	if c.Own || o.Skew == 0 || c.ID() != d.watched.order[0] {
		return
	}
	switch off := o.Skew.Abs(); {
	case off > skewMax:
		d.notify(noticeClock, fmt.Sprintf("This machine's clock and that of %s differ by %s.", c.Host, span(off)),
			"Look at time synchronization here: the ends of tokens and certificates and the signatures of webhooks are judged by this clock.", false)
	case off < skewMax/2:
		d.notify(noticeClock, fmt.Sprintf("This machine's clock agrees with that of %s again.", c.Host), "Nothing to do.", true)
	}
}

// tick does what time alone brings.
func (d *draft) tick() {
	d.tellBlind()
	d.overdue()
	d.repause()
	d.review()
	d.expire()
	d.stillWatching()
	d.forgetSilences()
}

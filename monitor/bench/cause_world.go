package bench

import (
	"strings"
	"time"

	"bellhop/monitor"
)

// A causeWorld is apaleo, the user's own host and the way there, in which one or two things break at a known time, and
// in which a share of all attempts shows the opposite of what is so.
//
// What is wrong of an attempt that should be good is a server error: it is what chance makes. What apaleo says of
// credentials and rights is no matter of chance, so a wrong 403 is not among the wrong answers; that one who is locked
// out is let in, is.
type causeWorld struct {
	list       causeList
	seed       uint64
	noise      float64 // of attempts that show the opposite
	truths     []truth
	begin, end time.Time // when what breaks is broken
}

// A truth is one thing that is broken, and how people ought to be told of it.
type truth struct {
	name   string
	nodes  []monitor.Node     // any of them is right
	sides  []monitor.Side     // and any of these
	signal monitor.SignalKind // that shows it
	hits   func(c *monitor.Check, account string) bool
	makes  func(o monitor.Outcome) monitor.Outcome

	quiet bool    // nobody is to be blamed
	share float64 // of what it hits that fails; 0 is all
}

// Ask answers one attempt.
func (w *causeWorld) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	o, account := healthy(c, 200*time.Millisecond), w.account(c, a.At)
	o.Check, o.At, o.Started = c.ID(), a.At, a.At
	if c.Account == "" {
		o.For = account
	}
	hit := w.hitBy(c, account, a.At)
	if hit != nil && hit.share > 0 && w.chance(c.ID(), a.At, "share") >= hit.share {
		hit = nil
	}
	flipped := w.chance(c.ID(), a.At, "wrong") < w.noise && c.Host != ""
	switch {
	case hit == nil && w.tokenless(c, account, a.At):
		return noToken(o, w.truths)
	case hit == nil && flipped:
		return broken502(o)
	case hit == nil || flipped:
		return o
	}
	return hit.makes(o)
}

// Controls is what the control hosts say.
func (w *causeWorld) Controls(at time.Time) []monitor.ControlAnswer {
	ok := !w.broken(at) || !w.truths[0].quiet
	return []monitor.ControlAnswer{{Name: "one", OK: ok}, {Name: "two", OK: ok}, {Name: "three", OK: ok}}
}

func (w *causeWorld) broken(at time.Time) bool { return !at.Before(w.begin) && at.Before(w.end) }

// hitBy is what is broken and concerns a check, or nil.
func (w *causeWorld) hitBy(c *monitor.Check, account string, at time.Time) *truth {
	if !w.broken(at) || c.Host == "" {
		return nil
	}
	for n := range w.truths {
		if w.truths[n].hits(c, account) {
			return &w.truths[n]
		}
	}
	return nil
}

// account is the one that an attempt speaks for: of a check that asks one after the other, whose turn it is.
func (w *causeWorld) account(c *monitor.Check, at time.Time) string {
	if c.Account != "" || c.Anonymous || c.Module == "" || c.Own {
		return c.Account
	}
	return w.list.accounts[int(at.Unix()/7)%len(w.list.accounts)]
}

// tokenLife is how long a token is used before it is renewed, as apaleo's sources do.
const tokenLife = 50 * time.Minute

// tokenless says whether a check's token had to be renewed since something broke that gives no tokens.
func (w *causeWorld) tokenless(c *monitor.Check, account string, at time.Time) bool {
	if account == "" || c.Forced || !w.broken(at) {
		return false
	}
	phase := time.Duration(w.chance(monitor.CheckID(account), time.Time{}, "token") * float64(tokenLife))
	renewed := at.Add(-phase).Truncate(tokenLife).Add(phase)
	return !renewed.Before(w.begin) && w.refusesTokens(account)
}

func (w *causeWorld) refusesTokens(account string) bool {
	forced := &monitor.Check{Kind: "token", Account: account, Host: hostOf(w.list.config.Hosts.Identity), Forced: true}
	for n := range w.truths {
		if w.truths[n].hits(forced, account) {
			return true
		}
	}
	return false
}

// chance is a number in [0, 1) for an attempt that is the same in every run of a seed.
func (w *causeWorld) chance(id monitor.CheckID, at time.Time, of string) float64 {
	return lot(w.seed, mix(key(id)+hash(of)), at)
}

// broken502 is an answer that fails.
func broken502(o monitor.Outcome) monitor.Outcome {
	o.Status, o.Fault, o.Detail = 502, monitor.FaultServer, "HTTP 502"
	return o
}

// noToken is what a check can tell that has no token any more.
func noToken(o monitor.Outcome, truths []truth) monitor.Outcome {
	o.Status, o.Fault, o.Detail = 0, monitor.FaultNoToken, "no token: HTTP 502"
	for _, t := range truths {
		if t.name == "credentials" {
			o.Code, o.Detail = "invalid_client", "no token: HTTP 400 invalid_client"
		}
	}
	return o
}

func hostOf(base string) string { return strings.TrimPrefix(base, "https://") }

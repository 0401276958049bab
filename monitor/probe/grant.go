package probe

import (
	"context"
	"net/url"
	"strings"
	"time"

	"bellhop/monitor"
)

// An unkept answer brought a refresh token that could not be written down, in place of old.
type unkept struct {
	answer answer
	old    string
}

// refresh asks for a token with the grant's refresh token. The one that comes back is on the disk before the
// access token is used. Where refresh tokens rotate, one that is lost is the end of the grant: so nothing is
// asked before there is a file to write to, an answer is waited for although the probe was told to stop, and
// a token that could not be written is written first when it is tried again.
func (s *Source) refresh(ctx context.Context, a monitor.Attempt, secret string) answer {
	g, err := openGrant(s.config.Grant)
	if err != nil {
		return unusable("the refresh token's file cannot be used: ", err)
	}
	defer g.close()
	if s.unkept != nil {
		if ans, done := s.keepNow(g); done {
			return ans
		}
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {g.token}}
	if len(s.config.Scopes) > 0 {
		form.Set("scope", strings.Join(s.config.Scopes, " "))
	}
	whole, cancel := unbroken(ctx)
	defer cancel()
	ans := s.post(whole, a, s.url, form.Encode(), secret)
	ans.judgeGrant(time.Now())
	s.doubt(&ans)
	return s.keep(g, ans)
}

// doubt remembers that a request may have used up the refresh token without a word.
func (s *Source) doubt(ans *answer) {
	switch ans.Fault {
	case monitor.FaultTimeout, monitor.FaultReset, monitor.FaultCut, monitor.FaultMalformed, monitor.FaultTooLarge, monitor.FaultServer:
		s.unsure = true
	case monitor.FaultGrant:
		if s.unsure {
			ans.Detail += ", after a request that was not answered: it may have used up the refresh token"
		}
	case monitor.FaultNone:
		s.unsure = false
	default: // it was not taken
	}
}

// keep writes down the refresh token of an answer, and holds the answer back if that fails.
func (s *Source) keep(g *grant, ans answer) answer {
	if ans.refresh == "" || ans.refresh == g.token {
		return ans
	}
	if err := g.replace(ans.refresh); err != nil {
		s.unkept = &unkept{ans, g.token}
		failed := unusable("the new refresh token cannot be kept, and no other is asked for until it is: ", err)
		failed.Started, failed.Status, failed.Phases = ans.Started, ans.Status, ans.Phases
		return failed
	}
	return ans
}

// keepNow writes down what could not be written before. Nothing remains to be done then if that failed again, or
// took what g had ready for one token. A file that holds a third token was replaced by somebody who knows better.
func (s *Source) keepNow(g *grant) (ans answer, done bool) {
	late := *s.unkept
	if g.token == late.old {
		if err := g.replace(late.answer.refresh); err != nil {
			return unusable("the new refresh token still cannot be kept: ", err), true
		}
		g.token = late.answer.refresh
	}
	s.unkept = nil
	if g.token == late.answer.refresh && late.answer.token.facts.Expires.After(time.Now()) {
		late.answer.Started = time.Time{} // nothing is sent now
		return late.answer, true
	}
	return answer{Outcome: monitor.Outcome{Fault: monitor.FaultNoToken, Detail: "the refresh token is kept now, and serves the next request"}}, g.next == nil
}

// unbroken is ctx, but only its deadline ends it.
func unbroken(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		end = time.Now().Add(time.Minute)
	}
	return context.WithDeadline(context.WithoutCancel(ctx), end)
}

// unusable is that the file of a refresh token is no use. What went wrong is told by its path and the system's word.
func unusable(what string, err error) answer {
	return answer{Outcome: monitor.Outcome{Fault: monitor.FaultSecret, Detail: oneLine(what+told(err), 2*maxTermShown)}}
}

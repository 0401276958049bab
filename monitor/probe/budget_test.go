package probe

import (
	"testing"
	"time"

	"bellhop/monitor"
)

// TestClockThatWasAheadDoesNotCloseTheBudget restarts on a clock that was put right.
func TestClockThatWasAheadDoesNotCloseTheBudget(t *testing.T) {
	i := newIssuer(t)
	now := time.Now()
	s := i.source(t, func(c *SourceConfig) { c.Forced = []time.Time{now.Add(-time.Hour), now.AddDate(1, 0, 0)} })
	if s.mayForce(time.Now()) {
		t.Error("a request that was made nobody knows when is taken for an old one")
	}
	if !s.mayForce(now.Add(time.Minute)) {
		t.Error("no token may be forced until the clock is as late as it once was")
	}
}

// TestHangingIdentityIsNotTheAPIs ensures that an API is asked in time, and timed by itself, while the token is
// still good and the endpoint that should give the next one hangs.
func TestHangingIdentityIsNotTheAPIs(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	p := i.api(t, s)
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" {
		t.Fatalf("%q (%s)", o.Fault, o.Detail)
	}
	s.mu.Lock()
	s.current.facts.Expires = time.Now().Add(time.Minute) // so it is time for another
	s.mu.Unlock()
	hold := make(chan struct{})
	i.set(func() { i.hold = hold })
	defer close(hold)
	if o := ask(t, p, 900*time.Millisecond, false); o.Fault != "" || o.Took > 250*time.Millisecond {
		t.Errorf("%q (%s) after %s", o.Fault, o.Detail, o.Took)
	}
	if n := i.tokens.Load(); n != 1 {
		t.Errorf("%d tokens were given, want 1", n)
	}
}

// TestSecretThatChangesDoesNotStretchTheBudget has a secret replaced under the last request that is allowed.
func TestSecretThatChangesDoesNotStretchTheBudget(t *testing.T) {
	for spent, want := range map[int]int{monitor.TokenMax - 2: 2, monitor.TokenMax - 1: 1} {
		i := newIssuer(t)
		i.secret = "new"
		secrets := []string{"old", "new"}
		s := i.source(t, func(c *SourceConfig) {
			for k := range spent {
				c.Forced = append(c.Forced, time.Now().Add(-time.Duration(spent-k)*50*time.Second))
			}
			c.Secret = func() (string, time.Time, error) {
				one := secrets[0]
				secrets = secrets[min(1, len(secrets)-1):]
				return one, time.Now(), nil
			}
		})
		o := ask(t, TokenCheck(s, ""), 5*time.Second, false)
		if n := i.tokens.Load(); n != int64(want) || o.Forced != want {
			t.Errorf("after %d: %d requests, %d of them told, want %d", spent, n, o.Forced, want)
		}
		if o.Fault != "" && (o.Fault != monitor.FaultClient || o.SecretAge == 0) {
			t.Errorf("after %d: %q (%s), secret age %s", spent, o.Fault, o.Detail, o.SecretAge)
		}
	}
}

// TestTokenThatEndsUnderWay ensures that a 401 to a token which has just ended is not taken for the refusal of a new
// one, nor answered with a second request to an endpoint that has refused this client a moment ago.
func TestTokenThatEndsUnderWay(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	p := i.api(t, s)
	ask(t, p, 5*time.Second, false)
	i.set(func() { i.secret, i.first = "another", 100 })
	for name, left := range map[string]time.Duration{"before the API answers": 0, "before it is asked": -time.Hour} {
		s.mu.Lock()
		s.last, s.lastAt = answer{}, time.Time{}
		s.current.issued = time.Now().Add(-10 * time.Second)
		s.current.facts.Life, s.current.facts.Expires = time.Minute, time.Now().Add(50*time.Millisecond)
		s.mu.Unlock()
		before := i.tokens.Load()
		hold := make(chan struct{})
		if left < 0 {
			i.set(func() { i.hold = hold })
			time.AfterFunc(100*time.Millisecond, func() { close(hold) })
		} else {
			i.set(func() { i.hold, i.slow = nil, 100*time.Millisecond })
		}
		o := ask(t, p, 3*time.Second, false)
		if o.Fault != monitor.FaultClient && o.Fault != monitor.FaultNoToken || i.tokens.Load()-before != 1 {
			t.Errorf("%s: %q (%s) after %d requests for a token", name, o.Fault, o.Detail, i.tokens.Load()-before)
		}
		i.set(func() { i.hold, i.slow = nil, 0 })
	}
}

// TestMendedSecretIsTriedSoon has a person mend the secret after an hour of refusals, when requests are rare.
func TestMendedSecretIsTriedSoon(t *testing.T) {
	i := newIssuer(t)
	i.secret = "new"
	secret, changed := "old", time.Now().Add(-24*time.Hour)
	now := time.Now()
	s := i.source(t, func(c *SourceConfig) {
		c.Secret = func() (string, time.Time, error) { return secret, changed, nil }
		c.Forced = []time.Time{now.Add(-6 * time.Minute)}
	})
	p := i.api(t, s)
	ask(t, p, 5*time.Second, false)
	s.mu.Lock()
	s.run, s.lastAt = now.Add(-2*time.Hour), now.Add(-time.Minute)
	s.mu.Unlock()
	if o := ask(t, p, 5*time.Second, false); o.Fault != monitor.FaultNoToken || i.tokens.Load() != 1 {
		t.Errorf("not mended: %q (%s), %d requests", o.Fault, o.Detail, i.tokens.Load())
	}
	secret, changed = "new", now.Add(-10*time.Second)
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || i.tokens.Load() != 2 {
		t.Errorf("mended: %q (%s), %d requests", o.Fault, o.Detail, i.tokens.Load())
	}
}

package bench

import (
	"math/rand/v2"
	"time"

	"bellhop/monitor"
)

// quietly is a world in which nobody should hear of anything.
func (w *World) quietly(at time.Time, a Act) {
	a.At = at
	w.Acts = append(w.Acts, a)
	w.End = at.Add(max(a.For, 0) + after)
}

// Ramp is an API whose answers take longer and longer, from 0.2 s to 12 s in 20 min, until nothing answers in time.
func Ramp() Scenario {
	return scenario("latency ramp 0.2 to 12 s", func(r *rand.Rand, w *World) {
		from := w.begin(r)
		took := func(at time.Time) time.Duration { return usual + time.Duration(float64(at.Sub(from))*11.8/1200) }
		reaches := func(d time.Duration) time.Time { return from.Add(time.Duration(float64(d-usual) * 1200 / 11.8)) }
		slow, gone := reaches(3*time.Second), reaches(10*time.Second)
		w.Segments = append(w.Segments, Segment{From: from, To: slow, Share: 1, Took: took})
		w.add(Segment{From: slow, To: gone, Share: 1, Took: took}, Trouble{Severity: monitor.Degraded})
		w.Segments = append(w.Segments, timeouts(gone, from.Add(20*minute).Sub(gone)))
		w.Truth[0].To = from.Add(20 * minute)
		w.End = w.Truth[0].To.Add(after)
	})
}

// OwnNetwork is our own way out, cut for ten minutes.
func OwnNetwork() Scenario {
	return scenario("own network down 10 min", func(r *rand.Rand, w *World) {
		w.ignore(cut(w.begin(r), 10*minute))
	})
}

// OwnNetworkToo is an outage of 20 min in which our own way out is cut for ten.
func OwnNetworkToo() Scenario {
	return scenario("own network down in an outage", func(r *rand.Rand, w *World) {
		from := w.begin(r)
		w.Segments = append(w.Segments, cut(from.Add(5*minute), 10*minute))
		w.add(server(from, 20*minute, 1), Trouble{Severity: monitor.Down})
	})
}

// cut is a stretch without a way out: names are not found.
func cut(from time.Time, d time.Duration) Segment {
	return Segment{From: from, To: from.Add(d), Share: 1, Fault: monitor.FaultDNS, Cut: true}
}

// Sleeping is a machine that sleeps for two hours, and an outage of half an hour meanwhile.
func Sleeping() Scenario {
	return scenario("suspend 2 h", func(r *rand.Rand, w *World) {
		from := w.begin(r)
		w.Segments = append(w.Segments, server(from.Add(30*minute), 30*minute, 1))
		w.quietly(from, Act{What: Suspend, For: 2 * time.Hour})
	})
}

// Stepped is a wall clock that is set an hour forward. That nobody watched is all that the book hears of it.
func Stepped() Scenario {
	return scenario("clock set forward 1 h", func(r *rand.Rand, w *World) {
		w.quietly(w.begin(r), Act{What: ClockStep, For: time.Hour})
	})
}

// During is an outage of d, and something that happens to bellhop in it, at a time between from and to after it began.
func During(name string, d time.Duration, what ActWord, from, to time.Duration) Scenario {
	return scenario(name, func(r *rand.Rand, w *World) {
		begin := w.begin(r)
		w.add(server(begin, d, 1), Trouble{Severity: monitor.Down})
		a := Act{At: begin.Add(from + within(r, to-from)), What: what}
		if what == Restart {
			a.For = 5 * time.Second
		}
		w.Acts = append(w.Acts, a)
	})
}

// ModuleDown is one module of apaleo's API, down for 20 min.
func ModuleDown() Scenario {
	return scenario("one module down 20 min", func(r *rand.Rand, w *World) {
		s := server(w.begin(r), 20*minute, 1)
		s.Target = Target{Host: apiHost, Module: "inventory"}
		w.add(s, Trouble{Severity: monitor.Down, Cause: monitor.NodeModule})
	})
}

// ClientRefused is a client that apaleo no longer knows, for good.
func ClientRefused() Scenario {
	return scenario("invalid_client for good", func(r *rand.Rand, w *World) {
		from := w.begin(r)
		account := hotelName(r.IntN(3))
		w.End = from.Add(2 * time.Hour)
		w.Segments = append(w.Segments,
			Segment{From: from, To: w.End, Share: 1, Target: Target{Account: account, Token: true}, Fault: monitor.FaultClient, Status: 400, Code: "invalid_client"},
			tokenless(r, account, from, w.End))
		w.Truth = []Trouble{{From: from, Severity: monitor.AuthLost, Cause: monitor.NodeClient}}
	})
}

// tokenless is a stretch in which no token can be had: what an account is asked with one fails once it has ended.
func tokenless(r *rand.Rand, account string, from, to time.Time) Segment {
	return Segment{
		From: from.Add(within(r, time.Hour)), To: to, Share: 1, Target: Target{Host: apiHost, Account: account},
		Fault: monitor.FaultNoToken,
	}
}

// AccountRefused is one account whose requests are refused with 403 for 20 min.
func AccountRefused() Scenario {
	return scenario("403 of one account 20 min", func(r *rand.Rand, w *World) {
		s := Segment{From: w.begin(r), Share: 1, Fault: monitor.FaultForbidden, Status: 403, Target: Target{Host: apiHost, Account: hotelName(r.IntN(3))}}
		s.To = s.From.Add(20 * minute)
		w.add(s, Trouble{Severity: monitor.AuthLost, Cause: monitor.NodeAccount})
	})
}

// IdentityDown is apaleo's identity server, down for 20 min. Tokens live for an hour.
func IdentityDown() Scenario {
	return scenario("identity down 20 min", func(r *rand.Rand, w *World) {
		s := server(w.begin(r), 20*minute, 1)
		s.Target = Target{Host: identityHost}
		w.add(s, Trouble{Severity: monitor.Down, Cause: monitor.NodeIdentity})
		for n := range 3 {
			if t := tokenless(r, hotelName(n), s.From, s.To); t.From.Before(s.To) {
				w.Segments = append(w.Segments, t)
			}
		}
	})
}

// Renewed is a token whose renewal takes its time: the old one is refused once or twice, which cannot be confirmed
// yet, and the token endpoint fails for ten seconds.
func Renewed() Scenario {
	return scenario("token renewed", func(r *rand.Rand, w *World) {
		from, account := w.begin(r), hotelName(r.IntN(3))
		refused := Segment{From: from, To: from.Add(20 * time.Second), Share: 0.5, Target: Target{Host: apiHost, Account: account}, Fault: monitor.FaultUnconfirmed, Status: 401}
		gone := Segment{From: from, To: from.Add(10 * time.Second), Share: 0.5, Target: Target{Host: apiHost, Account: account}, Fault: monitor.FaultNoToken}
		edge := server(from, 10*time.Second, 1)
		edge.Target = Target{Token: true}
		w.ignore(refused, gone, edge)
	})
}

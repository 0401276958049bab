package monitor_test

import (
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// spoke is a good outcome of a check of a-hotel.
func spoke(at time.Time, change func(*monitor.Outcome)) monitor.Outcome {
	o := monitor.Outcome{Check: "account@a-hotel", At: at, Started: at, Took: time.Second, Status: 200, IP: "203.0.113.7"}
	change(&o)
	return o
}

func watching(t *testing.T) *monitor.Book {
	t.Helper()
	checks, names := shipped([]string{"a-hotel", "b-hotel"})
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	book.Apply(book.Decide([]monitor.Input{monitor.Reconfigure{At: day, Checks: checks, Names: names, Controls: 3, Receivers: []monitor.Receiver{{Name: "ops"}}}}))
	return book
}

// noticed feeds one input, and gives the notices that come of it.
func noticed(book *monitor.Book, in monitor.Input) []string {
	c := book.Decide([]monitor.Input{in})
	book.Apply(c)
	var said []string
	for _, n := range c.Notices {
		said = append(said, n.Text)
	}
	return said
}

// TestQuotaNotice ensures that a quota of which less than a tenth remains is one notice with its numbers, however
// often it is counted anew, and is over when there has been room for half an hour. apaleo's header names no limit.
func TestQuotaNotice(t *testing.T) {
	book, now := watching(t), day
	var said []string
	minute := func(remaining int) {
		now = now.Add(time.Minute)
		said = append(said, noticed(book, spoke(now, func(o *monitor.Outcome) {
			o.Limit = monitor.RateLimit{Limit: -1, Remaining: remaining, Reset: now.Add(30 * time.Second)}
		}))...)
	}
	for range 10 {
		minute(199)
		minute(60)
	}
	for range 20 { // each minute it is counted anew
		minute(12)
		minute(190)
	}
	if len(said) != 1 || !strings.Contains(said[0], "12 left, where 199 were left at most") || !strings.Contains(said[0], "HTL1-SP-BELLHOP for a-hotel (HTL1)") {
		t.Fatalf("said %q", said)
	}
	for range 28 {
		minute(150)
	}
	if len(said) != 1 {
		t.Fatalf("over too soon: %q", said)
	}
	for range 3 {
		minute(150)
	}
	if len(said) != 2 || !strings.Contains(said[1], "has room in its request quota again: 150 of 199 left") {
		t.Errorf("said %q", said)
	}
}

// TestTokenLifeNotice ensures that tokens that live less than half as long as usual are one notice; that they are
// usual after a day; and that nobody is told of a longer life, or of the first one that is seen.
func TestTokenLifeNotice(t *testing.T) {
	book, now := watching(t), day
	var said []string
	see := func(life, after time.Duration) {
		now = now.Add(after)
		said = append(said, noticed(book, spoke(now, func(o *monitor.Outcome) {
			o.Token = monitor.TokenFacts{Life: life, Expires: now.Add(life)}
		}))...)
	}
	for _, life := range []time.Duration{time.Hour, time.Hour, 2 * time.Hour, time.Hour} {
		see(life, time.Hour)
	}
	if len(said) != 0 {
		t.Fatalf("said %q", said)
	}
	for range 4 {
		see(10*time.Minute, 10*time.Minute)
	}
	if len(said) != 1 || !strings.Contains(said[0], "Tokens of client HTL1-SP-BELLHOP live 10 min now, and 1 h usually.") {
		t.Fatalf("said %q", said)
	}
	see(10*time.Minute, 24*time.Hour)
	if len(said) != 2 || !strings.Contains(said[1], "usual from now on") {
		t.Errorf("said %q", said)
	}
	see(10*time.Minute, time.Hour)
	see(time.Hour, time.Hour)
	if len(said) != 2 {
		t.Errorf("said %q", said)
	}
}

// TestCountdownWithoutReports ensures that an identity that is down says until when the tokens that were issued go on
// working, where the life of tokens is known, and nothing of it where it is not.
func TestCountdownWithoutReports(t *testing.T) {
	for _, life := range []time.Duration{0, time.Hour} {
		book := watching(t)
		noticed(book, spoke(day, func(o *monitor.Outcome) { o.Token = monitor.TokenFacts{Life: life} }))
		var said []string
		for s := range 10 {
			for _, id := range []monitor.CheckID{"identity-discovery", "identity-jwks", "token-edge"} {
				at := day.Add(2*time.Hour + time.Duration(s)*15*time.Second)
				said = append(said, tell(book, monitor.Outcome{Check: id, At: at, Started: at, Took: time.Second, Status: 503, Fault: monitor.FaultServer, IP: "203.0.113.7"})...)
			}
		}
		if len(said) == 0 || !strings.Contains(said[0], "apaleo identity is DOWN") {
			t.Fatalf("said %q", said)
		}
		want := "Tokens issued before 02:00:00 UTC go on working until 03:00:00 UTC at the latest."
		if got := strings.Contains(said[0], want); got != (life > 0) || life == 0 && strings.Contains(said[0], "Tokens") {
			t.Errorf("life %v: said %q", life, said[0])
		}
	}
}

package monitor

import (
	"context"
	"slices"
	"sync"
	"time"
)

// controlWait is how long one round of the control hosts may take, at the real pace.
const controlWait = 5 * time.Second

// A ControlHost is a host that has nothing to do with apaleo. When it cannot be reached either, the trouble is
// on our side.
type ControlHost struct {
	Name string
	Ask  func(ctx context.Context) bool // whether it answered, within the deadline of ctx
}

// Controls is what the control hosts said when they were asked again because they could not be reached.
type Controls struct {
	At      time.Time
	Answers []ControlAnswer
}

func (c Controls) at() time.Time { return c.At }

// controls asks the control hosts. Its own goroutine holds its state, so there is never more than one round
// under way: those who ask meanwhile wait for it and share its answer.
type controls struct {
	list    []ControlHost
	pace    Pace
	now     func() time.Time
	tell    func(Controls)
	waiting chan chan []ControlAnswer
}

func newControls(list []ControlHost, p Pace, now func() time.Time, tell func(Controls)) *controls {
	return &controls{list: list, pace: p, now: now, tell: tell, waiting: make(chan chan []ControlAnswer)}
}

// ask gives the answers of a round that is at most Pace.ControlFresh old; nil if there are no control hosts
// or ctx ended.
func (c *controls) ask(ctx context.Context) []ControlAnswer {
	if len(c.list) == 0 {
		return nil
	}
	answer := make(chan []ControlAnswer, 1)
	select {
	case c.waiting <- answer:
	case <-ctx.Done():
		return nil
	}
	select {
	case a := <-answer:
		return a
	case <-ctx.Done():
		return nil
	}
}

// run serves those who ask, and asks by itself at start and as Rounds says.
func (c *controls) run(ctx context.Context) {
	var r Rounds
	if len(c.list) == 0 {
		return
	}
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-c.waiting:
			if !r.Serves(c.now(), c.pace) {
				r = r.After(c.round(ctx), c.now())
			}
			w <- slices.Clone(r.Answers)
		case <-again.C:
			r = r.After(c.round(ctx), c.now())
			c.tell(Controls{At: r.ended, Answers: slices.Clone(r.Answers)})
		}
		again.Reset(r.Again(c.pace))
	}
}

// round asks all control hosts side by side.
func (c *controls) round(ctx context.Context) []ControlAnswer {
	ctx, cancel := context.WithTimeout(ctx, c.pace.Of(controlWait))
	defer cancel()
	answers := make([]ControlAnswer, len(c.list))
	var wg sync.WaitGroup
	defer wg.Wait()
	for i, one := range c.list {
		answers[i].Name = one.Name
		wg.Go(func() { answers[i].OK = one.Ask(ctx) })
	}
	return answers
}

// cutOff is whether most control hosts cannot be reached.
func cutOff(answers []ControlAnswer) bool {
	failed := 0
	for _, a := range answers {
		if !a.OK {
			failed++
		}
	}
	return 2*failed > len(answers)
}

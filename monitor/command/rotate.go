package command

import (
	"context"
	"sync"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
	"bellhop/notify"
)

// A rotating receiver reads its secrets before it is reached, so that a file that was replaced serves the next
// message without a reload.
type rotating struct {
	receiver watchlist.Receiver
	pace     monitor.Pace

	mu   sync.Mutex // protects all below
	used secrets
	lane notify.Lane
}

// rotate is a lane that is made anew with each change of its secrets. What it renders holds none of them.
func rotate(r watchlist.Receiver, p monitor.Pace, s secrets, lane notify.Lane) notify.Lane {
	x := &rotating{receiver: r, pace: p, used: s, lane: lane}
	lane.Notifier = x
	if lane.Keep != nil {
		lane.Keep = x.keep
	}
	if lane.Check != nil {
		lane.Check = x.check
	}
	return lane
}

// Notify sends a letter with the secrets as they are now.
func (r *rotating) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	now, err := r.current()
	if err != nil {
		return notify.Receipt{}, unusable(err)
	}
	return now.Notifier.Notify(ctx, l)
}

func (r *rotating) keep(ctx context.Context, open []notify.Message) error {
	now, err := r.current()
	if err != nil {
		return unusable(err)
	}
	return now.Keep(ctx, open)
}

func (r *rotating) check(ctx context.Context) []notify.Step {
	now, err := r.current()
	if err != nil {
		return []notify.Step{{Name: "read its secrets", Detail: unusable(err).Reason}}
	}
	return now.Check(ctx)
}

func unusable(err error) *notify.Refusal {
	return &notify.Refusal{Result: monitor.Unmended, Reason: "its address or secret cannot be used: " + err.Error()}
}

func (r *rotating) current() (notify.Lane, error) {
	now, err := reveal(r.receiver)
	if err != nil {
		return notify.Lane{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.same(r.used) {
		return r.lane, nil
	}
	lane, err := now.lane(r.receiver, r.pace)
	if err != nil {
		return notify.Lane{}, err
	}
	r.used, r.lane = now, lane
	return r.lane, nil
}

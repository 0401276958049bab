package notify

import (
	"context"
	"fmt"
	"time"

	"bellhop/monitor"
)

// judge tells the other receivers, and the log, that this one does not work, or that it works again. since is the
// first failure of the row that the receipt is for. A message that is refused while others are taken is told once: each
// other one that is taken would else be two notices. What came to no request says nothing.
func (l *lane) judge(ctx context.Context, r monitor.Receipt, since time.Time) {
	asked := r.Status != 0 || l.kind() == monitor.LogReceiver
	switch {
	case r.Result == monitor.Accepted && asked:
		l.sick, l.took = time.Time{}, r.At
		l.mend(r.At)
		if l.noted() {
			l.x.options.Log.Info().Str("receiver", l.name).Msg("receiver recovered")
			l.submit(ctx, well(l.name, r.At))
		}
		return
	case r.Result == monitor.Accepted, r.Result == monitor.Missing, r.Blind:
		return
	}
	if l.sick.IsZero() {
		l.sick = latest(since, l.took)
	}
	if ill(r, l.sick, l.x.options.Pace) && !l.noted() && l.blamed[r.Delivery] != r.ID {
		l.blamed[r.Delivery] = r.ID
		l.x.options.Log.Error().Str("receiver", l.name).Time("since", l.sick).Str("reason", r.Reason).Int("status", r.Status).Msg("receiver failed")
		l.submit(ctx, unwell(l.name, l.sick, r))
	}
}

// kind is what the receiver is.
func (l *lane) kind() string {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.spec.Receiver.Kind
}

// mend lets what failed before be tried at once: the receiver has just taken something.
func (l *lane) mend(now time.Time) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	l.fresh = now
}

func (l *lane) noted() bool {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.x.ledger.standing[monitor.ReceiverKey(l.name)]
}

// ill says whether a failure is one to tell: a person must mend something, or it has lasted.
func ill(r monitor.Receipt, since time.Time, p monitor.Pace) bool {
	return r.Result == monitor.Unmended || r.Result == monitor.Gone || r.At.Sub(since) >= p.ReceiverSick
}

func unwell(name string, since time.Time, r monitor.Receipt) monitor.Note {
	return monitor.Note{
		At: r.At, Key: monitor.ReceiverKey(name),
		Text:     fmt.Sprintf("Receiver %q has taken no alerts since %s: %s.", name, since.UTC().Format("2006-01-02 15:04:05 UTC"), r.Reason),
		NextStep: fmt.Sprintf("Check its address and credentials in the configuration, then try it: bellhop test-alert %s. What it is owed is kept and sent when it works again.", name),
	}
}

func well(name string, at time.Time) monitor.Note {
	return monitor.Note{
		At: at, Key: monitor.ReceiverKey(name), Over: true,
		Text:     fmt.Sprintf("Receiver %q takes alerts again.", name),
		NextStep: "Nothing to do.",
	}
}

func gone(name string, at time.Time) monitor.Note {
	return monitor.Note{
		At: at, Key: monitor.ReceiverKey(name), Over: true,
		Text:     fmt.Sprintf("Receiver %q was removed from the configuration.", name),
		NextStep: "Nothing to do.",
	}
}

func orElse(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}

package monitor

import (
	"context"
	"errors"
	"time"
)

// storeKey is the key of the notice about the store.
const storeKey = "store"

// failed takes note of a failed Save: it is tried again soon, until patience ends.
func (o *owner) failed(err error) error {
	if errors.Is(err, ErrEpoch) {
		return err
	}
	now := o.Now()
	if o.failing.IsZero() {
		o.failing = now
		o.Log.Warn().Err(err).Msg("store failed")
	}
	if now.Sub(o.failing) >= o.Pace.StorePatience {
		o.goOn(now)
		return nil
	}
	o.waiting = true
	o.retry.Reset(o.Pace.Of(retrySave))
	return nil
}

// goOn goes on without the store. The one notice about it leaves from memory.
func (o *owner) goOn(now time.Time) {
	o.alone = true
	o.book.SetRecording(false)
	o.Log.Error().Time("since", o.failing).Msg("store given up for now")
	o.inbox.put(item{in: storeFails(now)})
}

func storeFails(now time.Time) Note {
	return Note{
		At: now, Key: storeKey,
		Text:     "bellhop cannot write to its own database. It watches on and still alerts, but what it finds is not recorded.",
		NextStep: "Look at the disk and the database that store: in config.yaml names; until it works again, do not restart bellhop: it would forget what it told.",
	}
}

func storeWorks(now time.Time) Note {
	return Note{
		At: now, Key: storeKey, Over: true,
		Text:     "bellhop's database works again, and holds all that happened meanwhile.",
		NextStep: "Nothing to do.",
	}
}

// saveAside tries to save all that is owed without making the owner wait: a store that hangs must not
// stop detection.
func (o *owner) saveAside(ctx context.Context) {
	o.sent, o.owed = o.owed, Change{}
	o.sent.At = o.Now()
	done, c := make(chan error, 1), o.sent
	o.saving = done
	go func() { done <- o.save(ctx, c) }()
}

// returned takes what came of it. The first Save that works holds all that was missed.
func (o *owner) returned(err error) error {
	o.saving = nil
	switch {
	case errors.Is(err, ErrEpoch):
		return err
	case err != nil:
		o.sent.absorb(o.owed)
		o.owed, o.sent = o.sent, Change{}
		return nil
	}
	o.Log.Info().Time("since", o.failing).Msg("store works again")
	o.sent, o.failing, o.alone = Change{}, time.Time{}, false
	o.book.SetRecording(true)
	o.inbox.put(item{in: storeWorks(o.Now())})
	return nil
}

// leave ends what the owner began, and saves what it still can: what is applied is true already, though
// nothing depends on its being saved.
func (o *owner) leave(ctx context.Context) {
	if o.saving != nil {
		if err := <-o.saving; err != nil {
			o.sent.absorb(o.owed)
			o.owed = o.sent
		}
	}
	if !o.owed.stores() {
		return
	}
	if err := o.save(context.WithoutCancel(ctx), o.owed); err != nil {
		o.Log.Warn().Err(err).Msg("last save failed")
	}
}

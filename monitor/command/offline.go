package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/store"
	"bellhop/monitor/watchlist"
)

// A book is what the store knows while nobody writes it.
type book struct {
	snapshot   *monitor.Snapshot
	deliveries []*monitor.Delivery
	receivers  []monitor.Receiver
}

// openBook reads the store without a daemon. The snapshot is what one would start with: it is made in memory
// and nothing of it is stored.
func (s *shell) openBook(ctx context.Context, list *watchlist.Watchlist) (book, error) {
	r, err := store.ReadOnly(ctx, list.Store.Path)
	if err != nil {
		return book{}, fmt.Errorf("%w, and %w", errNoDaemon, err)
	}
	saved, err := r.Load(ctx)
	known, err2 := r.Deliveries(ctx, false, deliveriesMax)
	if err := errors.Join(err, err2, r.Close()); err != nil {
		return book{}, err
	}
	var receivers []monitor.Receiver
	for _, r := range list.Receivers {
		receivers = append(receivers, r.Receiver)
	}
	now := time.Now().UTC()
	first := reconfigure(list, receivers)
	first.At = now
	b := monitor.NewBook(saved, list.Pace, apaleo.Advise)
	b.Apply(b.Decide([]monitor.Input{first}))
	return book{b.Snapshot(now), known, receivers}, nil
}

// sayOffline says where an answer comes from if there is nobody to ask.
func (s *shell) sayOffline(offline bool) {
	if offline {
		fmt.Fprintf(s.Stderr, "No bellhop runs on this store: this is what it knew when it stopped.\n\n")
	}
}

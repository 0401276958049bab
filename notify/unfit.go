package notify

import (
	"context"
	"fmt"
	"time"

	"bellhop/monitor"
)

// tellForm tells the operator that messages to this receiver cannot be made as they are configured, and were sent
// in a plain form; or that they can be made again. It is the operator's own template that fails.
func (l *lane) tellForm(ctx context.Context, err error, now time.Time) {
	key := monitor.FormKey(l.name)
	l.x.mu.Lock()
	stands := l.x.ledger.standing[key]
	l.x.mu.Unlock()
	switch {
	case err != nil && !stands:
		l.x.options.Log.Error().Err(err).Str("receiver", l.name).Msg("message made in plain form")
		l.submit(ctx, monitor.Note{
			At: now, Key: key,
			Text:     fmt.Sprintf("A message to receiver %q could not be made as configured, and was sent in a plain form: %v.", l.name, err),
			NextStep: "Mend its template in the configuration, then try it: bellhop test-alert " + l.name + ".",
		})
	case err == nil && stands:
		l.submit(ctx, monitor.Note{
			At: now, Key: key, Over: true,
			Text: fmt.Sprintf("Messages to receiver %q are made as configured again.", l.name), NextStep: "Nothing to do.",
		})
	}
}

package watchlist

import (
	"strings"
	"time"

	"bellhop/monitor"
)

// stillLeast is how often at most bellhop says that it is still watching: who wants more asks /livez.
const stillLeast = 20 * time.Hour

// stillWatching is when to say that bellhop watches. Empty is never.
func (b *builder) stillWatching(f text) monitor.StillWatching {
	if !f.Set || strings.TrimSpace(f.V) == "" {
		return monitor.StillWatching{}
	}
	const fix = `write when, like "CRON_TZ=Europe/Berlin 0 9 * * MON", or leave still_watching out`
	r, err := b.rhythm(f.V)
	switch {
	case err != nil:
		b.wrong(f.At, "schedule "+quote(f.Raw)+" cannot be used: "+err.Error(), fix)
	case r.every > 0:
		b.wrong(f.At, "schedule "+quote(f.Raw)+" has no time of day", fix)
	case r.min < stillLeast:
		b.wrong(f.At, "schedule "+quote(f.Raw)+" is due more than once a day: nobody would read it", fix)
	default:
		return monitor.StillWatching{Spec: strings.TrimSpace(f.V), Schedule: unskipped(r.spec)}
	}
	return monitor.StillWatching{}
}

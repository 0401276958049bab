package command

import (
	"context"

	"bellhop/monitor/rehearse"
	"bellhop/monitor/watchlist"
)

func (s *shell) replay(ctx context.Context, r rehearsing, list *watchlist.Watchlist, c rehearse.Cast) error {
	return misused("not yet")
}

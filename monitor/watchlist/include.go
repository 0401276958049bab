package watchlist

import "bellhop/monitor"

// included are the checks of the built-in watchlists.
func (b *builder) included(items []text) []*monitor.Check {
	for _, item := range items {
		b.oneOf("watchlist.include", item, []string{"apaleo"})
	}
	return nil
}

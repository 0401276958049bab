package monitor

import "time"

// A Stint is what has come to pass since the last line that said that bellhop is still watching. It is stored with what
// it counts, so that a restart neither repeats the line nor begins to count anew.
type Stint struct {
	From      time.Time     `json:"from"`      // when the last line was told, or the book begun
	Incidents int           `json:"incidents"` // that were opened
	Told      int           `json:"told"`      // messages that receivers accepted
	Unseen    time.Duration `json:"unseen"`    // in which nobody watched
	Gap       Interval      `json:"gap"`       // the last of those times
}

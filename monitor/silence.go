package monitor

import "time"

// A Silence is a silence, a maintenance or a pause: for what, and for how long. It is replaced when it is lifted, never
// changed. Kept for 30 days after its end.
type Silence struct {
	ID     string    `json:"id"`   // of the act; "" is that it comes from the configuration
	Kind   ActKind   `json:"kind"` // ActSilence, ActMaintenance or ActPause
	Name   string    `json:"name,omitempty"`
	By     string    `json:"by,omitempty"`
	Why    string    `json:"why,omitempty"`
	Target Target    `json:"target"`
	Made   time.Time `json:"made"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"` // zero is until the incident ends, or until it is lifted
	Ended  time.Time `json:"ended,omitzero"` // before its time: lifted, or the incident ended; zero is not
}

// A MaintenanceWindow is maintenance that the configuration plans: once, or on a schedule.
type MaintenanceWindow struct {
	Name, Why   string
	Target      Target
	From, Until time.Time     // once
	Schedule    Schedule      // or: each time it fires,
	For         time.Duration // for so long of elapsed time, whatever the clocks of its zone do meanwhile
}

package web

import (
	"net/http"
	"slices"
	"time"

	"bellhop/monitor"
)

// Silences are the silences, maintenance windows and pauses in force and to come.
type Silences struct {
	At       *time.Time `json:"at"`
	Silences []Quieted  `json:"silences"` // by when they begin
}

// A Quieted is a silence, a maintenance or a pause as it stands.
type Quieted struct {
	monitor.Silence
	InForce bool   `json:"in_force"` // else it is to come
	Checks  int    `json:"checks"`   // how many it covers now
	What    string `json:"what"`     // of what, for people
}

// ListSilences lists those of a kind, "" is any, that a snapshot has.
func ListSilences(s *monitor.Snapshot, kind monitor.ActKind) Silences {
	list := Silences{At: instant(s.At), Silences: []Quieted{}}
	for _, one := range s.Silences {
		if kind == "" || one.Kind == kind {
			list.Silences = append(list.Silences, quieted(one, s))
		}
	}
	return list
}

func quieted(one *monitor.Silence, s *monitor.Snapshot) Quieted {
	return Quieted{*one, one.InForce(s.At), covered(one.Target, s), targetText(one.Target, s)}
}

// covered counts the checks that a target is about.
func covered(t monitor.Target, s *monitor.Snapshot) int {
	n := 0
	for _, v := range s.Checks {
		if t.Covers(t.Incident, v.Check) {
			n++
		}
	}
	return n
}

func (s *Site) serveSilences(w http.ResponseWriter, r *http.Request) {
	kind := monitor.ActKind(r.URL.Query().Get("kind"))
	if !slices.Contains([]monitor.ActKind{"", monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause}, kind) {
		s.json(w, http.StatusBadRequest, problem{"kind is silence, maintenance or pause"})
		return
	}
	if snap := s.freshly(w, r); snap != nil {
		s.json(w, http.StatusOK, ListSilences(snap, kind))
	}
}

package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bellhop/monitor"
)

// How long the store may take, and how many incidents are asked of it.
const (
	ledgerTime    = 2 * time.Second
	ledgerDefault = 50
	ledgerMost    = 1000
)

func (s *Site) writeJSON(w http.ResponseWriter, kind string, status int, body any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	if err := enc.Encode(body); err != nil {
		s.Log.Error().Err(err).Msg("answer not encoded")
		http.Error(w, "bellhop could not write its answer down.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}

func (s *Site) json(w http.ResponseWriter, status int, body any) {
	s.writeJSON(w, "application/json", status, body)
}

type problem struct {
	Error string `json:"error"`
}

// snapshot is the newest one; without one the answer has been given.
func (s *Site) snapshot(w http.ResponseWriter) *monitor.Snapshot {
	snap := s.Reader.Snapshot()
	if snap == nil {
		s.json(w, http.StatusServiceUnavailable, problem{"bellhop is starting"})
	}
	return snap
}

func (s *Site) serveStatus(w http.ResponseWriter, r *http.Request) {
	if snap := s.snapshot(w); snap != nil {
		hotels := s.hotels.of(snap)
		listed := hotels.lean.Checks
		if all, _ := strconv.ParseBool(r.URL.Query().Get("hotels")); all {
			listed = snap.Checks
		}
		s.json(w, http.StatusOK, statusOf(hotels.lean, hotels, listed, s.at(snap), s.Options))
	}
}

type incidentsBody struct {
	At        time.Time           `json:"at"`
	Incidents []*monitor.Incident `json:"incidents"` // open ones first, each kind newest first
}

func (s *Site) serveIncidents(w http.ResponseWriter, r *http.Request) {
	state, limit := r.URL.Query().Get("state"), ledgerDefault
	if !slices.Contains([]string{"", "open", "resolved"}, state) {
		s.json(w, http.StatusBadRequest, problem{"state is open or resolved"})
		return
	}
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > ledgerMost {
			s.json(w, http.StatusBadRequest, problem{"limit is a number from 1 to " + strconv.Itoa(ledgerMost)})
			return
		}
		limit = n
	}
	snap := s.snapshot(w)
	if snap == nil {
		return
	}
	body := incidentsBody{At: snap.At.UTC(), Incidents: []*monitor.Incident{}}
	if state != "resolved" {
		body.Incidents = append(body.Incidents, snap.Open...)
	}
	if state != "open" {
		ended := s.ended(r.Context(), snap, limit)
		body.Incidents = append(body.Incidents, ended[:min(limit, len(ended))]...)
	}
	s.json(w, http.StatusOK, body)
}

// ended lists what is over: from the store where more is wanted than the snapshot has, and from the
// snapshot alone while the store cannot be read.
func (s *Site) ended(ctx context.Context, snap *monitor.Snapshot, limit int) []*monitor.Incident {
	if s.Ledger == nil || limit <= len(snap.Recent) {
		return snap.Recent
	}
	ctx, cancel := context.WithTimeout(ctx, ledgerTime)
	defer cancel()
	all, err := s.Ledger(ctx, limit+len(snap.Open))
	if err != nil {
		s.Log.Warn().Err(err).Msg("ended incidents not read")
		return snap.Recent
	}
	return slices.DeleteFunc(slices.Clone(all), func(i *monitor.Incident) bool { return !over(i, snap) })
}

// over tells whether an incident has ended, as far as both the store and the snapshot know.
func over(i *monitor.Incident, snap *monitor.Snapshot) bool {
	open := slices.ContainsFunc(snap.Open, func(o *monitor.Incident) bool { return o.ID == i.ID })
	return i.State != monitor.IncidentOpen && !open
}

// find looks for an incident, in the store too.
func (s *Site) find(ctx context.Context, snap *monitor.Snapshot, id string) *monitor.Incident {
	is := func(i *monitor.Incident) bool { return i.ID == id }
	for _, known := range [][]*monitor.Incident{snap.Open, snap.Recent} {
		if at := slices.IndexFunc(known, is); at >= 0 {
			return known[at]
		}
	}
	all := s.ended(ctx, snap, ledgerMost)
	if at := slices.IndexFunc(all, is); at >= 0 {
		return all[at]
	}
	return nil
}

func (s *Site) serveIncident(w http.ResponseWriter, r *http.Request) {
	snap := s.snapshot(w)
	if snap == nil {
		return
	}
	if i := s.find(r.Context(), snap, r.PathValue("id")); i != nil {
		s.json(w, http.StatusOK, i)
		return
	}
	s.json(w, http.StatusNotFound, problem{"no such incident"})
}

package web

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// serveEvidence writes what apaleo's support needs of an incident: a text to copy, or JSON to who asks for it.
func (s *Site) serveEvidence(w http.ResponseWriter, r *http.Request) {
	snap := s.snapshot(w)
	if snap == nil {
		return
	}
	i := s.find(r.Context(), snap, r.PathValue("id"))
	if i == nil || s.Evidence == nil {
		s.json(w, http.StatusNotFound, problem{"no such incident"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), ledgerTime)
	defer cancel()
	ticket, err := s.Evidence(ctx, i)
	if err != nil {
		s.Log.Warn().Err(err).Msg("evidence not read")
		s.json(w, http.StatusServiceUnavailable, problem{"the evidence cannot be read now; bellhop's log says why"})
		return
	}
	w.Header().Add("Vary", "Accept")
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		s.json(w, http.StatusOK, ticket)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, ticket.String())
}

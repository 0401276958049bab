package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"bellhop/monitor"
)

// maxAsked is how long a request to act may be: a name, a reason and what it is about.
const maxAsked = 64 << 10

// The words of the API for what a person does about an incident, and about a check.
var (
	incidentWords = map[string]monitor.ActKind{
		"acknowledge": monitor.ActAcknowledge, "unacknowledge": monitor.ActUnacknowledge, "silence": monitor.ActSilence, "note": monitor.ActNote,
	}
	checkWords = map[string]monitor.ActKind{"pause": monitor.ActPause, "resume": monitor.ActResume}
)

func (s *Site) actRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/incidents/{id}/{what}", s.acting(s.askIncident))
	mux.HandleFunc("POST /api/v1/checks/{id}/{what}", s.acting(s.askCheck))
	mux.HandleFunc("GET /api/v1/silences", s.serveSilences)
	mux.HandleFunc("POST /api/v1/silences", s.acting(s.askSilence))
	mux.HandleFunc("DELETE /api/v1/silences/{id}", s.acting(s.askLift))
}

// acting answers a request to act with what came of it.
func (s *Site) acting(read func(r *http.Request, q Asked, snap *monitor.Snapshot) (monitor.Act, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAsked)
		snap := s.freshly(w, r)
		if snap == nil {
			return
		}
		done, err := s.doAsked(r, snap, read)
		if err != nil {
			s.refuseAct(w, err)
			return
		}
		s.json(w, http.StatusOK, done)
	}
}

// doAsked does what a request asks for. One that is sent again is answered before it is looked at: what it was about may
// be over because of it.
func (s *Site) doAsked(r *http.Request, snap *monitor.Snapshot, read func(*http.Request, Asked, *monitor.Snapshot) (monitor.Act, error)) (Acted, error) {
	q, err := askedOf(r)
	if err != nil {
		return Acted{}, err
	}
	key := keyOf(r, q)
	if done, ok := s.done.of(digest(key)); ok {
		return done, nil
	}
	a, err := read(r, q, snap)
	if err != nil {
		return Acted{}, err
	}
	a.ID = actID(a.Kind, key)
	return s.do(r.Context(), a)
}

func (s *Site) refuseAct(w http.ResponseWriter, err error) {
	why, ok := errors.AsType[refusal](err)
	if !ok {
		s.Log.Error().Err(err).Msg("act not understood")
		why = refusal{http.StatusInternalServerError, "bellhop could not do this; its log says why"}
	}
	if why.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	s.json(w, why.status, problem{why.text})
}

// askedOf reads what is asked for: JSON, or the query alone where a DELETE has no body.
func askedOf(r *http.Request) (Asked, error) {
	var q Asked
	if r.Method == http.MethodDelete && r.ContentLength == 0 {
		v := r.URL.Query()
		return Asked{By: v.Get("by"), Why: v.Get("why")}, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return q, refused(http.StatusUnsupportedMediaType, "send JSON, with Content-Type: application/json")
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&q)
	if err == nil && d.More() {
		err = errors.New("there is more than one value")
	}
	tooLong := &http.MaxBytesError{}
	switch {
	case errors.As(err, &tooLong):
		return q, refused(http.StatusRequestEntityTooLarge, "the request is too long")
	case errors.Is(err, io.EOF):
		return q, refused(http.StatusBadRequest, `the request is empty: send at least {"by": "your name"}`)
	case err != nil:
		return q, refused(http.StatusBadRequest, "the request is not understood: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return q, nil
}

// keyOf tells a request that is sent again from another one, by all that it asks for: a key that is used twice must not
// swallow anything. Without a key each is one of its own.
func keyOf(r *http.Request, q Asked) string {
	key := r.Header.Get("Idempotency-Key")
	body, err := json.Marshal(q)
	if key == "" || err != nil {
		return rand.Text()
	}
	return r.Method + " " + r.URL.Path + " " + key + " " + string(body)
}

// actID is the id of an act. That of a silence is typed by people, to lift it.
func actID(kind monitor.ActKind, key string) string {
	head := map[monitor.ActKind]string{monitor.ActSilence: "sil", monitor.ActMaintenance: "mnt", monitor.ActPause: "pau"}[kind]
	if head == "" {
		head = "act"
	}
	return head + "_" + digest(key)
}

// digest is what an act's id has of its key.
func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:10])
}

func (s *Site) askIncident(r *http.Request, q Asked, snap *monitor.Snapshot) (monitor.Act, error) {
	kind, ok := incidentWords[r.PathValue("what")]
	if !ok {
		return monitor.Act{}, refused(http.StatusNotFound, "of an incident: acknowledge, unacknowledge, silence or note")
	}
	i, err := s.incidentNamed(r.Context(), snap, r.PathValue("id"))
	if err != nil {
		return monitor.Act{}, err
	}
	if err := q.only("an incident"); err != nil {
		return monitor.Act{}, err
	}
	q.Target = monitor.Target{Incident: i.ID}
	return q.act(kind, s.at(snap))
}

func (s *Site) askCheck(r *http.Request, q Asked, snap *monitor.Snapshot) (monitor.Act, error) {
	kind, ok := checkWords[r.PathValue("what")]
	if !ok {
		return monitor.Act{}, refused(http.StatusNotFound, "of a check: pause or resume")
	}
	if err := q.only("a check"); err != nil {
		return monitor.Act{}, err
	}
	q.Target = monitor.Target{Checks: []monitor.CheckID{monitor.CheckID(r.PathValue("id"))}}
	return q.act(kind, s.at(snap))
}

// only refuses what belongs to POST /api/v1/silences.
func (q Asked) only(what string) error {
	if q.Kind != "" || q.Name != "" || q.Incident != "" || len(q.Checks)+len(q.Accounts)+len(q.Labels) > 0 {
		return refused(http.StatusBadRequest, "the path names %s: kind, name, incident, checks, accounts and labels are for POST /api/v1/silences", what)
	}
	return nil
}

// askSilence is a silence, a maintenance or a pause of whatever is named.
func (s *Site) askSilence(r *http.Request, q Asked, snap *monitor.Snapshot) (monitor.Act, error) {
	switch q.Kind {
	case "":
		q.Kind = monitor.ActSilence
	case monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause:
	default:
		return monitor.Act{}, refused(http.StatusBadRequest, "kind is silence, maintenance or pause")
	}
	if q.Incident != "" {
		i, err := s.incidentNamed(r.Context(), snap, q.Incident)
		if err != nil {
			return monitor.Act{}, err
		}
		q.Incident = i.ID
	}
	if q.Incident == "" && len(q.Checks)+len(q.Accounts)+len(q.Labels) == 0 {
		return monitor.Act{}, refused(http.StatusBadRequest, "say of what: incident, checks, accounts or labels")
	}
	return q.act(q.Kind, s.at(snap))
}

func (s *Site) askLift(r *http.Request, q Asked, snap *monitor.Snapshot) (monitor.Act, error) {
	one, err := silenceNamed(snap, r.PathValue("id"))
	if err != nil {
		return monitor.Act{}, err
	}
	a, err := q.act(monitor.ActLift, s.at(snap))
	a.Lifts = one.ID
	return a, err
}

// incidentNamed is the incident that somebody means: by its id, by the beginning of one, or as the last one, which is
// the newest that is open, or the last that ended.
func (s *Site) incidentNamed(ctx context.Context, snap *monitor.Snapshot, name string) (*monitor.Incident, error) {
	known := slices.Concat(snap.Open, snap.Recent)
	if name == "last" {
		if len(known) == 0 {
			return nil, refused(http.StatusNotFound, "there is no incident")
		}
		return known[0], nil
	}
	if i := s.find(ctx, snap, name); i != nil {
		return i, nil
	}
	var like []*monitor.Incident
	for _, i := range known {
		if begins(i.ID, name) {
			like = append(like, i)
		}
	}
	switch len(like) {
	case 1:
		return like[0], nil
	case 0:
		return nil, refused(http.StatusNotFound, "there is no incident %q; bellhop outbox and /api/v1/incidents list them", cut(name, 60))
	}
	return nil, refused(http.StatusNotFound, "%d incidents begin with %q: write more of the id, as in %s", len(like), cut(name, 60), like[0].ID)
}

// silenceNamed is the silence, maintenance or pause that somebody means, by its id or the beginning of one.
func silenceNamed(snap *monitor.Snapshot, name string) (*monitor.Silence, error) {
	var like []*monitor.Silence
	for _, one := range snap.Silences {
		switch {
		case one.ID == "":
		case one.ID == name:
			return one, nil
		case begins(one.ID, name):
			like = append(like, one)
		}
	}
	switch len(like) {
	case 1:
		return like[0], nil
	case 0:
		return nil, refused(http.StatusNotFound, "there is no silence, maintenance or pause %q in force or to come; bellhop silence list has them", cut(name, 60))
	}
	return nil, refused(http.StatusNotFound, "%d of them begin with %q: write more of the id, as in %s", len(like), cut(name, 60), like[0].ID)
}

// begins says whether an id begins with what somebody wrote, with or without what is the same in all ids.
func begins(id, name string) bool {
	_, rest, _ := strings.Cut(id, "_")
	return name != "" && (strings.HasPrefix(id, name) || strings.HasPrefix(rest, name))
}

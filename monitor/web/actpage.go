package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A formsView is what the forms of a page need besides what they are about.
type formsView struct {
	Nonce   string // tells a form that is sent twice from two
	Token   bool   // the token has to be given: it is set, and the request did not bring it
	Problem string // why what was asked for was not done
	By, Why string // what was written, so that nobody has to write it again
	For     string
	Act     string // which form that was
	Ready   bool   // something can be done here
}

// Length is how long is chosen: an hour, where nobody has chosen yet.
func (f formsView) Length() string {
	if f.Problem == "" {
		return "1h"
	}
	return f.For
}

// forms are those of a page that was asked for without anything in them.
func (s *Site) forms(r *http.Request) formsView {
	return formsView{Nonce: s.nonce(), Token: s.wantsToken(r), Ready: s.Act != nil}
}

func (s *Site) nonce() string {
	if s.Nonce != nil {
		return s.Nonce()
	}
	return rand.Text()
}

// wantsToken says whether who asks has yet to show the token to act. A browser can be made to ask by others, so that
// being near is not enough where there is a token.
func (s *Site) wantsToken(r *http.Request) bool {
	if s.checkToken(r) == admitted || s.Token == nil {
		return false
	}
	token, err := s.Token()
	return err != nil || strings.TrimSpace(token) != ""
}

// spoken is the form that was sent.
func (s *Site) spoken(r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxAsked)
	if err := r.ParseForm(); err != nil {
		if tooLong := (&http.MaxBytesError{}); errors.As(err, &tooLong) {
			return nil, refused(http.StatusRequestEntityTooLarge, "that is too long")
		}
		return nil, refused(http.StatusBadRequest, "the form is not understood")
	}
	v := r.PostForm // what stands in an address counts for nothing: links are followed by machines
	if !s.wantsToken(r) {
		return v, nil
	}
	token, err := s.Token()
	switch {
	case err != nil:
		s.Log.Error().Err(err).Msg("web token not read")
		return v, refused(http.StatusServiceUnavailable, "bellhop cannot read web.token_file; its log says why")
	case v.Get("token") == "":
		return v, refused(http.StatusForbidden, "the token is missing: it is the one in web.token_file")
	case !same(strings.TrimSpace(v.Get("token")), strings.TrimSpace(token)):
		return v, refused(http.StatusForbidden, "the token is not the one in web.token_file")
	}
	return v, nil
}

// again are the forms of a page that is shown again because of an error, with what was written but for the token.
func (s *Site) again(r *http.Request, v url.Values, err error) formsView {
	f := s.forms(r)
	f.By, f.Why, f.For, f.Act = v.Get("by"), v.Get("why"), v.Get("for"), v.Get("act")
	why, ok := errors.AsType[refusal](err)
	if !ok {
		s.Log.Error().Err(err).Msg("act not understood")
		why.text = "bellhop could not do this; its log says why"
	}
	f.Problem = sentence(why.text)
	return f
}

func statusOfError(err error) int {
	if why, ok := errors.AsType[refusal](err); ok {
		return why.status
	}
	return http.StatusInternalServerError
}

// sentence is a text that begins like one and ends like one.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// key tells a form that is sent twice from another one: by all that is in it.
func key(r *http.Request, v url.Values) string {
	if v.Get("nonce") == "" { // it comes from no page of ours
		return rand.Text()
	}
	v = url.Values{"at": {r.URL.Path}, "nonce": v["nonce"], "act": v["act"], "by": v["by"], "why": v["why"], "for": v["for"], "more": {
		v.Get("kind"), v.Get("name"), v.Get("from"), v.Get("checks"), v.Get("accounts"), v.Get("labels"), v.Get("id"),
	}}
	return v.Encode()
}

// serveIncidentAct does what the form of an incident's page asks for, and shows that page. The form is sent to the
// address of the page itself, so that what is relative in it leads to the same whether it shows an error or not.
func (s *Site) serveIncidentAct(w http.ResponseWriter, r *http.Request) {
	snap := s.latest(r.Context())
	if snap == nil {
		starting(w)
		return
	}
	v, err := s.spoken(r)
	if err == nil {
		err = s.actOnIncident(r, v, snap)
	}
	if err == nil {
		seeOther(w, url.PathEscape(r.PathValue("id"))+"#act")
		return
	}
	s.showIncident(w, r, s.again(r, v, err), statusOfError(err))
}

func starting(w http.ResponseWriter) {
	http.Error(w, "bellhop is starting.", http.StatusServiceUnavailable)
}

func (s *Site) actOnIncident(r *http.Request, v url.Values, snap *monitor.Snapshot) error {
	key := key(r, v)
	if _, ok := s.done.of(digest(key)); ok {
		return nil
	}
	i := s.find(r.Context(), snap, r.PathValue("id"))
	if i == nil {
		return refused(http.StatusNotFound, "there is no such incident")
	}
	a, err := s.incidentAct(v, i, snap)
	if err != nil {
		return err
	}
	a.ID = actID(a.Kind, key)
	_, err = s.do(r.Context(), a)
	return err
}

// incidentAct is what a form of an incident's page asks for.
func (s *Site) incidentAct(v url.Values, i *monitor.Incident, snap *monitor.Snapshot) (monitor.Act, error) {
	q := Asked{By: v.Get("by"), Why: v.Get("why"), For: v.Get("for"), Target: monitor.Target{Incident: i.ID}}
	word, id, _ := strings.Cut(v.Get("act"), " ")
	if word == string(monitor.ActLift) {
		one, err := silenceNamed(snap, id)
		if err != nil {
			return monitor.Act{}, err
		}
		q.For, q.Target = "", monitor.Target{}
		a, err := q.act(monitor.ActLift, s.at(snap))
		a.Lifts = one.ID
		return a, err
	}
	kind := incidentWords[word]
	if kind == "" {
		return monitor.Act{}, refused(http.StatusBadRequest, "say what to do")
	}
	if kind == monitor.ActNote || kind == monitor.ActUnacknowledge {
		q.For = ""
	}
	return q.act(kind, s.at(snap))
}

// seeOther shows a page that was done something for. The address is relative: a proxy may have others before it.
func seeOther(w http.ResponseWriter, at string) {
	w.Header().Set("Location", at)
	w.WriteHeader(http.StatusSeeOther)
}

func (s *Site) serveIncidentPage(w http.ResponseWriter, r *http.Request) {
	s.showIncident(w, r, s.forms(r), http.StatusOK)
}

func (s *Site) showIncident(w http.ResponseWriter, r *http.Request, f formsView, status int) {
	snap := s.latest(r.Context())
	if snap == nil {
		starting(w)
		return
	}
	s.html(w, "no-store")
	i := s.find(r.Context(), snap, r.PathValue("id"))
	if i == nil {
		w.WriteHeader(http.StatusNotFound)
		_ = s.pages.all.ExecuteTemplate(io.Writer(w), "missing.html", struct{ State monitor.State }{monitor.StateUnknown})
		return
	}
	v := full(i, snap)
	v.Forms = f
	told, _ := s.told(r.Context(), monitor.TellingFilter{Incident: i.ID})
	v.Told = toldViews(told, snap.At, "")
	page, err := s.render("incident.html", v)
	if status != http.StatusOK && err == nil {
		w.WriteHeader(status)
		_, _ = w.Write(page.body)
		return
	}
	s.serveRendered(w, r, page, err)
}

// A saidView is a line of what people did.
type saidView struct {
	At             moment
	By, What, Text string
}

var remarkWords = map[monitor.ActKind]string{
	monitor.ActAcknowledge: "is on it", monitor.ActUnacknowledge: "is no longer on it", monitor.ActSilence: "silenced it", monitor.ActMaintenance: "put it into maintenance",
	monitor.ActPause: "paused it", monitor.ActResume: "resumed it", monitor.ActNote: "noted", monitor.ActLift: "ended its silence",
}

// said is what people did about an incident, newest first.
func said(i *monitor.Incident, now time.Time) []saidView {
	var all []saidView
	for _, r := range slices.Backward(i.Remarks) {
		what, text := cmp.Or(remarkWords[r.What], string(r.What)), r.Text
		switch {
		case strings.HasPrefix(text, "until "):
			what, text = what+" "+text, ""
		case r.By == "" && r.What == monitor.ActLift:
			what = "its silence is over"
		case r.By == "" && text != "":
			what, text = text, ""
		}
		all = append(all, saidView{when(r.At, now), r.By, what, text})
	}
	return all
}

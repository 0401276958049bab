package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"bellhop/monitor"
)

//go:embed assets
var assets embed.FS

// pages are the templates and what every page carries in itself: it asks nobody for anything.
type pages struct {
	all    *template.Template
	style  string
	script string
}

// newPages reads what was built in. It panics on a template that does not parse: tests load them all.
func newPages() pages {
	p := pages{style: asset("style.css"), script: asset("refresh.js")}
	p.all = template.Must(template.New("").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(p.style) },
		"script": func() template.JS { return template.JS(p.script) },
		"icon":   icon,
		"with2":  func(one quietView, page silencesView) endingView { return endingView{one, page} },
	}).ParseFS(assets, "assets/*.html"))
	return p
}

func asset(name string) string {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // built without it
	}
	return strings.TrimSpace(string(b))
}

// policy lets a page use its own style and script, known by their hashes, ask for itself again, and
// nothing else. Hashes, unlike nonces, let a rendered page be kept.
func (p pages) policy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(p.style) + "; script-src " + hash(p.script) +
		"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

// icon is the shape of a state as the tab shows it.
func icon(s monitor.State) template.URL {
	shape := map[monitor.State]string{
		monitor.StateUp:       "%3Ccircle cx='8' cy='8' r='6' fill='%231a7f4b'/%3E",
		monitor.StateDegraded: "%3Cpath d='M8 1 15 14H1z' fill='%23b26a00'/%3E",
		monitor.StateDown:     "%3Crect x='2' y='2' width='12' height='12' fill='%23c62828'/%3E",
	}[s]
	shape = cmp.Or(shape, "%3Ccircle cx='8' cy='8' r='5' fill='none' stroke='%23808891' stroke-width='3'/%3E")
	return template.URL("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" + shape + "%3C/svg%3E")
}

func (s *Site) render(name string, view any) (*rendered, error) {
	var buf bytes.Buffer
	if err := s.pages.all.ExecuteTemplate(&buf, name, view); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return newRendered(buf.Bytes(), buf.String()), nil
}

// serveRendered answers with what was made, or with 304 to who has it.
func (s *Site) serveRendered(w http.ResponseWriter, r *http.Request, page *rendered, err error) {
	if err != nil {
		s.Log.Error().Err(err).Msg("page not rendered")
		http.Error(w, "bellhop could not draw this page; /api/v1/status and /public.json may still work.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("ETag", page.etag)
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), page.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := page.body
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = page.zip()
	}
	_, _ = w.Write(body)
}

// takesGzip reads Accept-Encoding. Whoever weighs gzip at all gets the plain page: browsers do not.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		if strings.EqualFold(strings.TrimSpace(part), "gzip") {
			return true
		}
	}
	return false
}

// html says that a page follows.
func (s *Site) html(w http.ResponseWriter, control string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", s.policy)
	h.Set("Cache-Control", control)
	// Without a word on where a form comes from, browsers send Origin: null where Sec-Fetch-Site is not to be had
	// (plain http): it could not be told from one of another site.
	h.Set("Referrer-Policy", "same-origin")
}

func (s *Site) serveBoard(w http.ResponseWriter, r *http.Request) {
	snap := s.Reader.Snapshot()
	now := s.at(snap)
	page, err := s.board.of(snap, isStale(snap, now), func() (*rendered, error) {
		return s.render("board.html", board(s.hotels.of(snap), now, s.Options))
	})
	s.html(w, "no-store")
	s.serveRendered(w, r, page, err)
}

func isStale(s *monitor.Snapshot, now time.Time) bool { return s != nil && stale(s, now) }

func (s *Site) servePublic(w http.ResponseWriter, r *http.Request) {
	snap := s.Reader.Snapshot()
	now := s.at(snap)
	page, err := s.front.of(snap, isStale(snap, now), func() (*rendered, error) {
		return s.render("public.html", publicPage(s.everybody(snap, now), now))
	})
	s.html(w, "no-cache")
	s.serveRendered(w, r, page, err)
}

func (s *Site) servePublicJSON(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Has("hotel") {
		s.serveHotelJSON(w, q.Get("hotel"))
		return
	}
	snap := s.Reader.Snapshot()
	now := s.at(snap)
	page, err := s.notes.of(snap, isStale(snap, now), func() (*rendered, error) { return publicJSON(s.everybody(snap, now)) })
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=5")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag")
	s.serveRendered(w, r, page, err)
}

// publicJSON is the view in JSON. Its ETag changes with what is said, and once a minute: who keeps a copy
// can tell by its time that bellhop still looks.
func publicJSON(v publicView) (*rendered, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode public view: %w", err)
	}
	if v.At != nil {
		minute := v.At.Truncate(time.Minute)
		v.At = &minute
	}
	key, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode public view: %w", err)
	}
	return newRendered(buf.Bytes(), string(key)), nil
}

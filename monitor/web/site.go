package web

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// A Reader gives the newest snapshot. monitor.Monitor is one. Nil is that nothing is loaded yet.
type Reader interface{ Snapshot() *monitor.Snapshot }

// Options are what a Site is made of. Only Reader is needed.
type Options struct {
	Reader Reader
	// Now is engine time: a snapshot that is old by it is shown as such, and fails /livez. Without it every
	// snapshot counts as new.
	Now func() time.Time
	// PublicURL is web.public_url, what alerts link to. Its host is let in on a loopback listener, as
	// somebody from elsewhere.
	PublicURL string
	// Token is the operator's token. It is asked at each request that brings one, so that a changed
	// web.token_file counts at once. Nil, or an empty token, lets nobody in.
	Token func() (string, error)

	Version, Instance string
	// AccountLabels gives each account's checks metrics of their own. Otherwise accounts are not named in
	// metrics: of a check with several the worst is exported.
	AccountLabels bool
	// Ledger lists at most limit incidents, newest first, as the store knows them; open ones are left out.
	// Nil is that only those in the snapshot are known.
	Ledger func(ctx context.Context, limit int) ([]*monitor.Incident, error)
	// Told lists what receivers were told, newest first. Nil is that nothing is known of that.
	Told func(ctx context.Context, f monitor.TellingFilter) ([]monitor.Telling, error)
	// Evidence writes what apaleo's support needs to look an incident up. Nil is that there is none to be had.
	Evidence func(ctx context.Context, i *monitor.Incident) (monitor.Ticket, error)
	// Intake is what comes in from outside.
	Intake Intake
	// Order hands in what the operator asks of a hotel, and returns once it is durable. Nil is that nothing
	// can be asked.
	Order func(ctx context.Context, o monitor.HotelOrder) error
	// Act hands in what a person does about incidents and checks, and returns once it is durable. Nil is that nothing
	// can be done.
	Act func(ctx context.Context, a monitor.Act) error
	// Receivers are those in force, for saying who hears what. Nil is none.
	Receivers func() []monitor.Receiver
	// Fresh is a snapshot that shows what was ordered just before. Nil is Reader's.
	Fresh func(ctx context.Context) *monitor.Snapshot
	// ReconnectURL is where a hotel's administrator renews the link to apaleo; {account} in it stands for the
	// account's code. Empty is that there is no such page.
	ReconnectURL string
	// Text is the operator's own sentence for a key of apaleo.HotelTextKeys, asked at each request; "" is that there is
	// none. Nil is none at all.
	Text func(key string) string
	// Nonce makes a word that no form had before. Nil is at random.
	Nonce func() string
	// Collectors bring the metrics of parts that the site does not know.
	Collectors []prometheus.Collector
	Log        zerolog.Logger
}

// A Site is both sides of the web.
type Site struct {
	Options
	host   string // of PublicURL, without its port
	origin string // of PublicURL
	pages  pages
	policy string // Content-Security-Policy of the pages

	board, front, notes cache // the operator's page, the public page, public.json
	hotels              hotelCache
	common              publicCache
	done                doneActs
}

// New makes a Site. It starts nothing.
func New(o Options) *Site {
	s := &Site{Options: o, pages: newPages()}
	s.policy = s.pages.policy()
	if u, err := url.Parse(o.PublicURL); err == nil && u.Host != "" {
		s.host, s.origin = u.Hostname(), u.Scheme+"://"+u.Host
	}
	return s
}

// Operator is the operator's side. Whom it trusts depends on the listener, which Serve makes known to it:
// without that everybody needs the token.
func (s *Site) Operator() http.Handler {
	own, public, in := s.operatorRoutes(), s.publicRoutes(), s.intakeRoutes()
	return protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if incoming(r.URL.Path) {
			in.ServeHTTP(w, r)
			return
		}
		switch v := s.admit(r); {
		case v == admitted:
			own.ServeHTTP(w, r)
		case v != misdirected && openToAll(r.URL.Path, v):
			w.Header().Add("Vary", "Authorization")
			public.ServeHTTP(w, r)
		default:
			s.refuse(w, v)
		}
	}), s.origin)
}

// Trusted is the operator's side for a door through which nobody else comes. Reports need their token there, too.
func (s *Site) Trusted() http.Handler {
	own, in := s.operatorRoutes(), s.intakeRoutes()
	return protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if incoming(r.URL.Path) {
			in.ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	}))
}

// Public is the public side: it is the same for everybody.
func (s *Site) Public() http.Handler { return protect(s.publicRoutes()) }

func (s *Site) publicRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.servePublic)
	mux.HandleFunc("GET /public.json", s.servePublicJSON)
	mux.HandleFunc("GET /livez", s.serveLive(false))
	mux.HandleFunc("GET /readyz", s.serveReady(false))
	return mux
}

func (s *Site) operatorRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.serveBoard)
	mux.HandleFunc("GET /incidents/{id}", s.serveIncidentPage)
	mux.HandleFunc("POST /incidents/{id}", s.serveIncidentAct)
	s.silenceRoutes(mux)
	mux.HandleFunc("GET /hotels", s.serveHotelsPage)
	mux.HandleFunc("GET /ledger", s.serveLedger)
	mux.HandleFunc("GET /public.json", s.servePublicJSON)
	mux.HandleFunc("GET /livez", s.serveLive(true))
	mux.HandleFunc("GET /readyz", s.serveReady(true))
	mux.Handle("GET /metrics", s.metrics())
	mux.HandleFunc("GET /api/v1/status", s.serveStatus)
	mux.HandleFunc("GET /api/v1/incidents", s.serveIncidents)
	mux.HandleFunc("GET /api/v1/incidents/{id}", s.serveIncident)
	mux.HandleFunc("GET /api/v1/incidents/{id}/evidence", s.serveEvidence)
	mux.HandleFunc("GET /api/v1/deliveries", s.serveDeliveries)
	mux.HandleFunc("GET /api/v1/hotels", s.serveHotels)
	mux.HandleFunc("POST /api/v1/hotels/{account}/{what}", s.serveHotelOrder)
	s.actRoutes(mux)
	return mux
}

// protect puts around everything what holds for everything. Pages of other sites can change nothing; trusted are other
// origins of our own, as a browser knows them.
func protect(h http.Handler, trusted ...string) http.Handler {
	guard := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		_ = guard.AddTrustedOrigin(origin) // one that is none is nobody's
	}
	h = guard.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		head.Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// at is the time that a snapshot is judged by.
func (s *Site) at(snap *monitor.Snapshot) time.Time {
	switch {
	case s.Now != nil:
		return s.Now()
	case snap != nil:
		return snap.At
	default:
		return time.Time{}
	}
}

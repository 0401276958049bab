package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// The addresses of what comes in from outside. They have rules of their own: see Intake.
const (
	reportPath = "/api/v1/report"
	beatPath   = "/api/v1/beat/"
)

// An Intake is what comes in from outside, on the operator's address alone.
type Intake struct {
	// Report takes a report. Nil takes none.
	Report http.Handler
	// Token is what Report asks for, on loopback too. It opens nothing else, and nothing else opens Report: nil,
	// or an empty token, lets nobody in.
	Token func() (string, error)
	// Beat and Failed take signs of life. Whoever knows the push key in the path may bring them.
	Beat, Failed http.Handler
}

// incoming tells whether a path has its own rules of who may ask.
func incoming(path string) bool { return path == reportPath || strings.HasPrefix(path, beatPath) }

func (s *Site) intakeRoutes() http.Handler {
	mux := http.NewServeMux()
	if s.Intake.Report != nil {
		mux.Handle("POST "+reportPath, s.reporters(s.Intake.Report))
	}
	for suffix, h := range map[string]http.Handler{"": s.Intake.Beat, "/fail": s.Intake.Failed} {
		if h != nil {
			mux.Handle("GET "+beatPath+"{key}"+suffix, h)
			mux.Handle("POST "+beatPath+"{key}"+suffix, h)
		}
	}
	return mux
}

// reporters lets those through who may report.
func (s *Site) reporters(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := s.reportToken()
		switch {
		case err != nil:
			s.Log.Error().Err(err).Msg("report token not read")
			w.Header().Set("Retry-After", "60")
			s.json(w, http.StatusServiceUnavailable, problem{"bellhop cannot read report.token_file; its log says why"})
		case token == "":
			s.json(w, http.StatusForbidden, problem{"bellhop takes no reports: set report.token in its configuration"})
		case !brings(r, token):
			w.Header().Set("WWW-Authenticate", `Bearer realm="bellhop reports"`)
			s.json(w, http.StatusUnauthorized, problem{"this needs the token of report.token, as Authorization: Bearer"})
		default:
			h.ServeHTTP(w, r)
		}
	})
}

func (s *Site) reportToken() (string, error) {
	if s.Intake.Token == nil {
		return "", nil
	}
	token, err := s.Intake.Token()
	return strings.TrimSpace(token), err
}

// brings tells whether a request brings a token as a bearer.
func brings(r *http.Request, token string) bool {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && same(strings.TrimSpace(given), token)
}

// same compares in constant time, by hashes so that lengths do not tell either.
func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && secret != ""
}

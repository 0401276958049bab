package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// A verdict is what comes of a request for the operator's side.
type verdict string

const (
	admitted    verdict = "admitted"
	anonymous   verdict = "anonymous"   // brings no token
	wrongToken  verdict = "wrong token" // as a bearer
	wrongLogin  verdict = "wrong login" // as a password: the browser may ask again
	unreadable  verdict = "unreadable"  // the token file cannot be read
	misdirected verdict = "misdirected" // asks for a name that is not ours
)

// listenerKey is where a request's context holds the address of the listener it came in by.
type listenerKey struct{}

func withListener(ctx context.Context, addr net.Addr) context.Context {
	return context.WithValue(ctx, listenerKey{}, addr)
}

// near tells whether a request came in by a listener that only this machine reaches. No header can claim that.
func near(ctx context.Context) (yes, socket bool) {
	switch addr := ctx.Value(listenerKey{}).(type) {
	case *net.TCPAddr:
		return addr.IP.IsLoopback(), false
	case *net.UnixAddr:
		return true, true
	default:
		return false, false
	}
}

// admit decides on a request for the operator's side. A name of somebody else's that leads to loopback is
// refused: a page in the operator's browser could ask by it (DNS rebinding). What came through a proxy
// comes from elsewhere, whatever the address it was passed on to.
func (s *Site) admit(r *http.Request) verdict {
	local, socket := near(r.Context())
	switch {
	case socket:
		return admitted
	case local && loopbackHost(r.Host) && !forwarded(r):
		if changes(r) && s.wantsToken(r) {
			return s.checkToken(r)
		}
		return admitted
	case local && !loopbackHost(r.Host) && !s.ownHost(r.Host):
		return misdirected
	default:
		return s.checkToken(r)
	}
}

// changes tells whether a request is one by which programs act. Who is near needs the token for that, where there is one: near
// are also a proxy that hides that it is one, and everybody else on this machine. Forms ask for it themselves.
func changes(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") && !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.Method)
}

// forwarded tells whether a proxy passed the request on, as far as that shows: by a header, or by HTTP/1.0, which
// nginx before 1.29.7 speaks to those behind it unless it is told otherwise. Claiming so only loses rights.
func forwarded(r *http.Request) bool {
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return !r.ProtoAtLeast(1, 1)
}

func (s *Site) ownHost(host string) bool {
	return s.host != "" && strings.EqualFold(hostname(host), s.host)
}

func loopbackHost(host string) bool {
	name := strings.ToLower(hostname(host))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") { // RFC 6761 6.3
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Unmap().IsLoopback()
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// checkToken looks for the operator's token. A browser brings it as the password of any user: that is how a
// link from an alert can be opened.
func (s *Site) checkToken(r *http.Request) verdict {
	given, wrong := "", wrongToken
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		given = strings.TrimSpace(token)
	} else if _, password, ok := r.BasicAuth(); ok {
		given, wrong = password, wrongLogin
	} else {
		return anonymous
	}
	if s.Token == nil {
		return wrong
	}
	token, err := s.Token()
	if err != nil {
		s.Log.Error().Err(err).Msg("web token not read")
		return unreadable
	}
	if same(given, strings.TrimSpace(token)) {
		return admitted
	}
	return wrong
}

// openToAll tells whether a path of the operator's side has a public form for those who are not admitted.
// A page shown instead of the one that a wrong token was for would hide that it is wrong.
func openToAll(path string, v verdict) bool {
	switch path {
	case "/public.json", "/livez", "/readyz":
		return true
	default:
		return path == "/" && v == anonymous
	}
}

func (s *Site) refuse(w http.ResponseWriter, v verdict) {
	switch v {
	case misdirected:
		http.Error(w, "bellhop does not answer to this name here. Ask for localhost, or set web.public_url to the address you use.", http.StatusMisdirectedRequest)
	case wrongToken:
		http.Error(w, "The token is not the one in web.token_file.", http.StatusForbidden)
	case unreadable:
		http.Error(w, "bellhop cannot read web.token_file; its log says why.", http.StatusServiceUnavailable)
	default:
		w.Header().Add("WWW-Authenticate", `Bearer realm="bellhop"`)
		w.Header().Add("WWW-Authenticate", `Basic realm="bellhop: the token is the password", charset="UTF-8"`)
		http.Error(w, "This needs the token in web.token_file: as Authorization: Bearer, or as the password. Where none is set, nobody is admitted, unless web.listen is a loopback address.", http.StatusUnauthorized)
	}
}

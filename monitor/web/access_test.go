package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const token = "let-me-in"

// doorkeeper is a site with a token.
func doorkeeper() *Site {
	return New(Options{
		Reader: fixed{worldDown()}, PublicURL: "https://status.example.com/bellhop",
		Token: func() (string, error) { return token + "\n", nil },
	})
}

var (
	loopback = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	loopSix  = &net.TCPAddr{IP: net.IPv6loopback, Port: 8080}
	anywhere = &net.TCPAddr{IP: net.IPv4zero, Port: 8080}
	lan      = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}
	socket   = &net.UnixAddr{Name: "/run/bellhop.sock", Net: "unix"}
)

// knock asks as if by a listener at addr; nil is a handler that was not told its listener.
func knock(h http.Handler, addr net.Addr, host, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://"+host+path, nil)
	if addr != nil {
		r = r.WithContext(withListener(r.Context(), addr))
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestAccess is the matrix of who gets what: by path, listener and token. The operator's page is told from
// the public one by what only it says.
func TestAccess(t *testing.T) {
	open := []string{"/public.json", "/livez", "/readyz"}
	guarded := []string{
		"/metrics", "/api/v1/status", "/api/v1/incidents", "/api/v1/incidents/inc_0193a", "/api/v1/deliveries",
		"/incidents/inc_0193a", "/incidents/none", "/nowhere", "/hotels", "/api/v1/hotels", "//metrics", "/livez/../metrics",
	}
	bearer, wrong := "Bearer "+token, "Bearer let-me-out"
	for _, tt := range []struct {
		name          string
		addr          net.Addr
		host          string
		headers       []string
		full          bool
		guarded, root int // root is the status of /
	}{
		{"loopback", loopback, "127.0.0.1:8080", nil, true, 200, 200},
		{"loopback by name", loopback, "localhost:8080", nil, true, 200, 200},
		{"loopback, IPv6", loopSix, "[::1]:8080", nil, true, 200, 200},
		{"socket", socket, "bellhop", nil, true, 200, 200},
		{"off loopback", lan, "192.0.2.1:8080", nil, false, 401, 200},
		{"off loopback, claims loopback", lan, "127.0.0.1:8080", nil, false, 401, 200},
		{"any address, asked over loopback", anywhere, "127.0.0.1:8080", nil, false, 401, 200},
		{"off loopback, token", lan, "192.0.2.1:8080", []string{"Authorization", bearer}, true, 200, 200},
		{"off loopback, scheme in other case", lan, "192.0.2.1:8080", []string{"Authorization", "bearer " + token}, true, 200, 200},
		{"off loopback, wrong token", lan, "192.0.2.1:8080", []string{"Authorization", wrong}, false, 403, 403},
		{"off loopback, empty token", lan, "192.0.2.1:8080", []string{"Authorization", "Bearer "}, false, 403, 403},
		{"off loopback, wrong password", lan, "192.0.2.1:8080", []string{"Authorization", "Basic eDp5"}, false, 401, 401},
		{"off loopback, unknown scheme", lan, "192.0.2.1:8080", []string{"Authorization", "Digest x"}, false, 401, 200},
		{"listener not known", nil, "127.0.0.1:8080", nil, false, 401, 200},
		{"rebound name", loopback, "evil.example.com:8080", nil, false, 421, 421},
		{"rebound name, token", loopback, "evil.example.com", []string{"Authorization", bearer}, false, 421, 421},
		{"name that only looks local", loopback, "localhost.example.com", nil, false, 421, 421},
		{"own name on loopback", loopback, "status.example.com", nil, false, 401, 200},
		{"own name on loopback, token", loopback, "status.example.com", []string{"Authorization", bearer}, true, 200, 200},
		{"passed on by a proxy", loopback, "127.0.0.1:8080", []string{"X-Forwarded-For", "203.0.113.7"}, false, 401, 200},
		{"passed on, says for whom in its own way", loopback, "127.0.0.1:8080", []string{"X-Real-Ip", "203.0.113.7"}, false, 401, 200},
		{"passed on, says only how", loopback, "127.0.0.1:8080", []string{"X-Forwarded-Proto", "https"}, false, 401, 200},
		{"claims in headers", lan, "192.0.2.1", []string{"X-Forwarded-For", "127.0.0.1", "X-Real-Ip", "127.0.0.1"}, false, 401, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := doorkeeper().Operator()
			root := knock(h, tt.addr, tt.host, "/", tt.headers...)
			if root.Code != tt.root || strings.Contains(root.Body.String(), "alpine-hotels") != tt.full {
				t.Errorf("/: status %d, want %d, shows the operator's side: %v", root.Code, tt.root, !tt.full)
			}
			for _, path := range open {
				want := http.StatusOK
				if tt.root == http.StatusMisdirectedRequest {
					want = tt.root
				}
				if w := knock(h, tt.addr, tt.host, path, tt.headers...); w.Code != want {
					t.Errorf("%s: status %d, want %d", path, w.Code, want)
				}
			}
			for _, path := range guarded {
				w := knock(h, tt.addr, tt.host, path, tt.headers...)
				want := tt.guarded
				if tt.full {
					want = map[string]int{"/incidents/none": 404, "/nowhere": 404, "//metrics": 307, "/livez/../metrics": 307}[path]
					want = max(want, 200)
				}
				if w.Code != want {
					t.Errorf("%s: status %d, want %d", path, w.Code, want)
				}
				if asks := w.Header().Get("WWW-Authenticate") != ""; asks != (w.Code == 401) {
					t.Errorf("%s: status %d, WWW-Authenticate: %v", path, w.Code, asks)
				}
			}
		})
	}
}

// TestBrowserToken ensures that a browser, which knows only names and passwords, can open an alert's link.
func TestBrowserToken(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/incidents/inc_0193a", nil)
	r.SetBasicAuth("anna", token)
	w := httptest.NewRecorder()
	doorkeeper().Operator().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

// TestTokenSource ensures that a changed token counts at once, and that none lets nobody in.
func TestTokenSource(t *testing.T) {
	for _, tt := range []struct {
		name  string
		token func() (string, error)
		want  int
	}{
		{"none", nil, 403},
		{"empty", func() (string, error) { return " \n", nil }, 403},
		{"unreadable", func() (string, error) { return "", errors.New("permission denied: secret-path") }, 503},
		{"changed", func() (string, error) { return "another", nil }, 403},
		{"given", func() (string, error) { return token, nil }, 200},
	} {
		s := doorkeeper()
		s.Token = tt.token
		for _, given := range []string{"Bearer " + token, "Bearer "} {
			w := knock(s.Operator(), lan, "192.0.2.1", "/metrics", "Authorization", given)
			want := tt.want
			if given == "Bearer " && want == 200 {
				want = 403
			}
			if w.Code != want || strings.Contains(w.Body.String(), "secret-path") {
				t.Errorf("%s, %q: status %d, want %d: %s", tt.name, given, w.Code, want, w.Body.String())
			}
		}
	}
}

// TestPublicSide ensures that the public address knows four paths, whoever asks.
func TestPublicSide(t *testing.T) {
	h := doorkeeper().Public()
	for path, want := range map[string]int{
		"/": 200, "/public.json": 200, "/livez": 200, "/readyz": 200,
		"/metrics": 404, "/hotels": 404, "/api/v1/hotels": 404, "/api/v1/status": 404, "/incidents/inc_0193a": 404, "/api/v1/deliveries": 404,
	} {
		for _, addr := range []net.Addr{loopback, lan, nil} {
			if w := knock(h, addr, "whatever.example.com", path, "Authorization", "Bearer "+token); w.Code != want {
				t.Errorf("%s: status %d, want %d", path, w.Code, want)
			}
		}
	}
}

// TestMethods ensures that nothing is written by anybody.
func TestMethods(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		for _, path := range []string{"/", "/api/v1/status", "/livez"} {
			r := httptest.NewRequest(method, "http://localhost"+path, nil)
			r = r.WithContext(withListener(context.WithoutCancel(r.Context()), loopback))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			doorkeeper().Operator().ServeHTTP(w, r)
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, path, w.Code)
			}
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			w = httptest.NewRecorder()
			doorkeeper().Operator().ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s %s from another site: status %d", method, path, w.Code)
			}
		}
	}
}

// TestOldHTTPIsAProxys ensures that a proxy that passes requests on as nginx does unless it is told otherwise
// (HTTP/1.0, the address as Host, no word about whom it asks for) does not open the operator's side to all.
func TestOldHTTPIsAProxys(t *testing.T) {
	h := doorkeeper().Operator()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080/api/v1/status", nil)
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(withListener(r.Context(), loopback)))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

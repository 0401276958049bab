package apaleotest

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Fault is something that goes wrong. Make one with Status, Gateway, Reset and the others, say where with
// On, At, For and Share, and give it to Server.Fault:
//
//	s.Fault(apaleotest.Status(500).On(apaleotest.API).At("/booking").For("ALPN").Share(0.3))
type Fault struct {
	kind    kind
	on      Host
	path    string
	who     string
	share   float64
	delay   time.Duration
	every   time.Duration // Drip
	status  int
	body    string
	header  http.Header
	gateway bool // the answer is the proxy's: no tracking id, no rate-limit headers
	leaf    leaf
}

// kind is what is done with a request, a connection or a listener.
type kind int

const (
	pass kind = iota // answered as usual, maybe late or with other headers
	answer
	reset
	drip
	endless
	garbage
	handshake   // the handshake is refused
	certificate // a certificate that does not hold
	refuse      // nobody listens
)

var errScripted = errors.New("handshake refused by a scripted fault")

// Status answers with the status and an empty body, as the application behind the proxy: with a tracking id.
func Status(code int) Fault { return Fault{kind: answer, share: 1, status: code} }

// Gateway answers 502, 503 or 504 as nginx does when the application is down: a page of HTML, no tracking id.
func Gateway(code int) Fault {
	title := strconv.Itoa(code) + " " + http.StatusText(code)
	f := Status(code).WithBody("text/html", "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+title+
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
	f.gateway = true
	return f
}

// TooMany answers 429 with Retry-After in whole seconds, rounded up; the text is the one of the library
// apaleo is thought to use (facts, section 3).
func TooMany(retryAfter time.Duration) Fault {
	return Status(http.StatusTooManyRequests).WithHeader("Retry-After", wholeSeconds(retryAfter)).
		WithHeader("X-Rate-Limit-Remaining", "0").WithBody("text/plain", overQuota)
}

const overQuota = "API calls quota exceeded! maximum admitted 3500 per 1m."

func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

func tooMany(w http.ResponseWriter, retryAfter time.Duration) {
	w.Header().Set("Retry-After", wholeSeconds(retryAfter))
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(overQuota))
}

// Slow answers as usual, after a delay; an hour of it is a host that hangs.
func Slow(by time.Duration) Fault { return Fault{kind: pass, share: 1, delay: by} }

// Drip answers as usual but for the body, which comes one byte at a time and is at least a kilobyte long
// (padded with spaces, which JSON permits). An answer of 204 has no body to drip.
func Drip(every time.Duration) Fault { return Fault{kind: drip, share: 1, every: every} }

// Endless answers 200 with a body of JSON that does not end while the client reads.
func Endless() Fault { return Fault{kind: endless, share: 1} }

// Garbage answers with bytes that are no HTTP.
func Garbage() Fault { return Fault{kind: garbage, share: 1} }

// Reset breaks the connection with a TCP reset instead of an answer. A client of net/http asks once more
// when the connection was one it had kept.
func Reset() Fault { return Fault{kind: reset, share: 1} }

// Refuse closes the listener and every connection: connecting is refused until the fault is cleared, then the
// host listens on the same port. It is for a whole host; At, For and Share have no meaning.
func Refuse() Fault { return Fault{kind: refuse, share: 1} }

// HandshakeFailure ends TLS handshakes with an alert. As all faults of TLS it ends the connections that are
// open when it begins, and At and For have no meaning.
func HandshakeFailure() Fault { return Fault{kind: handshake, share: 1} }

// ExpiredCertificate shows a certificate that ended an hour ago.
func ExpiredCertificate() Fault { return CertificateEndsIn(-time.Hour) }

// CertificateEndsIn shows a certificate, good otherwise, that ends so much after the fault begins.
func CertificateEndsIn(d time.Duration) Fault {
	return Fault{kind: certificate, share: 1, leaf: leaf{endsIn: d}}
}

// WrongName shows a certificate for another name.
func WrongName() Fault {
	return Fault{kind: certificate, share: 1, leaf: leaf{endsIn: validity, wrongName: true}}
}

// UnknownAuthority shows a certificate signed by a root that is not the one of CAPEM, as an intercepting proxy does.
func UnknownAuthority() Fault {
	return Fault{kind: certificate, share: 1, leaf: leaf{endsIn: validity, foreign: true}}
}

// On limits the fault to a host.
func (f Fault) On(h Host) Fault { f.on = h; return f }

// At limits the fault to paths that begin so.
func (f Fault) At(pathPrefix string) Fault { f.path = pathPrefix; return f }

// For limits the fault to an account code or a client id: of the token, or of who asks for one.
func (f Fault) For(accountOrClient string) Fault { f.who = accountOrClient; return f }

// Share limits the fault to a part of the requests, from 0 to 1, or of the handshakes. Which ones is the same
// in every run, the first among them, and spread so evenly that of n requests n×share fail, give or take two,
// also of any regular part of them, such as every second one.
func (f Fault) Share(part float64) Fault { f.share = part; return f }

// After holds the answer back, whatever it is.
func (f Fault) After(delay time.Duration) Fault { f.delay = delay; return f }

// WithBody sets the body of a Status.
func (f Fault) WithBody(contentType, body string) Fault {
	f.body = body
	return f.WithHeader("Content-Type", contentType)
}

// WithHeader sets a header of the answer, also of the usual one: Slow(0).WithHeader("X-Rate-Limit-Remaining", "3").
func (f Fault) WithHeader(name, value string) Fault {
	if f.header = f.header.Clone(); f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

func (f Fault) ofTLS() bool { return f.kind == handshake || f.kind == certificate }

func (f Fault) hits(on Host) bool { return f.on == "" || f.on == on }

func (f Fault) matches(on Host, path string, who caller) bool {
	return f.hits(on) && hasPrefix(path, f.path) && is(f.who, who.account, who.client)
}

// strikes reports whether the nth thing that matches is among the share. The multiples of the golden
// ratio, taken modulo one, are the most evenly spread sequence there is; here they are 64-bit fractions.
func strikes(n uint64, share float64) bool {
	if share >= 1 {
		return true
	}
	return n*0x9E3779B97F4A7C15 < uint64(math.Max(0, share)*(1<<63))<<1
}

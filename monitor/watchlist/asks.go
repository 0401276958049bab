package watchlist

import (
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

var labelName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

// http makes c one HTTP request. What it may not contain, probe.HTTP knows.
func (b *builder) http(c *monitor.Check, f *httpForm, a *account) {
	c.Kind = "http"
	if _, err := parseURL(f.URL.V); err != nil && f.URL.At.guessed {
		f.URL.V = "https://" + f.URL.V // so that the check is there, though nobody can ask it here
	}
	u, err := parseURL(f.URL.V)
	switch {
	case !f.URL.Set:
		b.wrong(f.At, "http has no url", "add url: https://example.com/health")
		return
	case err == nil && u.User != nil:
		b.wrong(f.URL.At, "http.url holds a user and a password", `use headers: {Authorization: "Basic ${…}"}`)
		return
	case err != nil:
		b.wrong(f.URL.At, "http.url "+err.Error(), "write it like https://example.com/health")
		return
	}
	headers := b.sent(f.Headers, a)
	c.Host = b.host(u)
	c.Path, c.Module = b.pathTo(c.Host, u.Path, a), b.moduleOf(c.Host, u.Path)
	c.Anonymous = a == nil && len(headers) == 0 && f.CertFile.V == ""
	c.Asks = fingerprint("http", c.Host, asked(f.URL), f.Method.or("GET"), slices.Sorted(maps.Keys(headers)), asked(f.Body), asked(f.Expect), f.Follow.V, c.Account, c.Client)
	t := b.transportOf(f)
	if t == nil {
		return
	}
	config := probe.HTTPConfig{
		Transport: t, Method: b.method(f.Method), URL: f.URL.V, Headers: headers,
		Body: f.Body.V, Expect: f.Expect.V, Hidden: f.Expect.V != f.Expect.Raw, FollowRedirects: f.Follow.V,
	}
	if a != nil {
		config.Token = a.source
	}
	if c.Ask, err = probe.HTTP(config); err != nil {
		b.unfit(f, err)
	}
}

// unfit says why a request cannot be made. An expression that a variable brought is not quoted.
func (b *builder) unfit(f *httpForm, err error) {
	if strings.HasPrefix(err.Error(), "expect") {
		what := err.Error()
		if f.Expect.V != f.Expect.Raw {
			what = "expect cannot be understood"
		}
		b.wrong(f.Expect.At, "http."+what, `write a condition over status, headers, json and body, like "status == 200 && json.ok"`)
		return
	}
	b.wrong(f.At, "this request cannot be made", "look at its url and headers")
}

func (b *builder) method(f text) string {
	if !f.Set {
		return "GET"
	}
	return b.oneOf("http.method", f, []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
}

// sent are the headers of a request as they are sent, beside the token of an account.
func (b *builder) sent(fields map[string]sealed, a *account) map[string]string {
	all := map[string]string{}
	for name, s := range b.headers("http.headers", fields) {
		if a != nil && strings.EqualFold(name, "Authorization") {
			b.wrong(fields[name].At, "http.headers sets Authorization, and account does too", "keep one of them")
		}
		all[name], _ = s.Reveal()
	}
	return all
}

// transportOf trusts and shows what the check says.
func (b *builder) transportOf(f *httpForm) *probe.Transport {
	if f.CertFile.V == "" && f.KeyFile.V == "" {
		return b.trusting(b.pem("http.ca_file", f.RootsFile), nil, nil, f.RootsFile.At)
	}
	if f.CertFile.V == "" || f.KeyFile.V == "" {
		b.wrong(f.At, "a client certificate needs both client_cert_file and client_key_file", "add the other one")
		return nil
	}
	cert, key := b.pem("http.client_cert_file", f.CertFile), b.pem("http.client_key_file", f.KeyFile)
	if len(cert) == 0 || len(key) == 0 {
		return b.trusting(nil, nil, nil, f.At)
	}
	return b.trusting(b.pem("http.ca_file", f.RootsFile), cert, key, f.CertFile.At)
}

// atHand is host:port; of one that only the real environment has, the port is made up.
func atHand(t text, port string) string {
	if _, _, err := parseHostPort(t.V, false); err != nil && t.At.guessed {
		return t.V + ":" + port
	}
	return t.V
}

// tls makes c a look at a certificate.
func (b *builder) tls(c *monitor.Check, f checkForm) {
	c.Kind, c.Warning, c.Anonymous = "tls", true, true
	host, port, err := parseHostPort(atHand(f.TLS.Host, "443"), false)
	switch {
	case !f.TLS.Host.Set:
		b.wrong(f.TLS.At, "tls has no host", "add host: example.com:443")
		return
	case err != nil:
		b.wrong(f.TLS.Host.At, "tls.host "+err.Error(), "write it like example.com:443")
		return
	case f.Account.V != "":
		b.wrong(f.Account.At, "a tls check sends no request that an account could authorize", "remove account")
	}
	c.Host = b.host(&url.URL{Scheme: "https", Host: net.JoinHostPort(host, port)})
	c.Path = b.pathTo(c.Host, "", nil)
	c.Asks = fingerprint("tls", c.Host)
	t := b.trusting(b.pem("tls.ca_file", f.TLS.RootsFile), nil, nil, f.TLS.RootsFile.At)
	if t == nil {
		return
	}
	if c.Ask, err = probe.TLS(probe.TLSConfig{Transport: t, Host: c.Host}); err != nil {
		b.wrong(f.TLS.Host.At, "tls.host cannot be asked", "write it like example.com:443")
	}
}

package watchlist

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"bellhop/notify"
)

// parseURL takes addresses of http and https with a host. Its errors do not quote: addresses hold secrets.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return nil, errors.New("is empty")
	case err != nil:
		return nil, errors.New("is no address")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("does not start with https:// or http://")
	case u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " /\\%@") && !strings.Contains(u.Hostname(), ":"):
		return nil, errors.New("has no usable host")
	case !validPort(u.Port(), true) || strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("has no usable port")
	case u.Fragment != "":
		return nil, errors.New("has a # part, which is never sent")
	}
	return u, nil
}

// parseBase takes the address of a host, as hosts of apaleo are given.
func parseBase(s string) (string, error) {
	u, err := parseURL(s)
	switch {
	case err != nil:
		return "", err
	case u.User != nil || u.RawQuery != "":
		return "", errors.New("holds more than a host and a path")
	}
	return strings.TrimRight(s, "/"), nil
}

// parseHostPort takes host:port. An empty host is all interfaces, if that is wanted.
func parseHostPort(s string, emptyHost bool) (host, port string, err error) {
	host, port, err = net.SplitHostPort(s)
	switch {
	case err != nil:
		return "", "", errors.New("is not host:port")
	case host == "" && !emptyHost || strings.ContainsAny(host, " /\\@"):
		return "", "", errors.New("has no usable host")
	case !validPort(port, emptyHost && port == "0"):
		return "", "", errors.New("has no usable port")
	}
	return host, port, nil
}

func validPort(port string, orNone bool) bool {
	if port == "" || port == "0" {
		return orNone
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// hostPort is where a URL leads, its scheme's port included.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// forbidden is whether no message of ours may go to this host. Names are judged again at dial, when their
// address is known.
func forbidden(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host == "metadata.google.internal"
	}
	return errors.Is(notify.Allowed(netip.AddrPortFrom(ip, 80).String()), notify.ErrAddress)
}

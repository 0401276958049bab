package watchlist

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
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
	case u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " _/\\%@") && !strings.Contains(u.Hostname(), ":"):
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

// metadata are the addresses besides link-local ones where clouds tell machines their secrets: Alibaba's,
// Oracle's, Azure's and Amazon's over IPv6.
var metadata = []string{"100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"}

// forbidden is whether no message of ours may go to this host. Names are judged again at dial, when their
// address is known.
func forbidden(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "metadata.google.internal" || host == "metadata" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	ip = ip.Unmap().WithZone("")
	for _, m := range metadata {
		if ip == netip.MustParseAddr(m) {
			return true
		}
	}
	return ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified()
}

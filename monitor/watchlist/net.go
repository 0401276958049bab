package watchlist

import (
	"net"
	"net/netip"
	"strings"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

// recordTypes are those that dns.type can name.
var recordTypes = []string{"A", "AAAA", "CNAME", "MX", "NS", "TXT"}

// dns makes c one question to a name server.
func (b *builder) dns(c *monitor.Check, f checkForm) {
	c.Kind, c.Anonymous = "dns", true
	b.sendsNothing(c.Kind, f)
	config := probe.DNSConfig{Name: f.DNS.Name.V, Server: f.DNS.Server.V}
	switch {
	case !f.DNS.Name.Set:
		b.wrong(f.DNS.At, "dns has no name", "add name: example.com")
		return
	case !hostName(f.DNS.Name.V):
		b.wrong(f.DNS.Name.At, "dns.name is no host name", "write it like example.com, without https:// and path")
		return
	}
	if kind := f.DNS.Type; kind.Set {
		kind.V = strings.ToUpper(kind.V)
		config.Type = b.oneOf("dns.type", kind, recordTypes)
	}
	c.Host = strings.ToLower(f.DNS.Name.V)
	if f.DNS.Server.Set {
		if c.Host = b.server(f.DNS.Server); c.Host == "" {
			return
		}
		config.Server, c.Path = c.Host, []monitor.Node{{Kind: monitor.NodeEdge, ID: c.Host}}
	}
	var wanted []string
	config.Expect, wanted = b.records(config.Type, f.DNS.Expect)
	c.Asks = fingerprint(c.Kind, asked(f.DNS.Name), config.Type, config.Server, wanted)
	var err error
	if c.Ask, err = probe.DNS(config); err != nil {
		b.wrong(f.DNS.Name.At, "this question cannot be asked: "+err.Error(), "look at its name, type and server")
	}
}

// records are what is expected of a name, as it is and as a fingerprint may have it. What is not known here is left out.
func (b *builder) records(kind string, items []text) (all, wanted []string) {
	for _, item := range items {
		_, err := netip.ParseAddr(item.V)
		switch addresses := kind == "" || kind == "A" || kind == "AAAA"; {
		case item.V == "":
			b.wrong(item.At, "an item of dns.expect is empty", "write an address or a name, or leave expect out for any answer")
		case addresses && err != nil:
			b.wrong(item.At, "dns.expect "+quote(item.Raw)+" is no address, as answers of this type are", "write it like 192.0.2.10, or name another type")
		case !item.At.guessed:
			all, wanted = append(all, item.V), append(wanted, asked(item))
		}
	}
	return all, wanted
}

// server is the host:port of a name server; 53 is the usual port.
func (b *builder) server(f text) string {
	address := f.V
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(strings.Trim(address, "[]"), "53")
	}
	host, port, err := parseHostPort(address, false)
	if err != nil {
		b.wrong(f.At, "dns.server "+err.Error(), "write it like 1.1.1.1 or ns1.example.com:53")
		return ""
	}
	return net.JoinHostPort(strings.ToLower(host), port)
}

func hostName(s string) bool {
	return s != "" && len(s) <= 254 && !strings.ContainsAny(s, " /:@\\?#%\t\r\n\x00")
}

// tcp makes c a conversation over one connection.
func (b *builder) tcp(c *monitor.Check, f checkForm) {
	c.Kind, c.Anonymous = "tcp", true
	b.sendsNothing(c.Kind, f)
	host, port, err := parseHostPort(atHand(f.TCP.Host, "25"), false)
	switch {
	case !f.TCP.Host.Set:
		b.wrong(f.TCP.At, "tcp has no host", "add host: smtp.example.com:25")
		return
	case err != nil:
		b.wrong(f.TCP.Host.At, "tcp.host "+err.Error(), "write it like smtp.example.com:25")
		return
	case f.TCP.RootsFile.V != "" && !f.TCP.TLS.V && !f.TCP.TLS.At.guessed:
		b.wrong(f.TCP.RootsFile.At, "tcp.ca_file is of use with tls: true alone", "add tls: true, or remove ca_file")
	}
	c.Host = net.JoinHostPort(strings.ToLower(host), port)
	c.Path = b.pathTo(c.Host, "", nil)
	c.Asks = fingerprint(c.Kind, c.Host, asked(f.TCP.Send), asked(f.TCP.Expect), f.TCP.TLS.V)
	t := b.trusting(b.pem("tcp.ca_file", f.TCP.RootsFile), nil, nil, f.TCP.RootsFile.At)
	if t == nil {
		return
	}
	config := probe.TCPConfig{
		Transport: t, Host: c.Host, Send: f.TCP.Send.V, Expect: f.TCP.Expect.V, Hidden: f.TCP.Expect.V != f.TCP.Expect.Raw, TLS: f.TCP.TLS.V,
	}
	if c.Ask, err = probe.TCP(config); err != nil {
		b.wrong(f.TCP.At, "this connection cannot be made: "+err.Error(), "look at its host")
	}
}

// sendsNothing refuses an account for what no account could authorize.
func (b *builder) sendsNothing(kind string, f checkForm) {
	if f.Account.V != "" {
		b.wrong(f.Account.At, "a "+kind+" check sends no request that an account could authorize", "remove account")
	}
}

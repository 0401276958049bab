package probe

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor"
)

// nameserver answers over UDP and TCP on one port of loopback. answer gets the name and the type that are asked
// for; nil is silence.
func nameserver(t *testing.T, answer func(query []byte, name string, kind uint16, tcp bool) []byte) string {
	t.Helper()
	addr := raw(t, func(c net.Conn) {
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(head))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		name, kind := asked(query)
		if reply := answer(query, name, kind, true); reply != nil {
			_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
			return
		}
		hang(c)
	})
	udp, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = udp.Close(); <-done })
	go func() {
		defer close(done)
		b := make([]byte, 2048)
		for {
			n, from, err := udp.ReadFrom(b)
			if err != nil {
				return
			}
			name, kind := asked(b[:n])
			if reply := answer(slices.Clone(b[:n]), name, kind, false); reply != nil {
				_, _ = udp.WriteTo(reply, from)
			}
		}
	}()
	return addr
}

// asked reads the question of a query.
func asked(query []byte) (name string, kind uint16) {
	at := 12
	for at < len(query) && query[at] != 0 {
		n := int(query[at])
		name += string(query[at+1:at+1+n]) + "."
		at += 1 + n
	}
	return strings.ToLower(name), binary.BigEndian.Uint16(query[at+1:])
}

// record is one answer: its type and its data.
type record struct {
	kind uint16
	data []byte
}

// reply answers a query. flags are those of the header's second word.
func reply(query []byte, flags uint16, records ...record) []byte {
	end := 12
	for query[end] != 0 {
		end += 1 + int(query[end])
	}
	out := slices.Clone(query[:2])
	out = binary.BigEndian.AppendUint16(out, flags)
	for _, n := range []int{1, len(records), 0, 0} {
		out = binary.BigEndian.AppendUint16(out, uint16(n))
	}
	out = append(out, query[12:end+5]...)
	for _, r := range records {
		out = append(out, 0xc0, 0x0c)
		out = binary.BigEndian.AppendUint16(out, r.kind)
		out = append(out, 0, 1, 0, 0, 0, 60)
		out = binary.BigEndian.AppendUint16(out, uint16(len(r.data)))
		out = append(out, r.data...)
	}
	return out
}

func encoded(name string) (b []byte) {
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0)
}

const (
	dnsGood      = 0x8180
	dnsTruncated = 0x8380
	dnsServFail  = 0x8182
	dnsNXDomain  = 0x8183
	dnsRefused   = 0x8185
)

// zone is a server that knows one name of each kind.
func zone(query []byte, name string, kind uint16, tcp bool) []byte {
	text := func(s string) []byte { return append([]byte{byte(len(s))}, s...) }
	switch {
	case name == "gone.test.":
		return reply(query, dnsNXDomain)
	case name == "broken.test.":
		return reply(query, dnsServFail)
	case name == "refused.test.":
		return reply(query, dnsRefused)
	case name == "silent.test.":
		return nil
	case name == "garbage.test.":
		return []byte("HTTP/1.1 400 Bad Request\r\n\r\n<html>ada@example.com")
	case name == "loop.test.": // a name that points at itself
		return append(reply(query, dnsGood)[:6], append([]byte{0, 1, 0, 0, 0, 0, 0xc0, 0x0c}, query[12:]...)...)
	case name == "large.test." && !tcp:
		return reply(query, dnsTruncated)
	case name == "large.test.":
		return reply(query, dnsGood, slices.Repeat([]record{{1, []byte{192, 0, 2, 1}}, {1, []byte{192, 0, 2, 2}}}, 1500)...)
	case kind == 1 && name == "a.test.":
		return reply(query, dnsGood, record{1, []byte{192, 0, 2, 7}}, record{1, []byte{192, 0, 2, 8}})
	case kind == 28 && name == "a.test.":
		return reply(query, dnsGood, record{28, net.ParseIP("2001:db8::1")})
	case name == "alias.test." && kind == 5:
		return reply(query, dnsGood, record{5, encoded("target.test.")})
	case kind == 15:
		return reply(query, dnsGood, record{15, append([]byte{0, 10}, encoded("mx1.a.test")...)}, record{15, append([]byte{0, 20}, encoded("mx2.a.test")...)})
	case kind == 16:
		return reply(query, dnsGood, record{16, text("v=spf1 -all")})
	case kind == 2:
		return reply(query, dnsGood, record{2, encoded("ns1.a.test")})
	}
	return reply(query, dnsGood)
}

// TestDNS asks a name server for all that can be asked, in all the ways that it can fail.
func TestDNS(t *testing.T) {
	t.Parallel()
	server := nameserver(t, zone)
	for _, tt := range []struct {
		name, kind string
		expect     []string
		fault      monitor.Fault
		detail     string
	}{
		{"a.test", "A", nil, "", ""},
		{"a.test.", "", []string{"192.0.2.7", "192.0.2.8"}, "", ""},
		{"A.test", "A", []string{"192.0.2.9"}, "wrong_body", "192.0.2.9 is not among the answers (192.0.2.7, 192.0.2.8)"},
		{"a.test", "aaaa", []string{"2001:0db8::1"}, "", ""},
		{"alias.test", "CNAME", []string{"Target.test."}, "", ""},
		{"alias.test", "CNAME", []string{"elsewhere.test"}, "wrong_body", "elsewhere.test is not among the answers (target.test)"},
		{"a.test", "CNAME", nil, "wrong_body", "a.test has no CNAME record"},
		{"a.test", "MX", []string{"mx1.a.test", "20 mx2.a.test."}, "", ""},
		{"a.test", "MX", []string{"30 mx1.a.test"}, "wrong_body", "30 mx1.a.test is not among the answers (10 mx1.a.test, 20 mx2.a.test)"},
		{"a.test", "TXT", []string{"v=spf1 -all"}, "", ""},
		{"a.test", "TXT", []string{"v=spf1"}, "wrong_body", "v=spf1 is not among the answers"},
		{"a.test", "NS", []string{"ns1.a.test"}, "", ""},
		{"none.test", "A", nil, "wrong_body", "none.test has no A record, or does not exist"},
		{"gone.test", "A", nil, "wrong_body", "gone.test has no A record, or does not exist"},
		{"broken.test", "A", nil, "dns", "127.0.0.1 cannot say (server failure, or it refuses)"},
		{"refused.test", "MX", nil, "dns", "127.0.0.1 cannot say (server failure, or it refuses)"},
		{"silent.test", "A", nil, "timeout", "no answer from 127.0.0.1 in time"},
		{"garbage.test", "A", nil, "malformed", "127.0.0.1 sent something that is no answer"},
		{"loop.test", "TXT", nil, "malformed", "127.0.0.1 sent something that is no answer"},
		{"large.test", "A", []string{"192.0.2.2"}, "", ""},
	} {
		t.Run(tt.name+" "+tt.kind, func(t *testing.T) {
			t.Parallel()
			p, err := DNS(DNSConfig{Name: tt.name, Type: tt.kind, Server: server, Expect: tt.expect})
			if err != nil {
				t.Fatal(err)
			}
			within := 5 * time.Second
			if tt.fault == monitor.FaultTimeout || tt.fault == monitor.FaultMalformed {
				within = 700 * time.Millisecond // the resolver waits for a better answer
			}
			o := ask(t, p, within, false)
			if o.Fault != tt.fault || tt.detail != "" && o.Detail != tt.detail {
				t.Errorf("%q (%s), want %q (%s)", o.Fault, o.Detail, tt.fault, tt.detail)
			}
			if o.IP != "127.0.0.1" || o.Phases.DNS <= 0 || len(o.Addrs) > maxAddrs {
				t.Errorf("ip %q, dns %s, %d addresses", o.IP, o.Phases.DNS, len(o.Addrs))
			}
			if strings.HasPrefix(tt.name, "a.") && tt.kind == "A" && !slices.Equal(o.Addrs, []string{"192.0.2.7", "192.0.2.8"}) {
				t.Errorf("addresses %q", o.Addrs)
			}
		})
	}
}

// TestDNSServerThatIsNotThere has nobody on the port.
func TestDNSServerThatIsNotThere(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	p, err := DNS(DNSConfig{Name: "a.test", Server: ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if o := ask(t, p, 5*time.Second, false); o.Fault != "connect" || o.Detail != "no connection to 127.0.0.1: connection refused" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
}

// TestDNSHostsFileIsNotTheServer ensures that what this machine knows by itself is not taken for the server's word.
func TestDNSHostsFileIsNotTheServer(t *testing.T) {
	var questions atomic.Int64
	server := nameserver(t, func(query []byte, _ string, _ uint16, _ bool) []byte {
		questions.Add(1)
		return reply(query, dnsNXDomain)
	})
	p, err := DNS(DNSConfig{Name: "localhost", Server: server})
	if err != nil {
		t.Fatal(err)
	}
	if o := ask(t, p, 5*time.Second, false); o.Fault != "wrong_body" || questions.Load() == 0 && !strings.Contains(o.Detail, "hosts file") {
		t.Errorf("%q (%s) after %d questions", o.Fault, o.Detail, questions.Load())
	}
}

func TestDNSSettings(t *testing.T) {
	for _, c := range []DNSConfig{
		{},
		{Name: "192.0.2.1"},
		{Name: "a b.test"},
		{Name: "a..test"},
		{Name: strings.Repeat("a.", 130) + "test"},
		{Name: "a.test", Type: "ANY"},
		{Name: "a.test", Expect: []string{"b.test"}},
	} {
		if _, err := DNS(c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}

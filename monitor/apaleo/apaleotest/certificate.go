package apaleotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

const validity = 90 * 24 * time.Hour // far above the 14 days at which a monitor warns

// authority signs the certificates of the hosts.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// leaf is what a host's certificate says.
type leaf struct {
	wrongName bool
	foreign   bool          // signed by an authority nobody knows
	endsIn    time.Duration // negative is expired
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "apaleotest root"},
		NotBefore:    time.Now().Add(-2 * validity), NotAfter: time.Now().Add(2 * validity),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert: cert, key: key}, err
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// issue makes a certificate for loopback that says what l says.
func (a *authority) issue(l leaf) (*tls.Certificate, error) {
	if l.foreign {
		other, err := newAuthority()
		if err != nil {
			return nil, err
		}
		a = other
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, l.template(time.Now()), a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func (l leaf) template(now time.Time) *x509.Certificate {
	ends := now.Add(l.endsIn)
	t := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "apaleotest"},
		NotBefore:    ends.Add(-validity - time.Hour), NotAfter: ends,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if l.wrongName {
		t.DNSNames = []string{"elsewhere.example"}
		return t
	}
	t.DNSNames = []string{"localhost"}
	t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	return t
}

// tlsConfig asks the faults at each handshake. There are no session tickets: a resumed session would
// not show the certificate of the moment.
func (s *Server) tlsConfig(on Host) (*tls.Config, error) {
	good, err := s.ca.issue(leaf{endsIn: validity})
	if err != nil {
		return nil, err
	}
	base := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		SessionTicketsDisabled: true, Certificates: []tls.Certificate{*good},
	}
	c := base.Clone()
	c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		f := s.handshakeFault(on)
		if f == nil {
			return nil, nil
		}
		if f.certificate == nil {
			return nil, errScripted
		}
		bad := base.Clone()
		bad.Certificates = []tls.Certificate{*f.certificate}
		return bad, nil
	}
	return c, nil
}

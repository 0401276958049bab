package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	maxAddrs    = 8
	maxNames    = 4
	maxNameText = 100 // bytes of a name in a certificate, as kept
)

// addresses are the first of what a resolver answered.
func addresses(all []net.IPAddr) []string {
	var out []string
	for _, a := range all[:min(len(all), maxAddrs)] {
		out = append(out, a.String())
	}
	return out
}

// handshake is what a handshake showed.
func handshake(state tls.ConnectionState) monitor.TLSFacts {
	f := monitor.TLSFacts{Version: tls.VersionName(state.Version)}
	if len(state.PeerCertificates) > 0 {
		f.Issuer, f.Names = signer(state.PeerCertificates[0]), names(state.PeerCertificates[0])
	}
	return f
}

// unverified is what is known of a certificate that was refused, and when it ends.
func unverified(err error) (until time.Time, f monitor.TLSFacts) {
	var refused *tls.CertificateVerificationError
	if !errors.As(err, &refused) || len(refused.UnverifiedCertificates) == 0 {
		return time.Time{}, monitor.TLSFacts{}
	}
	leaf := refused.UnverifiedCertificates[0]
	return leaf.NotAfter, monitor.TLSFacts{Issuer: signer(leaf), Names: names(leaf)}
}

// signer is who signed a certificate, in words: its name and organization.
func signer(cert *x509.Certificate) string {
	parts := []string{cert.Issuer.CommonName}
	for _, org := range cert.Issuer.Organization[:min(len(cert.Issuer.Organization), 1)] {
		if org != cert.Issuer.CommonName {
			parts = append(parts, org)
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return foreign(strings.Join(parts, ", "), maxNameText)
}

// names are the first of those that a certificate is for.
func names(cert *x509.Certificate) []string {
	var out []string
	for _, name := range cert.DNSNames {
		if name = foreign(name, maxNameText); name != "" && len(out) < maxNames {
			out = append(out, name)
		}
	}
	for _, ip := range cert.IPAddresses {
		if len(out) < maxNames {
			out = append(out, ip.String())
		}
	}
	return out
}

// chainUntil is when the best chain that leads to a root we trust ends; of a connection that was not
// verified, its leaf.
func chainUntil(state tls.ConnectionState) time.Time {
	var best time.Time
	for _, chain := range state.VerifiedChains {
		if len(chain) == 0 {
			continue
		}
		until := chain[0].NotAfter
		for _, cert := range chain {
			if cert.NotAfter.Before(until) {
				until = cert.NotAfter
			}
		}
		if until.After(best) {
			best = until
		}
	}
	if best.IsZero() && len(state.PeerCertificates) > 0 {
		best = state.PeerCertificates[0].NotAfter
	}
	return best
}

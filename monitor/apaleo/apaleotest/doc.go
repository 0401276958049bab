// Package apaleotest is a stand-in for apaleo, as net/http/httptest is for a web server: its hosts on
// loopback (identity, API, webhook API, distribution, integration, status page) over real TCP and TLS, with real
// signed tokens, answers shaped as apaleo's, webhooks that it sends, and faults that a test or a demonstration
// scripts while it runs. With Config.Memory it needs no sockets, and runs in a bubble of testing/synctest.
//
//	s, err := apaleotest.Start(apaleotest.Config{
//		Accounts: []apaleotest.Account{{Code: "ALPN", ClientID: "ALPN-SP-MON", ClientSecret: "s3cret"}},
//	})
//	defer s.Close()
//	outage := s.Fault(apaleotest.Gateway(502).On(apaleotest.API))
//	...
//	outage.Clear()
//	s.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = "" }) // revoked
//
// Facts cited in comments are in docs/apaleo.md. Where apaleo's answer is not known, the comment says "assumed".
package apaleotest

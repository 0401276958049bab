package apaleo_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/probe"
)

// of lets the API answer a status; the whole host unless more is said.
func of(status int) apaleotest.Fault { return apaleotest.Status(status).On(apaleotest.API) }

func hurting(faults ...apaleotest.Fault) func(*stage) {
	return func(s *stage) {
		for _, f := range faults {
			s.Fault(f)
		}
	}
}

// saying is a fault at the token endpoint for one hotel's client, as it was recorded.
func (s *stage) saying(file, client string) {
	s.Fault(apaleotest.Status(400).On(apaleotest.Identity).At("/connect/token").For(client).WithBody("application/json", recorded(s.t, file)))
}

func token(file string) func(*stage) { return func(s *stage) { s.saying(file, "ALPN-SP-MON") } }

// recorded is a body that apaleo has sent (docs/apaleo.md, sections 2 and 3).
func recorded(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "errors", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// resultRows are what people read of each row of section B, by its first cell.
func resultRows() map[string]row {
	rows := map[string]row{}
	for _, some := range []map[string]row{goodRows(), tokenRows(), accessRows(), requestRows(), serverRows(), networkRows(), hotelRows(), reportedRows()} {
		maps.Copy(rows, some)
	}
	return rows
}

func goodRows() map[string]row {
	return map[string]row{
		"200, 201, 204":                {modules: apaleo.ModuleNames(), hurt: func(s *stage) { s.Fault(of(204).At("/availability")) }, never: true},
		"401 without a token (P4, P5)": {never: true},
	}
}

func tokenRows() map[string]row {
	return map[string]row{
		"token: `invalid_client`": {hurt: token("token-invalid_client.json"), side: "credentials", says: "HTTP 400 invalid_client", next: "5 to 10 minutes"},
		"token: `invalid_grant`, of one hotel": {
			setup: reporting(func(code string) *monitor.TokenReport { return granted(code == "R02") }), rounds: 12, apart: time.Minute,
			side: "hotel", says: "1 hotel to reconnect: R02. No new token is given (HTTP 400 invalid_grant)", next: "administrator to connect the app again",
		},
		"token: `invalid_grant`, of nearly all hotels": {
			setup: reporting(func(string) *monitor.TokenReport { return granted(true) }), rounds: 12, apart: time.Minute,
			side: "credentials", says: "invalid_grant", next: "look at the app rather than at the hotels",
		},
		"token: `invalid_scope`, `unauthorized_client`": {hurt: token("token-400-invalid_scope.json"), side: "permissions", says: "HTTP 400 invalid_scope", next: "Add it in apaleo, Apps"},
		"token: `invalid_request`":                      {hurt: token("token-400-invalid_request.json"), side: "request", says: "HTTP 400 invalid_request", next: "consent again"},
	}
}

// granted is a token request of the integration: its consent is gone, or not.
func granted(gone bool) *monitor.TokenReport {
	if gone {
		return &monitor.TokenReport{Status: 400, Fault: monitor.FaultGrant, Code: "invalid_grant"}
	}
	return &monitor.TokenReport{Status: 200}
}

// reporting has the integration report tokens that are good at first and, once all is well, as said.
func reporting(token func(code string) *monitor.TokenReport) func(*stage) {
	return func(s *stage) {
		start := s.now.Add(30 * time.Minute)
		s.learnFor = 30 * time.Minute
		s.reports = func(at time.Time) (all []monitor.AccountReport) {
			for _, code := range []string{"R01", "R02", "R03", "R04", "R05"} {
				t := granted(false)
				if at.After(start.Add(time.Minute)) {
					t = token(code)
				}
				t.At = at
				all = append(all, monitor.AccountReport{Code: code, Token: t, Requests: []monitor.Count{{Module: "booking", Status: 200, N: 3}}})
			}
			return all
		}
	}
}

func accessRows() map[string]row {
	return map[string]row{
		"401 with a token, and again with a new one": {
			hurt: hurting(of(401).For("ALPN")), side: "credentials", says: "Hotel alpine (ALPN) is LOCKED OUT", next: "though it is new",
		},
		"401 for several accounts at once, with new tokens": {
			hurt: hurting(of(401)), side: "apaleo", says: "HTTP 401", next: "Change no secrets yet",
		},
		"403": {hurt: hurting(of(403).For("ALPN")), side: "permissions", says: "Hotel alpine (ALPN) is LOCKED OUT", next: "Compare the token's scopes"},
		"403 without a token": {
			hurt: hurting(apaleotest.Status(403).On(apaleotest.Webhook).At("/v1/subscriptions").For("")), setup: unsubscribed,
			side: "unclear", says: "HTTP 403", next: "none of them is at fault", ticket: true,
		},
		"the token lacks a scope": {
			modules: []string{"booking"}, hurt: func(s *stage) {
				s.Change("ALPN", func(a *apaleotest.Account) { a.Scopes = []string{"setup.read"} })
				s.RevokeTokens("ALPN")
			},
			side: "hotel", says: "1 hotel still has to consent to scope reservations.read: alpine", next: "consent to the app again",
		},
	}
}

// unsubscribed has nobody look for a subscription.
func unsubscribed(s *stage) { s.edge.Account = nil }

func requestRows() map[string]row {
	messages := func(s *stage) apaleotest.Fault {
		return of(422).At("/booking").WithBody("application/json", recorded(s.t, "422-messages-docs-channel.json"))
	}
	return map[string]row{
		"404 on `/health`":          {hurt: hurting(of(404).At("/health")), notice: true, says: "HTTP 404", next: "api-edge goes on"},
		"404 on another fixed path": {modules: []string{"settings"}, hurt: hurting(of(404).At("/settings").For("ALPN")), notice: true, says: "HTTP 404", next: "a version that is gone"},
		"400, 405, 415 (API)":       {modules: []string{"settings"}, hurt: hurting(of(405).At("/settings").For("ALPN")), notice: true, says: "HTTP 405", next: "not for this method"},
		"404 of a property, or 422 that says it does not exist": {
			modules: []string{"availability"}, hurt: func(s *stage) { s.Change("ALPN", func(a *apaleotest.Account) { a.Properties, a.Archived = 0, 1 }) },
			side: "hotel", says: "1 hotel's property is archived: alpine", next: "correct the account's properties", extra: 1,
		},
		"422 of one account": {
			modules: []string{"booking"}, hurt: func(s *stage) { s.Fault(messages(s).For("ALPN")) }, notice: true,
			says: "Source is required for ChannelManager channel and should be configured.", next: "apaleo does not change its customers' data",
		},
		"422 of nearly all accounts": {
			modules: []string{"booking"}, hurt: func(s *stage) { s.Fault(messages(s)) },
			side: "apaleo", says: "HTTP 422", next: "points to a bug at apaleo", ticket: true,
		},
		"422 `HealthcheckFailed`": {
			modules: []string{"settings"}, notice: true, says: "healthcheck_failed", next: "got no 2xx within 10 seconds",
			hurt: func(s *stage) {
				s.Fault(of(422).At("/settings").For("ALPN").WithBody("application/json", `{"type":"HealthcheckFailed","message":"The endpoint 'https://x.example' did not answer."}`))
			},
		},
		"429": {
			hurt: hurting(apaleotest.TooMany(time.Second).On(apaleotest.API).For("ALPN")), rounds: 40, apart: time.Minute,
			side: "request", says: "OVER QUOTA", next: "obey Retry-After",
		},
	}
}

func serverRows() map[string]row {
	page := func(status int) func(*stage) { return hurting(apaleotest.Gateway(status).On(apaleotest.API)) }
	return map[string]row{
		"500":                      {hurt: hurting(of(500)), side: "apaleo", says: "apaleo API is DOWN", next: "If it stays"},
		"500 of one request alone": {hurt: hurting(of(500).At("/health")), side: "apaleo", says: "HTTP 500", next: "support@apaleo.com", ticket: true},
		"502":                      {hurt: page(502), side: "apaleo", says: "apaleo API is DOWN: 8 of 8 checks fail (HTTP 502)", next: "Pause writes"},
		"503":                      {hurt: page(503), side: "apaleo", says: "HTTP 503", next: "maintenance"},
		"504":                      {hurt: page(504), side: "apaleo", says: "HTTP 504", next: "see whether it was done"},
		"other 5xx":                {hurt: hurting(of(520)), side: "unclear", says: "HTTP 520", next: "See what answers"},
		"HTML instead of JSON with 200": {
			hurt: func(s *stage) {
				login := apaleotest.Status(200).On(apaleotest.API).WithBody("text/html; charset=utf-8", "<html>Welcome, please log in</html>")
				hurting(login.For("ALPN"), login.For("LAKE"), login.For("HILL"))(s)
			},
			side: "unclear", says: "an HTML page instead of JSON", next: "a proxy, portal or login of yours",
		},
		"answers that come late": {
			overrides: map[string]apaleo.Override{"api-edge": {Slow: 20 * time.Millisecond}, "apaleo-health": {Slow: 20 * time.Millisecond}},
			hurt:      hurting(apaleotest.Slow(60*time.Millisecond).On(apaleotest.API).At("/health"), apaleotest.Slow(60*time.Millisecond).On(apaleotest.API).At("/inventory")), rounds: 14, side: "apaleo", says: "is SLOW", next: "Raise timeouts",
		},
	}
}

// failing lets connections to one host, or to all, fail.
func (s *stage) failing(base string, err error) {
	fail := dialing(func(ctx context.Context, network, address string) (net.Conn, error) {
		if base == "" || "http://"+address == base {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	})
	s.dial.Store(&fail)
}

func networkRows() map[string]row {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	return map[string]row{
		"timeout, TCP connected": {
			hurt: func(s *stage) {
				s.timeout = 150 * time.Millisecond
				s.Fault(apaleotest.Slow(time.Hour).On(apaleotest.Webhook))
			}, setup: unsubscribed,
			side: "apaleo", says: "no answer in time", next: "Pause writes",
		},
		"DNS failure": {
			hurt: func(s *stage) {
				s.failing(s.API, &net.DNSError{Err: "no such host", Name: "api.apaleo.com", IsNotFound: true})
			},
			side: "unclear", says: "the name is not found", next: "Ask another resolver",
		},
		"refused, reset, no route": {hurt: hurting(apaleotest.Refuse().On(apaleotest.API)), side: "apaleo", says: "no connection", next: "firewall"},
		"nothing answers, the control hosts neither": {
			hurt: func(s *stage) { s.cutOff = true; s.inbox.Close(); s.failing("", refused) }, rounds: 12, notice: true,
			says: "cannot see out", next: "network between bellhop and the internet",
		},
		"a proxy of ours refuses":  {hurt: proxied, side: "network", says: "our proxy", next: "HTTPS_PROXY"},
		"TLS: expired, wrong name": {tls: true, hurt: hurting(apaleotest.WrongName().On(apaleotest.Webhook)), setup: unsubscribed, side: "apaleo", says: "the certificate is for another name", next: "Do not switch verification off", ticket: true},
		"TLS: unknown authority":   {tls: true, hurt: hurting(apaleotest.UnknownAuthority().On(apaleotest.Webhook)), setup: unsubscribed, side: "network", says: "signed by somebody unknown here", next: "apaleo.ca_file"},
		"TLS: ends within 14 days": {tls: true, hurt: hurting(apaleotest.CertificateEndsIn(9 * 24 * time.Hour).On(apaleotest.Identity)), side: "apaleo", says: "ENDS SOON", next: "apaleo renews late"},
	}
}

// proxied puts a proxy of ours between, which does not let us through to one host.
func proxied(s *stage) {
	s.failing(s.Webhook, &net.OpError{Op: "proxyconnect", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})
}

func hotelRows() map[string]row {
	return map[string]row{
		"A2: another `code`": {
			hurt: func(s *stage) {
				s.Fault(of(200).At("/account").For("ALPN").WithBody("application/json", `{"code":"OTHR","type":"Live"}`))
			},
			side: "credentials", says: "the client belongs to another account", next: "Correct code",
		},
		"A2: `type` Suspended": {hurt: suspended, side: "hotel", says: "1 hotel's account is suspended at apaleo: alpine", next: "tell the hotel"},
		"A2: `type` Development or Trial, where Live is configured": {
			hurt: func(s *stage) { s.Change("ALPN", func(a *apaleotest.Account) { a.Type = "Development" }) },
			side: "hotel", says: "1 hotel's account is not a live one: alpine", next: "Ask the hotel",
		},
	}
}

func reportedRows() map[string]row {
	quietAt := func(codes ...string) func(*stage) {
		return func(s *stage) {
			s.silent = func(code string, _ time.Time) (bool, bool) { return false, len(codes) == 0 || code == codes[0] }
		}
	}
	return map[string]row{
		"pings arrive, no events, at one hotel": {
			setup: eventful(nil), hurt: func(s *stage) { quietAt("R02")(s); s.learn(2 * time.Hour) }, rounds: 20, apart: time.Minute, side: "unclear", says: "Pings arrive", next: "dateFilter=Modification",
		},
		"pings arrive, no events, at several hotels": {
			setup: eventful(nil), hurt: quietAt(), rounds: 40, apart: time.Minute, side: "apaleo", says: "apaleo's webhook delivery is DOWN", next: "apaleo sends missed events again",
		},
		"nothing arrives, our receiver answers": {
			setup: eventful(nil), hurt: allStop, rounds: 40, apart: time.Minute, side: "apaleo", says: "apaleo's webhook delivery is DOWN: no ping since", next: "your receiver answers",
		},
		"nothing arrives, our receiver does not answer": {
			setup: eventful(nil), hurt: func(s *stage) { s.inboxed.Store(http.StatusInternalServerError); allStop(s) }, rounds: 40, apart: time.Minute,
			side: "integration", says: "Our webhook receiver is DOWN", next: "2xx within 10 seconds",
		},
		"nothing arrives, our receiver is not asked": {
			deaf: true, setup: eventful(nil), hurt: allStop, rounds: 40, apart: time.Minute, side: "unclear", says: "no ping since", next: "Look at it first",
		},
		"subscription missing": {
			hurt: func(s *stage) { s.Change("ALPN", func(a *apaleotest.Account) { a.Subscriptions = nil }) },
			side: "integration", says: "Webhook subscription of alpine", next: "No past events are sent",
		},
		"the integration's own requests get no connection": {
			setup: eventful(nil), hurt: noWayOut, rounds: 12, apart: time.Minute, side: "integration", says: "The integration's traffic to apaleo is DOWN: all 42 requests failed (mostly booking: no connection)", next: "its network, proxy, resolver",
		},
		"the token that the integration keeps has ended": {
			setup: keeping, hurt: func(s *stage) { s.keep("an.ended.token", -time.Hour) }, rounds: 12,
			side: "integration", says: "The integration's renewal of tokens is OVERDUE", next: "no longer renews the token",
		},
		"the integration stops reporting": {
			setup: eventful(nil), hurt: func(s *stage) { s.reports = nil }, rounds: 20, apart: time.Minute, side: "integration", says: "The integration's report is OVERDUE", next: "See whether it runs",
		},
	}
}

// noWayOut has the integration report that its requests end before they reach anybody.
func noWayOut(s *stage) {
	before := s.reports
	s.reports = func(at time.Time) []monitor.AccountReport {
		all := before(at)
		for i := range all {
			all[i].Requests = []monitor.Count{{Module: "booking", Fault: monitor.FaultConnect, N: 7}}
		}
		return all
	}
}

// keeping has the integration keep the tokens of all hotels in one place each, from where bellhop reads them.
func keeping(s *stage) {
	s.kept = s.t.TempDir()
	s.keep("a.good.token", time.Hour)
	for i, a := range s.config.Accounts {
		source, err := probe.NewKeptSource(probe.KeptConfig{ClientID: a.Source.ClientID(), Pace: s.config.Pace, File: filepath.Join(s.kept, "token")})
		if err != nil {
			s.t.Fatal(err)
		}
		s.config.Accounts[i].Kept, s.config.Accounts[i].Source = true, source
	}
	s.config.Overrides = map[string]apaleo.Override{"account": {Off: true}, "inventory": {Off: true}} // the stand-in knows no such token
	s.edge.Account = nil
}

func (s *stage) keep(token string, life time.Duration) {
	s.t.Helper()
	text := fmt.Sprintf(`{"access_token":%q,"expires_at":%d}`, token, time.Now().Add(life).Unix())
	if err := os.WriteFile(filepath.Join(s.kept, "token"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

package apaleo_test

import (
	"net/http"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// broken lets what begins so answer HTTP 500.
func broken(on apaleotest.Host, path string) func(*stage) {
	return func(s *stage) { s.Fault(apaleotest.Status(500).On(on).At(path)) }
}

// ofModule is a module that fails for all hotels: apaleo's, by name.
func ofModule(entry, says string, on apaleotest.Host, path string) row {
	return row{modules: []string{entry}, hurt: broken(on, path), side: "apaleo", says: says, next: "Nothing to fix here"}
}

// watchRows are the failures of the checks in section A, by their name.
func watchRows() map[string]row {
	soon := func(on apaleotest.Host, modules ...string) row {
		return row{
			tls: true, modules: modules, hurt: func(s *stage) { s.Fault(apaleotest.CertificateEndsIn(9 * 24 * time.Hour).On(on)) },
			side: "apaleo", says: "Certificate of 127.0.0.1", next: "apaleo renews late",
		}
	}
	return map[string]row{
		"apaleo-health":      {hurt: broken(apaleotest.API, "/health"), side: "apaleo", says: "apaleo API health is DOWN", next: "Only this one request fails", ticket: true},
		"identity-discovery": {hurt: broken(apaleotest.Identity, "/.well-known"), side: "apaleo", says: "apaleo identity is DOWN", next: "Nothing to fix here"},
		"identity-jwks":      {hurt: keysGone, side: "unclear", says: "apaleo's token signing keys is DOWN", next: "See what answers"},
		"api-edge":           {hurt: broken(apaleotest.API, "/inventory"), side: "apaleo", says: "apaleo API without credentials is DOWN", next: "Nothing to fix here", ticket: true, extra: 1},
		"webhook-api-edge":   {hurt: broken(apaleotest.Webhook, "/"), side: "apaleo", says: "apaleo webhook API is DOWN", next: "Nothing to fix here"},
		"tls-api":            soon(apaleotest.API),
		"tls-identity":       soon(apaleotest.Identity),
		"tls-webhook":        soon(apaleotest.Webhook),
		"tls-distribution":   soon(apaleotest.Distribution, "distribution"),
		"tls-integration":    soon(apaleotest.Integration, "integration"),
		"status-page":        {hurt: broken(apaleotest.StatusPage, "/"), never: true},
		"token-edge":         {hurt: broken(apaleotest.Identity, "/connect/token"), side: "apaleo", says: "apaleo token endpoint is DOWN", next: "Nothing to fix here"},
		"auth-token":         {hurt: secretRenewed, side: "credentials", says: "invalid_client", next: "was the secret renewed"},
		"connect-client": {
			setup: storeApp, hurt: func(s *stage) { s.ChangeConnect("XXXX-AC-APP", "another") },
			side: "credentials", says: "invalid_client", next: "Compare client id and secret",
		},
		"account":      {hurt: suspended, side: "hotel", says: "suspended", next: "between the hotel and apaleo"},
		"inventory":    {hurt: func(s *stage) { s.Change("ALPN", noProperties) }, side: "unclear", says: "json.count >= 1 is not so", next: "does it have a property"},
		"booking":      ofModule("booking", "apaleo booking API is DOWN", apaleotest.API, "/booking"),
		"finance":      ofModule("finance", "apaleo finance API is DOWN", apaleotest.API, "/finance"),
		"folios":       ofModule("folios", "apaleo finance API is DOWN", apaleotest.API, "/finance"),
		"rateplan":     ofModule("rateplan", "apaleo rate plan API is DOWN", apaleotest.API, "/rateplan"),
		"availability": ofModule("availability", "apaleo availability API is DOWN", apaleotest.API, "/availability"),
		"settings":     ofModule("settings", "apaleo settings API is DOWN", apaleotest.API, "/settings"),
		"offers":       ofModule("offers", "apaleo booking API is DOWN", apaleotest.API, "/booking/v1/offers"),
		"distribution": ofModule("distribution", "apaleo distribution API", apaleotest.Distribution, "/"),
		"integration":  ofModule("integration", "apaleo UI integrations API", apaleotest.Integration, "/"),
		"night-audit":  {modules: []string{"night-audit"}, hurt: auditFailed, side: "hotel", says: "the last night audit failed at property ALPN-1", next: "Tell the hotel"},
		"webhook-subscription": {
			hurt: func(s *stage) { s.Change("ALPN", func(a *apaleotest.Account) { a.Subscriptions = nil }) },
			side: "integration", says: "Webhook subscription of alpine", next: "Make the subscription again",
		},
		"webhooks": {setup: eventful(nil), hurt: allStop, rounds: 40, apart: time.Minute, side: "apaleo", says: "apaleo's webhook delivery is DOWN", next: "Nothing to fix here"},
	}
}

func storeApp(s *stage) {
	app := s.config.Accounts[0]
	app.Name, app.Code, app.Connect, app.Source = "app", "", true, s.source("XXXX-AC-APP", "XXXX-AC-APP")
	s.config.Accounts = append(s.config.Accounts, app)
}

func keysGone(s *stage) {
	s.Fault(apaleotest.Status(200).On(apaleotest.Identity).At("/.well-known/openid-configuration/jwks").WithBody("application/json", `{"keys":[]}`))
}

func suspended(s *stage) { s.Change("ALPN", func(a *apaleotest.Account) { a.Type = "Suspended" }) }

func noProperties(a *apaleotest.Account) { a.Properties = 0 }

func secretRenewed(s *stage) {
	s.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = "another" })
}

func auditFailed(s *stage) {
	s.Fault(apaleotest.Status(http.StatusOK).On(apaleotest.API).At("/logs").For("ALPN").WithBody("application/json",
		`{"count":2,"logEntries":[{"eventType":"Failed","propertyId":"ALPN-1"},{"eventType":"Succeeded","propertyId":"ALPN-1"}]}`))
}

// eventful has the integration report pings and events of three hotels for a day: all but those that stop says.
func eventful(stops func(code string, at time.Time) (pings, events bool)) func(*stage) {
	return func(s *stage) {
		seen := map[string]*monitor.WebhookReport{"R01": {}, "R02": {}, "R03": {}}
		s.silent = stops
		s.reports = func(at time.Time) (all []monitor.AccountReport) {
			for _, code := range []string{"R01", "R02", "R03"} {
				noPings, noEvents := s.stopped(code, at)
				w := seen[code]
				w.Events = 0
				if !noPings && at.Minute()%2 == 0 {
					w.LastPing = at
				}
				if !noEvents {
					w.LastEvent, w.Events = at, 2
				}
				told := *w
				all = append(all, monitor.AccountReport{Code: code, Webhooks: &told, Requests: []monitor.Count{{Module: "booking", Status: 200, N: 3}}})
			}
			return all
		}
		s.learnFor = 26 * time.Hour
	}
}

func (s *stage) stopped(code string, at time.Time) (pings, events bool) {
	if s.silent == nil {
		return false, false
	}
	return s.silent(code, at)
}

func allStop(s *stage) { s.silent = func(string, time.Time) (bool, bool) { return true, true } }

package apaleotest

// read is one GET: who may, and what it says. A nil value is 204.
type read struct {
	scopes []string // any one of them; none means a token is enough
	needs  []string // query parameters, without which it is 422
	answer func(Account) any
}

func count(n func(Account) int) func(Account) any {
	return func(a Account) any { return map[string]int{"count": n(a)} }
}

func times(n int) func(Account) any { return count(func(a Account) int { return n * a.Properties }) }

func anyOf(scopes ...string) []string { return scopes }

// reads are apaleo's cheap reads with the scopes of its Swagger text (facts, sections 1 and A). The shapes of
// account and counts are known, the others assumed.
func reads(on Host) map[string]read {
	switch on {
	case API:
		return coreReads()
	case Identity:
		return map[string]read{
			"/api/v1/users": {scopes: anyOf("identity:account-users.read"), answer: list("users")},
			"/api/v1/roles": {answer: list("roles")},
		}
	case Distribution:
		return map[string]read{"/v1/subscriptions": {scopes: anyOf("distribution:subscriptions.manage"), answer: nothing}}
	case Integration:
		return map[string]read{"/integration/v1/ui-integrations": {scopes: anyOf("integration:ui-integrations.manage"), answer: nothing}}
	default:
		return nil
	}
}

func coreReads() map[string]read {
	setup := anyOf("setup.read", "setup.manage")
	return map[string]read{
		"/account/v1/accounts/current":             {answer: current},
		"/inventory/v1/properties":                 {answer: properties},
		"/inventory/v1/properties/$count":          {answer: times(1)}, // those in use
		"/inventory/v1/types/countries":            {answer: list("countryCodes")},
		"/booking/v1/reservations/$count":          {scopes: anyOf("reservations.read", "reservations.manage"), answer: times(40)},
		"/booking/v1/offers":                       {scopes: anyOf("offers.read", "reservations.manage"), needs: anyOf("propertyId", "arrival", "departure", "adults"), answer: offers},
		"/finance/v1/types/currencies":             {answer: currencies},
		"/finance/v1/folios/$count":                {scopes: anyOf("folios.read", "folios.manage"), answer: times(90)},
		"/finance/v1/accounts/schema":              {scopes: anyOf("accounting.read"), needs: anyOf("propertyId"), answer: list("accounts")},
		"/rateplan/v1/rate-plans/$count":           {scopes: append(setup, "rateplans.read"), answer: times(6)},
		"/rateplan/v1/services/$count":             {scopes: append(setup, "services.read"), answer: times(4)},
		"/availability/v1/unit-groups":             {scopes: anyOf("availability.read"), needs: anyOf("propertyId", "from", "to"), answer: unitGroups},
		"/settings/v1/languages":                   {scopes: append(setup, "settings.read"), answer: languages},
		"/settings/v1/market-segments/$count":      {scopes: setup, answer: times(3)},
		"/operations/v1/maintenances/$count":       {scopes: anyOf("maintenances.read", "maintenances.manage"), answer: times(2)},
		"/reports/v1/reports/property-performance": {scopes: anyOf("reports.read"), needs: anyOf("propertyId", "from", "to"), answer: list("businessDays")},
		"/logs/v1/finance/night-audit":             {scopes: anyOf("logs.read"), answer: nightAudits},
	}
}

func current(a Account) any {
	return map[string]string{"code": a.Code, "name": a.Name, "defaultLanguage": "en", "type": a.Type}
}

func currencies(Account) any { return map[string]any{"currencies": []string{"CHF", "EUR", "GBP"}} }

func languages(Account) any {
	return map[string]any{"languages": []any{map[string]any{"code": "en", "default": true, "mandatory": true}}}
}

func unitGroups(a Account) any {
	if a.Properties == 0 {
		return nil
	}
	return map[string]any{"count": 1, "timeSlices": []any{}}
}

func offers(a Account) any {
	if a.Properties == 0 {
		return nil
	}
	return map[string]any{"offers": []any{}}
}

// nightAudits is that the last one was good.
func nightAudits(a Account) any {
	if a.Properties == 0 {
		return nil
	}
	return map[string]any{"count": 1, "logEntries": []any{map[string]string{"eventType": "Succeeded", "propertyId": a.PropertyIDs()[0]}}}
}

func properties(a Account) any {
	if a.Properties+a.Archived == 0 {
		return nil
	}
	var all []any
	for n := range a.Properties + a.Archived {
		all = append(all, property(a, n))
	}
	return map[string]any{"properties": all, "count": len(all)}
}

// property is the nth of the account.
func property(a Account, n int) any {
	id := a.PropertyIDs()[n]
	return map[string]any{"id": id, "code": id, "name": a.Name, "status": "Live", "isArchived": n >= a.Properties}
}

func list(name string) func(Account) any {
	return func(Account) any { return map[string]any{name: []any{}, "count": 0} }
}

func nothing(Account) any { return nil }

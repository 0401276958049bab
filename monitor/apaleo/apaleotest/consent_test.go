package apaleotest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"bellhop/monitor/apaleo/apaleotest"
)

const storeID = "XXXX-AC-STORE"

func refresh(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// exchange refreshes as the store app, and returns the answer's fields; code is the OAuth error, if any.
func exchange(t *testing.T, s *apaleotest.Server, c *http.Client, token string) (fields map[string]any, code any) {
	t.Helper()
	a := post(t, c, s.Identity+"/connect/token", storeID, "store", refresh(token))
	fields = decode(t, a.body)
	if (a.status == 200) != (fields["error"] == nil) {
		t.Errorf("refresh: %d with %v", a.status, fields)
	}
	return fields, fields["error"]
}

// The store app's tokens have the recorded form, act for the hotel that consented, and carry what it consented to.
func TestConsentGivesTokens(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	s.ChangeClient(storeID, func(c *apaleotest.Client) { c.Scopes = []string{"reservations.read"} })
	first := s.Consent(storeID, "BLTC")
	got, _ := exchange(t, s, c, first)
	sameShape(t, "refresh", got, fixture(t, "token-authorization-code.json"))
	if got["refresh_token"] != first {
		t.Errorf("refresh token %v, want the same one again", got["refresh_token"])
	}
	bearer := got["access_token"].(string)
	if code := decode(t, get(t, c, s.API+"/account/v1/accounts/current", bearer).body)["code"]; code != "BLTC" {
		t.Errorf("the token is for %v, want BLTC", code)
	}
	wantStatus(t, "with the scope", get(t, c, s.API+"/booking/v1/reservations/$count", bearer), 200)
	wantRefusal(t, "without", get(t, c, s.API+"/finance/v1/folios/$count", bearer), 403)
	if n := len(s.Requests().On(apaleotest.Identity).For("BLTC")); n != 1 {
		t.Errorf("%d refreshes are counted for the hotel, want 1", n)
	}
	for what, bad := range map[string]string{"junk": "junk", "an access token": bearer} {
		if _, code := exchange(t, s, c, bad); code != "invalid_grant" {
			t.Errorf("%s: got %v, want invalid_grant", what, code)
		}
	}
	if _, code := exchange(t, s, c, ""); code != "invalid_request" {
		t.Errorf("no refresh token: got %v, want invalid_request", code)
	}
	a := post(t, c, s.Identity+"/connect/token", "ALPN-SP-MON", "s3cret+/=", refresh(first))
	if code := decode(t, a.body)["error"]; code != "unauthorized_client" {
		t.Errorf("another client: got %v", code)
	}
}

// A scope that the client gains has every hotel to consent again; one that it loses is gone at the next refresh.
func TestScopesOfConsentsChange(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	scopes := func(all ...string) { s.ChangeClient(storeID, func(c *apaleotest.Client) { c.Scopes = all }) }
	scopes("reservations.read", "folios.read")
	old := s.Consent(storeID, "ALPN")
	scopes("reservations.read")
	got, _ := exchange(t, s, c, old)
	wantRefusal(t, "the scope lost", get(t, c, s.API+"/finance/v1/folios/$count", got["access_token"].(string)), 403)
	s.Grant(storeID, "ALPN", "folios.read")
	got, _ = exchange(t, s, c, old)
	wantRefusal(t, "what the hotel took away", get(t, c, s.API+"/booking/v1/reservations/$count", got["access_token"].(string)), 403)
	scopes("reservations.read", "setup.read")
	if _, code := exchange(t, s, c, old); code != "invalid_request" {
		t.Errorf("after a scope was added: got %v, want invalid_request as recorded", code)
	}
	got, code := exchange(t, s, c, s.Consent(storeID, "ALPN"))
	if code != nil {
		t.Fatalf("after consent: %v", code)
	}
	wantStatus(t, "the new scope", get(t, c, s.API+"/settings/v1/languages", got["access_token"].(string)), 200)
}

func TestConsentEnds(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	alp, blt := s.Consent(storeID, "ALPN"), s.Consent(storeID, "BLTC")
	s.RevokeConsent(storeID, "ALPN")
	if _, code := exchange(t, s, c, alp); code != "invalid_grant" {
		t.Errorf("revoked by the hotel: got %v", code)
	}
	if _, code := exchange(t, s, c, blt); code != nil {
		t.Errorf("the other hotel: got %v", code)
	}
	wantStatus(t, "revocation", post(t, c, s.Identity+"/connect/revocation", storeID, "store", url.Values{"token": {blt}}), 200)
	if _, code := exchange(t, s, c, blt); code != "invalid_grant" {
		t.Errorf("revoked by the app: got %v", code)
	}
}

func TestRefreshTokensRotate(t *testing.T) {
	for _, strict := range []bool{false, true} {
		s := start(t)
		c := clientFor(t, s)
		s.ChangeClient(storeID, func(c *apaleotest.Client) { c.Rotates, c.Strict = true, strict })
		first := s.Consent(storeID, "ALPN")
		got, _ := exchange(t, s, c, first)
		second := got["refresh_token"].(string)
		if second == first {
			t.Fatal("the refresh token stayed")
		}
		if _, code := exchange(t, s, c, first); code != "invalid_grant" {
			t.Errorf("used twice: got %v, want invalid_grant", code)
		}
		_, code := exchange(t, s, c, second)
		if want := map[bool]any{true: "invalid_grant"}[strict]; code != want {
			t.Errorf("strict %v: the next one: got %v, want %v", strict, code, want)
		}
	}
}

func TestAccountsByTheHundred(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	added, err := s.AddAccounts(300, "reservations.read")
	if err != nil || len(added) != 300 {
		t.Fatalf("%d accounts, %v", len(added), err)
	}
	more, err := s.AddAccounts(2)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, a := range append(added, more...) {
		codes = append(codes, a.Code)
	}
	slices.Sort(codes)
	if n := len(slices.Compact(codes)); n != 302 {
		t.Errorf("%d codes, want 302", n)
	}
	wantStatus(t, "with the scope", get(t, c, s.API+"/booking/v1/reservations/$count", token(t, s, c, added[299])), 200)
	wantRefusal(t, "without", get(t, c, s.API+"/booking/v1/reservations/$count", token(t, s, c, more[1])), 403)
	if !strings.HasPrefix(added[0].Code, "H") || s.Account(added[0].Code).Type != "Live" {
		t.Errorf("got %+v", s.Account(added[0].Code))
	}
}

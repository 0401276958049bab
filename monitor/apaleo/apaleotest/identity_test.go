package apaleotest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

func TestDiscoveryNamesEndpointsThatAnswer(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	d := decode(t, get(t, c, s.Identity+"/.well-known/openid-configuration", "").body)
	if d["issuer"] != s.Identity {
		t.Errorf("issuer: got %v, want %s", d["issuer"], s.Identity)
	}
	keys := decode(t, get(t, c, d["jwks_uri"].(string), "").body)["keys"].([]any)
	if len(keys) != 1 {
		t.Errorf("jwks: got %d keys, want 1", len(keys))
	}
	for _, name := range []string{"token_endpoint", "revocation_endpoint"} {
		wantStatus(t, name, post(t, c, d[name].(string), "", "", nil), 400)
	}
}

// A token verifies with the published key alone, and says whose it is and until when.
func TestTokenVerifiesWithPublishedKey(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	a := post(t, c, s.Identity+"/connect/token", "ALPN-SP-MON", "s3cret+/=", clientCredentials("reservations.read"))
	wantStatus(t, "token", a, 200)
	got, want := decode(t, a.body), fixture(t, "token-client-credentials.json")
	sameShape(t, "token", got, want)
	for _, k := range []string{"expires_in", "token_type", "scope"} {
		if got[k] != want[k] {
			t.Errorf("%s: got %v, want %v as recorded", k, got[k], want[k])
		}
	}
	key := decode(t, get(t, c, s.Identity+"/.well-known/openid-configuration/jwks", "").body)["keys"].([]any)[0].(map[string]any)
	claims := verified(t, got["access_token"].(string), key)
	if claims["iss"] != s.Identity || claims["account_code"] != "ALPN" || claims["client_id"] != "ALPN-SP-MON" {
		t.Errorf("claims: got %v", claims)
	}
	if scope := claims["scope"].([]any); len(scope) != 1 || scope[0] != "reservations.read" {
		t.Errorf("scope: got %v, want [reservations.read]", scope)
	}
	if left := claims["exp"].(float64) - claims["iat"].(float64); left < 3600 || left > 3601 {
		t.Errorf("exp-iat: got %v, want 3600", left)
	}
	if claims["nbf"].(float64) > float64(time.Now().Unix()) {
		t.Errorf("nbf: got %v, in the future", claims["nbf"])
	}
}

func verified(t *testing.T, jwt string, key map[string]any) map[string]any {
	t.Helper()
	part := strings.Split(jwt, ".")
	raw := func(s any) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s.(string))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, raw(key["x"])...), raw(key["y"])...))
	if err != nil {
		t.Fatal(err)
	}
	if head := decode(t, string(raw(part[0]))); head["alg"] != "ES256" || head["kid"] != key["kid"] {
		t.Errorf("header: got %v, want the kid %v", head, key["kid"])
	}
	sum, sig := sha256.Sum256([]byte(part[0]+"."+part[1])), raw(part[2])
	if !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		t.Fatal("signature does not verify")
	}
	return decode(t, string(raw(part[1])))
}

func TestTokenErrorsAreThoseRecorded(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	store := func(grant string) url.Values { return url.Values{"grant_type": {grant}, "refresh_token": {"x"}} }
	for _, tt := range []struct {
		what, id, secret string
		form             url.Values
		want             string // a fixture
	}{
		{"no client", "", "", clientCredentials(), "token-invalid_client.json"},
		{"unknown client", "NOPE", "x", clientCredentials(), "token-invalid_client.json"},
		{"wrong secret", "ALPN-SP-MON", "x", clientCredentials(), "token-invalid_client.json"},
		{"empty secret", "ALPN-SP-MON", "", clientCredentials(), "token-invalid_client.json"},
		{"scope not granted", "BLTC-SP-MON", "other", clientCredentials("folios.read"), "token-400-invalid_scope.json"},
		{"store app without a hotel", "XXXX-AC-STORE", "store", clientCredentials(), "token-400-invalid_scope.json"},
		{"grant type missing", "ALPN-SP-MON", "s3cret+/=", url.Values{}, "token-400-invalid_request.json"},
		{"refresh token unknown", "XXXX-AC-STORE", "store", store("refresh_token"), "token-400-invalid_grant.json"},
	} {
		a := post(t, c, s.Identity+"/connect/token", tt.id, tt.secret, tt.form)
		wantStatus(t, tt.what, a, 400)
		if got, want := decode(t, a.body), fixture(t, tt.want); len(got) != 1 || got["error"] != want["error"] {
			t.Errorf("%s: got %v, want %v", tt.what, got, want)
		}
	}
	a := post(t, c, s.Identity+"/connect/token", "ALPN-SP-MON", "s3cret+/=", store("password"))
	if got := decode(t, a.body)["error"]; got != "unsupported_grant_type" {
		t.Errorf("grant type password: got %v", got)
	}
	r := request(t, http.MethodPost, s.Identity+"/connect/token", "")
	r.Header.Set("Content-Type", "application/json")
	wantStatus(t, "JSON sent", do(t, c, r), 400)
	wantStatus(t, "GET", get(t, c, s.Identity+"/connect/token", ""), 405)
}

func TestTokenTakesCredentialsInTheBody(t *testing.T) {
	s := start(t)
	form := clientCredentials()
	form.Set("client_id", "ALPN-SP-MON")
	form.Set("client_secret", "s3cret+/=")
	a := post(t, clientFor(t, s), s.Identity+"/connect/token", "", "", form)
	wantStatus(t, "token", a, 200)
	if got := decode(t, a.body)["scope"]; got != all {
		t.Errorf("scope without asking for one: got %v, want all of the client's", got)
	}
}

// RFC 7009: 200 for a junk token, if the client is who it says.
func TestRevocationChecksTheClient(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	junk := url.Values{"token": {"junk"}}
	at := s.Identity + "/connect/revocation"
	wantStatus(t, "right secret", post(t, c, at, "XXXX-AC-STORE", "store", junk), 200)
	wantStatus(t, "no token", post(t, c, at, "XXXX-AC-STORE", "store", nil), 400)
	for _, secret := range []string{"wrong", ""} {
		a := post(t, c, at, "XXXX-AC-STORE", secret, junk)
		wantStatus(t, "wrong secret", a, 400)
		if got := decode(t, a.body)["error"]; got != "invalid_client" {
			t.Errorf("wrong secret: got %v, want invalid_client", got)
		}
	}
	s.ChangeConnect("XXXX-AC-STORE", "")
	wantStatus(t, "revoked secret", post(t, c, at, "XXXX-AC-STORE", "store", junk), 400)
	s.ChangeConnect("XXXX-AC-STORE", "new")
	wantStatus(t, "new secret", post(t, c, at, "XXXX-AC-STORE", "new", junk), 200)
}

func TestSecretCanBeRevokedAndRestored(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	set := func(secret string) { s.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = secret }) }
	ask := func(secret string) answer {
		return post(t, c, s.Identity+"/connect/token", "ALPN-SP-MON", secret, clientCredentials())
	}
	old := token(t, s, c, alpine())
	set("")
	wantStatus(t, "revoked", ask("s3cret+/="), 400)
	wantStatus(t, "a token given before", get(t, c, s.API+"/account/v1/accounts/current", old), 200)
	set("rotated")
	wantStatus(t, "old secret", ask("s3cret+/="), 400)
	wantStatus(t, "new secret", ask("rotated"), 200)
	if got := s.TokenRequests("ALPN-SP-MON"); got != 4 {
		t.Errorf("token requests: got %d, want 4", got)
	}
}

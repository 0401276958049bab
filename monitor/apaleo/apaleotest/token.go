package apaleotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// claims are those of apaleo's access tokens as far as they are known (facts, section 2); times are Unix seconds.
type claims struct {
	Issuer    string   `json:"iss"`
	NotBefore int64    `json:"nbf"`
	IssuedAt  int64    `json:"iat"`
	Expires   int64    `json:"exp"`
	ClientID  string   `json:"client_id"`
	Account   string   `json:"account_code"`
	Scope     []string `json:"scope,omitempty"`
	Serial    uint64   `json:"-"`
	ID        string   `json:"jti"` // the serial, so that what was given before a moment can be told apart
}

func (c claims) allows(anyOf []string) bool {
	return len(anyOf) == 0 || slices.ContainsFunc(anyOf, func(scope string) bool { return slices.Contains(c.Scope, scope) })
}

var errToken = errors.New("not a token of this server")

// signer signs tokens with ES256 (RFC 7518, 3.4) and shows its public key as a JWK (RFC 7517).
type signer struct {
	key *ecdsa.PrivateKey
	id  string
}

func newSigner() (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(point)
	return &signer{key: key, id: fmt.Sprintf("%X", sum[:16])}, nil
}

func (k *signer) sign(c claims) (string, error) {
	c.ID = fmt.Sprintf("%032X", c.Serial)
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	text := encode([]byte(`{"alg":"ES256","kid":"`+k.id+`","typ":"at+jwt"}`)) + "." + encode(payload)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, k.key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + encode(signature), nil
}

// open checks the signature and reads the claims; whether they hold now is for the caller to say.
func (k *signer) open(token string) (c claims, err error) {
	text, tail, ok := cutLast(token)
	if !ok {
		return c, errToken
	}
	signature, err := base64.RawURLEncoding.DecodeString(tail)
	if err != nil || len(signature) != 64 {
		return c, errToken
	}
	sum := sha256.Sum256([]byte(text))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(&k.key.PublicKey, sum[:], r, s) {
		return c, errToken
	}
	_, middle, _ := cutLast(text)
	payload, err := base64.RawURLEncoding.DecodeString(middle)
	if err != nil {
		return c, errToken
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, errToken
	}
	_, err = fmt.Sscanf(c.ID, "%X", &c.Serial)
	return c, err
}

func (k *signer) jwk() map[string]string {
	point, err := k.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err) // newSigner has done the same
	}
	return map[string]string{
		"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": k.id,
		"x": encode(point[1:33]), "y": encode(point[33:]),
	}
}

// bearing is what a token stands for.
type bearing struct {
	client, account string
	life            time.Duration
	scopes          []string
}

// issue makes the next token. It needs mu.
func (s *Server) issue(b bearing, now time.Time) (string, error) {
	s.serial++
	return s.key.sign(claims{
		Issuer: s.Identity, NotBefore: now.Unix(), IssuedAt: now.Unix(),
		Expires:  now.Add(b.life + time.Second - 1).Unix(), // never shorter than promised
		ClientID: b.client, Account: b.account, Scope: b.scopes, Serial: s.serial,
	})
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The lengths of a key, in bytes (Standard Webhooks 1.0.0, "Signature scheme").
const (
	minKey = 24
	maxKey = 64
)

// ErrSecret is that a secret cannot be used as a key.
var ErrSecret = errors.New("want whsec_ and base64 of 24 to 64 bytes, or at least 24 characters")

type signer []byte

func parseSecrets(secrets string) ([]signer, error) {
	var all []signer
	for s := range strings.FieldsSeq(secrets) {
		key, err := ParseSecret(s)
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	if len(all) == 0 {
		return nil, ErrSecret
	}
	return all, nil
}

// ParseSecret is the key of a secret: the base64 after whsec_. Without that prefix it is the base64 if it is
// one of the right length, and the characters themselves if not.
func ParseSecret(secret string) ([]byte, error) {
	text, prefixed := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	switch {
	case err == nil && usable(key):
		return key, nil
	case !prefixed && usable([]byte(text)):
		return []byte(text), nil
	default:
		return nil, ErrSecret
	}
}

func usable(key []byte) bool { return len(key) >= minKey && len(key) <= maxKey }

// sign sets the three headers: id, time of this attempt, and one signature per key.
func sign(h http.Header, keys []signer, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(signatures, " "))
}

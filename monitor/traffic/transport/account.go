package transport

import (
	"context"
	"net/http"
	"strings"
)

// An Account says which account a request is made for, by apaleo's account code; "" is not known. It is asked before
// the request leaves, may be called from many goroutines, and must not read the request's body.
type Account func(*http.Request) string

// Named is for a client that serves one account.
func Named(code string) Account { return func(*http.Request) string { return code } }

type accountKey struct{}

// WithAccount is a context whose requests are made for that account. It goes before what Wrap was given. An empty
// code says that they are for none: use it where a failure tells nothing about a hotel, as when the code of a
// consent is exchanged for its first token.
func WithAccount(ctx context.Context, code string) context.Context {
	return context.WithValue(ctx, accountKey{}, code)
}

func accountOf(req *http.Request, otherwise Account) string {
	if code, said := req.Context().Value(accountKey{}).(string); said {
		return code
	}
	if otherwise == nil {
		return ""
	}
	return otherwise(req)
}

// What bellhop takes (docs/report.md). One name that it refuses would cost the whole report.
const (
	codeMax   = 64
	nameMax   = 100
	moduleMax = 40
)

const otherModule = "other" // of what is named as no module of apaleo's is

// usableCode says whether bellhop takes such an account code.
func usableCode(code string) bool {
	if code == "" || len(code) > codeMax || strings.Trim(code, ".") == "" {
		return false
	}
	for i := range len(code) {
		if c := code[i]; !lowerOrDigit(c) && (c < 'A' || c > 'Z') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// moduleOf is the module that a path of apaleo's API is of: its first segment.
func moduleOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if name == "" || len(name) > moduleMax {
		return otherModule
	}
	capitals := false
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			capitals = true
		case !lowerOrDigit(c) && c != '.' && c != '_' && c != '-':
			return otherModule
		}
	}
	if capitals {
		return strings.ToLower(name)
	}
	return name
}

func lowerOrDigit(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

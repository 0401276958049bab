package notify_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bellhop/notify"
)

// TestCut ensures that what is too long ends in an ellipsis, characters are never broken, and what fits stays as it is.
func TestCut(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want string
	}{
		{"", 5, ""},
		{"five!", 5, "five!"},
		{"six it", 5, "six…"},
		{"sixsix", 5, "sixs…"},
		{"äöüß€", 4, "äöü…"},
		{"    so", 3, "…"},
		{"too", 1, "…"},
	} {
		if got := notify.Cut(tt.text, tt.n); got != tt.want {
			t.Errorf("%q cut to %d: %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, n := rapid.String().Draw(t, "text"), rapid.IntRange(1, 20).Draw(t, "n")
		got := notify.Cut(text, n)
		if utf8.RuneCountInString(got) > n || !utf8.ValidString(got) || utf8.RuneCountInString(text) <= n && got != text {
			t.Fatalf("%q cut to %d: %q", text, n, got)
		}
	})
}

package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"bellhop/monitor"
)

// Cut is at most n characters of a text, n from 1 on: the last one is an ellipsis if there were more, with no space before it.
func Cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return strings.TrimRight(string([]rune(text)[:max(n-1, 0)]), " ") + "…"
}

// Encode is JSON that leaves & < > as they are: it is no HTML, and people read it.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// Sign is a picture of a severity, to stand beside its word: never colour alone.
func Sign(s monitor.Severity) string {
	switch s {
	case monitor.Down:
		return "🔴"
	case monitor.Degraded:
		return "🟠"
	case monitor.AuthLost:
		return "🔑"
	case monitor.QuotaOut:
		return "🚦"
	default:
		return "🟡"
	}
}

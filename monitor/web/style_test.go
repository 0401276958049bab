package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var colour3 = regexp.MustCompile(`--([a-z-]+):#([0-9a-f]{6})`)

// TestContrast ensures WCAG AA in both schemes: 4.5 to 1 for every text on every ground it stands on.
func TestContrast(t *testing.T) {
	light, dark, ok := strings.Cut(asset("style.css"), "@media (prefers-color-scheme:dark)")
	if !ok {
		t.Fatal("no dark scheme")
	}
	dark, _, _ = strings.Cut(dark, "}}")
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		of := map[string]float64{}
		for _, m := range colour3.FindAllStringSubmatch(css, -1) {
			of[m[1]] = luminance(t, m[2])
		}
		for _, state := range []string{"up", "degraded", "down", "unknown"} {
			check(t, scheme, of, state, "card")
			check(t, scheme, of, state, "page")
			check(t, scheme, of, state, state+"-bg")
			check(t, scheme, of, "ink", state+"-bg")
		}
		for _, text := range []string{"ink", "soft", "link"} {
			check(t, scheme, of, text, "card")
			check(t, scheme, of, text, "page")
		}
	}
}

func check(t *testing.T, scheme string, of map[string]float64, text, ground string) {
	t.Helper()
	a, okA := of[text]
	b, okB := of[ground]
	if ratio := (max(a, b) + .05) / (min(a, b) + .05); !okA || !okB || ratio < 4.5 {
		t.Errorf("%s: %s on %s is %s to 1, want 4.5", scheme, text, ground, fmt.Sprintf("%.2f", ratio))
	}
}

// luminance is that of WCAG 2.2, relative luminance.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

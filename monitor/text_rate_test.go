package monitor

import "testing"

// TestRateText ensures how a usual rate is said, the very small ones too.
func TestRateText(t *testing.T) {
	for _, tt := range []struct {
		rate         float64
		under, known bool
		want         string
	}{
		{0.004, false, true, "usually 0.4 %"},
		{0.003, true, true, "usually under 0.3 %"},
		{0.000001, true, true, "usually under 0.001 %"},
		{0.000001, false, true, "usually under 0.001 %"},
		{0.5, false, false, ""},
	} {
		if got := rateText(tt.rate, tt.under, tt.known); got != tt.want {
			t.Errorf("%v, under %v: %q, want %q", tt.rate, tt.under, got, tt.want)
		}
	}
}

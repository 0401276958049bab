package monitor

import "strings"

// String is what is usual for a check, for people; "" where too little was seen.
func (u *Usual) String() string {
	if u == nil {
		return ""
	}
	var parts []string
	if rate := rateText(u.Rate()); rate != "" {
		parts = append(parts, strings.TrimPrefix(rate, "usually ")+" of attempts fail")
	}
	if u.Median > 0 {
		parts = append(parts, "half of the answers take "+seconds(u.Median)+", 19 in 20 at most "+seconds(u.P95))
	}
	return strings.Join(parts, "; ")
}

// Share is the share of requests that usually fails, as of Usual.Rate.
func (r Rate) Share() (share float64, under, known bool) {
	return usually(float64(r.N-r.Bad), float64(r.Bad))
}

// String is how often requests usually fail, for people; "" where too few were seen.
func (r Rate) String() string {
	rate := rateText(r.Share())
	if rate == "" {
		return ""
	}
	return strings.TrimPrefix(rate, "usually ") + " of requests fail"
}

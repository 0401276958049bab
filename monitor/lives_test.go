package monitor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestReportedTokenLife ensures that tokens of hotels which live shorter than usual are one notice, however many they are
// and in whatever order they are renewed.
func TestReportedTokenLife(t *testing.T) {
	const minute = time.Minute
	for name, tt := range map[string]struct {
		short func(hotel, now int) time.Duration // life of the token in use at a minute; 0 is an hour
		until int
		want  []string
	}{
		"all is well": {func(int, int) time.Duration { return 0 }, 100, nil},
		"212 at once, until the hour": {
			func(hotel, now int) time.Duration {
				return map[bool]time.Duration{true: 10 * minute}[hotel < 212 && now >= 10 && now < 60]
			}, 80,
			[]string{"10 Tokens of 212 hotels live 10 min instead of 1 h.", "60 Tokens of all hotels live 1 h again."},
		},
		"one by one": {
			func(hotel, now int) time.Duration {
				return map[bool]time.Duration{true: 10 * minute}[now >= 10 && hotel < 5*(now-9)]
			}, 60,
			[]string{"20 Tokens of 55 hotels live 10 min instead of 1 h."},
		},
		"for good": {
			func(_, now int) time.Duration { return map[bool]time.Duration{true: 20 * minute}[now >= 10] }, 25 * 60,
			[]string{"10 Tokens of 300 hotels live 20 min instead of 1 h.", "1450 Tokens of most hotels have lived 20 min for a day: that is usual from now on."},
		},
		"a little shorter": {func(_, now int) time.Duration { return map[bool]time.Duration{true: 31 * minute}[now >= 10] }, 60, nil},
	} {
		t.Run(name, func(t *testing.T) {
			book := reportingBook()
			var said []string
			for n := 0; n < tt.until; n++ {
				if tt.until > 1000 && n > 20 && n%10 != 0 {
					continue
				}
				at := day.Add(time.Duration(n) * minute)
				r := monitor.Report{At: at, ID: at.String(), Accounts: bigReport(300, at, 200, "").Accounts}
				for i := range r.Accounts {
					life := time.Hour
					if s := tt.short(i, n); s != 0 {
						life = s
					}
					asked := at.Truncate(life)
					r.Accounts[i].Token.At, r.Accounts[i].Token.Expires = asked, asked.Add(life)
				}
				c := book.Decide([]monitor.Input{r})
				book.Apply(c)
				for _, notice := range c.Notices {
					said = append(said, fmt.Sprint(n, " ", notice.Text))
				}
			}
			if !slices.Equal(said, tt.want) {
				t.Errorf("told %q, want %q", said, tt.want)
			}
		})
	}
}

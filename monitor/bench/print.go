package bench

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Print writes rows as a table of at most a hundred columns.
func Print(w io.Writer, rows []Row) error {
	widths := [6]int{34, 24, 10, 10, 22, 0}
	last := ""
	print := func(cells [6]string) error {
		var b strings.Builder
		for n, c := range cells {
			b.WriteString(c)
			b.WriteString(strings.Repeat(" ", max(widths[n]-utf8.RuneCountInString(c), 0)+1))
		}
		_, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
		return err
	}
	if err := print([6]string{"world", "figure", "must", "aim", "measured", "mark"}); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	for _, r := range rows {
		world := r.World
		if world == last {
			world = ""
		}
		last = r.World
		if err := print([6]string{world, r.Figure, cmp.Or(r.Must, "-"), cmp.Or(r.Aim, "-"), r.Measured, r.Mark()}); err != nil {
			return fmt.Errorf("print table: %w", err)
		}
	}
	return nil
}

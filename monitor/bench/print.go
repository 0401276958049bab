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
	lines := [][]string{{"world", "figure", "must", "aim", "measured", "mark"}}
	last := ""
	for _, r := range rows {
		world := r.World
		if world == last {
			world = ""
		}
		last = r.World
		lines = append(lines, []string{world, r.Figure, cmp.Or(r.Must, "-"), cmp.Or(r.Aim, "-"), r.Measured, r.Mark()})
	}
	return lay(w, lines)
}

// PrintComparison writes how the monitors compare, in two parts of at most a hundred columns.
func PrintComparison(w io.Writer, all []Standing) error {
	for _, part := range figures() {
		worlds, names := []string{""}, []string{""}
		for _, f := range part {
			worlds, names = append(worlds, f.world), append(names, f.name)
		}
		lines := [][]string{worlds, names}
		for _, s := range all {
			line := []string{s.Name}
			for _, f := range part {
				line = append(line, f.say(s))
			}
			lines = append(lines, line)
		}
		if err := lay(w, lines); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return fmt.Errorf("print comparison: %w", err)
		}
	}
	return nil
}

// lay writes lines with their cells below each other.
func lay(w io.Writer, lines [][]string) error {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for n, c := range line {
			widths[n] = max(widths[n], utf8.RuneCountInString(c))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for n, c := range line {
			b.WriteString(c + strings.Repeat(" ", widths[n]-utf8.RuneCountInString(c)+1))
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return fmt.Errorf("print table: %w", err)
		}
	}
	return nil
}

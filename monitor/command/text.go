package command

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellhop/notify"
)

// width is how wide what is printed may be: a terminal's eighty columns.
const width = 80

// A table is what is printed as one: the first row is its heading.
type table [][]string

// String lays the table out in columns. If it is too wide, the widest ones are cut.
func (t table) String() string { return strings.Join(t.lines(), "") }

// lines are the rows as they are printed. Columns that are kept are never cut.
func (t table) lines(keep ...int) []string {
	var widths []int
	for _, row := range t {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	widths = fitting(widths, keep)
	var lines []string
	for _, row := range t {
		lines = append(lines, strings.TrimRight(line(row, widths), " ")+"\n")
	}
	return lines
}

// gap is the space between two columns.
const gap = "  "

// narrowest is a column that still says something.
const narrowest = 12

// fitting makes columns narrower until a line fits: the widest first, and not those that are kept.
func fitting(widths, keep []int) []int {
	narrow := slices.Clone(widths)
	for {
		total, widest := len(gap)*(len(narrow)-1), -1
		for i, w := range narrow {
			total += w
			if !slices.Contains(keep, i) && w > narrowest && (widest < 0 || w > narrow[widest]) {
				widest = i
			}
		}
		if total <= width || widest < 0 {
			return narrow
		}
		narrow[widest]--
	}
}

func line(row []string, widths []int) string {
	cells := make([]string, len(row))
	for i, cell := range row {
		cell = notify.Cut(strings.Join(strings.Fields(cell), " "), widths[i])
		cells[i] = cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
	}
	return strings.Join(cells, gap)
}

// wrap breaks a text into lines, each of which begins with the indent.
func wrap(text, indent string) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case at == 0:
			b.WriteString(indent)
			at = len(indent)
		case at+1+n > width:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

// paragraphs are wrapped one by one; an empty line is between them.
func paragraphs(text string) string {
	var all []string
	for p := range strings.SplitSeq(text, "\n\n") {
		all = append(all, wrap(p, ""))
	}
	return strings.Join(all, "\n\n")
}

// clock is a time as people read it: with its zone, and with its day unless that is today.
func clock(t, now time.Time) string {
	if t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04:05 UTC")
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// narrow is clock in a column: of another day minutes are enough.
func narrow(t, now time.Time) string {
	text := clock(t, now)
	if len(text) > len("15:04:05 UTC") {
		return t.UTC().Format("2006-01-02 15:04 UTC")
	}
	return text
}

// took is a duration to the millisecond.
func took(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// printJSON prints a value for machines, readable by people too.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

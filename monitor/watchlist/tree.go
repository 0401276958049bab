package watchlist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bounds of a configuration file. A hostile one can be no dearer than these.
const (
	maxFile   = 1 << 20
	maxVisits = 500_000 // values looked at, those behind aliases each time they are used
	maxMerges = 8       // << within << within …
)

// A node is one value of a YAML document. yaml.v3 is named in this file alone: a successor is one line away.
type node = yaml.Node

// A root is what a file has to be at its top.
type root struct {
	is           func(*node) bool
	looks, empty string // what to do about another one, and about none
}

// document is the one value that data holds; nil if it is not what is wanted, which is a problem by then.
func (r *reader) document(data []byte, want root) *node {
	if len(data) > maxFile {
		r.wrong(r.top(), fmt.Sprintf("the file is larger than %d KiB", maxFile>>10), "this is not a configuration, or it has to be split")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	top, err := decode(dec)
	switch {
	case errors.Is(err, io.EOF) || err == nil && isNull(top):
		r.wrong(r.top(), "the file is empty", want.empty)
		return nil
	case err != nil:
		r.syntax(err, data)
		return nil
	case !want.is(top):
		r.wrong(r.at(top), "the file is "+kindOf(top), want.looks)
		return nil
	}
	if second, err := decode(dec); err == nil {
		r.wrong(r.at(second), "a second document starts with ---", "one file is one document: remove the line")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err, data)
	}
	return top
}

// decode reads one document. The parser has panicked on hostile input before: that is bad input too.
func decode(dec *yaml.Decoder) (root *node, err error) {
	defer func() {
		if recover() != nil {
			root, err = nil, errors.New("yaml: not readable")
		}
	}()
	var doc node
	if err := dec.Decode(&doc); err != nil {
		return nil, err //nolint:wrapcheck // io.EOF is asked for as it is
	}
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		return doc.Content[0], nil
	}
	return &doc, nil
}

var (
	yamlLine   = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	yamlAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)

	// bareVariable is the mistake that everybody makes once: {secret: ${NAME}}.
	bareVariable = regexp.MustCompile(`(?m)^[^#"'\n]*[{\[][^#"'\n]*[:,\[][ \t]*(\$\{\w+\})`)
)

// syntax reports what the parser says, but for what it quotes: a password that starts with * is an "anchor".
func (r *reader) syntax(err error, data []byte) {
	text := err.Error()
	if m := bareVariable.FindSubmatchIndex(data); m != nil {
		r.wrong(r.placeIn(data, m[2]), "${NAME} within { } or [ ] has no quotes", `write "${NAME}": YAML takes the braces for its own`)
		return
	}
	if m := yamlAnchor.FindStringSubmatch(text); m != nil {
		i := max(bytes.Index(data, []byte("*"+m[1])), 0)
		r.wrong(r.placeIn(data, i), "a value that starts with * is an alias, and it has no anchor", "put the value in quotes, or define the anchor with & before it")
		return
	}
	line := 1
	if m := yamlLine.FindStringSubmatch(text); m[1] != "" {
		line, _ = strconv.Atoi(m[1])
	}
	text = text[len(yamlLine.FindString(text)):]
	if strings.HasPrefix(text, "did not find expected") {
		line++ // these are counted from 0
	}
	r.wrong(place{file: r.file, line: line}, "this is not YAML ("+text+")",
		"look at indentation (no tabs), brackets and quotes here and above; a value that starts with one of @ ` * & ! % { [ or holds \": \" needs quotes")
}

// placeIn is the place of the byte at i.
func (r *reader) placeIn(data []byte, i int) place {
	before := data[:i]
	return place{file: r.file, line: 1 + bytes.Count(before, []byte("\n")), col: i - bytes.LastIndexByte(before, '\n')}
}

// A pair is a key of a mapping and its value.
type pair struct {
	key   string
	at    place
	value *node
}

// pairs are the keys of a mapping, then those merged into it by << that it does not have itself.
func (r *reader) pairs(n *node, depth int) []pair {
	var own, merged []pair
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := r.resolve(n.Content[i]), n.Content[i+1]
		switch first := 0; {
		case k == nil:
		case k.Kind != yaml.ScalarNode:
			r.wrong(r.at(k), "a key is "+kindOf(k), "keys are single words")
		case k.ShortTag() == "!!merge":
			merged = append(merged, r.merged(v, depth)...)
		default:
			if first = seen[k.Value]; first != 0 {
				r.wrong(r.at(k), fmt.Sprintf("key %s is given twice, first on line %d", quoteKey(k.Value), first), "keep one")
				continue
			}
			seen[k.Value] = k.Line
			own = append(own, pair{k.Value, r.at(k), v})
		}
	}
	for _, p := range merged {
		if seen[p.key] == 0 {
			seen[p.key] = p.at.line
			own = append(own, p)
		}
	}
	return own
}

// merged are the pairs that << brings: those of a mapping, or of a list of mappings of which earlier ones win.
func (r *reader) merged(n *node, depth int) []pair {
	if n = r.resolve(n); n == nil {
		return nil
	}
	switch {
	case depth >= maxMerges:
		r.wrong(r.at(n), "<< is nested too deep", "write the values out")
	case n.Kind == yaml.MappingNode:
		return r.pairs(n, depth+1)
	case n.Kind == yaml.SequenceNode:
		var all []pair
		for _, item := range n.Content {
			all = append(all, r.merged(item, depth+1)...)
		}
		return all
	default:
		r.wrong(r.at(n), "<< is given "+kindOf(n), "it takes an alias of a mapping: <<: *name")
	}
	return nil
}

// resolve follows aliases, and counts: nil is one value too many.
func (r *reader) resolve(n *node) *node {
	for ; ; n = n.Alias {
		if r.visits++; r.visits > maxVisits {
			if r.visits == maxVisits+1 {
				r.wrong(r.at(n), "the file holds too many values", "aliases (*name) multiply what they stand for: use fewer")
			}
			return nil
		}
		if n.Kind != yaml.AliasNode {
			return n
		}
	}
}

func (r *reader) at(n *node) place {
	return place{file: r.file, line: max(n.Line, 1), col: max(n.Column, 1)}
}

// top is the start of the file.
func (r *reader) top() place { return place{file: r.file, line: 1, col: 1} }

func isNull(n *node) bool {
	return n.Kind == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

func isMapping(n *node) bool  { return n.Kind == yaml.MappingNode }
func isSequence(n *node) bool { return n.Kind == yaml.SequenceNode }
func isScalar(n *node) bool   { return n.Kind == yaml.ScalarNode }

// isPlain is whether a scalar is of the types that YAML itself knows, and no !binary or !application/thing.
func isPlain(n *node) bool {
	switch n.ShortTag() {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
		return true
	}
	return false
}

func kindOf(n *node) string {
	switch {
	case isNull(n):
		return "empty"
	case isMapping(n):
		return "a mapping (key: value)"
	case isSequence(n):
		return "a list"
	default:
		return "a single value"
	}
}

package watchlist

import (
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// A place is where a value stands in the file. What was guessed holds a placeholder for something that is
// not known here, or not understood; nobody complains about it any more.
type place struct {
	file      string // that accounts_file names, or "" for the configuration itself
	line, col int
	guessed   bool
}

// spoiled is a place about which all has been said.
func (p place) spoiled() place {
	p.guessed = true
	return p
}

// from is p as somebody at another place would call it: "line 12", and of which file if it is another one.
func (p place) from(other place) string {
	text := fmt.Sprintf("line %d", p.line)
	switch p.file {
	case other.file:
		return text
	case "":
		return text + " of the configuration"
	}
	return text + " of " + filepath.Base(p.file)
}

// A reader walks a document and collects what is wrong with it.
type reader struct {
	name     string // of the configuration file, as messages show it
	dir      string // that paths in it are relative to
	file     string // that is being read, if it is another one
	fileDir  string // that paths in that one are relative to
	o        Options
	lines    []string // of the configuration
	visits   int
	tables   map[reflect.Type]table
	problems Problems
}

// wrong reports a problem, unless the value at p is a placeholder.
func (r *reader) wrong(p place, what, fix string) {
	if !p.guessed {
		r.problems = append(r.problems, Problem{File: cmp.Or(p.file, r.name), Line: max(p.line, 1), Col: max(p.col, 1), What: what, Fix: fix})
	}
}

// A leaf takes a single value, or learns that what stands there is none.
type leaf interface {
	read(r *reader, key string, n *node)
	spoil(p place)
}

// fill sets v, a form or a part of one, from n. An empty value (key: and nothing) leaves v as it is. The
// key is for messages.
func (r *reader) fill(n *node, v reflect.Value, key string) {
	if n = r.resolve(n); n == nil || isNull(n) {
		return
	}
	if l, ok := reflect.TypeAssert[leaf](v.Addr()); ok {
		r.single(n, l, key)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(n, v.Elem(), key)
	case reflect.Struct:
		r.mapping(n, v, key)
	case reflect.Slice:
		r.list(n, v, key)
	case reflect.Map:
		r.words(n, v, key)
	default:
		panic("a form holds a " + v.Kind().String())
	}
}

func (r *reader) single(n *node, l leaf, key string) {
	switch {
	case !isScalar(n):
		l.spoil(r.at(n))
		r.wrong(r.at(n), key+" is "+kindOf(n), "it takes a single value")
	case !isPlain(n):
		l.spoil(r.at(n))
		r.wrong(r.at(n), key+" has a tag of its own", "remove the !… before the value, or put the value in quotes")
	default:
		l.read(r, key, n)
	}
}

// mapping sets the fields of a struct, whose tags name its keys.
func (r *reader) mapping(n *node, v reflect.Value, key string) {
	t := r.table(v.Type())
	where := v.Field(t.at)
	if !isMapping(n) {
		where.Set(reflect.ValueOf(r.at(n).spoiled()))
		r.wrong(r.at(n), key+" is "+kindOf(n), "it takes keys: "+strings.Join(t.keys, ", "))
		return
	}
	where.Set(reflect.ValueOf(r.at(n)))
	for _, p := range r.pairs(n, 0) {
		if i, ok := t.fields[p.key]; ok {
			r.fill(p.value, v.Field(i), p.key)
		} else {
			r.unknown(p, t.keys, key)
		}
	}
}

func (r *reader) unknown(p pair, known []string, key string) {
	where := ""
	if key != "" {
		where = " in " + key
	}
	fix := "known here: " + strings.Join(known, ", ")
	if k := nearest(p.key, known); k != "" {
		fix = fmt.Sprintf("did you mean %s?", k)
	}
	r.wrong(p.at, "unknown key "+quoteKey(p.key)+where, fix)
}

// list sets a slice; an empty list is an empty slice, and no list is nil.
func (r *reader) list(n *node, v reflect.Value, key string) {
	if !isSequence(n) {
		r.wrong(r.at(n), key+" is "+kindOf(n), "it takes a list: [a, b], or lines that start with -")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(n.Content)))
	for i, item := range n.Content {
		e := reflect.New(v.Type().Elem()).Elem()
		if item = r.resolve(item); item == nil {
			return
		}
		if isNull(item) {
			r.wrong(r.at(item), fmt.Sprintf("item %d of %s is empty", i+1, key), "fill it in, or remove the -")
			continue
		}
		r.fill(item, e, "an item of "+key)
		v.Set(reflect.Append(v, e))
	}
}

// words sets a map whose keys are the user's own.
func (r *reader) words(n *node, v reflect.Value, key string) {
	if !isMapping(n) {
		r.wrong(r.at(n), key+" is "+kindOf(n), "it takes names and values: {name: value}")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range r.pairs(n, 0) {
		e := reflect.New(v.Type().Elem()).Elem()
		e.FieldByName("At").Set(reflect.ValueOf(p.at))
		what := key + " value"
		if e.FieldByName("V") == (reflect.Value{}) { // it is a form, and not a single value
			what = shownKey(p.key)
		}
		r.fill(p.value, e, what)
		v.SetMapIndex(reflect.ValueOf(p.key), e)
	}
}

// A table is the keys of a form, in its order, and its fields that take them.
type table struct {
	keys   []string
	fields map[string]int
	at     int // the field that takes the form's place
}

// table is that of a form. Reflection is slow: each form is looked at once.
func (r *reader) table(form reflect.Type) table {
	if t, ok := r.tables[form]; ok {
		return t
	}
	t := table{fields: map[string]int{}}
	for i := range form.NumField() {
		f := form.Field(i)
		if key := f.Tag.Get("key"); key != "" {
			t.keys = append(t.keys, key)
			t.fields[key] = i
		} else if f.Name == "At" {
			t.at = i
		}
	}
	if r.tables == nil {
		r.tables = map[reflect.Type]table{}
	}
	r.tables[form] = t
	return t
}

var ordinaryKey = regexp.MustCompile(`^[a-z][a-z_-]{0,23}$`)

// quoteKey shows a key if it looks like one. What a slip of the hand made a key of may be a secret.
func quoteKey(key string) string {
	if ordinaryKey.MatchString(key) {
		return strconv.Quote(key)
	}
	return "(not shown)"
}

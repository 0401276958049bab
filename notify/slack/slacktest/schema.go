package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A rule says what is wrong with a value, in Slack's words where they are known.
type rule func(p *problems, at string, v any)

// problems are what is wrong with a message.
type problems []string

func (p *problems) add(at, what string) {
	*p = append(*p, fmt.Sprintf("%s [json-pointer:%s]", what, at))
}

func (p *problems) refusal(word string) *Refusal {
	if len(*p) == 0 {
		return nil
	}
	return &Refusal{Word: word, Messages: *p}
}

// fields are those that an object may have; need is those that it must.
type fields map[string]rule

// object takes no other fields than these.
func object(may fields, need ...string) rule {
	return func(p *problems, at string, v any) {
		has, ok := v.(map[string]any)
		if !ok {
			p.add(at, "must be an object")
			return
		}
		for _, name := range slices.Sorted(maps.Keys(has)) {
			if r, ok := may[name]; ok {
				r(p, at+"/"+name, has[name])
			} else {
				p.add(at, "invalid additional property: "+name)
			}
		}
		for _, name := range need {
			if _, ok := has[name]; !ok {
				p.add(at, "missing required field: "+name)
			}
		}
	}
}

// byType looks an object up by its type.
func byType(rules map[string]rule) rule {
	return func(p *problems, at string, v any) {
		has, _ := v.(map[string]any)
		kind, ok := has["type"].(string)
		switch r := rules[kind]; {
		case !ok:
			p.add(at, "missing required field: type")
		case r == nil:
			p.add(at+"/type", "unsupported type: "+kind)
		default:
			r(p, at, v)
		}
	}
}

// listOf has at least one element, and at most so many; 0 is any number.
func listOf(most int, each rule) rule {
	return func(p *problems, at string, v any) {
		list, ok := v.([]any)
		switch {
		case !ok:
			p.add(at, "must be an array")
		case len(list) == 0:
			p.add(at, "no fewer than 1 items allowed")
		case most > 0 && len(list) > most:
			p.add(at, fmt.Sprintf("no more than %d items allowed", most))
		}
		for i, e := range list {
			each(p, fmt.Sprintf("%s/%d", at, i), e)
		}
	}
}

// text has from least to most characters.
func text(least, most int) rule {
	return func(p *problems, at string, v any) {
		s, ok := v.(string)
		switch n := utf8.RuneCountInString(s); {
		case !ok:
			p.add(at, "must be a string")
		case n < least:
			p.add(at, fmt.Sprintf("must be more than %d characters", least-1))
		case n > most:
			p.add(at, fmt.Sprintf("must be less than %d characters", most+1))
		}
	}
}

// address is a URL of the web.
func address(p *problems, at string, v any) {
	text(1, 3000)(p, at, v)
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(s, " <>|") {
		p.add(at, "invalid url")
	}
}

func truth(p *problems, at string, v any) {
	if _, ok := v.(bool); !ok {
		p.add(at, "must be a boolean")
	}
}

func number(p *problems, at string, v any) {
	if _, ok := v.(json.Number); !ok {
		p.add(at, "must be a number")
	}
}

// oneOf is one of some words.
func oneOf(words ...string) rule {
	return func(p *problems, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			p.add(at, "must be one of "+strings.Join(words, ", "))
		}
	}
}

// with is a rule and another one.
func with(first, second rule) rule {
	return func(p *problems, at string, v any) {
		first(p, at, v)
		second(p, at, v)
	}
}

// either has at least one of some fields.
func either(names ...string) rule {
	return func(p *problems, at string, v any) {
		has, _ := v.(map[string]any)
		if !slices.ContainsFunc(names, func(n string) bool { return has[n] != nil }) {
			p.add(at, "must define either `"+strings.Join(names, "` or `")+"`")
		}
	}
}

// distinct is that no two elements share a value of a field.
func distinct(field string) rule {
	return func(p *problems, at string, v any) {
		list, _ := v.([]any)
		seen := map[string]bool{}
		for i, e := range list {
			has, _ := e.(map[string]any)
			s, _ := has[field].(string)
			if s != "" && seen[s] {
				p.add(fmt.Sprintf("%s/%d/%s", at, i, field), "`"+field+"` \""+s+"\" already exists")
			}
			seen[s] = true
		}
	}
}

package template

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocumented ensures that the documentation tells of all that a template can say, and that what it shows works.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/receivers.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fields() {
		if !strings.Contains(string(doc), "`."+name+"`") {
			t.Errorf(".%s is not told of", name)
		}
	}
	for _, name := range append(Functions(), Ready()...) {
		if !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("%s is not told of", name)
		}
	}
	example := regexp.MustCompile(`(?s)name: own-form.*?body: \|\n(.*?)` + "```").FindSubmatch(doc)
	if example == nil {
		t.Fatal("no example of an own form")
	}
	parsed(t, Source{Body: string(example[1])})
}

package command

import (
	"strings"
	"testing"
)

// What a person writes as a name is a name, whatever is in it: it leads to no other address, and what is not there is
// said in words.
func TestActsOnOddNames(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.ops())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" })
	for _, args := range [][]string{
		{"ack", ""},
		{"ack", "a/b"},
		{"ack", ".."},
		{"ack", "."},
		{"ack", "../checks/api-edge"},
		{"ack", "x?y=z#w"},
		{"ack", "a%2fb"},
		{"pause", ""},
		{"pause", "a/b"},
		{"pause", "api-edge/../token-edge"},
		{"pause", "../incidents/last"},
		{"resume", "//"},
		{"unsilence", ""},
		{"unsilence", "a/b"},
		{"unsilence", ".."},
		{"silence", "", "--why", "x"},
		{"silence", "a/b", "--why", "x"},
	} {
		text, status := p.says(append(args, "--by", "Anna")...)
		if status != exitMisuse || !strings.Contains(text, "there is no ") {
			t.Errorf("%q: %d %s", args, status, text)
		}
	}
	if text := p.does("silence", "list"); !strings.HasPrefix(text, "Nothing is silenced") {
		t.Errorf("something was done: %s", text)
	}
	r.halt()
}

package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Refusal is that Slack does not take a message.
type Refusal struct {
	Word     string   // Slack's: "invalid_blocks"
	Messages []string // in response_metadata: "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
}

// Error is the word, and what Slack says to it.
func (r *Refusal) Error() string {
	return strings.Join(append([]string{r.Word}, r.Messages...), ": ")
}

func (r *Refusal) reply() reply {
	fields := map[string]any{"ok": false, "error": r.Word}
	if len(r.Messages) > 0 {
		fields["errors"] = r.Messages
		var all []string
		for _, m := range r.Messages {
			all = append(all, "[ERROR] "+m)
		}
		fields["response_metadata"] = map[string]any{"messages": all}
	}
	return said(fields)
}

// Validate says whether Slack takes a message by this method (chat.postMessage, chat.update or webhook), given as one
// object with its arguments (text, blocks, attachments, metadata …); an error is a *Refusal. What depends on the
// channel is not looked at.
func Validate(method string, message []byte) error {
	given, word := payload(message)
	if word != "" {
		return &Refusal{Word: word}
	}
	if r := validate(method, given); r != nil {
		return r
	}
	return nil
}

func contentOf(given args) content {
	part := func(name string) json.RawMessage {
		if given[name] == "" {
			return nil
		}
		return json.RawMessage(given[name])
	}
	return content{Text: given["text"], Blocks: part("blocks"), Attachments: part("attachments"), Metadata: part("metadata")}
}

// Limits of a message as a whole, in characters. That of all blocks together is not documented, and was measured
// (github.com/slackapi/bolt-js, issue 2509): 13,297 in one block, some 125 less for each further one; nor is that of
// metadata, in bytes.
const (
	maxText        = 40_000
	maxUpdate      = 4000
	maxBlocks      = 50
	maxAttachments = 100
	maxAll         = 13_200
	perBlock       = 125
	maxMarkdown    = 12_000 // of all markdown blocks
	maxMetadata    = 8000
)

// known are the arguments that a message may have. Slack ignores others; a program that gives them expects something.
var known = map[string][]string{
	"chat.postMessage": {"channel", "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn", "parse", "link_names", "metadata"},
	"chat.update":      {"channel", "ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn", "parse", "link_names", "metadata"},
	"webhook":          {"thread_ts", "unfurl_links", "unfurl_media", "mrkdwn", "replace_original", "delete_original", "response_type"},
}

// validate says what is wrong with a message, or nil.
func validate(method string, given args) *Refusal {
	for _, check := range []func(string, args) *Refusal{arguments, texts, metadata, attachments, blocks} {
		if r := check(method, given); r != nil {
			return r
		}
	}
	return nil
}

func arguments(method string, given args) *Refusal {
	for name := range given {
		if !slices.Contains(known[method], name) && !slices.Contains([]string{"text", "blocks", "attachments"}, name) {
			return &Refusal{Word: "invalid_arguments", Messages: []string{"unknown argument: " + name}}
		}
	}
	if thread := given["thread_ts"]; thread != "" {
		if full, ok := stampOf(thread); !ok || full != thread {
			return &Refusal{Word: "invalid_thread_ts"}
		}
	}
	return nil
}

func texts(method string, given args) *Refusal {
	n := utf8.RuneCountInString(given["text"])
	broadcasts := method == "chat.update" && yes(given["reply_broadcast"])
	switch {
	case n == 0 && none(given["blocks"]) && none(given["attachments"]) && !broadcasts:
		return &Refusal{Word: "no_text"}
	case n > maxText, n > maxUpdate && method == "chat.update":
		return &Refusal{Word: "msg_too_long"}
	}
	return nil
}

func none(list string) bool { return list == "" || list == "[]" }

func metadata(_ string, given args) *Refusal {
	raw := given["metadata"]
	if raw == "" {
		return nil
	}
	value, err := decoded(raw)
	if err != nil {
		return &Refusal{Word: "invalid_metadata_format"}
	}
	if len(raw) > maxMetadata {
		return &Refusal{Word: "metadata_too_large"}
	}
	if fields, ok := value.(map[string]any); ok && len(fields) == 0 {
		return nil // removes what there was
	}
	var p problems
	metadataRule()(&p, "/metadata", value)
	return p.refusal("invalid_metadata_schema")
}

func decoded(raw string) (value any, err error) {
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	if err = d.Decode(&value); err == nil && d.More() {
		err = errors.New("more than one value")
	}
	return value, err
}

func attachments(_ string, given args) *Refusal {
	if given["attachments"] == "" {
		return nil
	}
	value, err := decoded(given["attachments"])
	list, ok := value.([]any)
	if err != nil || !ok {
		return &Refusal{Word: "invalid_attachments"}
	}
	if len(list) > maxAttachments {
		return &Refusal{Word: "too_many_attachments"}
	}
	var p problems
	for i, a := range list {
		attachmentRule(&p, fmt.Sprintf("/attachments/%d", i), a)
	}
	return p.refusal("invalid_attachments")
}

// blocks looks at those of the message and at those in attachments, which Slack limits together.
func blocks(_ string, given args) *Refusal {
	var p problems
	var t totals
	if raw := given["blocks"]; raw != "" {
		value, err := decoded(raw)
		list, ok := value.([]any)
		if err != nil || !ok {
			return &Refusal{Word: "invalid_blocks_format"}
		}
		t.add(&p, "/blocks", list)
	}
	if value, err := decoded(given["attachments"]); err == nil {
		all, _ := value.([]any)
		for i, a := range all {
			fields, _ := a.(map[string]any)
			list, _ := fields["blocks"].([]any)
			t.add(&p, fmt.Sprintf("/attachments/%d/blocks", i), list)
		}
	}
	if t.blocks > maxBlocks {
		p.add("/blocks", "no more than 50 items allowed")
	}
	if r := p.refusal("invalid_blocks"); r != nil {
		return r
	}
	if t.characters > maxAll || t.markdown > maxMarkdown {
		return &Refusal{Word: "msg_blocks_too_long"}
	}
	return nil
}

// totals are what all blocks have together.
type totals struct {
	blocks, characters, markdown int
	ids                          map[string]bool
}

func (t *totals) add(p *problems, at string, list []any) {
	rules := blockRules()
	for i, b := range list {
		here := fmt.Sprintf("%s/%d", at, i)
		byType(rules)(p, here, b)
		t.count(p, here, b)
	}
}

func (t *totals) count(p *problems, at string, b any) {
	fields, _ := b.(map[string]any)
	n := characters(b)
	if t.blocks++; t.blocks > 1 {
		t.characters += perBlock
	}
	t.characters += n
	if fields["type"] == "markdown" {
		t.markdown += n
	}
	id, _ := fields["block_id"].(string)
	if id == "" {
		return
	}
	if t.ids[id] {
		p.add(at+"/block_id", "`block_id` already exists")
	}
	if t.ids == nil {
		t.ids = map[string]bool{}
	}
	t.ids[id] = true
}

// characters counts what people would read, anywhere in a value.
func characters(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if s, ok := value.(string); ok && (name == "text" || name == "alt_text" || name == "fallback") {
				n += utf8.RuneCountInString(s)
			} else if !ok {
				n += characters(value)
			}
		}
	case []any:
		for _, value := range v {
			n += characters(value)
		}
	}
	return n
}

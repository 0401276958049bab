package slacktest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bellhop/notify/slack/slacktest"
)

// TestValidate ensures that each limit of Slack's is held to the character, and that what is wrong is named with its
// place.
func TestValidate(t *testing.T) {
	x := func(n int) string { return strings.Repeat("ä", n) }
	plain := func(n int) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, x(n)) }
	list := func(n int, one string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]"
	}
	blocks := func(all ...string) string { return `{"text":"x","blocks":[` + strings.Join(all, ",") + `]}` }
	fields := func(n, long int) string { return blocks(`{"type":"section","fields":` + list(n, plain(long)) + `}`) }
	rich := func(inline string) string {
		return blocks(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + inline + `]}]}`)
	}
	buttons := func(all ...string) string {
		return blocks(`{"type":"actions","elements":[` + strings.Join(all, ",") + `]}`)
	}
	button := func(rest string) string {
		return `{"type":"button","text":{"type":"plain_text","text":"Go"}` + rest + `}`
	}
	divider := `{"type":"divider"}`
	for _, tt := range []struct{ method, message, want string }{
		{"chat.postMessage", `{"text":"x"}`, ""},
		{"chat.update", `{"text":"` + x(4000) + `"}`, ""},
		{"chat.update", `{"text":"` + x(4001) + `"}`, "msg_too_long"},
		{"chat.postMessage", `{"text":"x","colour":"red"}`, "invalid_arguments: unknown argument: colour"},
		{"webhook", `{"text":"x","channel":"#ops"}`, "invalid_arguments: unknown argument: channel"},
		{"", blocks(`{"type":"header","text":` + plain(150) + `}`), ""},
		{"", blocks(`{"type":"header","text":` + plain(151) + `}`), "invalid_blocks: must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"", blocks(`{"type":"section","text":` + plain(3000) + `}`), ""},
		{"", blocks(`{"type":"section","text":` + plain(3001) + `}`), "must be less than 3001 characters"},
		{"", blocks(`{"type":"section","text":{"type":"plain_text","text":""}}`), "must be more than 0 characters"},
		{"", blocks(`{"type":"section"}`), "must define either `text` or `fields`"},
		{"", blocks(`{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`), "invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		{"", blocks(`{"type":"section","text":` + plain(1) + `,"colour":"red"}`), "invalid additional property: colour [json-pointer:/blocks/0]"},
		{"", blocks(`{"type":"alert","text":` + plain(1) + `}`), "unsupported type: alert [json-pointer:/blocks/0/type]"},
		{"", fields(10, 100), ""},
		{"", fields(11, 100), "no more than 10 items allowed"},
		{"", fields(1, 2000), ""},
		{"", fields(1, 2001), "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		{"", blocks(`{"type":"context","elements":` + list(10, plain(5)) + `}`), ""},
		{"", blocks(`{"type":"context","elements":` + list(11, plain(5)) + `}`), "no more than 10 items allowed"},
		{"", `{"text":"x","blocks":` + list(50, divider) + `}`, ""},
		{"", `{"text":"x","blocks":` + list(51, divider) + `}`, "no more than 50 items allowed"},
		{"", blocks(`{"type":"divider","block_id":"a"}`, `{"type":"divider","block_id":"a"}`), "`block_id` already exists"},
		{"", blocks(`{"type":"section","fields":` + list(7, plain(1880)) + `}`), ""},
		{"", blocks(`{"type":"section","fields":`+list(7, plain(1880))+`}`, divider), "msg_blocks_too_long"},
		{"", rich(`{"type":"text","text":"x","style":{"bold":true}},{"type":"link","url":"https://example.com"},{"type":"date","timestamp":1,"format":"{date}"}`), ""},
		{"", rich(`{"type":"text","text":""}`), "must be more than 0 characters"},
		{"", rich(`{"type":"text","text":"x","style":{"bold":1}}`), "must be a boolean"},
		{"", rich(`{"type":"mrkdwn","text":"x"}`), "unsupported type: mrkdwn"},
		{"", rich(`{"type":"broadcast","range":"all"}`), "must be one of here, channel, everyone"},
		{"", rich(`{"type":"link","url":"https://example.com/` + x(2990) + `"}`), "must be less than 3001 characters"},
		{"", rich(`{"type":"link","url":"javascript:x"}`), "invalid url"},
		{"", buttons(button(`,"action_id":"a"`), button(`,"action_id":"b","url":"https://example.com","style":"danger"`)), ""},
		{"", buttons(button(`,"action_id":"a"`), button(`,"action_id":"a"`)), "`action_id` \"a\" already exists"},
		{"", buttons(button(`,"action_id":"` + x(256) + `"`)), "must be less than 256 characters"},
		{"", buttons(button(`,"style":"red"`)), "must be one of primary, danger"},
		{"", `{"attachments":[{"color":"#D00000","fallback":"x","blocks":[` + divider + `]}]}`, ""},
		{"", `{"attachments":[{"color":"#D00000","text":"x","blocks":[` + divider + `]}]}`, "invalid_attachments: invalid additional property: text [json-pointer:/attachments/0]"},
		{"", `{"attachments":[{"color":"reddish","fallback":"x"}]}`, "invalid color"},
		{"", `{"attachments":` + list(101, `{"fallback":"x"}`) + `}`, "too_many_attachments"},
		{"", `{"text":"x","blocks":{"type":"divider"}}`, "invalid_blocks_format"},
		{"", `{"text":"x","metadata":{"event_type":"a","event_payload":{"id":"1","n":2,"l":[{"a":true}]}}}`, ""},
		{"", `{"text":"x","metadata":{}}`, ""},
		{"", `{"text":"x","metadata":{"event_type":"a b","event_payload":{}}}`, "invalid_metadata_schema"},
		{"", `{"text":"x","metadata":{"event_type":"a"}}`, "missing required field: event_payload"},
		{"", `{"text":"x","metadata":{"event_type":"a","event_payload":{"x":"` + x(8000) + `"}}}`, "metadata_too_large"},
		{"", `not JSON`, "invalid_payload"},
	} {
		if tt.method == "" {
			tt.method = "chat.postMessage"
		}
		err := slacktest.Validate(tt.method, []byte(tt.message))
		if refusal := (*slacktest.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
			t.Errorf("%T is no Refusal", err)
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.200s\n%v, want %q", tt.message, err, tt.want)
		}
	}
}

// FuzzValidate ensures that no message, however wrong, is too much for the validation, the text or the page.
func FuzzValidate(f *testing.F) {
	f.Add(`{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[]}]}]}`)
	f.Add(`{"attachments":[{"blocks":[{"type":"section","text":"x","accessory":{"text":{}}}]}],"metadata":[]}`)
	f.Add(`{"blocks":[{"type":"context","elements":[[],{},null]}],"attachments":[null,1,{"blocks":{}}]}`)
	f.Fuzz(func(t *testing.T, message string) {
		_ = slacktest.Validate("chat.update", []byte(message)) // it returns, and that is all
		w := slacktest.New(free)
		c := w.Open("ops")
		c.Fail(slacktest.TookEffect())
		post(c, message)
		c.Text()
		c.Page()
	})
}

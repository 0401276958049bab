package slacktest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// TestMrkdwn ensures that markup is read as Slack reads it.
func TestMrkdwn(t *testing.T) {
	for in, want := range map[string]string{
		"*bold* _it_ ~no~ `co*de*`":                  "<b>bold</b> <i>it</i> <s>no</s> <code>co*de*</code>",
		"a*b*c 2 * 3 * 4":                            "a*b*c 2 * 3 * 4",
		"*not\nbold*":                                "*not\nbold*",
		"*_both_*, (*x*).":                           "<b><i>both</i></b>, (<b>x</b>).",
		"&lt;b&gt; &amp;lt; <!>":                     "&lt;b&gt; &amp;lt; <span class=\"mention\">@</span>",
		"<https://a.example/?a=1&amp;b=2|A &amp; B>": `<a href="https://a.example/?a=1&amp;b=2" rel="noreferrer">A &amp; B</a>`,
		"<javascript:alert(1)|click>":                "click",
		"<!here> <@U1> <!subteam^S1|@ops> <#C1|ops>": `<span class="mention">@here</span> <span class="mention">@U1</span> <span class="mention">@ops</span> <span class="mention">#ops</span>`,
		"<!date^1795341731^{time_secs}|10:02 UTC>":   `<time class="date" data-unix="1795341731" data-format="{time_secs}">10:02 UTC</time>`,
		"*<!date^1^{date}|a*b>*":                     `<b><time class="date" data-unix="1" data-format="{date}">a*b</time></b>`,
		"&gt; one\n&gt; two\nthree":                  "<blockquote>one\ntwo</blockquote>three",
		"x ```a\n*b* <c>``` y":                       "x <pre>a\n*b* c</pre> y",
		":eyes: :nothing:":                           "👀 :nothing:",
	} {
		if got := html(t, in); got != want {
			t.Errorf("%q is\n%s\nwant\n%s", in, got, want)
		}
	}
}

type fataler interface{ Fatal(...any) }

// html is a text as the page has it.
func html(t fataler, text string) string {
	c := &Channel{}
	spans := mrkdwn(text)
	c.localSpans(spans)
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "spans", spans); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// FuzzMrkdwn ensures that no text breaks out of the page: whatever it is, it becomes only the elements that the page
// has for it, with addresses of the web alone.
func FuzzMrkdwn(f *testing.F) {
	for _, s := range []string{
		"*a _b ~c~ b_ a*", "<http://a|b>", "<a|<b|c>>", "```a```b```", "&lt;script&gt;", "<script>alert(1)</script>", `<http://"onclick=x|y>`,
		"<!date^1^{date}^javascript:x|y>", "&gt; a\n&gt;b", "*<*|*>*", "`<`>`", ":eyes:", "<javascript:alert(1)>", "\x00<\xff>", "*" + strings.Repeat("*a ", 50),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words(mrkdwn(s))
		checkHTML(t, html(t, s))
	})
}

func checkHTML(t fataler, out string) {
	out = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r == '\ufffe' || r == '\uffff' {
			return -1 // nothing to a browser, and no XML
		}
		return r
	}, out)
	d := xml.NewDecoder(strings.NewReader("<x>" + out + "</x>"))
	d.Entity = xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err, out)
		}
		if e, ok := token.(xml.StartElement); ok {
			checkElement(t, e, out)
		}
	}
}

func checkElement(t fataler, e xml.StartElement, out string) {
	if !slices.Contains([]string{"x", "b", "i", "s", "code", "pre", "blockquote", "a", "span", "time"}, e.Name.Local) {
		t.Fatal("element", e.Name.Local, out)
	}
	for _, a := range e.Attr {
		if !slices.Contains([]string{"href", "rel", "class", "data-unix", "data-format"}, a.Name.Local) {
			t.Fatal("attribute", a.Name.Local, out)
		}
		if a.Name.Local == "href" && !strings.HasPrefix(strings.ToLower(a.Value), "http") && !strings.HasPrefix(strings.ToLower(a.Value), "mailto:") {
			t.Fatal("leads to", a.Value, out)
		}
	}
}

// TestEscapedIsLiteral ensures that what a client has escaped is shown as it was before, letter by letter.
func TestEscapedIsLiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching("[a-zA-Z0-9 <>&;|@#!äß😀.-]*").Draw(t, "text")
		in := "x" + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
		if got := words(mrkdwn(in)); got != "x"+s {
			t.Fatalf("%q is shown as %q", s, got)
		}
	})
}

// TestMrkdwnIsQuick ensures that no text takes long to read.
func TestMrkdwnIsQuick(t *testing.T) {
	for _, s := range []string{"*a ", "<", "`", "*_~", "```", "&gt;", "<!date^", "_a* "} {
		words(mrkdwn(strings.Repeat(s, maxText/len(s))))
	}
}

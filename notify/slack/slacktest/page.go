package slacktest

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	//go:embed page.gohtml
	pageHTML string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	pages = template.Must(template.New("").Parse(pageHTML))
)

// What the template shows.
type (
	pageData struct {
		Version, Policy, Workspace, Bot, Name string
		Private                               bool
		Channels                              []channelLink
		Days                                  []*pageDay
		Style                                 template.CSS
		Script                                template.JS
	}
	channelLink struct {
		Name, Path    string
		Here, Private bool
	}
	pageDay struct {
		Label    string
		Unix     int64
		Messages []pageMessage
	}
	pageMessage struct {
		ID, Version, By, Initial, At, LastAt, Count string
		Root, Snippet                               string // of the thread that it is a broadcast reply in
		App, Edited, Also                           bool
		Unix, LastUnix                              int64
		Parts                                       []part
		Cards                                       []card
		Replies                                     []pageMessage
	}
	card struct {
		Colour, Word string
		Parts        []part
	}
)

// Page is the channel as an HTML page that needs nothing else, and looks as Slack does. Times are shown in the reader's
// zone by a small script, and else in UTC.
func (c *Channel) Page() []byte {
	data := c.pageData()
	data.Style, data.Script = template.CSS(pageStyle), template.JS(pageScript) //nolint:gosec // both are files of this package
	hash := sha256.Sum256([]byte(pageScript))
	data.Policy = "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; script-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "page", data); err != nil {
		return []byte("the page cannot be shown: " + template.HTMLEscapeString(err.Error()))
	}
	return b.Bytes()
}

// servePage shows the channel; those who have seen it as it is are told so.
func (c *Channel) servePage(w http.ResponseWriter, r *http.Request) {
	page := c.Page()
	hash := sha256.Sum256(page)
	tag := `"` + hex.EncodeToString(hash[:8]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	// What a browser does not take is its own matter.
	_, _ = w.Write(page)
}

func (c *Channel) pageData() pageData {
	links := c.links()
	c.mu.Lock()
	defer c.mu.Unlock()
	d := pageData{Workspace: "Slack", Bot: "bellhop", Name: c.title(), Private: c.private, Channels: links, Version: fmt.Sprint(c.changes)}
	if c.space != nil {
		d.Workspace, d.Bot = c.space.options.Name, c.space.options.Bot
	}
	for _, m := range c.messages {
		if m.thread != "" && !m.broadcast {
			continue
		}
		d.add(m.at, c.pageMessage(m, false))
	}
	return d
}

func (d *pageData) add(at time.Time, m pageMessage) {
	label := at.UTC().Format("Monday, 2 January 2006")
	if n := len(d.Days); n == 0 || d.Days[n-1].Label != label {
		d.Days = append(d.Days, &pageDay{Label: label, Unix: at.Unix()})
	}
	day := d.Days[len(d.Days)-1]
	day.Messages = append(day.Messages, m)
}

// links are those to the workspace's channels.
func (c *Channel) links() []channelLink {
	if c.space == nil {
		return []channelLink{{Name: c.title(), Path: "#", Here: true}}
	}
	var all []channelLink
	for _, other := range c.space.Channels() {
		other.mu.Lock()
		all = append(all, channelLink{Name: other.title(), Path: "/archives/" + other.id, Here: other == c, Private: other.private})
		other.mu.Unlock()
	}
	return all
}

// pageMessage is a message in the channel, or in its thread.
func (c *Channel) pageMessage(m *message, inThread bool) pageMessage {
	p := m.post
	initial, _ := utf8.DecodeRuneInString(m.by)
	out := pageMessage{
		ID: anchor(m.ts), Version: fmt.Sprintf("%s.%d", m.ts, m.edits), By: m.by, Initial: strings.ToUpper(string(initial)), App: m.by == c.app(),
		At: m.at.UTC().Format("15:04 UTC"), Unix: m.at.Unix(), Edited: m.edits > 0, Parts: c.local(p.parts()),
	}
	for _, a := range p.Attachments {
		out.Cards = append(out.Cards, card{Colour: colourOf(a.Color), Word: strings.TrimSpace(colourWord(a.Color)), Parts: c.local(a.parts())})
	}
	switch {
	case inThread:
		out.ID, out.Also = "r"+out.ID, m.broadcast
	case m.broadcast:
		out.Root, out.Snippet = anchor(m.thread), c.snippet(m.thread)
	default:
		c.addThread(&out, m)
	}
	return out
}

func (c *Channel) addThread(out *pageMessage, root *message) {
	thread := c.thread(root.ts)
	for _, r := range thread {
		out.Replies = append(out.Replies, c.pageMessage(r, true))
		out.LastAt, out.LastUnix = r.at.UTC().Format("15:04 UTC"), r.at.Unix()
	}
	out.Count = counted(len(thread))
}

func anchor(ts string) string { return "p" + strings.ReplaceAll(ts, ".", "") }

var hexColour = regexp.MustCompile(`^#?([0-9A-Fa-f]{6})$`)

// colourOf is a colour as a style may have it.
func colourOf(s string) string {
	if named, ok := map[string]string{"good": "#2EB67D", "warning": "#ECB22E", "danger": "#D00000"}[s]; ok {
		return named
	}
	if m := hexColour.FindStringSubmatch(s); m != nil {
		return "#" + m[1]
	}
	return ""
}

// local has links to this channel's messages lead to where they are on the page, and takes the address from links that
// lead to no page.
func (c *Channel) local(all []part) []part {
	for i := range all {
		c.localSpans(all[i].Spans)
		for _, column := range all[i].Columns {
			c.localSpans(column)
		}
		for j := range all[i].Buttons {
			all[i].Buttons[j].URL = c.localURL(all[i].Buttons[j].URL)
		}
	}
	return all
}

func (c *Channel) localSpans(all []span) {
	for i := range all {
		all[i].URL = c.localURL(all[i].URL)
		c.localSpans(all[i].Kids)
	}
}

func (c *Channel) localURL(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
		return ""
	}
	if rest, ok := strings.CutPrefix(to, c.origin()+"/archives/"+c.id+"/p"); ok {
		id, _, _ := strings.Cut(rest, "?")
		return "#p" + id
	}
	return to
}

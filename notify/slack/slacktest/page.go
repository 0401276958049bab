package slacktest

import (
	"bytes"
	"html/template"
	"net/http"
)

// page shows a channel as Slack would, newest last, and refreshes itself.
var page = template.Must(template.New("channel").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>#ops, as Slack would show it</title>
<style>
:root { color-scheme: light dark }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.1rem; border-bottom: 1px solid #8886; padding-bottom: .6rem }
article { margin: 1.2rem 0 } time { color: #8a8a8a; font-size: .8rem; margin-left: .5rem }
.lead { margin: .2rem 0 .4rem } .bar { border-left: 4px solid; padding: .1rem 0 .1rem .8rem }
.bar p { margin: .25rem 0; overflow-wrap: anywhere }
</style></head><body><h1># ops</h1>
{{range .}}<article><strong>bellhop</strong><time>{{.At}}</time><p class="lead">{{.Lead}}</p>
{{if .Lines}}<div class="bar" style="border-color: {{.Colour}}">{{range .Lines}}<p>{{.}}</p>{{end}}</div>{{end}}
</article>{{else}}<p>Nothing posted yet.</p>{{end}}
</body></html>
`))

type shownPost struct {
	At, Lead, Colour string
	Lines            []string
}

// Page is the channel as an HTML page that needs nothing else.
func (c *Channel) Page() []byte {
	var all []shownPost
	for _, p := range c.Messages() {
		s := shownPost{At: p.At.UTC().Format("15:04:05 UTC"), Lead: p.Lead(), Colour: p.Colour()}
		for _, a := range p.post.Attachments {
			s.Lines = append(s.Lines, partLines(a.parts())...)
		}
		all = append(all, s)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, all); err != nil {
		return []byte(err.Error())
	}
	return b.Bytes()
}

func (c *Channel) servePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// What a browser does not take is its own matter.
	_, _ = w.Write(c.Page())
}

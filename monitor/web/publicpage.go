package web

import (
	"time"

	"bellhop/monitor"
)

// A publicPageView is a publicView as the page shows it: the same facts, times made readable.
type publicPageView struct {
	overallView
	Components []componentView
	Open, Past []publicIncidentView
}

type componentView struct {
	Name  string
	State monitor.State
	Since moment
}

type publicIncidentView struct {
	State        monitor.State
	Sentence     string
	Since, Ended moment
}

func publicPage(v publicView, now time.Time) publicPageView {
	p := publicPageView{overallView: overallView{v.State, v.Sentence, ago(v.Since, now), ago(v.At, now)}}
	for _, c := range v.Components {
		p.Components = append(p.Components, componentView{c.Name, c.State, ago(c.Since, now)})
	}
	for _, i := range v.Incidents {
		view := publicIncidentView{severityState(i.Severity), i.Sentence, ago(i.Since, now), ago(i.Ended, now)}
		if i.State == monitor.IncidentOpen {
			p.Open = append(p.Open, view)
		} else {
			p.Past = append(p.Past, view)
		}
	}
	return p
}

func ago(t *time.Time, now time.Time) moment {
	if t == nil {
		return moment{}
	}
	return when(*t, now)
}

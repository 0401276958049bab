package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// noticeDead is followed by the receiver that was never told what it was owed.
const noticeDead = "never-told/"

const (
	deadNamed = 3         // incidents that such a notice names
	deadEvery = time.Hour // at least so long between two of them about one receiver
)

// neverTold tells of what a receiver was owed in vain until its deadline: somebody may still believe that it lasts. What
// was given up otherwise is known: by an order, by the receiver's own word, or by its being no receiver any more.
func (d *draft) neverTold() {
	lost := map[string][]string{}
	for id, w := range d.c.Deliveries {
		old, i := d.b.deliveries[id], d.incident(id.Incident)
		_, known := d.watched.receiver(id.Receiver)
		if known && i != nil && w.Settled && w.Dead != "" && (old == nil || old.Dead == "") {
			lost[id.Receiver] = append(lost[id.Receiver], fmt.Sprintf("%q", i.Title))
		}
	}
	for _, receiver := range sortedKeys(lost) {
		d.tellNever(receiver, lost[receiver])
	}
}

func (d *draft) tellNever(receiver string, titles []string) {
	key := noticeDead + receiver
	if n := d.notice(key); n != nil && !n.Over {
		if d.within(n.At, d.b.pace.Of(deadEvery)) {
			return
		}
		d.notify(key, "", "", true) // this one takes its place
	}
	slices.Sort(titles)
	named := strings.Join(titles[:min(len(titles), deadNamed)], "; ")
	if more := len(titles) - deadNamed; more > 0 {
		named += fmt.Sprintf("; and %d more", more)
	}
	d.notify(key, fmt.Sprintf("Receiver %q was never told how it ended, and will not be any more: %s.", receiver, named),
		"Tell the people behind it yourself; `bellhop outbox --told --receiver "+receiver+"` says what they heard.", false)
}

// revived ends, without a word, what stands of a receiver that takes alerts again or is none any more.
func (d *draft) revived(n Note) {
	if receiver, is := strings.CutPrefix(n.Key, ReceiverKey("")); is && n.Over {
		d.notify(noticeDead+receiver, "", "", true)
	}
}

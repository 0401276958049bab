package notify_test

import (
	"fmt"
	"testing"

	"bellhop/monitor"
	"bellhop/notify"
)

// BenchmarkFlood is how long four receivers that take everything at once need for a thousand incidents that open
// together, each told by itself.
func BenchmarkFlood(b *testing.B) {
	const many = 1000
	for b.Loop() {
		var names []string
		var lanes []notify.Lane
		done := make(chan struct{})
		for n := range 4 {
			c := &channel{answer: func(n int, _ notify.Letter) error {
				if n == many {
					done <- struct{}{}
				}
				return nil
			}}
			names = append(names, fmt.Sprint("r", n))
			lanes = append(lanes, lane(monitor.Receiver{Name: names[n]}, c))
		}
		d := open(b, lanes...)
		for k := range many {
			d.say(incident(fmt.Sprintf("i%04d", k), 1, isOpen), opened, names...)
		}
		for range lanes {
			<-done
		}
		d.stop()
	}
}

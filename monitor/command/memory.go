package command

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"bellhop/monitor"
)

const (
	memoryUsual = 90 << 20         // enough for five thousand reported hotels, most of it free for the next report
	memoryEvery = 10 * time.Second // how fast more may come into use; until then the collector works harder

	// The collector lets the garbage grow to so many percent of what is in use. While all is well memory is dearer to
	// those who run the daemon than some thousandths of the time with a thousand checks; while there is news, or a receiver is
	// tried again, it is time. Other commands are over soon, and keep to what is usual.
	collectCalm = 25
	collectNews = 100
	newsLasts   = 30 * time.Second
)

// A thrift keeps the process small: a report of thousands of hotels would else leave its garbage behind at the peak of
// memory, though the collector could have made room before. What is really in use sets the bound, so that a bellhop
// with far more to watch does not spend its time collecting.
type thrift struct {
	bounds, collects bool          // what it may do: the environment does not say otherwise
	news             chan struct{} // something is to be told
}

// newThrift is thrifty from now on.
func newThrift(w World) thrift {
	if w.Collects {
		debug.SetGCPercent(collectCalm)
	}
	return thrift{w.Thrifty, w.Collects, make(chan struct{}, 1)}
}

// saw is told of each change. It does not wait.
func (t thrift) saw(c monitor.Change) {
	if len(c.Events)+len(c.Deliveries)+len(c.Notices) == 0 {
		return
	}
	select {
	case t.news <- struct{}{}:
	default:
	}
}

func (t thrift) run(ctx context.Context) error {
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	var last time.Time
	t.bound()
	for percent := collectCalm; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-t.news:
			last = time.Now()
		case <-tick.C:
			t.bound()
		}
		if p := collectAt(time.Since(last)); t.collects && p != percent {
			percent = p
			debug.SetGCPercent(percent)
		}
	}
}

func (t thrift) bound() {
	if t.bounds {
		debug.SetMemoryLimit(memoryLimit(inUse()))
	}
}

// collectAt is how much garbage there may be so long after the last news, in percent of what is in use.
func collectAt(since time.Duration) int {
	if since < newsLasts {
		return collectNews
	}
	return collectCalm
}

// memoryLimit is the soft bound of all memory, given the bytes that were in use after the last collection.
func memoryLimit(live uint64) int64 { return max(memoryUsual, int64(live)*3/2) }

func inUse() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return live[0].Value.Uint64()
}

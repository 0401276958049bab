package command

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	memoryUsual = 90 << 20         // enough for five thousand reported hotels, most of it free for the next report
	memoryEvery = 10 * time.Second // how fast more may come into use; until then the collector works harder
)

// thrift keeps the process small: a report of thousands of hotels would else leave its garbage behind at the peak of
// memory, though the collector could have made room before. What is really in use sets the bound, so that a bellhop
// with far more to watch does not spend its time collecting.
func thrift(ctx context.Context) error {
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	for {
		debug.SetMemoryLimit(memoryLimit(inUse()))
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
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

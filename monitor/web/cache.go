package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"bellhop/monitor"
)

// A cache keeps what was last made of a snapshot, and makes it once however many ask.
type cache struct {
	mu   sync.Mutex // protects all below
	snap *monitor.Snapshot
	old  bool
	page *rendered
}

// rendered is an answer's bytes.
type rendered struct {
	body []byte
	etag string
	zip  func() []byte
}

// of is what draw makes of a snapshot that is stale or not. What cannot be drawn is not kept.
func (c *cache) of(snap *monitor.Snapshot, old bool, draw func() (*rendered, error)) (*rendered, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.page != nil && c.snap == snap && c.old == old {
		return c.page, nil
	}
	page, err := draw()
	if err != nil {
		return nil, err
	}
	c.snap, c.old, c.page = snap, old, page
	return page, nil
}

// newRendered holds a body whose ETag says when it was about, to the minute at least: key stands for the
// body, less what is not worth another answer.
func newRendered(body []byte, key string) *rendered {
	sum := sha256.Sum256([]byte(key))
	return &rendered{body: body, etag: `W/"` + hex.EncodeToString(sum[:8]) + `"`, zip: sync.OnceValue(func() []byte {
		var buf bytes.Buffer
		z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed) // the level is a valid one
		_, _ = z.Write(body)                              // a buffer takes all
		_ = z.Close()
		return buf.Bytes()
	})}
}

// publicCache keeps the public view of a snapshot: each hotel's answer is made with it.
type publicCache struct {
	mu   sync.Mutex // protects all below
	snap *monitor.Snapshot
	old  bool
	made bool
	view publicView
}

// everybody is what everybody may see of a snapshot, at now. Nobody writes to it.
func (s *Site) everybody(snap *monitor.Snapshot, now time.Time) publicView {
	c, old := &s.common, isStale(snap, now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.made || c.snap != snap || c.old != old {
		c.snap, c.old, c.made, c.view = snap, old, true, publish(s.hotels.of(snap).lean, now)
	}
	return c.view
}

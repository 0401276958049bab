package monitor

import "sync"

// An item is an input on its way to the owner.
type item struct {
	in    Input
	check *Check     // whose outcome it is, as it was when it was asked
	done  chan error // who waits until it is durable, or nil
}

// inbox holds what the owner has not taken yet. Putting never blocks.
type inbox struct {
	wake chan struct{} // holds one token while there may be something to do

	mu    sync.Mutex // protects all below
	items []item
	limit int
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// offer puts an outcome, unless the inbox is full.
func (b *inbox) offer(it item) bool {
	b.mu.Lock()
	full := len(b.items) >= b.limit
	if !full {
		b.items = append(b.items, it)
	}
	b.mu.Unlock()
	b.poke()
	return !full
}

// put puts what must not be lost: few send such inputs, and most of them wait for an answer.
func (b *inbox) put(it item) {
	b.mu.Lock()
	b.items = append(b.items, it)
	b.mu.Unlock()
	b.poke()
}

// take gives at most n items, oldest first.
func (b *inbox) take(n int) []item {
	b.mu.Lock()
	defer b.mu.Unlock()
	n = min(n, len(b.items))
	taken := b.items[:n:n]
	b.items = b.items[n:]
	if len(b.items) == 0 {
		b.items = nil
		return taken
	}
	b.poke()
	return taken
}

// poke wakes the owner.
func (b *inbox) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// fit makes room for twice the checks; an inbox never gets smaller.
func (b *inbox) fit(checks int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = max(b.limit, 2*checks, minInbox)
}

// minInbox is room for those who have few checks and much trouble.
const minInbox = 256

func (b *inbox) size() (waiting, limit int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.items), b.limit
}

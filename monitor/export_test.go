package monitor

// What stories tell of the engine.
var (
	StoreFails = storeFails
	StoreWorks = storeWorks
)

// Chance is how likely so many failures are.
var Chance = tail

// Kept is how many silences and ids of acts a book has in memory.
func Kept(b *Book) (silences, acts int) { return len(b.silences), len(b.acts) }

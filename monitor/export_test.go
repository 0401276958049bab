package monitor

// What stories tell of the engine.
var (
	StoreFails = storeFails
	StoreWorks = storeWorks
)

// Chance is how likely so many failures are.
var Chance = tail

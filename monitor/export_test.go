package monitor

// What stories tell of the engine.
var (
	StoreFails = storeFails
	StoreWorks = storeWorks
)

package monitor

import "reflect"

// What stories tell of the engine.
var (
	StoreFails = storeFails
	StoreWorks = storeWorks
)

// Chance is how likely so many failures are.
var Chance = tail

// Kept is how much a book has in memory, by where that is: of all maps and lists of the book and of what it sees, also of
// those that are yet to be written.
func Kept(b *Book) map[string]int {
	kept := map[string]int{}
	for prefix, of := range map[string]reflect.Value{"": reflect.ValueOf(*b), "sight.": reflect.ValueOf(*b.sight)} {
		for k := range of.NumField() {
			if f := of.Field(k); f.Kind() == reflect.Map || f.Kind() == reflect.Slice {
				kept[prefix+of.Type().Field(k).Name] = f.Len()
			}
		}
	}
	for _, k := range b.clients {
		kept["quotas"] += len(k.Quota)
	}
	for _, ids := range b.byCause {
		kept["ids by cause"] += len(ids)
	}
	return kept
}

// Waiting lists the checks that have an opening which waits for its witnesses.
func Waiting(b *Book) map[CheckID]bool {
	ids := map[CheckID]bool{}
	for id := range b.sight.held {
		ids[id.Check] = true
	}
	return ids
}

package monitor

// A Book is all that is known: what is watched, the rows, the incidents, and what each receiver is owed.
// One goroutine owns it.
type Book struct {
	id     string
	pace   Pace
	advise Adviser
}

// NewBook opens a book on what was saved. Nothing is watched until the first Reconfigure.
func NewBook(s Saved, p Pace, advise Adviser) *Book {
	return &Book{id: s.ID, pace: p, advise: advise}
}

// Decide finds what the inputs, in order, change. It reads the book and never writes it: the same book and
// the same inputs give the same change.
func (b *Book) Decide(in []Input) Change { return Change{} }

// Apply makes a change true. It takes only changes that Decide made on the book as it stands.
func (b *Book) Apply(c Change) {}

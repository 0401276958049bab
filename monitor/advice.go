package monitor

// A Trouble is what advice is asked about.
type Trouble struct {
	Node       Node // the cause
	Signal     SignalKind
	Severity   Severity
	Fault      Fault
	Status     int
	Code       string     // OAuth error code
	Kind       string     // of the check
	Own        bool       // a check of the user's own
	Module     string     // the API module that the check asks, or ""
	Accounts   string     // all, some, one, or "": how many accounts are concerned
	Confidence Confidence // how sure the cause is
}

// Advice is what is known about a trouble: whose matter it is, and what to do next.
type Advice struct {
	Side   Side
	What   string // what is seen, in a few words: "HTTP 502"
	Next   string // what the operator should do next, in a sentence or two
	Doc    string // address of the page that explains it, or ""
	Public string // a sentence for guests and hotel staff, without the words identity, token, API or HTTP
	Past   string // the same, once it is over
	Ticket bool   // apaleo's support has to be asked: nobody else can mend it, and it does not know yet
}

// An Adviser knows what troubles mean. apaleo.Advise is one. It is a pure function.
type Adviser func(Trouble) Advice

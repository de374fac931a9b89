package card

// Event is one thing that happened to a customer, as a processor sees it: what it says, and when it reached us.
type Event struct {
	// Arrived is the broker's append time (in a replay, its estimate from the file's order). Processors never see time
	// run ahead of it, so a terminal with a wrong clock moves time for nobody else.
	Arrived Moment
	// Source is where the record stands in the log; the zero Source when it stands nowhere, like a tick.
	Source Source
	Body   Body
}

// Source is a record's place in the log, by which whoever doubts a decision finds what it was made from.
type Source struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Body is what an event says: *Transaction, *Statement, *Payment, *Customer, *Feedback, *Tick, or one of the desk's own.
type Body interface {
	// Meta gives the fields that every event has.
	Meta() *Head
}

// Head is what every event on an input topic carries.
type Head struct {
	// ID is the event_id: unique; a second event with the same id inside 24 h has no effect.
	ID string
	// Customer is the customer_id token, the key of every topic and of every state.
	Customer string
	// At is the event's own time: occurred_at, paid_at, statement_at, updated_at …
	At Moment
}

// Meta gives the fields that every event has.
func (h *Head) Meta() *Head { return h }

// Tick says that time has reached At for a customer whose state asked to be woken. It carries no event_id.
type Tick struct{ Head }

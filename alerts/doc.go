// Package alerts is the desk: it turns alerts into cases, prompts and collections queues.
//
// Its root is pure. Step applies one event (an alert, a customer's answer, an act of staff, a receipt, a tick) to one
// customer's state and lists what must be told to whom; it has no I/O, no clock and no lock. The engine in package stream
// owns all of those. State machines are explicit tables. The sub-packages are the edge: channel/* reach providers, dispatch
// sends.
package alerts

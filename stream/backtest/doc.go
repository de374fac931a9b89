// Package backtest asks the past what a draft of rules would have done: it runs the live set and the draft side by side over a history,
// on one state of each customer, and compares what they raise.
//
// The history comes from files or from Kafka topics. It is read once, without a group and without writing anything: no topic, no store.
// The work is spread over lanes, each with customers of its own whose records it applies in order; a customer's timers fire before their
// next record, as they would have in between. So the live side is what a replay of the same records finds.
//
// A Run belongs to one goroutine and starts others; they have ended when it returns.
package backtest

// Package sim runs whole Cardwatch processes in one test on simulated time, breaks them, and proves that nothing is lost or doubled.
//
// A world is a bank that writes, an embedded Kafka cluster, and workers: each the real monitor, desk and sender on a real store,
// but on a file system that can crash and a network that can delay, freeze and tear. A nemesis breaks them by a schedule
// drawn from the seed. At the end everything is healed and caught up, and the auditor compares what the topics and the stores hold with a
// reference: single-threaded, plain maps, no code of the engine.
//
// The reference has to apply records in the order in which the engine did, since the topics that a partition merges have no
// order of their own. So every state carries the list of events that it has seen (see kept), through store, crash and hand-over; the
// auditor demands that this list is exactly the log, and then that it explains everything else.
//
// Only tests call it, from inside a testing/synctest bubble. A seed replays the inputs and the faults; the order of goroutines
// is the Go scheduler's, so a rare failure may need a seed to be run a few times.
package sim

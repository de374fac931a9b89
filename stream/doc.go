// Package stream is the engine that hosts the processors: the monitor and the desk.
//
// A processor is a pure fold: Step(state, event) changes one customer's state and lists outputs. Everything else is the
// engine's: which partitions this process owns, reading them, decoding, dead letters, keeping states in the store, waking
// customers when their time comes, and the order in which things become durable.
//
//	input topics ─▶ Runner: merge by append time ─▶ Task: decode ─▶ wake who is due ─▶ Step ─▶ Commit
//	                                                                                          │ 1 outputs acknowledged by Kafka
//	                                                                                          │ 2 states and progress acknowledged by the changelog
//	                                                                                          │ 3 the same, timers and indexes: one store batch
//	                                                                                          └ 4 group offset, a mirror of progress
//
// The order is the promise: nothing that has seen a record leaves the process before what the record caused is acknowledged. Steps 2 and
// 3 are a flight, which may follow long after the first. After a crash the next owner takes over (takeover.go) and its Task replays
// from the progress, which may lie back: each state skips what it has applied, and outputs that stand in the log are not sent again.
//
// Time is the partition's: the newest append time applied, so a replay of the log sees the same clock. It moves while nothing
// arrives because the owner writes a record to the tick topic every second.
//
// Live operation and replay from files run the same Task. A Task and a Runner belong to one goroutine, save that
// a flight has one of its own; an Engine may be asked for its Status by any.
package stream

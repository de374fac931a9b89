// Package store is a partition's working memory in Pebble: one value per customer and processor, the timers and secondary
// indexes that follow from those values, and how far each input topic has been applied.
//
// What a processor decides is written by one Batch, so that state, timers, index rows and progress are never apart: after a
// crash at any instant the store is a consistent earlier state, and replaying Kafka from its Progress heals it. The store
// is a copy of a beginning of the changelog: it may lag behind and rewind, but is never ahead, because the engine commits a Batch only
// after the changelog has acknowledged the same.
//
// A DB may be shared by all goroutines. A Space (one processor's share of one partition) is written by the one goroutine that
// owns the partition; anyone may read.
package store

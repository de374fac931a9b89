// Package rekey moves records of topics as banks have them (keyed by card or not at all, with any number of partitions, in any JSON shape)
// to the contract's input topics: mapped, keyed by customer, in the partition that Java clients would choose.
//
//	source partition ─▶ fetch ─▶ map, or refuse ─▶ bundle ─▶ one Kafka transaction
//	                                                          │ records for the input topics, in the source's order
//	                                                          │ dead letters of what was refused
//	                                                          └ the source's position, in the consumer group
//
// The promise: each source record is written once and in the order of its source partition (so of its card, where the source is keyed by
// card), whatever crashes, is redelivered or believes that it still owns a partition. Everything that a bundle causes becomes visible to
// readers of committed records together with the position behind it, or not at all. There is one transactional id per group and source
// partition: taking it over fences the former owner and ends what it left open, and only then is the position read. The group's
// generation fences a second time, when the position is stored. Nothing is kept in this process, so after any doubt it starts anew.
//
// An event that comes without an id gets one from its place in the source (topic, partition, offset), the same whenever it is read. Of the
// source record's headers none is kept, as they may hold anything; the header "source" says where a record comes from
// (topic/partition/offset). Timestamps are those of writing: they are the engine's time.
//
// The position lives in the group alone: brokers forget it when nobody has been a member for offsets.retention.minutes (7 days by
// default), and the source is then read again from its start, under the same event ids.
//
// An Engine runs once; its Status may be asked from anywhere. Readers of the target topics have to read committed records only, as
// Cardwatch does.
package rekey

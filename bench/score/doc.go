// Package score judges alerts against labels: precision, recall and F1 of transactions, alerts and false cases per 1,000
// cards and day, and by kind of attack how many were found, how soon, and how much money that saved (notes/data.md §0).
//
// It is used by `cardwatch replay --labels`, by the demo's summary and by the benchmarks. A Scorer is fed records and alerts
// in the order of the stream, keeps memory for cards, attacks and alerts but not for honest transactions, and may be used by
// one goroutine at a time. It decides nothing and never fails; reading a label file can.
package score

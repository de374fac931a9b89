// Package gen is a synthetic Chinese bank: customers with homes, habits, bills and payment behaviour, the attacks the
// detectors are there for, and the honest behaviour that looks like them. Every transaction carries its label.
//
// It is made for the demo, for `cardwatch generate`, and for scoring. A Bank is a pure function of its Config: no clock, no
// I/O, no global random source, and the same Config gives the same records on every machine. A customer's life depends on
// the seed and the customer's number alone, so a larger bank holds the smaller one. Memory grows with customers, not with
// records: one day is planned at a time. A Bank may be used by one goroutine at a time.
//
// All of it is invented. Shares, speeds and amounts are chosen to resemble notes/data.md, not estimated from a bank.
package gen

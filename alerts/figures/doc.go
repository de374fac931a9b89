// Package figures counts what management and regulators ask about collecting: how much is overdue, what rolls on and what is cured, whether
// promises and plans are kept, whom the rules kept from being contacted, and who complained.
//
// A Book is fed with the records of the log (customers, statements, tiers, conduct) in about the order in which they were appended; it keeps some
// 100 bytes an account and 24 months. It is a pure room: the reader's time is an argument. A Book is used by one goroutine at a time.
package figures

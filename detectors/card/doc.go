// Package card holds the words of the trade: transactions, statements, payments, customers, feedback, money, places and
// moments. Everything else in Cardwatch speaks in these words; this package imports nothing but the standard library.
//
// The types are plain values without behaviour that waits, locks or reads a clock, so they may be used from anywhere. A
// decoder may reuse one value for many records: strings inside an event are then views that are valid only while the event
// is being applied, and whoever keeps one copies it.
package card

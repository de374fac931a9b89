// Package hooks takes what providers tell: answers of customers and receipts of messages, over HTTP call-backs and over the sessions
// of channels that have one.
//
// Everything ends on the input topics before the provider is thanked, so nothing is lost with the process; the desk knows repetitions
// by their ids. A receipt that comes before the record that its message was taken is kept in memory for a day (see Inbox): what is
// lost with the process then is how a message fared, which the desk counts as unknown. Only cmd uses the package. A Server and an Inbox
// may be used by many goroutines at once.
package hooks

// Package smpp sends text messages over SMPP 3.4 ("Short Message Peer-to-Peer Protocol Specification v3.4", issue 1.2), the protocol
// of carriers and aggregators, and hears their delivery receipts and the customers' replies on the same session.
//
// A Channel may be used by many goroutines at once. Run keeps one bind_transceiver session with one reader, one writer and one
// goroutine that waits for what was heard to be safe; without a session, Send says Unavailable at once.
//
// # What goes twice
//
// SMPP has no idempotency key. A Channel remembers the last 10,000 messages that the SMSC accepted, part by part, also when the
// acceptance came after the caller had given up: an attempt at one of them submits only what is missing. What the memory cannot
// help with are a crash, or a session lost, between the SMSC's taking a message and our reading that it did: the next attempt then
// sends it again.
//
// A receipt names one part. A long text counts as delivered when all parts are, and as undelivered when any is. After a restart the
// parts are no longer known, and the receipt of the last one speaks for the text.
//
// SMPP gives a customer's reply no id. One is made of the session and the sequence number, so a reply that the SMSC repeats over
// another session comes as a new one: answering twice is harmless to the desk, mistaking a second answer for the first is not. Parts
// of a long reply are answered before the whole is known, since most SMSCs send the next only then; a crash within that minute loses
// them.
package smpp

// Package twilio hands text messages to Twilio's Programmable Messaging, or to a service that speaks its API
// (https://www.twilio.com/docs/messaging/api/message-resource), and hears what customers reply and what became of each message.
//
// Twilio's message API knows no idempotency key: the channel remembers what was accepted for as long as its process lives, so a crash
// between Twilio's acceptance and its record can send a message twice. A status call-back carries our message's id in its address,
// hence that message's fate is known all the same.
//
// Twilio signs a call-back's address and fields, but no time, and not the raw body: the form is taken apart first, which is all that
// happens before the signature is checked. Repetitions are told by the message's sid and status.
package twilio

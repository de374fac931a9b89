// Package tencent hands text messages to Tencent Cloud's SMS service: SendSms of version 2021-01-11, signed with TC3-HMAC-SHA256
// (https://cloud.tencent.com/document/api/382/52072).
//
// Tencent sends only wordings that it has approved: a configuration maps our templates to its numbers, and only the values go over the
// wire, in the order of the wording.
//
// SendSms knows no idempotency key: the channel remembers what was accepted for as long as its process lives, so a crash between
// Tencent's acceptance and its record can send a message twice. SessionContext carries our message's id into Tencent's own logs; the
// report of a message's fate names it by Tencent's serial number alone.
//
// Tencent does not sign what it calls back with. Whoever serves the hook must therefore give it an address that holds a secret,
// compare that in constant time, and let in Tencent's networks alone; Open checks the form only. Replies come from a number at best,
// so none is ever verified. They have no id: two replies in one second that say the same are one.
package tencent

// Package aliyun hands text messages to Aliyun's SMS service: SendSms of version 2017-05-25, signed with ACS3-HMAC-SHA256
// (https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).
//
// Aliyun sends only wordings that it has approved: a configuration maps our templates to its codes, and only the values go over the
// wire. A value may not be long: of the one that says what happened, which names the amount first, the end is cut off, and a message
// with any other value that is longer is not sent.
//
// SendSms knows no idempotency key: the channel remembers what was accepted for as long as its process lives, so a crash between
// Aliyun's acceptance and its record can send a message twice. OutId carries our message's id into the report of its fate.
//
// Aliyun does not sign what it calls back with (SmsReport and SmsUp, HTTP batch mode). Whoever serves the hook must therefore give it
// an address that holds a secret, compare that in constant time, and let in Aliyun's networks alone; Open checks the form only. Replies
// come from a number at best, so none is ever verified.
package aliyun

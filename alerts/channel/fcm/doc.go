// Package fcm hands prompts to apps over Firebase Cloud Messaging, HTTP v1
// (https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send). It does not reach Android telephones in mainland
// China; there the bank's own gateway does (package webhook). FCM tells nobody whether a message was seen: no receipts are expected,
// and the prompt's own time-outs go on to the next channel.
//
// FCM knows no idempotency key: the channel remembers what was accepted for as long as its process lives. After a crash a message can
// come a second time, and then takes the place of the first on the screen, since both have the same tag (Android) or collapse id
// (iOS).
package fcm

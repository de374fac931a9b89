// Package apns hands prompts to an iOS app over Apple's push service, with a provider token
// (https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns). Apple tells nobody whether a
// message was seen: no receipts are expected, and the prompt's own time-outs go on to the next channel.
//
// A device's token does not say whose it is; the contact's push_platform does. Beside fcm this channel gets the tokens of iOS alone, and fcm
// the others. A bank that does not know its customers' platforms sets up fcm alone, which serves iOS apps, too, or its own gateway.
//
// The app registers a category "cardwatch.prompt" with its buttons, and finds prompt_id and answer_url beside the words.
//
// Apple promises no idempotency: the channel remembers what was accepted for as long as its process lives. After a crash a message can
// come a second time, and then takes the place of the first on the screen, since both have the same collapse id; apns-id, too, is made
// of the message's id.
package apns

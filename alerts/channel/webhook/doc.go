// Package webhook hands messages to the bank's own gateway — for the app's prompts, or for text messages — over signed calls, after
// Standard Webhooks 1.0 (https://www.standardwebhooks.com). It is how a bank joins in what it already has: in mainland China each
// maker of telephones has a push service of its own, and banks have a gateway in front of them.
//
// We POST the JSON of schema/send.json. The header webhook-id is the message's id, the same for every attempt, and the gateway shows
// a message once however often it comes. Any 2xx means that it was taken; the answer may be {"id": …}, the gateway's own id. A 4xx
// may say {"reason": "bad_address" | "bad_message" | "blocked" | "rate_limited"}; without one, 410 is an address that is no more,
// 429 is a gateway that wants fewer, 401, 403 and 404 are a wrong set-up, and any other is a message that it will not carry.
//
// The gateway may POST the JSON of schema/callback.json to our hook, signed in the same way with another secret.
package webhook

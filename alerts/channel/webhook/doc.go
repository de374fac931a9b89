// Package webhook hands messages to the bank's own gateway over signed calls, after Standard Webhooks 1.0
// (https://www.standardwebhooks.com).
package webhook

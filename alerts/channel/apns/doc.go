// Package apns hands messages to Apple's push service.
package apns

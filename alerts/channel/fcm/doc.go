// Package fcm hands messages to Firebase Cloud Messaging.
package fcm

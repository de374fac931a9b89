// Package twilio hands messages to Twilio's Programmable Messaging.
package twilio

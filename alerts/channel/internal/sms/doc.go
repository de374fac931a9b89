// Package sms is what the channels share that keep a session with a message centre, SMPP and CMPP: the session itself and its
// window, the loop that brings it back, alphabets and the parts of long texts, what the centre has accepted, and what it wants heard.
package sms

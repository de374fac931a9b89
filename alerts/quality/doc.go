// Package quality tells how good each rule is, from what its alerts turned out to be: how many it raises, how many of those that were answered
// were fraud, whether that has fallen of late, and what a draft would have raised beside the live set.
//
// A Book is a fold over cardwatch.alert.v1, cardwatch.shadow.v1 and cardwatch.feedback.v1, in any order but one: an answer comes after its alert.
// It is no part of any decision. Like the root of alerts it is pure, its time is an argument, and its memory is bounded whatever comes. A Book
// belongs to one goroutine at a time.
package quality

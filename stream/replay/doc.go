// Package replay runs the monitor and the desk over a history in files, through the same Tasks as live operation, without a
// broker and without a clock: time is what the records say.
//
// Inputs are <topic>.jsonl or <topic>.jsonl.gz, each in the order of arrival; the files are merged by the records' times. What
// the monitor finds goes straight to the desk, what the desk learns straight back. Nothing is sent to anybody.
//
// A Run belongs to one goroutine.
package replay

package stream

import "cmp"

// Limits are how much a Task does at a time. The defaults suit every bank; the simulator uses small ones, so that a few hundred records
// meet what takes millions otherwise.
type Limits struct {
	// Batch bounds the records between two commits, and with them the work that a crash repeats; 0 is 5,000.
	Batch int
	// Flight bounds the states written at a time, so that no flight holds up the next for long; 0 is 2,000.
	Flight int
	// Mark is how many records lie between two marks while states wait to be written; 0 is 1,024. Older marks only make a replay longer.
	Mark int
	// Runs bounds the note of the order: beyond it the task stores everything and begins a new one; 0 is 8,192.
	Runs int
}

func (l Limits) orDefault() Limits {
	return Limits{
		Batch: cmp.Or(l.Batch, 5000), Flight: cmp.Or(l.Flight, 2000), Mark: cmp.Or(l.Mark, 1024), Runs: cmp.Or(l.Runs, 8192),
	}
}

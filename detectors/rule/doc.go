// Package rule makes detectors of the rules that users write: data of package detectors, with conditions in CEL.
//
// Check finds everything that is wrong with a set of rules, with the place inside the expression; what it lets through cannot panic, cannot
// run on without end and cannot look at more than its windows allow. NewMonitor makes the monitor of a set, the rules in shadow as
// drafts of it. A compiled rule holds nothing that changes, so any number of goroutines may share it. Rules are pure functions of the
// use, the card's history and the customer's profile.
//
// Expressions are checked by CEL itself. The usual ones (comparisons, arithmetic, logic, the helpers) are then run as closures without
// allocating; the others run in CEL's own interpreter under a limit of cost. Both give the same answers, and a test says so.
//
// A rule that cannot answer does not fire, and is counted with its detectors.Fault: a division by what turned out to be 0, a distance to a
// place that nobody told.
package rule

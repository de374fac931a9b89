// Package detectors is the monitor's pure core: it applies one event to one customer's state and says what does not fit.
//
// A detector is one small file with its configuration, defaults, validation, judgement and explanation, and one line in the
// catalogue. Everything here is a function of (state, event): no I/O, no clock, no goroutine, no lock, so live, replay,
// back-test and simulation run the same code, and a State may be used by one goroutine at a time.
package detectors

// Package transplant moves a foreign card history to China: the rows of the Sparkov simulator (github
// namebrandon/Sparkov_Data_Generation) give who buys what, how often and for how much; homes, hours, journeys, look-alikes and
// attacks are put in here, after notes/data.md §5.
//
// It exists so that detectors are not judged on the habits of bench/gen alone: its shares, spreads and speeds are deliberately
// others. The rows are read at run time and are no part of the repository. A Stream is a function of the rows and the seed, and
// may be used by one goroutine at a time. Reading can fail; what is read is not changed.
package transplant

// Package quality measures how well the detectors judge: it lets a labelled bank live through the monitor in memory, without
// records or a broker, and scores the alerts (notes/data.md §0), over several seeds with mean and spread.
//
// A detector is to be better on people whom nobody tuned it to, so there are two sources: the bank of bench/gen, and, where the
// history it needs is at hand, that of bench/transplant. Nothing here decides or fails but for a source that cannot be made.
package quality

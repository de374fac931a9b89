//go:build race

package sim_test

// underRace: the detector makes a seed ten times as slow, and a race shows in a few.
const (
	underRace    = true
	defaultSeeds = 5
)

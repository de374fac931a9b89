//go:build !race

package sim_test

const (
	underRace    = false
	defaultSeeds = 30
)

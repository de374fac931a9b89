package stream

// Sabotage is a defect planted on purpose. The simulator switches one on to show that it would be found; nothing else does.
type Sabotage uint8

// The defects.
const (
	// NoSabotage is none.
	NoSabotage Sabotage = iota
	// SkipOffsetGuard applies a record again although the state has seen it.
	SkipOffsetGuard
	// StateBeforeAlert writes states before the outputs that follow from the same records are acknowledged.
	StateBeforeAlert
	// IgnoreEpoch neither fences a former owner nor tells its records from the new owner's.
	IgnoreEpoch
	// ForgetReplay writes a progress beyond the states that are stored.
	ForgetReplay
)

package card

// Place is where something stands. Any part may be absent; a detector that needs one says so and does not guess.
type Place struct {
	// City is a GB/T 2260 code of a prefecture-level city ("440300") or an UN/LOCODE outside China ("JPTYO"); empty when absent.
	City string
	// Country is ISO 3166-1 alpha-2; empty when absent.
	Country string
	// Lat and Lon are degrees, WGS 84, meaningful only when HasPoint.
	Lat, Lon float64
	HasPoint bool
}

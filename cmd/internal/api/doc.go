// Package api is /api/v1, the interface for the bank's own systems: a workbench, the app's back end, a report. openapi.yaml describes it, and
// the tests hold every request and answer against that.
//
// It owns no state. Reads are of the desk's committed states; acts become events through package clerk, so that nothing can be done here
// that the console could not do, and the log is the audit trail. Errors are problems (RFC 9457) with a code from a closed list, and never say
// what went on inside. An answer holds no telephone number and no more of a card or account than its last four characters.
//
// A Server is safe for concurrent use.
package api

// Package explain puts together why an alert was raised: what was found, each fact with its limit and the customer's own normal, the rule
// that decided, the transactions, and where in the log all of it stands.
//
// The command line, the API and the console show the same Explanation. It is made from the alert's records alone and, where somebody can
// give it, the text of the rule set that the alert names. Like all of the desk's root the package is pure.
package explain

// Package conduct is the contact rules of collections as data: when, how often, how and to whom somebody may speak about a debt.
//
// A Pack holds one jurisdiction's rules, each with its id, its source and its text in both languages. Decide judges one contact
// against all of them, for the console, bulk messages and the API alike: allow, defer until a moment, or deny, with every rule that
// speaks. It is pure and safe for concurrent use; a Log belongs to one debtor and to one writer at a time.
//
// Counters are exact because a contact is claimed before it is made: Reserve puts it in the Log of the lender and all agencies,
// where it counts as the worst it can become, and Settle writes down what became of it. A Log that is behind a serial log of events,
// as the desk's state is, can therefore never let two people take the last place.
//
// Not legal advice: notes/collections.md §6 lists what a lawyer still has to read in the original.
package conduct

// Package clerk turns an act of a person or of another system into an event on a topic, and waits until the desk has applied it. It is the
// one way by which the console and the API change anything.
//
// An act is first tried on the customer's present state, so that whoever asks for something impossible hears so and nothing is written.
// The log decides all the same: of two acts at one moment that both passed the try, the second is refused by the desk, and the clerk looks
// afterwards who has it. An act has the id of what asked for it, so asking twice acts once, also after a restart.
//
// A Clerk is safe for concurrent use.
package clerk

// Package load measures the product's speed: every figure of the README's performance table comes out of it. `cardwatch bench`
// binds flags to its Config; tests never assert its figures, because machines differ.
//
// A suite answers one question, and each of its figures stands beside what the same records cost at least on the same machine
// in the same run: the topic read and decoded with nothing done. What is measured runs in processes of its own (package part),
// while this one fills topics and waits.
package load

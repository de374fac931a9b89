// Package load measures the product's speed on a generated bank: what reading and decoding alone costs, what the monitor adds
// to it, and what is left through a broker. The commands bind flags to it; tests never assert its figures, because machines
// differ.
//
// A measurement runs alone in its process: its CPU time and allocations are the process's own.
package load

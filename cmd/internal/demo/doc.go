// Package demo is a bank in a box: an embedded broker, a generated bank that lives faster than the wall clock, customers who
// answer their prompts, and the same App that runs in production.
//
// A Demo is run once by whoever made it. Everything it keeps is in one directory.
package demo

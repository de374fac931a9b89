// Package outbound is what the channels share that call their provider over HTTP: a client that goes only where it is told, and what
// its failures mean; the accepted messages that a provider cannot recognise itself; tokens.
package outbound

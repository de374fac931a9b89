// Package app puts a process together from its configuration: the one place that knows every concrete type. The demo, the
// service and the end-to-end tests run the same App.
//
// An App belongs to whoever made it: Run once, then Close.
package app

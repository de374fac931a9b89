// Package web is what people see in a browser: the staff console and the page on which a customer answers a prompt.
//
// It owns HTML, texts, the signed links and the live feed, and no state of the business: it reads what the desk and the
// monitor have committed through stream.View, and every act of staff and every answer becomes an event on a topic. Before it
// publishes an act it lets the pure desk try it on a copy of the state, so that a refusal is shown at once and in words.
//
// This first console knows no sign-in: who acts is a name in a cookie. It is for a loopback listener, which package app
// enforces; requests under another host name are refused, so that no web site can reach it through a visitor's browser. The
// customer's page is made for the open network, behind the bank's reverse proxy.
//
// A Server is safe for concurrent use. Nothing here can slow the pipeline: Changed only takes a mutex, and a browser that does
// not keep up with the live feed is told to start over. When the store or Kafka fails, pages say so in the reader's
// language and name no internals; nothing is lost, since nothing is kept here.
package web

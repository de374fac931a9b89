// Package cmpp sends text messages over CMPP 2.0 or 3.0, China Mobile's protocol between its gateways and the banks on its network,
// and hears their status reports and the customers' replies on the same session.
//
// It is experimental: there is no independent peer to be had, so it has been tried against a simulator of our own alone, which was
// written from the same reading of the specification.
//
// What package smpp says about messages that go twice, receipts of parts and long replies holds here, too. A reply has the gateway's
// Msg_Id, so a repeated one is recognised. Texts go out in UCS-2, and to numbers of mainland China only.
package cmpp

// Package wire is the door: strict JSON records of the contract's topics to the words of the trade and back.
//
// It owns the topic names, the closed list of reasons for which a record is refused, the search for card numbers that must
// not pass, the JSON Schemas, and one small file of decoder and encoder for each topic. Package stream and the commands call it; it
// knows neither Kafka nor files, but for the time zones that the time package loads.
//
// A Decoder belongs to one goroutine. What it returns is reused: a body and every string in it are views into the record's
// value and the decoder's own buffers, valid until the next Decode and only while the value is left unchanged. Encoders
// append to the caller's buffer, keep nothing and may be called from anywhere. A bad record never panics; it is a
// *RejectError, which names a field and a reason and never quotes the record.
package wire

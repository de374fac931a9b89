// Package part is what a measurement runs in processes of its own, so that its processor time, heap and pauses are nobody else's:
// the broker, the floor (a topic read and decoded with nothing done), the engine, and the sender with its reader of alerts.
//
// The bench starts its own binary again for each part. An Order comes as one line of JSON on standard input, answers go as
// lines of JSON to standard output, and a part ends its work when standard input ends: so none outlives the process that
// started it, however that ended. Nothing else may call Serve.
package part

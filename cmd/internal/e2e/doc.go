// Package e2e tells whole stories: a bank's records go in at one end of Kafka and what the customer, the desk and the bank
// see comes out at the other. It holds tests alone.
//
// The stories run in this process on the embedded broker with `go test ./...`. With KAFKA_TEST_BROKER=127.0.0.1:19092 they run
// again as real processes of the real binary against Apache Kafka (.ci/kafka/broker.sh), with those that need more than one
// process; KAFKA_TEST_SCRIPT names the script that may restart the broker. The contract's topics on that broker are deleted
// and made anew: use no broker that holds anything, and no other test at the same time (`go test -p 1`).
package e2e

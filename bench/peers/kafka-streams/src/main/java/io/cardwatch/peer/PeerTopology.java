package io.cardwatch.peer;

import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The topology: transactions (and customers) → one processor with its store → alerts. */
final class PeerTopology {
  static final String STORE = "customers";

  private PeerTopology() {}

  /**
   * Builds it. Keys and values stay bytes all the way: the processors have one reusable state and decode into it, so that no
   * serde makes objects. An empty customers topic leaves that source out; without caching every put goes to RocksDB and changelog at once.
   */
  static Topology build(String transactions, String customers, String alerts, boolean caching, Counters counters) {
    StoreBuilder<KeyValueStore<Bytes, byte[]>> store =
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingEnabled(Map.of());
    store = caching ? store.withCachingEnabled() : store.withCachingDisabled();
    ByteArrayDeserializer in = new ByteArrayDeserializer();
    ByteArraySerializer out = new ByteArraySerializer();
    Topology topology = new Topology()
        .addSource("transactions", in, in, transactions)
        .addProcessor("monitor", () -> new TransactionProcessor(counters), "transactions")
        .addStateStore(store, "monitor")
        .addSink("alerts", alerts, out, out, "monitor");
    if (!customers.isEmpty()) {
      topology.addSource("profiles", in, in, customers)
          .addProcessor("home", CustomerProcessor::new, "profiles")
          .connectProcessorAndStateStores("home", STORE);
    }
    return topology;
  }
}

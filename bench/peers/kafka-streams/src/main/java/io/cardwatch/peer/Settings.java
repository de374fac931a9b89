package io.cardwatch.peer;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The command line: --name value, or -Dpeer.name=value; --serve stands alone. */
record Settings(Map<String, String> values) {
  private static final Set<String> NAMES = Set.of("bootstrap", "input", "customers", "output", "application", "state-dir", "threads", "guarantee",
      "commit-ms", "linger-ms", "idle-ms", "retry-ms", "cache-mb", "records", "warmup", "serve");

  /** Reads the arguments; an unknown one, or one without a value, is an IllegalArgumentException. */
  static Settings parse(String[] args) {
    Map<String, String> values = new HashMap<>();
    for (String name : NAMES) {
      String property = System.getProperty("peer." + name);
      if (property != null) {
        values.put(name, property);
      }
    }
    for (int i = 0; i < args.length; i++) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException("unknown argument " + args[i] + "; there are --" + String.join(", --", NAMES));
      }
      if (name.equals("serve")) {
        values.put(name, "true");
        continue;
      }
      if (++i == args.length) {
        throw new IllegalArgumentException("--" + name + " needs a value");
      }
      values.put(name, args[i]);
    }
    return new Settings(values);
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  long number(String name, long otherwise) {
    String value = values.get(name);
    try {
      return value == null ? otherwise : Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + name + " must be a whole number, not " + value, e);
    }
  }

  String bootstrap() {
    return text("bootstrap", "127.0.0.1:9092");
  }

  String input() {
    return text("input", "cards.transaction.v1");
  }

  String customers() {
    return text("customers", "");
  }

  String output() {
    return text("output", "peer.alert.v1");
  }

  String application() {
    return text("application", "cardwatch-peer");
  }

  String guarantee() {
    return text("guarantee", StreamsConfig.EXACTLY_ONCE_V2);
  }

  boolean serve() {
    return text("serve", "false").equals("true");
  }

  long cacheBytes() {
    return number("cache-mb", 128) << 20;
  }

  Properties streams() {
    Properties p = new Properties();
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, application());
    p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap());
    p.put(StreamsConfig.STATE_DIR_CONFIG, text("state-dir", "/var/tmp/cardwatch-peer"));
    p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, (int) number("threads", 2));
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee());
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, number("commit-ms", 100));
    p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, cacheBytes());
    p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksSettings.class);
    // Without idling: with it, Kafka Streams formats a string per record while the customers topic has nothing new.
    p.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, number("idle-ms", StreamsConfig.MAX_TASK_IDLE_MS_DISABLED));
    p.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2000);
    p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    p.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), (int) number("linger-ms", 1));
    // A transaction's first records meet the end of the one before; the default waits 100 ms, a commit interval, for that.
    p.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), number("retry-ms", 10));
    p.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
    return p;
  }
}

package io.cardwatch.peer;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Runs the peer until the input is used up, or with --serve until it is killed. */
public final class Peer {
  private final Settings settings;
  private final Counters counters = new Counters();
  private final KafkaStreams streams;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Throwable failure;

  private Peer(Settings settings) {
    this.settings = settings;
    streams = new KafkaStreams(
        PeerTopology.build(settings.input(), settings.customers(), settings.output(), settings.cacheBytes() > 0, counters),
        settings.streams());
    streams.setUncaughtExceptionHandler(e -> {
      failure = e;
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
        stopped.countDown();
      }
    });
  }

  /** Exit codes: 0 done, 1 failed while running, 2 wrong usage. */
  public static void main(String[] args) throws Exception {
    try {
      Peer peer = new Peer(Settings.parse(args));
      if (peer.settings.serve()) {
        peer.serve();
      } else {
        System.out.println(peer.measure());
      }
    } catch (IllegalArgumentException e) {
      System.err.println("peer: " + e.getMessage());
      System.exit(2);
    }
  }

  private void serve() throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(30))));
    streams.start();
    stopped.await();
    check();
  }

  /** Waits until everything is processed and committed; the clock runs from the first record after the warm-up. */
  private String measure() throws Exception {
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrap()))) {
      Progress progress = new Progress(admin, settings);
      streams.start();
      await(settings.number("warmup", 0) + 1);
      Usage from = new Usage(counters.records.sum());
      await(progress.records);
      while (!progress.complete()) {
        check();
        Thread.sleep(5);
      }
      return report(from, new Usage(counters.records.sum()));
    } finally {
      streams.close(Duration.ofSeconds(60));
    }
  }

  private void await(long records) throws InterruptedException {
    while (counters.records.sum() < records) {
      check();
      Thread.sleep(2);
    }
  }

  private void check() {
    if (failure != null) {
      throw new IllegalStateException("a stream thread failed", failure);
    }
  }

  private String report(Usage from, Usage to) {
    long records = to.records - from.records;
    double seconds = to.clock - from.clock;
    double cpu = to.cpu - from.cpu;
    double jit = to.jit - from.jit;
    return String.format(Locale.ROOT,
        "{\"records\":%d,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"records_per_second\":%.0f,\"cpu_us_per_record\":%.2f,"
            + "\"rss_mb\":%d,\"alerts\":%d,\"jit_cpu_seconds\":%.2f,\"cpu_us_per_record_without_jit\":%.2f,"
            + "\"opened\":{\"%s\":%d,\"%s\":%d},\"bad_records\":%d,\"state_bytes\":%d,\"guarantee\":\"%s\"}",
        records, seconds, cpu, records / seconds, cpu * 1e6 / records,
        Usage.residentMegabytes(), counters.alerts.sum(), jit, (cpu - jit) * 1e6 / records,
        LargeOutOfTown.NAME, counters.largeOutOfTown.sum(), LateNightHighFrequency.NAME, counters.lateNight.sum(),
        counters.bad.sum(), counters.stateBytes.sum() / Math.max(counters.states.sum(), 1), settings.guarantee());
  }
}

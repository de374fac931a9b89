package io.cardwatch.peer;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Runs the peer until the input is used up, or with --serve until it is killed. */
public final class Peer {
  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Settings settings;
  private final Counters counters = new Counters();
  private final KafkaStreams streams;
  private volatile Throwable failure;

  private Peer(Settings settings) {
    this.settings = settings;
    streams = new KafkaStreams(PeerTopology.build(settings.input(), settings.customers(), settings.output(), settings.cacheBytes() > 0, counters),
        settings.streams());
    streams.setUncaughtExceptionHandler(e -> {
      failure = e;
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
  }

  /** Exit codes: 0 done, 1 failed while running, 2 wrong usage. */
  public static void main(String[] args) throws Exception {
    Settings settings;
    try {
      settings = Settings.parse(args);
      new Peer(settings).run();
    } catch (IllegalArgumentException e) {
      System.err.println("peer: " + e.getMessage());
      System.exit(2);
    }
  }

  private void run() throws Exception {
    if (settings.serve()) {
      serve();
      return;
    }
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrap()))) {
      Progress progress = new Progress(admin);
      streams.start();
      String report = measure(progress);
      streams.close(Duration.ofSeconds(60));
      System.out.println(report);
    } catch (IllegalStateException e) {
      streams.close(Duration.ofSeconds(10));
      throw e;
    }
  }

  private void serve() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
        stopped.countDown();
      }
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(30))));
    streams.start();
    stopped.await();
    check();
  }

  private void check() {
    if (failure != null) {
      throw new IllegalStateException("a stream thread failed", failure);
    }
  }

  /** Waits until everything is processed and committed; the clock runs from the first record after the warm-up. */
  private String measure(Progress progress) throws Exception {
    await(settings.number("warmup", 0) + 1);
    Mark from = new Mark(counters.records.sum());
    await(progress.records);
    while (!progress.committed()) {
      check();
      Thread.sleep(5);
    }
    return report(from, new Mark(counters.records.sum()));
  }

  private void await(long records) throws InterruptedException {
    while (counters.records.sum() < records) {
      check();
      Thread.sleep(2);
    }
  }

  private String report(Mark from, Mark to) throws IOException {
    long records = to.records - from.records;
    double seconds = (to.nanos - from.nanos) / 1e9;
    double cpu = (to.cpuNanos - from.cpuNanos) / 1e9;
    return String.format(Locale.ROOT, "{\"records\":%d,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"records_per_second\":%.0f,"
            + "\"cpu_us_per_record\":%.2f,\"rss_mb\":%d,\"alerts\":%d,\"opened\":{\"%s\":%d,\"%s\":%d},\"bad_records\":%d,"
            + "\"state_bytes\":%d,\"guarantee\":\"%s\"}",
        records, seconds, cpu, records / seconds, cpu * 1e6 / records, residentMegabytes(), counters.alerts.sum(),
        LargeOutOfTown.NAME, counters.largeOutOfTown.sum(), LateNightHighFrequency.NAME, counters.lateNight.sum(), counters.bad.sum(),
        counters.stateBytes.sum() / Math.max(counters.states.sum(), 1), settings.streams().get("processing.guarantee"));
  }

  private static long residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }

  /** Clock, processor time and records at one moment. */
  private static final class Mark {
    final long nanos = System.nanoTime();
    final long cpuNanos = SYSTEM.getProcessCpuTime();
    final long records;

    Mark(long records) {
      this.records = records;
    }
  }

  /** How much there is to do, and how much of it is committed. */
  private final class Progress {
    private final Admin admin;
    private final long target;
    /** How many records the run is about. */
    final long records;

    Progress(Admin admin) throws ExecutionException, InterruptedException {
      this.admin = admin;
      long begin = sum(OffsetSpec.earliest());
      long done = Math.max(committedSum(), begin);
      long left = sum(OffsetSpec.latest()) - done;
      records = settings.number("records", left);
      target = done + records;
      if (records <= 0) {
        throw new IllegalArgumentException("nothing to do: " + settings.input() + " has no records that group " + settings.application() + " has not seen");
      }
    }

    boolean committed() throws ExecutionException, InterruptedException {
      return committedSum() >= target;
    }

    private long sum(OffsetSpec spec) throws ExecutionException, InterruptedException {
      Map<TopicPartition, OffsetSpec> wanted = admin.describeTopics(java.util.List.of(settings.input())).allTopicNames().get()
          .get(settings.input()).partitions().stream()
          .collect(Collectors.toMap(p -> new TopicPartition(settings.input(), p.partition()), p -> spec));
      return admin.listOffsets(new HashMap<>(wanted)).all().get().values().stream().mapToLong(o -> o.offset()).sum();
    }

    private long committedSum() throws ExecutionException, InterruptedException {
      return admin.listConsumerGroupOffsets(settings.application()).partitionsToOffsetAndMetadata().get().entrySet().stream()
          .filter(e -> e.getKey().topic().equals(settings.input()) && e.getValue() != null)
          .mapToLong(e -> e.getValue().offset()).sum();
    }
  }
}

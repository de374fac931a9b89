package io.cardwatch.peer;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Clock and processor time of this process at one moment, with the records processed by then; Linux only. */
final class Usage {
  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  /** Linux counts threads' time in hundredths of a second on every architecture that Java runs on. */
  private static final double TICKS = 100;

  final long records;
  final double clock = System.nanoTime() / 1e9;
  final double cpu = SYSTEM.getProcessCpuTime() / 1e9;
  /** The part of cpu that the just-in-time compiler took. */
  final double jit = compilers();

  Usage(long records) {
    this.records = records;
  }

  private static double compilers() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      return threads.mapToLong(t -> compilerTicks(t.resolve("stat"))).sum() / TICKS;
    } catch (IOException e) {
      throw new UncheckedIOException("list /proc/self/task", e);
    }
  }

  private static long compilerTicks(Path stat) {
    try {
      String line = Files.readString(stat);
      int end = line.lastIndexOf(')');
      if (!line.substring(0, end).matches(".*\\(C[12] Compil.*")) {
        return 0;
      }
      String[] fields = line.substring(end + 2).split(" ");
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (NoSuchFileException e) {
      return 0; // the thread has ended
    } catch (IOException e) {
      throw new UncheckedIOException("read " + stat, e);
    }
  }

  static long residentMegabytes() {
    try {
      List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
      return status.stream().filter(l -> l.startsWith("VmRSS:")).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).sum() / 1024;
    } catch (IOException e) {
      throw new UncheckedIOException("read /proc/self/status", e);
    }
  }
}

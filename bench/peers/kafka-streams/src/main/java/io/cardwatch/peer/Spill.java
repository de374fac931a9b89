package io.cardwatch.peer;

/** Counts, per hour, of the uses of the last day that a window had no room to keep singly. */
final class Spill {
  /** A day touches 25 hours, a late record may open one more, and one is being added. */
  private static final int ROOM = 27;

  private int n;
  private final int[] hour = new int[ROOM];
  private final int[] uses = new int[ROOM];
  private final long[] spend = new long[ROOM];

  void clear() {
    n = 0;
  }

  /** Forgets the hours before the one of the moment. */
  void forget(long before) {
    int drop = 0;
    while (drop < n && hour[drop] < (int) (before / Times.HOUR)) {
      drop++;
    }
    if (drop > 0) {
      n -= drop;
      shift(drop, 0, n);
    }
  }

  void add(Use u) {
    if (u.reversed || !u.isUse()) {
      return;
    }
    int of = (int) (u.millis / Times.HOUR);
    int i = 0;
    while (i < n && hour[i] < of) {
      i++;
    }
    if (i == n || hour[i] != of) {
      shift(i, i + 1, n - i);
      hour[i] = of;
      uses[i] = 0;
      spend[i] = 0;
      n++;
    }
    uses[i]++;
    spend[i] += u.approved() ? u.minor : 0;
  }

  private void shift(int from, int to, int count) {
    System.arraycopy(hour, from, hour, to, count);
    System.arraycopy(uses, from, uses, to, count);
    System.arraycopy(spend, from, spend, to, count);
  }

  void write(Pack p) {
    p.uint(n);
    for (int i = 0; i < n; i++) {
      p.uint(hour[i]);
      p.uint(uses[i]);
      p.sint(spend[i]);
    }
  }

  void read(Pack p) {
    n = (int) p.uint();
    for (int i = 0; i < n; i++) {
      hour[i] = (int) p.uint();
      uses[i] = (int) p.uint();
      spend[i] = p.sint();
    }
  }
}

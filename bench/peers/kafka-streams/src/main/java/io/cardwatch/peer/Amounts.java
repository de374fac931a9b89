package io.cardwatch.peer;

import java.util.Arrays;

/** The distribution of a window's approved amounts. Reused. */
final class Amounts {
  int n;
  private final int[] bars = new int[256];

  void read(Window w) {
    Arrays.fill(bars, 0);
    n = 0;
    for (Period p : w.periods) {
      for (int i = 0; i < p.bars; i++) {
        bars[p.bar[i]] += p.barUses[i];
        n += p.barUses[i];
      }
    }
  }

  /** The amount that the share q of the uses stayed at or below, within 12.5 %; 0 when there are none. */
  long quantile(double q) {
    int rank = Math.max((int) Math.ceil(q * n), 1);
    for (int bar = 0; bar < bars.length; bar++) {
      rank -= bars[bar];
      if (rank <= 0 && bars[bar] > 0) {
        return Period.barMiddle(bar);
      }
    }
    return 0;
  }
}

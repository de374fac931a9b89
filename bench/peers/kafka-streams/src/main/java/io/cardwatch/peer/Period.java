package io.cardwatch.peer;

import java.util.Arrays;

/** The uses of 30 days summed up (detectors/window/period.go). */
final class Period {
  static final long SPAN = 30 * Times.DAY;

  int uses;
  int declined;
  int remote;
  int cash;
  long spend;
  final int[] hours = new int[24];
  /** The histogram of approved amounts, four bars to an octave, in order of bar. */
  int bars;
  final short[] bar = new short[256];
  final int[] barUses = new int[256];

  void clear() {
    if (uses != 0 || spend != 0) {
      Arrays.fill(hours, 0);
    }
    uses = declined = remote = cash = bars = 0;
    spend = 0;
  }

  void countAmount(int number, int step) {
    int i = Arrays.binarySearch(bar, 0, bars, (short) number);
    if (i < 0) {
      i = -i - 1;
      System.arraycopy(bar, i, bar, i + 1, bars - i);
      System.arraycopy(barUses, i, barUses, i + 1, bars - i);
      bar[i] = (short) number;
      barUses[i] = 0;
      bars++;
    }
    barUses[i] += step;
    if (barUses[i] == 0) {
      bars--;
      System.arraycopy(bar, i + 1, bar, i, bars - i);
      System.arraycopy(barUses, i + 1, barUses, i, bars - i);
    }
  }

  static int barOf(long minor) {
    long v = Math.max(minor, 1);
    int octave = 63 - Long.numberOfLeadingZeros(v);
    return octave * 4 | (int) (v << (63 - octave) >>> 61 & 3);
  }

  static long barMiddle(int number) {
    int octave = number / 4;
    long quarter = number % 4;
    if (octave < 2) {
      return (1L << octave) + (quarter >> (2 - octave));
    }
    long width = 1L << (octave - 2);
    return (4 + quarter) * width + width / 2;
  }

  void write(Pack p) {
    p.uint(uses);
    p.sint(spend);
    if (uses == 0) {
      return;
    }
    p.uint(declined);
    p.uint(remote);
    p.uint(cash);
    int set = 0;
    for (int h = 0; h < 24; h++) {
      set |= hours[h] > 0 ? 1 << h : 0;
    }
    p.u8(set);
    p.u16(set >> 8);
    for (int rest = set; rest != 0; rest &= rest - 1) {
      p.uint(hours[Integer.numberOfTrailingZeros(rest)]);
    }
    p.uint(bars);
    int before = 0;
    for (int i = 0; i < bars; i++) {
      p.u8(bar[i] - before);
      p.uint(barUses[i]);
      before = bar[i];
    }
  }

  void read(Pack p) {
    uses = (int) p.uint();
    spend = p.sint();
    if (uses == 0) {
      return;
    }
    declined = (int) p.uint();
    remote = (int) p.uint();
    cash = (int) p.uint();
    int set = p.u8();
    set |= p.u16() << 8;
    for (int rest = set; rest != 0; rest &= rest - 1) {
      hours[Integer.numberOfTrailingZeros(rest)] = (int) p.uint();
    }
    bars = (int) p.uint();
    int before = 0;
    for (int i = 0; i < bars; i++) {
      before += p.u8();
      bar[i] = (short) before;
      barUses[i] = (int) p.uint();
    }
  }
}

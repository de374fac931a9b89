package io.cardwatch.peer;

import java.util.concurrent.atomic.LongAdder;

/** What the stream threads of the process have done so far. */
final class Counters {
  final LongAdder records = new LongAdder();
  /** Records that are no transactions; they are passed over. */
  final LongAdder bad = new LongAdder();
  /** Alert records put out, and alerts opened by each detector. */
  final LongAdder alerts = new LongAdder();
  final LongAdder largeOutOfTown = new LongAdder();
  final LongAdder lateNight = new LongAdder();
  /** Bytes of the states written, for their mean size. */
  final LongAdder stateBytes = new LongAdder();
  final LongAdder states = new LongAdder();

  void opened(String detector) {
    (detector.equals(LargeOutOfTown.NAME) ? largeOutOfTown : lateNight).increment();
  }
}

package io.cardwatch.peer;

import java.util.ArrayList;
import java.util.List;

/** One detector's judgement of one use; a score of 0 is "nothing to say". */
final class Finding {
  /** One fact that spoke for the alert; a limit of 0 is none. */
  record Reason(String code, long value, long limit, String unit) {}

  int score;
  final List<Reason> reasons = new ArrayList<>();

  void clear() {
    score = 0;
    reasons.clear();
  }

  void reason(boolean holds, String code, long value, long limit, String unit) {
    if (holds) {
      reasons.add(new Reason(code, value, limit, unit));
    }
  }

  static String severity(int score) {
    return score >= 90 ? "critical" : score >= 70 ? "high" : score >= 50 ? "medium" : "low";
  }
}

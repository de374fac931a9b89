package io.cardwatch.peer;

/** 凌晨高频, with the defaults and the logic of detectors/late_night_high_frequency*.go. One per processor. */
final class LateNightHighFrequency {
  static final String NAME = "late_night_high_frequency";

  private static final int ALERT_AT = 50;
  private static final int UNTIL_HOUR = 6;
  private static final long DENSE = 10 * Times.MINUTE;
  private static final long SERIES = Times.HOUR;
  private static final long SMALL_MINOR = 3_000;
  private static final long SPREE_MINOR = 100_000;
  private static final int PRIOR_USES = 20;
  private static final int PRIOR_PERCENT = 8;
  private static final int RARE_PERCENT = 5;
  private static final int HABIT_PERCENT = 20;

  private final Amounts amounts = new Amounts();
  private Use use;

  private int allDense;
  private int allSeries;
  private int apartDense;
  private int apartSeries;
  private int declined;
  private int cash;
  private int tests;
  private boolean shops;
  private int shop;
  private boolean settled;
  private long usualMinor;
  private boolean large;
  private long spent;
  private long spreeMinor;
  private int nightPercent;
  private boolean rare;
  private boolean habit;
  private boolean cashRare;

  /** Judges a use against the history before it. */
  void evaluate(Window w, Use u, Finding f) {
    if (u.localHour() >= UNTIL_HOUR) {
      return;
    }
    use = u;
    facts(w);
    int score = score();
    if (score < ALERT_AT) {
      return;
    }
    f.score = Math.min(score, 100);
    explain(f);
  }

  private void facts(Window w) {
    allDense = allSeries = apartDense = apartSeries = declined = cash = tests = shop = 0;
    shops = false;
    spent = 0;
    amounts.read(w);
    usualMinor = amounts.quantile(0.95);
    settled = amounts.n >= PRIOR_USES;
    large = settled && use.minor > usualMinor;
    spreeMinor = Math.max(3 * usualMinor, SPREE_MINOR);
    long small = settled ? Math.min(SMALL_MINOR, amounts.quantile(0.5)) : SMALL_MINOR;
    count(use, small);
    for (int i = w.recents - 1; i >= 0 && use.millis - w.recent[i].millis <= SERIES; i--) {
      Use o = w.recent[i];
      if (o.isUse() && !o.late && !o.reversed) {
        count(o, small);
      }
    }
    habits(w);
  }

  private void count(Use o, long small) {
    int dense = use.millis - o.millis <= DENSE ? 1 : 0;
    allSeries++;
    allDense += dense;
    if (o.approved()) {
      spent += o.minor;
    } else {
      declined++;
    }
    if (o.type == Transaction.CASH) {
      cash++;
    } else if (o.present() || o.entry == Transaction.QR) {
      return;
    } else if (o.entry != Transaction.CREDENTIAL_ON_FILE && o.minor <= small) {
      shops |= tests > 0 && o.merchant != shop;
      shop = o.merchant;
      tests++;
    }
    apartSeries++;
    apartDense += dense;
  }

  private void habits(Window w) {
    int uses = 0;
    int nights = 0;
    int withdrawals = 0;
    for (Period p : w.periods) {
      uses += p.uses;
      withdrawals += p.cash;
      for (int h = 0; h < UNTIL_HOUR; h++) {
        nights += p.hours[h];
      }
    }
    nightPercent = (100 * nights + PRIOR_PERCENT * PRIOR_USES) / (uses + PRIOR_USES);
    rare = nightPercent < RARE_PERCENT;
    habit = nightPercent >= HABIT_PERCENT;
    cashRare = cash > 0 && settled && 20 * withdrawals < uses;
  }

  private int score() {
    int points = Math.max(densityPoints(apartDense, apartSeries), densityPoints(allDense, allSeries) / 2);
    points += testPoints() + cashPoints() + 10 * Math.min(declined, 3);
    return points + (spree() ? 25 : 0) + (rare ? 10 : 0) - (habit ? 20 : 0);
  }

  private static int densityPoints(int dense, int series) {
    return (dense >= 3 ? 35 : 0) + (series >= 3 ? 15 : 0) + (series >= 5 ? 10 : 0);
  }

  private int testPoints() {
    if (tests < 2) {
      return 0;
    }
    return large ? 60 : tests >= 3 || shops ? 50 : 40;
  }

  private int cashPoints() {
    return cash < 2 ? 0 : (cash >= 3 ? 50 : 35) + (cashRare ? 10 : 0);
  }

  private boolean spree() {
    return (allDense >= 3 || cash >= 2) && settled && spent > spreeMinor;
  }

  private void explain(Finding f) {
    f.reason(allDense >= 3, "night_burst", allDense, 3, "uses");
    f.reason(allSeries >= 3, "night_series", allSeries, 3, "uses");
    f.reason(tests >= 2, "test_charges", tests, 2, "uses");
    f.reason(tests >= 2 && large, "large_after_tests", use.minor, usualMinor, "minor");
    f.reason(cash >= 2, "cash_series", cash, 2, "uses");
    f.reason(declined > 0, "declined_attempts", declined, 1, "uses");
    f.reason(spree(), "spree_vs_usual", spent, spreeMinor, "minor");
    f.reason(habit, "night_habit", nightPercent, HABIT_PERCENT, "percent");
    f.reason(rare && !habit, "night_habit", nightPercent, RARE_PERCENT, "percent");
  }
}

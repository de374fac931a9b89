package io.cardwatch.peer;

/**
 * One card's rolling history over 60 to 90 days (detectors/window): single uses of the last day, 30-day periods, places.
 * What records leave behind does not depend on the order in which they come; a reversal is taken back out of every number.
 */
final class Window {
  static final int PERIODS = 3;
  private static final int MAX_RECENT = 64;
  private static final int KEEP_RECENT = 8;
  private static final int MAX_STALE = 16;
  private static final int MAX_PLACES = 12;

  /** What became of a record when it met the window. */
  enum Outcome { APPLIED, ANNULLED, DUPLICATE, CONFLICT, UNMATCHED }

  /** Ordered by time, then id; room for one more than is kept. */
  final Use[] recent = new Use[MAX_RECENT + 1];
  int recents;
  final Spill spill = new Spill();
  /** Ids of records older than everything in recent. */
  int stales;
  final long[] staleId = new long[MAX_STALE];
  final int[] staleContent = new int[MAX_STALE];
  /** The newest period first; period is its number. */
  final Period[] periods = {new Period(), new Period(), new Period()};
  int period;
  int placeCount;
  final Place[] places = new Place[MAX_PLACES];
  int travelDay;

  void clear() {
    recents = stales = placeCount = period = travelDay = 0;
    spill.clear();
    for (Period p : periods) {
      p.clear();
    }
  }

  long newest() {
    return recents == 0 ? 0 : recent[recents - 1].millis;
  }

  /** Tells, without changing anything, whether the window has seen the record or its reversal. */
  Outcome check(Use u) {
    Outcome outcome = Outcome.APPLIED;
    for (int i = 0; i < recents; i++) {
      Use r = recent[i];
      if (r.id == u.id) {
        return same(r.content, u.content);
      }
      if (r.original == u.id && r.type == Transaction.REVERSAL && r.approved() && u.type != Transaction.REVERSAL) {
        outcome = Outcome.ANNULLED;
      }
    }
    for (int i = 0; i < stales; i++) {
      if (staleId[i] == u.id) {
        return same(staleContent[i], u.content);
      }
    }
    return outcome;
  }

  private static Outcome same(int kept, int now) {
    return kept == now || kept == 0 ? Outcome.DUPLICATE : Outcome.CONFLICT;
  }

  /** Applies a record of which check said outcome. */
  Outcome add(Use u, Outcome outcome) {
    if (outcome == Outcome.DUPLICATE || outcome == Outcome.CONFLICT) {
      return outcome;
    }
    if (u.type == Transaction.REVERSAL) {
      outcome = reverse(u);
    } else {
      u.reversed = outcome == Outcome.ANNULLED;
      sight(u);
      if (!u.reversed) {
        count(u, 1);
      }
    }
    keep(u);
    return outcome;
  }

  private Outcome reverse(Use reversal) {
    if (!reversal.approved()) {
      return Outcome.APPLIED;
    }
    for (int i = 0; i < recents; i++) {
      Use r = recent[i];
      if (r.id == reversal.original && r.type != Transaction.REVERSAL && !r.reversed) {
        count(r, -1);
        r.reversed = true;
        return Outcome.APPLIED;
      }
    }
    return Outcome.UNMATCHED;
  }

  private void count(Use u, int sign) {
    int age = age(u.millis);
    if (age < 0 || age >= PERIODS) {
      return;
    }
    Period p = periods[age];
    if (u.type == Transaction.REFUND && u.approved()) {
      p.spend -= sign * u.minor;
    }
    if (!u.isUse()) {
      return;
    }
    p.uses += sign;
    p.hours[u.localHour()] += sign;
    p.remote += u.present() ? 0 : sign;
    p.cash += u.type == Transaction.CASH ? sign : 0;
    if (!u.approved()) {
      p.declined += sign;
      return;
    }
    p.spend += sign * u.minor;
    p.countAmount(Period.barOf(u.minor), sign);
    Place place = place(u.area);
    if (place != null) {
      place.count(age, sign);
    }
  }

  private int age(long millis) {
    return period - (int) (millis / Period.SPAN);
  }

  private void openPeriod(long millis) {
    int newer = -age(millis);
    if (newer <= 0) {
      return;
    }
    period += newer;
    for (int n = Math.min(newer, PERIODS); n > 0; n--) {
      Period last = periods[2];
      periods[2] = periods[1];
      periods[1] = periods[0];
      periods[0] = last;
      last.clear();
      for (int i = 0; i < placeCount; i++) {
        int[] uses = places[i].uses;
        uses[2] = uses[1];
        uses[1] = uses[0];
        uses[0] = 0;
      }
    }
    // A local day may be one behind the UTC day.
    int oldest = (period - PERIODS + 1) * 30 - 1;
    int kept = 0;
    for (int i = 0; i < placeCount; i++) {
      Place p = places[i];
      if (p.lastDay >= oldest) {
        places[i] = places[kept];
        places[kept++] = p;
      }
    }
    placeCount = kept;
  }

  /** Notes that time moves on, where the card was, and whether its holder bought a journey. */
  private void sight(Use u) {
    openPeriod(u.millis);
    if (!u.approved() || age(u.millis) >= PERIODS) {
      return;
    }
    int day = u.localDay();
    if (u.type == Transaction.PURCHASE && isTravel(u.mcc)) {
      travelDay = Math.max(travelDay, day);
    }
    if (u.area == 0 || !u.present()) {
      return;
    }
    Place p = place(u.area);
    if (p == null) {
      p = newPlace();
      p.set(u, day);
    }
    p.firstDay = Math.min(p.firstDay, day);
    p.lastDay = Math.max(p.lastDay, day);
    long minute = u.millis - u.millis % Times.MINUTE;
    if (!u.late && minute >= p.lastAt) {
      p.lastAt = minute;
      p.lat = u.lat;
      p.lon = u.lon;
    }
  }

  /** Makes room: the least used place goes, of equals the one not seen for longest. */
  private Place newPlace() {
    if (placeCount < MAX_PLACES) {
      return spare(placeCount++);
    }
    Place least = places[0];
    for (Place p : places) {
      if (p.uses() < least.uses() || p.uses() == least.uses() && p.lastAt < least.lastAt) {
        least = p;
      }
    }
    return least;
  }

  private Place spare(int i) {
    if (places[i] == null) {
      places[i] = new Place();
    }
    return places[i];
  }

  int placeIndex(long area) {
    for (int i = 0; area != 0 && i < placeCount; i++) {
      if (places[i].area == area) {
        return i;
      }
    }
    return -1;
  }

  Place place(long area) {
    int i = placeIndex(area);
    return i < 0 ? null : places[i];
  }

  private static boolean isTravel(int mcc) {
    return switch (mcc) {
      case 4112, 4131, 4411, 4511, 4722, 7011, 7512 -> true;
      default -> mcc >= 3000 && mcc <= 3999;
    };
  }

  /** Inserts the record by its time and lets go of what is too old or too much. */
  private void keep(Use u) {
    Use own = use(recents);
    own.copy(u);
    int at = recents++;
    for (; at > 0 && own.before(recent[at - 1]); at--) {
      recent[at] = recent[at - 1];
    }
    recent[at] = own;
    long dayAgo = newest() - Times.DAY;
    spill.forget(dayAgo);
    int drop = 0;
    for (; recents - drop > KEEP_RECENT; drop++) {
      Use oldest = recent[drop];
      boolean recently = oldest.millis > dayAgo;
      if (recently && recents - drop <= MAX_RECENT) {
        break;
      }
      if (recently) {
        spill.add(oldest);
      }
      if (oldest == own) {
        remember(u);
      }
    }
    dropRecent(drop);
    for (int i = 0; i < recents && recent[i].millis <= dayAgo; i++) {
      recent[i].content = 0;
    }
  }

  Use use(int i) {
    if (recent[i] == null) {
      recent[i] = new Use();
    }
    return recent[i];
  }

  private void dropRecent(int n) {
    if (n == 0) {
      return;
    }
    for (int i = n; i < recents; i++) {
      Use gone = recent[i - n];
      recent[i - n] = recent[i];
      recent[i] = gone;
    }
    recents -= n;
  }

  private void remember(Use u) {
    if (stales == MAX_STALE) {
      stales--;
      System.arraycopy(staleId, 1, staleId, 0, stales);
      System.arraycopy(staleContent, 1, staleContent, 0, stales);
    }
    staleId[stales] = u.id;
    staleContent[stales++] = u.content;
  }
}

package io.cardwatch.peer;

/** 大额异地, with the defaults and the logic of detectors/large_out_of_town*.go. One per processor. */
final class LargeOutOfTown {
  static final String NAME = "large_out_of_town";

  private static final int ALERT_AT = 50;
  private static final double NEAR_KM = 100;
  private static final double FAR_KM = 300;
  private static final double MAX_KMH = 900;
  private static final long CLOCK_TOLERANCE = 2 * Times.MINUTE;
  private static final int USUAL_USES = 4;
  private static final int USUAL_DAYS = 7;
  private static final long LARGE_MINOR = 50_000;
  private static final int SHORT_HISTORY = 20;
  private static final long NEW_LARGE_MINOR = 200_000;
  private static final long BACK_AND_FORTH = 48 * Times.HOUR;
  private static final int TRAVEL_DAYS = 15;
  private static final int NEW_DAYS = 2;

  private final Amounts amounts = new Amounts();
  private CustomerState state;
  private Window window;
  private Use use;

  private double km;
  private Use from;
  private double journeyKm;
  private long elapsed;
  private double kmh;
  private boolean impossible;
  private boolean hurried;
  private int returns;
  private int daysHere;
  private long usualMinor;
  private double ratio;
  private int travelDays;
  private boolean moving;

  /** Judges a use against the history before it. */
  void evaluate(CustomerState s, Window w, Use u, Finding f) {
    if (!u.hasPoint() || !u.present()) {
      return;
    }
    state = s;
    window = w;
    use = u;
    km = away();
    if (km < NEAR_KM) {
      return;
    }
    facts();
    int score = score();
    if (score < ALERT_AT) {
      return;
    }
    f.score = Math.min(score, 100);
    explain(f);
  }

  /** The distance to the nearest place where the card belongs, negative when there is none. */
  private double away() {
    double nearest = use.distance(state.homeArea, state.homeLat, state.homeLon);
    for (int i = 0; i < window.placeCount && (nearest < 0 || nearest >= NEAR_KM); i++) {
      Place p = window.places[i];
      if (!usual(p)) {
        continue;
      }
      double to = use.distance(p.area, p.lat, p.lon);
      if (to >= 0 && (nearest < 0 || to < nearest)) {
        nearest = to;
      }
    }
    return nearest;
  }

  private boolean usual(Place p) {
    return p.uses() >= USUAL_USES && use.localDay() - p.firstDay >= USUAL_DAYS;
  }

  private void facts() {
    journey();
    company();
    Place place = window.place(use.area);
    daysHere = place == null ? 0 : use.localDay() - place.firstDay;
    amounts.read(window);
    usualMinor = Math.max(amounts.quantile(0.95), amounts.n < SHORT_HISTORY ? NEW_LARGE_MINOR : LARGE_MINOR);
    ratio = (double) use.minor / usualMinor;
    int age = use.localDay() - window.travelDay;
    travelDays = window.travelDay > 0 && age <= TRAVEL_DAYS ? Math.max(age, 0) : -1;
  }

  /** Looks for the use from which the card came here fastest. */
  private void journey() {
    from = null;
    kmh = journeyKm = 0;
    elapsed = 0;
    for (int i = 0; i < window.recents; i++) {
      Use o = window.recent[i];
      long apart = Math.abs(use.millis - o.millis);
      if (apart > Times.DAY || !o.located()) {
        continue;
      }
      double way = use.distance(o.area, o.lat, o.lon);
      if (way < FAR_KM || intruder(o)) {
        continue;
      }
      double speed = way / (Math.max(apart + CLOCK_TOLERANCE, Times.MINUTE) / (double) Times.HOUR);
      if (speed > kmh) {
        from = o;
        kmh = speed;
        journeyKm = way;
        elapsed = apart + CLOCK_TOLERANCE;
      }
    }
    impossible = kmh > MAX_KMH;
    hurried = from != null && !impossible && elapsed < leastTravel(journeyKm) * Times.HOUR;
  }

  /** Whether the other use, not this one, is the odd one out. */
  private boolean intruder(Use other) {
    if (belongs(other)) {
      return false;
    }
    for (int i = 0; i < window.recents; i++) {
      Use o = window.recent[i];
      if (o.millis >= other.millis) {
        return false;
      }
      if (o.located() && near(use.distance(o.area, o.lat, o.lon))) {
        return true;
      }
    }
    return false;
  }

  private static boolean near(double way) {
    return way >= 0 && way < NEAR_KM;
  }

  /** Hours between purchases in two cities, by train or by plane. */
  private static double leastTravel(double way) {
    return Math.min(way / 300, 0.75 + way / 800);
  }

  /** Counts the times that the card was far away, where it belongs, between two uses near here. */
  private void company() {
    returns = 0;
    moving = false;
    boolean latest = true;
    boolean belonged = false;
    for (int i = window.recents - 1; i >= 0; i--) {
      Use o = window.recent[i];
      if (use.millis - o.millis > BACK_AND_FORTH || use.millis < o.millis || !o.located()) {
        continue;
      }
      double way = use.distance(o.area, o.lat, o.lon);
      if (way < 0) {
        continue;
      }
      if (way >= FAR_KM && belongs(o)) {
        belonged = true;
      } else if (way < NEAR_KM) {
        moving |= latest;
        returns += belonged ? 1 : 0;
        belonged = false;
      }
      latest = false;
    }
  }

  private boolean belongs(Use o) {
    if (near(o.distance(state.homeArea, state.homeLat, state.homeLon))) {
      return true;
    }
    Place p = window.place(o.area);
    return p != null && usual(p);
  }

  private int score() {
    int points = 5 + (km >= 300 ? 5 : 0) + (impossible ? 60 : 0) + (hurried ? 25 : 0) + 35 * Math.min(returns, 2);
    points += (daysHere <= NEW_DAYS ? 15 : 0) + amountPoints();
    return points - (travelDays >= 0 ? 15 : 0) - (onTheWay() ? 10 : 0);
  }

  private boolean onTheWay() {
    return moving && returns == 0 && !impossible;
  }

  private int amountPoints() {
    return ratio >= 10 ? 45 : ratio >= 5 ? 35 : ratio >= 2 ? 20 : ratio >= 1 ? 10 : 0;
  }

  private void explain(Finding f) {
    f.reason(true, "distance_from_home", (long) km, (long) NEAR_KM, "km");
    f.reason(impossible, "impossible_travel", (long) kmh, (long) MAX_KMH, "km/h");
    f.reason(hurried, "hurried_travel", (long) kmh, (long) (journeyKm / leastTravel(journeyKm)), "km/h");
    f.reason(returns > 0, "two_places", returns, 0, "uses");
    f.reason(daysHere <= NEW_DAYS, "new_place", daysHere, NEW_DAYS, "days");
    f.reason(amountPoints() > 0, "amount_vs_usual", use.minor, usualMinor, "minor");
    f.reason(travelDays >= 0, "travel_purchase", travelDays, TRAVEL_DAYS, "days");
    f.reason(onTheWay(), "journey_under_way", 1, 0, "uses");
  }
}

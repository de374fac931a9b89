package io.cardwatch.peer;

/** Somewhere the card itself has been (detectors/window/place.go). */
final class Place {
  long area;
  short lat;
  short lon;
  int firstDay;
  int lastDay;
  long lastAt;
  /** Approved card-present uses by period, the newest first. */
  final int[] uses = new int[Window.PERIODS];

  void set(Use u, int day) {
    area = u.area;
    lat = u.lat;
    lon = u.lon;
    firstDay = day;
    lastDay = 0;
    lastAt = 0;
    uses[0] = uses[1] = uses[2] = 0;
  }

  int uses() {
    return uses[0] + uses[1] + uses[2];
  }

  boolean at(Use u) {
    return area == u.area && lat == u.lat && lon == u.lon;
  }

  void count(int age, int sign) {
    if (sign > 0) {
      uses[age]++;
    } else if (uses[age] > 0) {
      uses[age]--;
    }
  }

  void write(Pack p, long newest) {
    p.uint(area);
    p.sint(lat);
    p.sint(lon);
    p.uint(firstDay);
    p.uint(lastDay - firstDay);
    p.sint(newest / Times.MINUTE - lastAt / Times.MINUTE);
    for (int n : uses) {
      p.uint(n);
    }
  }

  void read(Pack p, long newest) {
    area = p.uint();
    lat = (short) p.sint();
    lon = (short) p.sint();
    firstDay = (int) p.uint();
    lastDay = firstDay + (int) p.uint();
    lastAt = (newest / Times.MINUTE - p.sint()) * Times.MINUTE;
    for (int i = 0; i < uses.length; i++) {
      uses[i] = (int) p.uint();
    }
  }
}

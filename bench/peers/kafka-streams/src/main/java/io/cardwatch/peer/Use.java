package io.cardwatch.peer;

/** One transaction as the window keeps it (detectors/window/use.go). Mutable and reused. */
final class Use {
  static final long LATENESS = 5 * Times.MINUTE;
  static final long CLOCK_AHEAD = 5 * Times.MINUTE;

  long id;
  long original;
  int content;
  long millis;
  short offset;
  long minor;
  long area;
  short lat;
  short lon;
  byte type;
  byte status;
  byte entry;
  int mcc;
  int merchant;
  boolean late;
  boolean reversed;

  /** Reads a transaction; a clock further ahead than allowed is replaced by the arrival. */
  void set(Transaction t, long arrived) {
    id = t.id.hash();
    original = t.type == Transaction.REVERSAL ? t.original.hash() : 0;
    content = fingerprint(t);
    millis = t.millis;
    offset = t.offset;
    minor = t.minor;
    type = t.type;
    status = t.status;
    entry = t.entry;
    mcc = t.mcc;
    merchant = t.merchant.isEmpty() ? 0 : (int) t.merchant.hash() & 0xffff;
    reversed = false;
    long ahead = t.millis - arrived;
    late = -ahead > LATENESS;
    if (ahead > CLOCK_AHEAD) {
      millis = arrived;
    }
    area = 0;
    lat = lon = 0;
    if (present()) {
      locate(t);
    }
  }

  private void locate(Transaction t) {
    area = Geo.areaOfCity(t.city);
    if (t.hasPoint()) {
      if (area == 0) {
        area = Geo.areaOfPoint(t.lat, t.lon);
      }
      lat = Geo.hundredths(t.lat);
      lon = Geo.hundredths(t.lon);
      return;
    }
    short[] point = Geo.point(area);
    if (point != null) {
      lat = point[0];
      lon = point[1];
    }
  }

  void copy(Use o) {
    id = o.id;
    original = o.original;
    content = o.content;
    millis = o.millis;
    offset = o.offset;
    minor = o.minor;
    area = o.area;
    lat = o.lat;
    lon = o.lon;
    type = o.type;
    status = o.status;
    entry = o.entry;
    mcc = o.mcc;
    merchant = o.merchant;
    late = o.late;
    reversed = o.reversed;
  }

  /** What would make two records with one event_id different records; never 0. */
  private static int fingerprint(Transaction t) {
    long h = mix(Text.FNV_OFFSET, t.millis);
    h = mix(h, t.minor);
    h = mix(h, t.type | t.status << 8 | t.entry << 16 | (long) t.mcc << 24);
    h = t.card.mix(h);
    h = t.original.mix(h);
    h = t.merchant.mix(h);
    h = t.city.mix(h);
    return (int) (h >>> 32) | 1;
  }

  private static long mix(long h, long v) {
    for (int i = 0; i < 8; i++, v >>= 8) {
      h = (h ^ v & 0xff) * Text.FNV_PRIME;
    }
    return h;
  }

  /** Whether somebody tried to use the card: a purchase or cash, approved or declined. */
  boolean isUse() {
    return type <= Transaction.CASH;
  }

  /** Whether the card was at the terminal. */
  boolean present() {
    return isUse() && (entry >= Transaction.CHIP && entry <= Transaction.MAGSTRIPE || entry == 0 && type == Transaction.CASH);
  }

  boolean approved() {
    return status == Transaction.APPROVED;
  }

  boolean hasPoint() {
    return lat != 0 || lon != 0;
  }

  /** Whether the use tells where the card was, and when. */
  boolean located() {
    return hasPoint() && !late && present();
  }

  /** Kilometres to a spot, negative when it cannot be told. The same area is no distance. */
  double distance(long otherArea, short otherLat, short otherLon) {
    if (area != 0 && area == otherArea) {
      return 0;
    }
    if (!hasPoint() || otherLat == 0 && otherLon == 0) {
      return -1;
    }
    return Geo.distance(lat, lon, otherLat, otherLon);
  }

  int localDay() {
    return Times.localDay(millis, offset);
  }

  int localHour() {
    return Times.localHour(millis, offset);
  }

  boolean before(Use o) {
    return millis != o.millis ? millis < o.millis : Long.compareUnsigned(id, o.id) < 0;
  }
}

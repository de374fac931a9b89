package io.cardwatch.peer;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** RFC 3339 and local calendar arithmetic without allocation. */
final class Times {
  static final long MINUTE = 60_000L;
  static final long HOUR = 60 * MINUTE;
  static final long DAY = 24 * HOUR;
  /** What millis gives for a text that is no time. */
  static final long NONE = Long.MIN_VALUE;

  private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
  private static final int SHAPE = "dddd-dd-ddTdd:dd:dd".length();

  private Times() {}

  /** The UTC offset of an RFC 3339 text in minutes; the text must be one that millis reads. */
  static short offset(Text s) {
    int n = s.length();
    if (s.at(n - 1) == 'Z') {
      return 0;
    }
    int minutes = two(s, n - 5) * 60 + two(s, n - 2);
    return (short) (s.at(n - 6) == '-' ? -minutes : minutes);
  }

  /** The instant in Unix milliseconds, digits beyond them cut; NONE for anything but RFC 3339 with an offset. */
  static long millis(Text s) {
    int end = zoneAt(s);
    if (end < SHAPE || s.at(4) != '-' || s.at(7) != '-' || s.at(10) != 'T' || s.at(13) != ':' || s.at(16) != ':') {
      return NONE;
    }
    int year = two(s, 0) * 100 + two(s, 2);
    int month = two(s, 5);
    int day = two(s, 8);
    int hour = two(s, 11);
    int minute = two(s, 14);
    int second = two(s, 17);
    if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) {
      return NONE;
    }
    int fraction = 0;
    int unit = 100;
    for (int i = SHAPE + 1; i < end; i++, unit /= 10) {
      fraction += (s.at(i) - '0') * unit;
    }
    long minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset(s);
    return minutes * MINUTE + second * 1000L + fraction;
  }

  private static int zoneAt(Text s) {
    int n = s.length();
    if (n > SHAPE && s.at(n - 1) == 'Z') {
      return n - 1;
    }
    return n > SHAPE + 5 && (s.at(n - 6) == '+' || s.at(n - 6) == '-') ? n - 6 : -1;
  }

  private static int two(Text s, int i) {
    return (s.at(i) - '0') * 10 + s.at(i + 1) - '0';
  }

  /** Days since 1970-01-01; the year is taken to begin in March, so that the leap day comes last. */
  private static long days(int year, int month, int day) {
    if (month < 3) {
      year--;
      month += 12;
    }
    return 365L * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719_469;
  }

  static int localDay(long millis, int offsetMinutes) {
    return (int) Math.floorDiv(millis + offsetMinutes * MINUTE, DAY);
  }

  static int localHour(long millis, int offsetMinutes) {
    return (int) (Math.floorMod(millis + offsetMinutes * MINUTE, DAY) / HOUR);
  }

  static String format(long millis, int offsetMinutes) {
    return FORMAT.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60)));
  }
}

package io.cardwatch.peer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** An alert that is still open (detectors/incident.go). */
final class Incident {
  private static final long OPEN_FOR = Times.DAY;
  private static final int GROWTHS = 5;
  private static final int MAX_EVENT_IDS = 20;

  String alertId;
  String detector;
  String card;
  String account;
  int revision;
  int score;
  long foundAt;
  long occurredMillis;
  int occurredOffset;
  boolean approved;
  boolean present;
  long minor;
  String currency;
  String city;
  String country;
  String merchant;
  String merchantName;
  List<String> eventIds = new ArrayList<>();
  List<Finding.Reason> reasons = new ArrayList<>();

  /** Opens an alert for a finding about t. */
  static Incident open(String detector, Transaction t, byte[] record, Use u, Finding f, long arrived) {
    Incident in = new Incident();
    in.detector = detector;
    in.card = t.card.toString();
    in.account = t.account.isEmpty() ? in.card : t.account.toString();
    in.alertId = alertId(detector, in.card, t.id.toString());
    in.revision = 1;
    in.score = f.score;
    in.foundAt = arrived;
    in.occurredMillis = u.millis;
    in.occurredOffset = u.offset;
    in.eventIds.add(t.id.toString());
    in.reasons.addAll(f.reasons);
    in.take(t, record, u);
    return in;
  }

  /** Adds a finding and reports whether the new revision is sent: the first few are, later ones when they are worse. */
  boolean join(Transaction t, byte[] record, Use u, Finding f, long arrived) {
    boolean worse = Finding.severity(f.score) != Finding.severity(score) && f.score > score;
    foundAt = Math.max(foundAt, arrived);
    revision++;
    if (eventIds.size() < MAX_EVENT_IDS) {
      eventIds.add(t.id.toString());
    }
    weigh(t, record, u);
    if (occurredMillis < u.millis) {
      occurredMillis = u.millis;
      occurredOffset = u.offset;
    }
    if (f.score >= score) {
      score = f.score;
      reasons = new ArrayList<>(f.reasons);
    }
    return worse || revision <= 1 + GROWTHS;
  }

  /** An approved use weighs more than an attempt, then the larger amount, and among attempts the newest. */
  private void weigh(Transaction t, byte[] record, Use u) {
    if (approved ? u.approved() && t.minor >= minor : u.approved() || u.millis >= occurredMillis) {
      take(t, record, u);
    }
  }

  private void take(Transaction t, byte[] record, Use u) {
    RecordReader.Details d = RecordReader.details(record);
    approved = u.approved();
    present = u.present();
    minor = t.minor;
    currency = t.currency.toString();
    city = d.city;
    country = d.country;
    merchant = d.merchant;
    merchantName = d.merchantName;
  }

  boolean due(long now) {
    return foundAt + OPEN_FOR <= now;
  }

  /** The first 16 bytes of SHA-256 over detector, card, no account, and the opening event, as detectors.AlertID has it. */
  private static String alertId(String detector, String card, String event) {
    try {
      byte[] name = String.join("\0", detector, card, "", event).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void write(Pack p) {
    for (String s : new String[] {alertId, detector, card, account, currency, city, country, merchant, merchantName}) {
      p.text(s);
    }
    p.uint(revision);
    p.uint(score);
    p.sint(foundAt);
    p.sint(occurredMillis);
    p.sint(occurredOffset);
    p.u8((approved ? 1 : 0) | (present ? 2 : 0));
    p.sint(minor);
    p.uint(eventIds.size());
    eventIds.forEach(p::text);
    p.uint(reasons.size());
    for (Finding.Reason r : reasons) {
      p.text(r.code());
      p.sint(r.value());
      p.sint(r.limit());
      p.text(r.unit());
    }
  }

  static Incident read(Pack p) {
    Incident in = new Incident();
    in.alertId = p.text();
    in.detector = p.text();
    in.card = p.text();
    in.account = p.text();
    in.currency = p.text();
    in.city = p.text();
    in.country = p.text();
    in.merchant = p.text();
    in.merchantName = p.text();
    in.revision = (int) p.uint();
    in.score = (int) p.uint();
    in.foundAt = p.sint();
    in.occurredMillis = p.sint();
    in.occurredOffset = (int) p.sint();
    int flags = p.u8();
    in.approved = (flags & 1) != 0;
    in.present = (flags & 2) != 0;
    in.minor = p.sint();
    for (long n = p.uint(); n > 0; n--) {
      in.eventIds.add(p.text());
    }
    for (long n = p.uint(); n > 0; n--) {
      in.reasons.add(new Finding.Reason(p.text(), p.sint(), p.sint(), p.text()));
    }
    return in;
  }
}

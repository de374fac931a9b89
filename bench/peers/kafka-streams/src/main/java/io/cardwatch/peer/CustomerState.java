package io.cardwatch.peer;

import java.util.ArrayList;
import java.util.List;

/** Everything the monitor remembers of a customer: the store's value. One is reused by a processor for all its records. */
final class CustomerState {
  private static final int VERSION = 1;
  private static final int MAX_CARDS = 16;

  /** When the customer's record was made, in Unix milliseconds; 0 when there was none. */
  long updatedAt;
  long homeArea;
  short homeLat;
  short homeLon;
  int cardCount;
  private final CardState[] cards = new CardState[MAX_CARDS];
  final List<Incident> incidents = new ArrayList<>();
  private final Pack out = new Pack();

  /** Replaces the state by a stored one; null is a customer never seen. */
  void read(byte[] value) {
    updatedAt = homeArea = 0;
    homeLat = homeLon = 0;
    cardCount = 0;
    incidents.clear();
    if (value == null) {
      return;
    }
    Pack p = Pack.of(value);
    int version = p.u8();
    if (version != VERSION) {
      throw new IllegalStateException("state has version " + version + ", this program reads " + VERSION);
    }
    updatedAt = p.uint();
    if (updatedAt != 0) {
      homeArea = p.uint();
      homeLat = (short) p.sint();
      homeLon = (short) p.sint();
    }
    int n = p.u8();
    for (int i = 0; i < n; i++) {
      byte[] id = p.raw();
      CardState c = add(id);
      WindowCodec.read(c.window, p);
    }
    for (int left = p.u8(); left > 0; left--) {
      incidents.add(Incident.read(p));
    }
  }

  byte[] write() {
    out.writeFrom();
    out.u8(VERSION);
    out.uint(updatedAt);
    if (updatedAt != 0) {
      out.uint(homeArea);
      out.sint(homeLat);
      out.sint(homeLon);
    }
    out.u8(cardCount);
    for (int i = 0; i < cardCount; i++) {
      out.raw(cards[i].id, cards[i].id.length);
      WindowCodec.write(cards[i].window, out);
    }
    out.u8(incidents.size());
    for (Incident in : incidents) {
      in.write(out);
    }
    return out.bytes();
  }

  CardState card(int i) {
    return cards[i];
  }

  /** The card's state, added when it is new; with too many cards the one used longest ago is forgotten. */
  CardState card(Text token) {
    for (int i = 0; i < cardCount; i++) {
      if (token.matches(cards[i].id)) {
        return cards[i];
      }
    }
    if (cardCount == MAX_CARDS) {
      int oldest = 0;
      for (int i = 1; i < cardCount; i++) {
        oldest = cards[i].window.newest() < cards[oldest].window.newest() ? i : oldest;
      }
      CardState gone = cards[oldest];
      cards[oldest] = cards[--cardCount];
      cards[cardCount] = gone;
    }
    return add(token.utf8());
  }

  private CardState add(byte[] id) {
    if (cards[cardCount] == null) {
      cards[cardCount] = new CardState();
    }
    CardState c = cards[cardCount++];
    c.id = id;
    c.window.clear();
    return c;
  }

  /** Takes over where the customer lives, unless something newer is known. */
  void live(RecordReader.Home h) {
    if (h.millis < updatedAt) {
      return;
    }
    updatedAt = h.millis;
    homeArea = Geo.areaOfCity(h.city);
    homeLat = homeLon = 0;
    boolean hasPoint = !Double.isNaN(h.lat) && !Double.isNaN(h.lon) && (h.lat != 0 || h.lon != 0);
    if (homeArea == 0 && hasPoint) {
      homeArea = Geo.areaOfPoint(h.lat, h.lon);
    }
    short[] point = hasPoint ? new short[] {Geo.hundredths(h.lat), Geo.hundredths(h.lon)} : Geo.point(homeArea);
    if (point != null) {
      homeLat = point[0];
      homeLon = point[1];
    }
  }
}

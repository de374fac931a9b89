package io.cardwatch.peer;

/** A window's binary form: what detectors/window/codec.go writes, byte for byte. */
final class WindowCodec {
  private static final int VERSION = 1;

  private static final int LATE = 1;
  private static final int REVERSED = 2;
  private static final int MERCHANT = 4;
  private static final int MCC = 8;
  private static final int CONTENT = 16;
  private static final int SPOT = 32;
  private static final int PLACE = 64;
  private static final int OFFSET = 128;

  private WindowCodec() {}

  static void write(Window w, Pack p) {
    p.u8(VERSION);
    p.uint(w.period);
    for (Period period : w.periods) {
      period.write(p);
    }
    p.uint(w.travelDay);
    long newest = w.newest();
    p.sint(newest);
    p.uint(w.placeCount);
    for (int i = 0; i < w.placeCount; i++) {
      w.places[i].write(p, newest);
    }
    p.uint(w.recents);
    long later = newest;
    short laterOffset = 0;
    for (int i = w.recents - 1; i >= 0; i--) {
      Use u = w.recent[i];
      writeUse(w, p, u, later, laterOffset);
      later = u.millis;
      laterOffset = u.offset;
    }
    w.spill.write(p);
    p.uint(w.stales);
    for (int i = 0; i < w.stales; i++) {
      p.u64(w.staleId[i]);
      p.u32(w.staleContent[i]);
    }
  }

  /** Reads into a window that is clear. */
  static void read(Window w, Pack p) {
    int version = p.u8();
    if (version != VERSION) {
      throw new IllegalStateException("window has version " + version + ", this program reads " + VERSION);
    }
    w.period = (int) p.uint();
    for (Period period : w.periods) {
      period.read(p);
    }
    w.travelDay = (int) p.uint();
    long newest = p.sint();
    w.placeCount = (int) p.uint();
    for (int i = 0; i < w.placeCount; i++) {
      if (w.places[i] == null) {
        w.places[i] = new Place();
      }
      w.places[i].read(p, newest);
    }
    w.recents = (int) p.uint();
    long later = newest;
    short laterOffset = 0;
    for (int i = w.recents - 1; i >= 0; i--) {
      Use u = w.use(i);
      readUse(w, p, u, later, laterOffset);
      later = u.millis;
      laterOffset = u.offset;
    }
    w.spill.read(p);
    w.stales = (int) p.uint();
    for (int i = 0; i < w.stales; i++) {
      w.staleId[i] = p.u64();
      w.staleContent[i] = p.u32();
    }
  }

  private static void writeUse(Window w, Pack p, Use u, long later, short laterOffset) {
    int place = w.placeIndex(u.area);
    if (place >= 0 && !w.places[place].at(u)) {
      place = -1;
    }
    int flags = (u.late ? LATE : 0) | (u.reversed ? REVERSED : 0) | (u.merchant != 0 ? MERCHANT : 0) | (u.mcc != 0 ? MCC : 0)
        | (u.content != 0 ? CONTENT : 0) | (u.offset != laterOffset ? OFFSET : 0);
    if (place >= 0) {
      flags |= PLACE;
    } else if (u.area != 0 || u.hasPoint()) {
      flags |= SPOT;
    }
    p.u8(u.type | u.entry << 3 | u.status << 6);
    p.u8(flags);
    p.sint(later - u.millis);
    p.u64(u.id);
    p.sint(u.minor);
    if (u.type == Transaction.REVERSAL) {
      p.u64(u.original);
    }
    if (u.merchant != 0) {
      p.u16(u.merchant);
    }
    if (u.mcc != 0) {
      p.u16(u.mcc);
    }
    if (u.content != 0) {
      p.u32(u.content);
    }
    if ((flags & SPOT) != 0) {
      p.uint(u.area);
      p.sint(u.lat);
      p.sint(u.lon);
    } else if (place >= 0) {
      p.u8(place);
    }
    if ((flags & OFFSET) != 0) {
      p.sint(u.offset);
    }
  }

  private static void readUse(Window w, Pack p, Use u, long later, short laterOffset) {
    int kind = p.u8();
    int flags = p.u8();
    u.type = (byte) (kind & 7);
    u.entry = (byte) (kind >> 3 & 7);
    u.status = (byte) (kind >> 6);
    u.late = (flags & LATE) != 0;
    u.reversed = (flags & REVERSED) != 0;
    u.millis = later - p.sint();
    u.id = p.u64();
    u.minor = p.sint();
    u.original = u.type == Transaction.REVERSAL ? p.u64() : 0;
    u.merchant = (flags & MERCHANT) != 0 ? p.u16() : 0;
    u.mcc = (flags & MCC) != 0 ? p.u16() : 0;
    u.content = (flags & CONTENT) != 0 ? p.u32() : 0;
    u.area = 0;
    u.lat = u.lon = 0;
    if ((flags & SPOT) != 0) {
      u.area = p.uint();
      u.lat = (short) p.sint();
      u.lon = (short) p.sint();
    } else if ((flags & PLACE) != 0) {
      Place place = w.places[p.u8()];
      u.area = place.area;
      u.lat = place.lat;
      u.lon = place.lon;
    }
    u.offset = (flags & OFFSET) != 0 ? (short) p.sint() : laterOffset;
  }
}

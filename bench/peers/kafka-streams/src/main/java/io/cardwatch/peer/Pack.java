package io.cardwatch.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The compact binary form of states, as detectors/pack has it: varints, zig-zag, fixed words, texts. Reused. */
final class Pack {
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] buf = new byte[4096];
  private int pos;

  void writeFrom() {
    pos = 0;
  }

  /** Reads from the value, which must not change meanwhile. */
  static Pack of(byte[] value) {
    return new Pack(value);
  }

  Pack() {}

  private Pack(byte[] value) {
    buf = value;
  }

  byte[] bytes() {
    return Arrays.copyOf(buf, pos);
  }

  private void room(int n) {
    if (buf.length - pos < n) {
      buf = Arrays.copyOf(buf, Math.max(2 * buf.length, pos + n));
    }
  }

  void u8(int v) {
    room(1);
    buf[pos++] = (byte) v;
  }

  void u16(int v) {
    u8(v);
    u8(v >> 8);
  }

  void u32(int v) {
    room(4);
    INT.set(buf, pos, v);
    pos += 4;
  }

  void u64(long v) {
    room(8);
    LONG.set(buf, pos, v);
    pos += 8;
  }

  void uint(long v) {
    room(10);
    while ((v & ~0x7fL) != 0) {
      buf[pos++] = (byte) (v | 0x80);
      v >>>= 7;
    }
    buf[pos++] = (byte) v;
  }

  void sint(long v) {
    uint(v << 1 ^ v >> 63);
  }

  void raw(byte[] v, int n) {
    uint(n);
    room(n);
    System.arraycopy(v, 0, buf, pos, n);
    pos += n;
  }

  /** Writes a text; null and the empty one are the same. */
  void text(String s) {
    byte[] utf8 = s == null ? new byte[0] : s.getBytes(StandardCharsets.UTF_8);
    raw(utf8, utf8.length);
  }

  int u8() {
    return buf[pos++] & 0xff;
  }

  int u16() {
    int low = u8();
    return low | u8() << 8;
  }

  int u32() {
    int v = (int) INT.get(buf, pos);
    pos += 4;
    return v;
  }

  long u64() {
    long v = (long) LONG.get(buf, pos);
    pos += 8;
    return v;
  }

  long uint() {
    byte b = buf[pos++];
    if (b >= 0) {
      return b;
    }
    long v = b & 0x7f;
    for (int shift = 7; ; shift += 7) {
      b = buf[pos++];
      v |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return v;
      }
    }
  }

  long sint() {
    long v = uint();
    return v >>> 1 ^ -(v & 1);
  }

  byte[] raw() {
    int n = (int) uint();
    pos += n;
    return Arrays.copyOfRange(buf, pos - n, pos);
  }

  String text() {
    int n = (int) uint();
    pos += n;
    return new String(buf, pos - n, n, StandardCharsets.UTF_8);
  }
}

package io.cardwatch.peer;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A reusable buffer for a short text of a record, so that a quiet transaction makes no strings. */
final class Text {
  static final long FNV_OFFSET = 0xcbf29ce484222325L;
  static final long FNV_PRIME = 0x100000001b3L;

  private char[] chars = new char[64];
  private int length;
  private boolean ascii = true;

  void clear() {
    length = 0;
    ascii = true;
  }

  /** Takes the text of the parser's current token. */
  void set(JsonParser p) throws IOException {
    length = p.getTextLength();
    if (length > chars.length) {
      chars = new char[length];
    }
    System.arraycopy(p.getTextCharacters(), p.getTextOffset(), chars, 0, length);
    ascii = true;
    for (int i = 0; i < length; i++) {
      ascii &= chars[i] < 128;
    }
  }

  boolean isEmpty() {
    return length == 0;
  }

  int length() {
    return length;
  }

  char at(int i) {
    return chars[i];
  }

  /** FNV-1a of 64 bits over the UTF-8 form, continued from h. */
  long mix(long h) {
    if (!ascii) {
      for (byte b : utf8()) {
        h = (h ^ (b & 0xff)) * FNV_PRIME;
      }
      return h;
    }
    for (int i = 0; i < length; i++) {
      h = (h ^ chars[i]) * FNV_PRIME;
    }
    return h;
  }

  long hash() {
    return mix(FNV_OFFSET);
  }

  boolean matches(byte[] utf8) {
    if (!ascii) {
      return Arrays.equals(utf8, utf8());
    }
    if (utf8 == null || utf8.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (utf8[i] != chars[i]) {
        return false;
      }
    }
    return true;
  }

  byte[] utf8() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return new String(chars, 0, length);
  }
}

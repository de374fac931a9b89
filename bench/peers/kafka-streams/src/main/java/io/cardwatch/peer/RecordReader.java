package io.cardwatch.peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads the input records with Jackson's streaming parser. One per stream thread's processor. */
final class RecordReader {
  private static final JsonFactory JSON = JsonFactory.builder()
      .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).recyclerPool(JsonRecyclerPools.threadLocalPool()).build();

  private final Text word = new Text();

  /** What only an alert needs of its transaction. */
  static final class Details {
    String city;
    String country;
    String merchant;
    String merchantName;
  }

  /** What the monitor takes of cards.customer.v1. */
  static final class Home {
    final Text time = new Text();
    final Text city = new Text();
    double lat = Double.NaN;
    double lon = Double.NaN;
    long millis;
  }

  /** Fills in t and reports whether the record is one: an object with everything that must be there. */
  boolean read(byte[] value, Transaction t) {
    t.clear();
    if (value == null) {
      return false;
    }
    try (JsonParser p = JSON.createParser(value)) {
      if (p.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      for (String name = p.nextFieldName(); name != null; name = p.nextFieldName()) {
        p.nextToken();
        member(p, name, t);
      }
      return p.currentToken() == JsonToken.END_OBJECT && p.nextToken() == null && complete(t);
    } catch (IOException e) {
      return false;
    }
  }

  private void member(JsonParser p, String name, Transaction t) throws IOException {
    switch (name) {
      case "event_id" -> text(p, t.id);
      case "customer_id" -> text(p, t.customer);
      case "card_id" -> text(p, t.card);
      case "account_id" -> text(p, t.account);
      case "original_event_id" -> text(p, t.original);
      case "merchant_id" -> text(p, t.merchant);
      case "city" -> text(p, t.city);
      case "currency" -> text(p, t.currency);
      case "occurred_at" -> text(p, t.time);
      case "type" -> t.type = type(word(p));
      case "status" -> t.status = status(word(p));
      case "entry_mode" -> t.entry = entry(word(p));
      case "mcc" -> t.mcc = mcc(word(p));
      case "amount_minor" -> t.minor = p.currentToken() == JsonToken.VALUE_NUMBER_INT ? p.getLongValue() : -1;
      case "lat" -> t.lat = number(p);
      case "lon" -> t.lon = number(p);
      default -> p.skipChildren();
    }
  }

  private static boolean complete(Transaction t) {
    if (t.id.isEmpty() || t.customer.isEmpty() || t.card.isEmpty() || t.type == 0 || t.status == 0 || t.minor < 0
        || t.currency.length() != 3 || t.time.isEmpty()) {
      return false;
    }
    if (t.type < Transaction.REFUND) {
      t.original.clear();
    } else if (t.original.isEmpty()) {
      return false;
    }
    t.millis = Times.millis(t.time);
    if (t.millis == Times.NONE) {
      return false;
    }
    t.offset = Times.offset(t.time);
    return true;
  }

  private static void text(JsonParser p, Text to) throws IOException {
    if (p.currentToken() == JsonToken.VALUE_STRING) {
      to.set(p);
    } else {
      p.skipChildren();
    }
  }

  private Text word(JsonParser p) throws IOException {
    word.clear();
    text(p, word);
    return word;
  }

  private static double number(JsonParser p) throws IOException {
    if (p.currentToken().isNumeric()) {
      return p.getDoubleValue();
    }
    p.skipChildren();
    return Double.NaN;
  }

  /** Each word of the contract differs from the others in length or first letter; a wrong one is told by its length. */
  private static byte type(Text w) {
    return switch (w.length()) {
      case 8 -> w.at(0) == 'p' ? Transaction.PURCHASE : w.at(2) == 'v' ? Transaction.REVERSAL : 0;
      case 4 -> Transaction.CASH;
      case 6 -> Transaction.REFUND;
      default -> 0;
    };
  }

  private static byte status(Text w) {
    return w.length() != 8 ? 0 : w.at(0) == 'a' ? Transaction.APPROVED : Transaction.DECLINED;
  }

  private static byte entry(Text w) {
    return switch (w.length()) {
      case 4 -> Transaction.CHIP;
      case 11 -> Transaction.CONTACTLESS;
      case 6 -> Transaction.MANUAL;
      case 9 -> w.at(0) == 'm' ? Transaction.MAGSTRIPE : Transaction.ECOMMERCE;
      case 2 -> Transaction.QR;
      case 18 -> Transaction.CREDENTIAL_ON_FILE;
      default -> 0;
    };
  }

  private static int mcc(Text w) {
    int mcc = 0;
    for (int i = 0; i < w.length(); i++) {
      int digit = w.at(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      mcc = mcc * 10 + digit;
    }
    return w.length() == 4 ? mcc : 0;
  }

  /** Reads a transaction's record once more, for an alert. */
  static Details details(byte[] value) {
    Map<String, String> texts = new HashMap<>();
    try (JsonParser p = JSON.createParser(value)) {
      p.nextToken();
      for (String name = p.nextFieldName(); name != null; name = p.nextFieldName()) {
        if (p.nextToken() == JsonToken.VALUE_STRING) {
          texts.put(name, p.getText());
        } else {
          p.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a record that was read once cannot be read again", e);
    }
    Details d = new Details();
    d.city = texts.get("city");
    d.country = texts.get("country");
    d.merchant = texts.get("merchant_id");
    d.merchantName = texts.get("merchant_name");
    return d;
  }

  /** Reads where a customer lives, null when the record is no good. */
  static Home home(byte[] value) {
    Home h = new Home();
    if (value == null) {
      return null;
    }
    try (JsonParser p = JSON.createParser(value)) {
      if (p.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String name = p.nextFieldName(); name != null; name = p.nextFieldName()) {
        p.nextToken();
        switch (name) {
          case "updated_at" -> text(p, h.time);
          case "home_city" -> text(p, h.city);
          case "home_lat" -> h.lat = number(p);
          case "home_lon" -> h.lon = number(p);
          default -> p.skipChildren();
        }
      }
    } catch (IOException e) {
      return null;
    }
    h.millis = Times.millis(h.time);
    return h.millis == Times.NONE ? null : h;
  }
}

package io.cardwatch.peer;

/** A record of cards.transaction.v1 as the monitor reads it; reused from record to record. */
final class Transaction {
  static final byte PURCHASE = 1;
  static final byte CASH = 2;
  static final byte REFUND = 3;
  static final byte REVERSAL = 4;

  static final byte APPROVED = 1;
  static final byte DECLINED = 2;

  static final byte CHIP = 1;
  static final byte CONTACTLESS = 2;
  static final byte MAGSTRIPE = 3;
  static final byte MANUAL = 4;
  static final byte ECOMMERCE = 5;
  static final byte QR = 6;
  static final byte CREDENTIAL_ON_FILE = 7;

  final Text id = new Text();
  final Text customer = new Text();
  final Text card = new Text();
  final Text account = new Text();
  final Text original = new Text();
  final Text merchant = new Text();
  final Text city = new Text();
  final Text currency = new Text();
  final Text time = new Text();
  byte type;
  byte status;
  byte entry;
  int mcc;
  long minor;
  double lat;
  double lon;
  long millis;
  short offset;

  void clear() {
    id.clear();
    customer.clear();
    card.clear();
    account.clear();
    original.clear();
    merchant.clear();
    city.clear();
    currency.clear();
    time.clear();
    type = status = entry = 0;
    mcc = 0;
    minor = -1;
    lat = lon = Double.NaN;
  }

  boolean hasPoint() {
    return !Double.isNaN(lat) && !Double.isNaN(lon) && (lat != 0 || lon != 0);
  }
}

package io.cardwatch.peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes cardwatch.alert.v1; reasons carry no baseline. */
final class AlertWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private AlertWriter() {}

  static byte[] write(Incident in, String state, String customer, long now) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator g = JSON.createGenerator(out)) {
      g.writeStartObject();
      g.writeStringField("alert_id", in.alertId);
      g.writeNumberField("revision", in.revision);
      g.writeStringField("state", state);
      g.writeStringField("detector", in.detector);
      g.writeNumberField("detector_version", 1);
      g.writeStringField("rule_set", "default.1");
      g.writeStringField("mode", "live");
      g.writeStringField("severity", Finding.severity(in.score));
      g.writeNumberField("score", in.score);
      g.writeStringField("customer_id", customer);
      g.writeStringField("card_id", in.card);
      g.writeStringField("account_id", in.account);
      g.writeArrayFieldStart("event_ids");
      for (String id : in.eventIds) {
        g.writeString(id);
      }
      g.writeEndArray();
      g.writeStringField("occurred_at", Times.format(in.occurredMillis, in.occurredOffset));
      use(g, in);
      g.writeStringField("detected_at", Times.format(now, 0));
      g.writeStringField("action", "confirm_with_customer");
      reasons(g, in);
      g.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("write an alert to memory", e);
    }
    return out.toByteArray();
  }

  private static void use(JsonGenerator g, Incident in) throws IOException {
    g.writeNumberField("amount_minor", in.minor);
    g.writeStringField("currency", in.currency);
    text(g, "city", in.city);
    text(g, "country", in.country);
    text(g, "merchant_id", in.merchant);
    text(g, "merchant_name", in.merchantName);
    if (in.present) {
      g.writeBooleanField("card_present", true);
    }
  }

  private static void reasons(JsonGenerator g, Incident in) throws IOException {
    g.writeArrayFieldStart("reasons");
    for (Finding.Reason r : in.reasons) {
      g.writeStartObject();
      g.writeStringField("code", r.code());
      g.writeNumberField("value", r.value());
      g.writeStringField("unit", r.unit());
      if (r.limit() != 0) {
        g.writeNumberField("limit", r.limit());
      }
      g.writeEndObject();
    }
    g.writeEndArray();
  }

  private static void text(JsonGenerator g, String name, String value) throws IOException {
    if (value != null && !value.isEmpty()) {
      g.writeStringField(name, value);
    }
  }
}

package io.cardwatch.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topology with its real RocksDB store, without a broker: what the peer must still do for the comparison to mean anything. */
class PeerTest {
  private static final String SHENZHEN = "440300";
  private static final String HARBIN = "230100";

  @TempDir
  Path dir;

  private final Counters counters = new Counters();
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> transactions;
  private TestInputTopic<byte[], byte[]> customers;
  private TestOutputTopic<byte[], byte[]> alerts;
  private int made;

  @BeforeEach
  void start() {
    Properties p = Settings.parse(new String[] {"--state-dir", dir.toString()}).streams();
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    driver = new TopologyTestDriver(PeerTopology.build("tx", "cu", "al", true, counters), p);
    transactions = driver.createInputTopic("tx", new ByteArraySerializer(), new ByteArraySerializer());
    customers = driver.createInputTopic("cu", new ByteArraySerializer(), new ByteArraySerializer());
    alerts = driver.createOutputTopic("al", new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aLargeUseThatTheCardCannotHaveTravelledToIsAnAlertWithCardwatchsOwnId() {
    liveIn(SHENZHEN);
    use("purchase", "2026-03-02T12:00:00+08:00", 3_000, "chip", SHENZHEN);
    String id = use("purchase", "2026-03-02T13:00:00+08:00", 300_000, "chip", HARBIN);
    String alert = only();
    assertTrue(alert.contains("\"detector\":\"large_out_of_town\""), alert);
    assertTrue(alert.contains("\"code\":\"impossible_travel\""), alert);
    assertTrue(alert.contains("\"event_ids\":[\"" + id + "\"]"), alert);
    // detectors.AlertID of the same finding.
    assertTrue(alert.contains("\"alert_id\":\"b5e2bf3b122bbe5a0612777cd3eab57a\""), alert);
  }

  @Test
  void withoutAHomeToMeasureFromNothingIsOutOfTown() {
    use("purchase", "2026-03-02T12:00:00+08:00", 3_000, "chip", SHENZHEN);
    use("purchase", "2026-03-02T13:00:00+08:00", 300_000, "chip", HARBIN);
    assertTrue(alerts.isEmpty());
  }

  @Test
  void smallChargesAtNightAreAnAlertThatGrowsAndClosesADayLater() {
    for (int minute = 10; minute < 14; minute++) {
      use("purchase", "2026-03-02T03:" + minute + ":00+08:00", 100, "manual", "");
    }
    use("purchase", "2026-03-03T12:00:00+08:00", 100, "chip", SHENZHEN);
    List<String> records = alerts.readValuesToList().stream().map(PeerTest::text).toList();
    assertEquals(3, records.size(), records.toString());
    assertTrue(records.get(0).contains("\"detector\":\"late_night_high_frequency\""), records.get(0));
    assertTrue(records.get(0).contains("\"revision\":1,\"state\":\"open\""), records.get(0));
    assertTrue(records.get(1).contains("\"revision\":2,\"state\":\"open\""), records.get(1));
    assertTrue(records.get(2).contains("\"revision\":3,\"state\":\"closed\""), records.get(2));
    assertEquals(1, counters.lateNight.sum());
  }

  @Test
  void aSecondCopyHasNoEffectAndAReversalLeavesNoTrace() {
    String id = use("purchase", "2026-03-02T12:00:00+08:00", 3_000, "chip", SHENZHEN);
    made--;
    use("purchase", "2026-03-02T12:00:00+08:00", 3_000, "chip", SHENZHEN);
    assertEquals(1, window().recents);
    send("reversal", "2026-03-02T12:30:00+08:00", 3_000, "chip", SHENZHEN, ",\"original_event_id\":\"" + id + "\"");
    Period p = window().periods[0];
    assertEquals(0, p.uses);
    assertEquals(0, p.spend);
    assertEquals(0, p.bars);
    assertEquals(0, window().places[0].uses());
  }

  @Test
  void aStateReadsBackAsItWasWritten() {
    liveIn(SHENZHEN);
    for (int day = 1; day < 29; day++) {
      for (int hour = 10; hour < 22; hour++) {
        use(hour == 20 ? "cash" : "purchase", "2026-02-%02dT%d:20:00+08:00".formatted(day, hour), 997L * hour + day, "chip",
            day % 9 == 0 ? HARBIN : SHENZHEN);
      }
    }
    byte[] stored = driver.<Bytes, byte[]>getKeyValueStore(PeerTopology.STORE).get(Bytes.wrap(bytes("c1")));
    CustomerState state = new CustomerState();
    state.read(stored);
    assertArrayEquals(stored, state.write());
    assertTrue(stored.length < 1000, stored.length + " bytes");
  }

  @Test
  void whatIsNoTransactionIsPassedOver() {
    for (String bad : List.of("", "[]", "{", "{\"event_id\":\"e\"}", "{} {}")) {
      transactions.pipeInput(bytes("c1"), bytes(bad), 0L);
    }
    assertEquals(5, counters.bad.sum());
  }

  private Window window() {
    CustomerState state = new CustomerState();
    state.read(driver.<Bytes, byte[]>getKeyValueStore(PeerTopology.STORE).get(Bytes.wrap(bytes("c1"))));
    assertEquals(1, state.cardCount);
    return state.card(0).window;
  }

  private void liveIn(String city) {
    customers.pipeInput(bytes("c1"), bytes("{\"event_id\":\"p\",\"customer_id\":\"c1\",\"updated_at\":\"2026-01-01T00:00:00+08:00\",\"home_city\":\""
        + city + "\"}"), 0L);
  }

  private String use(String type, String at, long minor, String entry, String city) {
    return send(type, at, minor, entry, city, "");
  }

  private String send(String type, String at, long minor, String entry, String city, String more) {
    String id = "e" + ++made;
    transactions.pipeInput(bytes("c1"), bytes(("{\"event_id\":\"%s\",\"customer_id\":\"c1\",\"card_id\":\"k1\",\"occurred_at\":\"%s\",\"type\":\"%s\","
        + "\"status\":\"approved\",\"amount_minor\":%d,\"currency\":\"CNY\",\"entry_mode\":\"%s\",\"city\":\"%s\"%s}")
        .formatted(id, at, type, minor, entry, city, more)), OffsetDateTime.parse(at).toInstant().toEpochMilli());
    return id;
  }

  private String only() {
    List<byte[]> values = alerts.readValuesToList();
    assertEquals(1, values.size());
    return text(values.get(0));
  }

  private static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] b) {
    return new String(b, StandardCharsets.UTF_8);
  }
}

package io.cardwatch.peer;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Judges each transaction against its card's history and then makes it part of it. One per task. */
final class TransactionProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  /** An event may lie this far after its arrival; what lies further is no good. */
  private static final long MAX_AHEAD = Times.DAY;

  private final Counters counters;
  private final RecordReader reader = new RecordReader();
  private final Transaction transaction = new Transaction();
  private final CustomerState state = new CustomerState();
  private final Use use = new Use();
  private final Finding finding = new Finding();
  private final LargeOutOfTown largeOutOfTown = new LargeOutOfTown();
  private final LateNightHighFrequency lateNight = new LateNightHighFrequency();
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> store;

  TransactionProcessor(Counters counters) {
    this.counters = counters;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    store = context.getStateStore(PeerTopology.STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    counters.records.increment();
    Transaction t = transaction;
    if (!reader.read(record.value(), t) || !t.customer.matches(record.key()) || t.millis - record.timestamp() > MAX_AHEAD) {
      counters.bad.increment();
      return;
    }
    Bytes key = Bytes.wrap(record.key());
    state.read(store.get(key));
    use.set(t, record.timestamp());
    closeDue(record);
    CardState card = state.card(t.card);
    Window.Outcome outcome = card.window.check(use);
    if (outcome == Window.Outcome.DUPLICATE || outcome == Window.Outcome.CONFLICT) {
      return;
    }
    if (outcome == Window.Outcome.APPLIED && use.isUse() && !use.late) {
      judge(record, card.window);
    }
    card.window.add(use, outcome);
    byte[] value = state.write();
    store.put(key, value);
    counters.states.increment();
    counters.stateBytes.add(value.length);
  }

  private void judge(Record<byte[], byte[]> record, Window w) {
    finding.clear();
    largeOutOfTown.evaluate(state, w, use, finding);
    raise(LargeOutOfTown.NAME, record);
    finding.clear();
    lateNight.evaluate(w, use, finding);
    raise(LateNightHighFrequency.NAME, record);
  }

  /** Turns a finding into an alert, or lets it join the open one of its detector about the card. */
  private void raise(String detector, Record<byte[], byte[]> record) {
    if (finding.score == 0) {
      return;
    }
    for (Incident in : state.incidents) {
      if (in.detector.equals(detector) && transaction.card.toString().equals(in.card)) {
        if (in.join(transaction, record.value(), use, finding, record.timestamp())) {
          send(in, "open", record);
        }
        return;
      }
    }
    Incident in = Incident.open(detector, transaction, record.value(), use, finding, record.timestamp());
    state.incidents.add(in);
    counters.opened(detector);
    send(in, "open", record);
  }

  /** Closes what nothing joined for a day, when the customer's next transaction comes. */
  private void closeDue(Record<byte[], byte[]> record) {
    for (int i = state.incidents.size() - 1; i >= 0; i--) {
      Incident in = state.incidents.get(i);
      if (in.due(record.timestamp())) {
        in.revision++;
        send(in, "closed", record);
        state.incidents.remove(i);
      }
    }
  }

  private void send(Incident in, String as, Record<byte[], byte[]> record) {
    counters.alerts.increment();
    context.forward(record.withValue(AlertWriter.write(in, as, transaction.customer.toString(), record.timestamp())));
  }
}

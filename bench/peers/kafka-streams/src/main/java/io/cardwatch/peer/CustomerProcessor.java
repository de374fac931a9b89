package io.cardwatch.peer;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Takes over from cards.customer.v1 where customers live. */
final class CustomerProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final CustomerState state = new CustomerState();
  private KeyValueStore<Bytes, byte[]> store;

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    store = context.getStateStore(PeerTopology.STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordReader.Home home = RecordReader.home(record.value());
    if (home == null || record.key() == null) {
      return;
    }
    Bytes key = Bytes.wrap(record.key());
    state.read(store.get(key));
    state.live(home);
    store.put(key, state.write());
  }
}

package io.cardwatch.peer;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Filter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/** RocksDB for point reads and overwrites of small values, with one block cache for all stores of the process. */
public final class RocksSettings implements RocksDBConfigSetter {
  private static final Cache BLOCKS = new LRUCache(256L << 20);

  private Filter filter;

  /** Called by Kafka Streams, by reflection. */
  public RocksSettings() {}

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    filter = new BloomFilter(10, false);
    table.setBlockCache(BLOCKS);
    table.setFilterPolicy(filter);
    table.setCacheIndexAndFilterBlocks(false);
    options.setTableFormatConfig(table);
    options.setWriteBufferSize(64L << 20);
    options.setMaxWriteBufferNumber(3);
    options.setMaxBackgroundJobs(2);
  }

  @Override
  public void close(String storeName, Options options) {
    filter.close();
  }
}

package io.cardwatch.peer;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** How much there is to do, and whether all of it is committed. */
final class Progress {
  private final Admin admin;
  private final String topic;
  private final String group;
  private final long target;
  /** How many records the run is about: those asked for, else all that the group has not committed. */
  final long records;

  Progress(Admin admin, Settings settings) throws ExecutionException, InterruptedException {
    this.admin = admin;
    topic = settings.input();
    group = settings.application();
    long done = Math.max(committed(), offsets(OffsetSpec.earliest()));
    records = settings.number("records", offsets(OffsetSpec.latest()) - done);
    target = done + records;
    if (records <= 0) {
      throw new IllegalArgumentException("nothing to do: " + topic + " has no records that group " + group + " has not seen; take another --application");
    }
  }

  boolean complete() throws ExecutionException, InterruptedException {
    return committed() >= target;
  }

  private long offsets(OffsetSpec spec) throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
        .collect(Collectors.toMap(p -> new TopicPartition(topic, p.partition()), p -> spec));
    return admin.listOffsets(wanted).all().get().values().stream().mapToLong(o -> o.offset()).sum();
  }

  private long committed() throws ExecutionException, InterruptedException {
    return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
        .filter(e -> e.getKey().topic().equals(topic) && e.getValue() != null).mapToLong(e -> e.getValue().offset()).sum();
  }
}

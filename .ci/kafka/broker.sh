#!/usr/bin/env bash
# One real Apache Kafka node (KRaft, broker and controller in one) on loopback, for the integration lane and for people.
#
#   broker.sh start|stop|status [DIR]
#
# DIR holds its log directory, configuration, pid and output; default $KAFKA_DIR, else ${TMPDIR:-/tmp}/cardwatch-kafka-$KAFKA_PORT. `stop` leaves DIR as it
# is, so a later `start` goes on with the same topics. Needs Java 17 and Maven. Nothing here is fit for production.
#
#   KAFKA_PORT         client port (default 19092); the controller listens on the next one
#   CARDWATCH_JARS     where the jars are kept (default ${XDG_CACHE_HOME:-$HOME/.cache}/cardwatch-kafka)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
port=${KAFKA_PORT:-19092}
controller=$((port + 1))
dir=${2:-${KAFKA_DIR:-${TMPDIR:-/tmp}/cardwatch-kafka-$port}}
jars=${CARDWATCH_JARS:-${XDG_CACHE_HOME:-$HOME/.cache}/cardwatch-kafka}/$(cksum <"$here/pom.xml" | cut -d' ' -f1)

die() {
  echo "broker.sh: $*" >&2
  exit 1
}

running() {
  [[ -f $dir/pid ]] && kill -0 "$(<"$dir/pid")" 2>/dev/null
}

# ready asks for the cluster's metadata (version 1, no topics) and looks for at least one registered broker in the answer.
ready() {
  local answer
  answer=$(timeout 2 bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf "\x00\x00\x00\x0e\x00\x03\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" >&3
    head -c 12 <&3 | od -An -tx1 | tr -d " \n"' ready "$port" 2>/dev/null) || return 1
  [[ ${#answer} -eq 24 && ${answer:16:8} != 00000000 ]]
}

resolve_jars() {
  [[ -f $jars/complete ]] && return
  echo "resolving Kafka's jars into $jars" >&2
  mkdir -p "$jars"
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars" || die "Maven could not resolve $here/pom.xml"
  touch "$jars/complete"
}

write_config() {
  cat >"$dir/server.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
log.dirs=$dir/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.backoff.ms=500
EOF
}

# java_run replaces the shell, so that its process id is the broker's.
java_run() {
  exec java -Xmx768m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$jars/*" "$@"
}

start() {
  if running; then
    ready || die "process $(<"$dir/pid") runs but does not answer on 127.0.0.1:$port; see $dir/broker.log"
    echo "already running on 127.0.0.1:$port (pid $(<"$dir/pid"))"
    return
  fi
  ! ready || die "something else answers on 127.0.0.1:$port already; stop it, or set KAFKA_PORT"
  command -v java >/dev/null || die "java (17 or newer) is not installed"
  resolve_jars
  mkdir -p "$dir"
  write_config
  [[ -f $dir/data/meta.properties ]] ||
    (java_run kafka.tools.StorageTool format -t cardwatch-ci-kafka-00 -c "$dir/server.properties") >"$dir/format.log" 2>&1 ||
    die "formatting $dir/data failed: $(tail -n 20 "$dir/format.log")"
  java_run kafka.Kafka "$dir/server.properties" >"$dir/broker.log" 2>&1 </dev/null &
  echo $! >"$dir/pid"
  disown
  for _ in $(seq 480); do
    running || { tail -n 40 "$dir/broker.log" >&2; die "the broker ended while starting; above is the end of $dir/broker.log"; }
    if ready; then
      echo "running on 127.0.0.1:$port (pid $(<"$dir/pid"), data in $dir)"
      return
    fi
    sleep 0.25
  done
  tail -n 40 "$dir/broker.log" >&2
  stop
  die "no answer on 127.0.0.1:$port within 120 s; above is the end of $dir/broker.log"
}

stop() {
  if ! running; then
    rm -f "$dir/pid"
    echo "not running"
    return
  fi
  local pid
  pid=$(<"$dir/pid")
  kill "$pid"
  for _ in $(seq 120); do
    running || break
    sleep 0.25
  done
  ! running || kill -9 "$pid"
  rm -f "$dir/pid"
  echo "stopped"
}

status() {
  if running && ready; then
    echo "running on 127.0.0.1:$port (pid $(<"$dir/pid"), data in $dir)"
  else
    echo "not running"
    return 3
  fi
}

case ${1:-} in
start | stop | status) "$1" ;;
*) die "usage: broker.sh start|stop|status [DIR]" ;;
esac

# SPDX-License-Identifier: Apache-2.0
"""One KRaft node on free ports: start, stop, kill, restart on the same data."""

import gc
import os
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from services.demo.postgres_host import tie_to_parent
from shared.brokers import Brokers
from shared.kafka_io import ensure_topics, partition_bounds
from tests.support.endings import at_end_of_run
from tests.support.kafka.guard import Guard
from tests.support.kafka.jars import BrokerUnavailable, prepare
from tests.support.ports import free_port
from tests.support.waiting import wait_until

_FOLDER = Path(__file__).resolve().parents[3] / "var" / "test"
_SECONDS_TO_START = 180.0
_SECONDS_TO_STOP = 30.0
_NUMBERS = count(1)
_NO_CONFIG: Mapping[str, str] = MappingProxyType({})
_JAVA = (
    *("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"),
)
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{more}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}{more}
controller.listener.names=CONTROLLER
listener.security.protocol.map=\
CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
delete.topic.enable=true
log.retention.check.interval.ms=1000
"""


class KafkaBroker:
    """A broker whose data lives in `folder`; usable as a context manager outside pytest too.

    It keeps its ports over a restart and dies with the process that started it. With a `guard` it
    listens for clients over TLS as well.
    """

    def __init__(self, folder: Path, guard: Guard | None = None) -> None:
        self._folder = folder.resolve()
        self._guard = guard
        self._classpath = f"{prepare()}/*"
        self._port, self._controller = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """What clients are given: `127.0.0.1:port`."""
        return f"127.0.0.1:{self._port}"

    @property
    def brokers(self) -> Brokers:
        """The same, as the adapters take it."""
        return Brokers(addresses=(self.bootstrap,))

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        if self._process is None:
            raise BrokerUnavailable("the broker is not running")
        return self._process.pid

    def start(self) -> None:
        """Format the data folder if it is new, start the broker, return when it answers."""
        if self._process is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        properties = self._folder / "server.properties"
        if not properties.exists():
            self._format(properties)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_JAVA, self._classpath, "kafka.Kafka", str(properties)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=tie_to_parent(signal.SIGKILL),  # noqa: PLW1509  one prctl call
            )
        wait_until(self._answers, "the Kafka broker to answer", _SECONDS_TO_START)

    def stop(self) -> None:
        """Shut the broker down cleanly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start on the same data and the same ports."""
        self.stop()
        self.start()

    def new_topic(self, group: str, *, partitions: int = 1) -> str:
        """Create a topic of a name that no other test of this run has, and give the name."""
        name = f"{group}.t{next(_NUMBERS)}.v1"
        self.create_topic(name, partitions=partitions)
        return name

    def create_topic(
        self, name: str, *, partitions: int = 1, config: Mapping[str, str] = _NO_CONFIG
    ) -> None:
        """Create one topic and return when it has a leader; fine when it exists already."""
        ensure_topics(self.brokers, {name: partitions}, config=config)

    def written(self, name: str) -> int:
        """Count the records that one topic has ever taken."""
        return sum(bounds.end for bounds in partition_bounds(self.brokers, name).values())

    def delete_topic(self, name: str) -> None:
        """Delete one topic with everything in it."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.delete_topics([name])

    def add_partitions(self, name: str, total: int) -> None:
        """Give a topic more partitions."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.create_partitions({name: total})
            admin.wait_for_topics([name], timeout_ms=30_000)

    def keep_for(self, name: str, milliseconds: int) -> None:
        """Let a topic's records live so long; the broker looks every second."""
        wish = ConfigResource("TOPIC", name, configs={"retention.ms": str(milliseconds)})
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.alter_configs([wish])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _format(self, properties: Path) -> None:
        data = self._folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        partial = properties.with_suffix(".partial")
        guard = self._guard
        more = "" if guard is None else f",{guard.listeners}"
        plain = _PROPERTIES.format(
            port=self._port, controller=self._controller, data=data, more=more
        )
        partial.write_text(plain + ("" if guard is None else guard.properties))
        users = () if guard is None else ("--add-scram", guard.scram)
        cluster = self._storage_tool("random-uuid").strip().splitlines()[-1]
        self._storage_tool("format", "-t", cluster, "-c", str(partial), *users)
        partial.rename(properties)

    def _storage_tool(self, *words: str) -> str:
        command = [*_JAVA, self._classpath, "kafka.tools.StorageTool", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokerUnavailable(f"Kafka's storage tool failed: {done.stderr[-2000:]}")
        return done.stdout

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            log = (self._folder / "log").read_text(errors="replace")
            raise BrokerUnavailable(f"the broker ended; the end of its log:\n{log[-2000:]}")
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return True
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for step in (how, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, step)
            try:
                process.wait(timeout=_SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                continue
            return


@cache
def session_broker() -> KafkaBroker:
    """Start this run's broker; the same one for every caller, gone with the process."""
    folder = _FOLDER / f"kafka-{os.getpid()}-{time.monotonic_ns()}"
    broker = KafkaBroker(folder)

    def end() -> None:
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)

    at_end_of_run(end)
    broker.start()
    return broker


def forget_failed_connections() -> None:
    """Collect the sockets that kafka-python 3.0.12 leaves unclosed when a broker was away.

    For the end of a test that interrupts the broker, after its clients are closed: a warning about
    such a socket would else fail whichever test runs when the collector finds it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

# SPDX-License-Identifier: Apache-2.0
"""Registering a producer: the only way in which a source, a client and a topic begin to count."""

from collections.abc import Sequence

from audit_log.domain.authority import AUDIT_LOG, service_of
from audit_log.domain.errors import TopicTaken
from audit_log.domain.note import parse_vkey
from audit_log.ports import Log, Producer, StoredOffset, Transaction
from audit_log.usecases.backing import Backing, backed, naming
from shared.clock import Clock
from shared.entry_forms import is_source
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact
from shared.tracing import current_trace_id


def register(
    producer: Producer,
    offsets: Sequence[StoredOffset],
    *,
    transaction: Transaction,
    clock: Clock,
    backing: Backing,
    shared_topic: bool = False,
) -> bool:
    """Register a producer with the first offsets of its topic; False when it is there already.

    The change is said in the log, with the case behind it. Raises what `backed` does,
    ValidationFailed for a malformed source or vkey,
    ProducerExists when source or client belong to another registration, and, unless
    `shared_topic`, TopicTaken when another source is registered on the topic: a consumer cannot
    see who produced a record, so either could then speak as the other. Offsets already stored for
    the topic stay: what was sequenced is never read again.
    """
    _require_form(producer)
    now = clock.now()
    with transaction() as log:
        case = backed(log.cases, backing, (producer.src,))
        added = log.add_producer(producer, offsets, now)
        if added:
            said: dict[str, str] = {"client": producer.client_id, "src": producer.src}
            if producer.topic is not None:
                said["topic"] = producer.topic
            fact = Fact(
                type="placet.admin.config.change.v1",
                occurred_at=now,
                trace_id=current_trace_id(),
                reason="producer_added",
                extra=said,
            )
            log.record(naming(case, fact))
            if not shared_topic:
                _require_own_topic(log, producer)
    return added


def _require_own_topic(log: Log, producer: Producer) -> None:
    """Refuse a topic with another source; asked after `record`, which makes registrations queue."""
    if producer.topic is None:
        return
    others = [src for src in log.reader.sources_on(producer.topic) if src != producer.src]
    if others:
        raise TopicTaken(
            f"{producer.topic} is the topic of {', '.join(others)}: each could write as the other",
            context={"topic": producer.topic, "sources": ", ".join(others)},
        )


def _require_form(producer: Producer) -> None:
    faults: list[FieldFault] = []
    if not is_source(producer.src):
        faults.append(FieldFault("/src", "not a source such as zz/consent_registry/1"))
    elif service_of(producer.src) == AUDIT_LOG:
        faults.append(FieldFault("/src", "the log speaks for itself, through no door"))
    if not producer.client_id or any(char.isspace() for char in producer.client_id):
        faults.append(FieldFault("/client_id", "a client id holds no space"))
    if producer.vkey:
        try:
            parse_vkey(producer.vkey)
        except ValueError:
            faults.append(FieldFault("/vkey", "not a C2SP vkey"))
    if faults:
        raise ValidationFailed("the producer cannot be registered", faults=faults)

# SPDX-License-Identifier: Apache-2.0
"""What the registry puts on record, as facts for the audit log.

Open: dataset, revision, counts, digests. Sealed: who acted, and the people as (dataset, ordinal).
Never a pseudonym, a local id or a choice.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from consent_registry.domain.history import Kind
from consent_registry.domain.records import EventRecord
from consent_registry.usecases.writing import Writing
from shared.canonical import JSON
from shared.events import Actor, Fact, Subject
from shared.ids import EventId
from shared.principal import Principal
from shared.tracing import current_trace_id

PEOPLE_PER_ENTRY: Final = 64
_TYPES: Final = {
    Kind.GIVEN: "placet.consent.given.v1",
    Kind.WITHDRAWN: "placet.consent.withdrawn.v1",
}
_CHANGED: Final = "placet.consent.changed.v1"


def actor_of(principal: Principal | None) -> Actor | None:
    """Give the sealed part that says who acted; nobody when the registry did by itself."""
    if principal is None:
        return None
    return Actor(issuer=principal.issuer, subject=principal.subject, client_id=principal.client_id)


def consent_facts(
    writing: Writing,
    records: Sequence[EventRecord],
    hashes: Mapping[EventId, bytes],
    *,
    narrows: bool = False,
) -> Iterator[Fact]:
    """Make the facts of events of one recording, up to 64 people of a kind in each.

    `x.narrows` says that somebody left a permit's cohort by what was recorded: every reader of the
    feed is expected to say that he enforces that revision.
    `x.events` is SHA-256 over the sorted chain hashes of those events: it binds the entry to them.
    """
    for kind in Kind:
        alike = iter([record for record in records if record.kind is kind])
        while group := tuple(islice(alike, PEOPLE_PER_ENTRY)):
            first = group[0]
            yield Fact(
                type=_TYPES.get(kind, _CHANGED),
                occurred_at=first.recorded_at,
                trace_id=current_trace_id(),
                dataset=first.dataset,
                reason=kind.value,
                basis=writing.dataset.legal_regime,
                counts={"people": len(group)},
                extra={
                    **writing.extra,
                    "revision": first.revision,
                    **({"narrows": True} if narrows else {}),
                    "events": _digest(hashes[record.event_id] for record in group),
                },
                actor=actor_of(writing.actor),
                subjects=tuple(
                    Subject(dataset=record.dataset, ordinal=record.ordinal) for record in group
                ),
            )


def fact(
    kind: str,
    at: datetime,
    *,
    actor: Principal | None,
    dataset: str | None = None,
    reason: str | None = None,
    purposes: tuple[str, ...] = (),
    counts: Mapping[str, int] | None = None,
    extra: Mapping[str, JSON] | None = None,
) -> Fact:
    """Make a fact that is about no single person."""
    return Fact(
        type=kind,
        occurred_at=at,
        trace_id=current_trace_id(),
        dataset=dataset,
        reason=reason,
        purposes=purposes,
        counts=dict(counts or {}),
        extra=dict(extra or {}),
        actor=actor_of(actor),
    )


def _digest(hashes: Iterator[bytes]) -> str:
    return hashlib.sha256(b"".join(sorted(hashes))).hexdigest()

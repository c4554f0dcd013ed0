# SPDX-License-Identifier: Apache-2.0
"""Valid entries for tests of the log: speakers that keep a chain, facts, principals, time."""

import os
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from audit_log.domain.received import IntakePlace, Received
from audit_log.usecases.backing import Backing
from shared.events import (
    JSON,
    Actor,
    ChainPosition,
    Fact,
    NamedCohort,
    SealedEntry,
    Subject,
    previous_of,
    seal,
)
from shared.principal import Principal
from tests.fakes.kernel import CountingIds

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATASET = "GDI-ZZ-DATASET-1"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ISSUER = "https://login.example"
OTTO = Principal(
    issuer=ISSUER,
    subject="otto",
    client_id="audit_log-pages",
    scopes=frozenset({"log.read", "log.reveal", "log.search", "subjects.erase"}),
    is_service=False,
)
ALONE = Backing(case=None, alone=True)
RITA = Actor(issuer=ISSUER, subject="rita", client_id="desk")


IDS = CountingIds()


def fact(
    *,
    type_: str = "placet.access.decision.v1",
    at: datetime = NOON,
    actor: Actor | None = RITA,
    subjects: tuple[Subject, ...] = (Subject(dataset=DATASET, ordinal=7),),
    dataset: str | None = DATASET,
    permit: Mapping[str, JSON] | None = None,
    cohort: NamedCohort | None = None,
    decision: str | None = "permit",
    reason: str | None = "permit_valid",
) -> Fact:
    """Make a fact, valid by default; with a cohort it seals nobody."""
    return Fact(
        type=type_,
        occurred_at=at,
        trace_id=TRACE,
        dataset=dataset,
        decision=decision,
        reason=reason,
        purposes=("DUO:0000006",),
        counts={"recs": 1},
        actor=actor,
        permit=permit,
        subjects=subjects if cohort is None else (),
        cohort=cohort,
    )


def cohort_name(number: int, *, revision: int | None = 10) -> NamedCohort:
    """Name a cohort; the same number gives the same one."""
    return NamedCohort(
        cohort_id=f"0192f0c1-2b3c-7d4e-8f50-{number:012x}",
        digest=b64encode(sha256(b"cohort %d" % number).digest()).decode(),
        revision=revision,
    )


class Speaker:
    """A producer that keeps its chain."""

    def __init__(self, src: str = "zz/clearinghouse/1", epoch: int = 1) -> None:
        self.src = src
        self.epoch = epoch
        self.seq = 0
        self.previous = ""

    def say(self, what: Fact | None = None) -> SealedEntry:
        """Seal one more entry."""
        self.seq += 1
        position = ChainPosition(
            src=self.src, epoch=self.epoch, seq=self.seq, previous=self.previous
        )
        sealed = seal(what or fact(), position, entry_id=IDS.new(), salts=os.urandom)
        self.previous = previous_of(sealed)
        return sealed

    def say_many(self, number: int) -> list[SealedEntry]:
        """Seal several entries."""
        return [self.say() for _ in range(number)]


def received(sealed: SealedEntry, *, src: str = "zz/clearinghouse/1", row: int = 1) -> Received:
    """Make an input as the intake table gives it."""
    return Received(
        place=IntakePlace(id=row),
        raw=sealed.entry,
        sealed=sealed.sealed,
        received_at=NOON,
        sources=frozenset((src,)),
    )


def pairs(*entries: SealedEntry) -> list[tuple[bytes, bytes]]:
    """Give entries as they travel over HTTP."""
    return [(one.entry, one.sealed) for one in entries]

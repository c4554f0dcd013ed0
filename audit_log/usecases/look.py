# SPDX-License-Identifier: Apache-2.0
"""What compliance officers do: search, and look at one entry with its proof checked.

Every look is itself an entry, written in the same transaction: no record, no answer. The record
names the parts of the filter openly, the person looked for under that person's key, and never the
account looked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.checkpoint import Checkpoint, CheckpointInvalid
from audit_log.domain.cohorts import CohortAnswers
from audit_log.domain.errors import NotPublished, ProofFailed
from audit_log.domain.filters import filter_faults
from audit_log.domain.merkle import ProofInvalid, Step, inclusion_steps, leaf_hash, verify_inclusion
from audit_log.domain.note import NoteInvalid
from audit_log.domain.proof import TlogProof
from audit_log.domain.retention import retention_of
from audit_log.domain.search import (
    MAX_PAGE,
    MAX_QUICK_COUNT,
    AsOf,
    Dropped,
    Filter,
    Found,
    Marks,
    Page,
)
from audit_log.domain.statement import Stated, missing_words
from audit_log.domain.tiles import WIDTH
from audit_log.ports import Log, LogReader, Pseudonyms, Transaction, Trust
from audit_log.usecases import read
from audit_log.usecases.resolving import CohortDesk, basis_of, resolve
from shared.clock import Clock
from shared.entries import parse_entry
from shared.errors import FieldFault, ValidationFailed
from shared.events import JSON, Actor, Fact
from shared.principal import Principal
from shared.tracing import current_trace_id

_SEARCH: Final = "placet.audit.search.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page of entries, and what the search says about itself."""

    page: Page
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One entry, its inclusion proof, and the proof's steps as verified against the checkpoint.

    `checkpoint` was opened with the log's trusted key, and the last step's result is its root.
    """

    found: Found
    leaf: bytes
    proof: TlogProof
    steps: tuple[Step, ...]
    checkpoint: Checkpoint


def search(
    wanted: Filter,
    *,
    after: int | None,
    limit: int,
    as_of: int | None,
    principal: Principal,
    transaction: Transaction,
    pseudonyms: Pseudonyms,
    cohorts: CohortDesk,
    clock: Clock,
    exact: bool = False,
) -> Answer:
    """Give matching entries, newest first, from below index `after` on.

    `as_of` repeats a search at an earlier size; the answer says which tree it rests on. The first
    page counts what matches: up to 10,000, or with `exact` all of it, which may take long. Raises
    ValidationFailed for a filter that cannot match, NotPublished before the first checkpoint. A
    person is found by the cohorts that hold her, too; the answer says when that stayed open.
    """
    principal.require("log.search")
    _require_sense(wanted, after, limit)
    resolved = resolve(wanted, as_of, transaction=transaction, desk=cohorts)
    with transaction() as log:
        reader = log.reader
        basis = basis_of(read.checkpoint(reader), resolved.as_of, reader)
        below = basis.size if after is None else min(after, basis.size)
        marks = resolved.among(marks_of(wanted, reader, pseudonyms))
        indexes = reader.search(wanted, marks=marks, below=below, limit=limit + 1)
        found = entries_at(indexes[:limit], reader)
        more = len(indexes) > limit
        page = Page(
            entries=found,
            next=found[-1].index if more else None,
            as_of=AsOf(size=basis.size, checkpoint=basis.note),
        )
        stated = state(
            wanted,
            marks,
            page.as_of,
            log=log,
            at=clock.now(),
            most=None if exact else MAX_QUICK_COUNT,
            cohorts=resolved.cohorts,
            counted=after is None,
        )
        log.record(_searched(wanted, page, resolved.cohorts, principal, clock))
    return Answer(page=page, stated=stated)


def state(
    wanted: Filter,
    marks: Marks,
    as_of: AsOf,
    *,
    log: Log,
    at: datetime,
    most: int | None,
    cohorts: CohortAnswers | None = None,
    counted: bool = True,
) -> Stated:
    """Say what an answer rests on; `counted` is false where an earlier page has said the count.

    While it is open whether cohorts hold the person, no count is exact.
    """
    count = None
    if counted:
        count = log.reader.count(
            wanted, marks=marks, below=as_of.size, most=None if most is None else most + 1
        )
    counted_out = most is None or count is None or count <= most
    return Stated(
        wanted=wanted,
        as_of=as_of,
        count=count if counted_out or most is None else most,
        exact=counted_out and (cohorts is None or not cohorts.unresolved),
        integrity=log.integrity.covering(as_of.size),
        missing=missing_words(wanted, log.exports.standing(wanted.since, wanted.until), at),
        dropped=dropped_within(wanted, log.reader, as_of.size),
        cohorts=cohorts,
    )


def look(
    index: int, *, principal: Principal, transaction: Transaction, trust: Trust, clock: Clock
) -> Seen:
    """Give one published entry with its inclusion proof, verified.

    Raises NotPublished for an index beyond the newest checkpoint, ProofFailed when what the log
    itself serves does not verify.
    """
    principal.require("log.search")
    with transaction() as log:
        raw = read.entry(index, log.reader)
        proof = read.proof(index, log.reader)
        log.record(_viewed(index, principal, clock))
    leaf = leaf_hash(raw)
    try:
        checkpoint = trust.open(proof.checkpoint)
        verify_inclusion(leaf, index, checkpoint.size, proof.path, checkpoint.root)
    except (NoteInvalid, CheckpointInvalid, ProofInvalid) as fault:
        raise ProofFailed(str(fault), context={"index": index}) from fault
    return Seen(
        found=Found(index=index, entry=parse_entry(raw)),
        leaf=leaf,
        proof=proof,
        steps=tuple(inclusion_steps(leaf, index, checkpoint.size, proof.path)),
        checkpoint=checkpoint,
    )


def note_look(
    reason: str,
    ids: Mapping[str, str | int],
    *,
    principal: Principal,
    transaction: Transaction,
    clock: Clock,
) -> None:
    """Put on record that an officer was shown something of the log that is no entry."""
    with transaction() as log:
        log.record(
            Fact(
                type=_SEARCH,
                occurred_at=clock.now(),
                trace_id=current_trace_id(),
                reason=reason,
                extra={name.removesuffix("_id"): one for name, one in ids.items()},
                actor=officer(principal),
            )
        )


def _require_sense(wanted: Filter, after: int | None, limit: int) -> None:
    faults: list[FieldFault] = []
    if not 0 < limit <= MAX_PAGE:
        faults.append(FieldFault("/limit", f"between 1 and {MAX_PAGE}"))
    if after is not None and after < 0:
        faults.append(FieldFault("/after", "an index is not negative"))
    faults += filter_faults(wanted)
    if faults:
        raise ValidationFailed("the search has faults", faults=faults)


def marks_of(wanted: Filter, reader: LogReader, pseudonyms: Pseudonyms) -> Marks:
    """Give what a filter names as each year's rows have it."""
    years = tuple(reader.years()) if wanted.actor or wanted.permit or wanted.visa else ()

    def marks(kind: str, *name: str) -> tuple[int, ...]:
        return tuple(pseudonyms.search(year, kind, *name) for year in years)

    who = wanted.actor
    return Marks(
        actor=marks("actor", who.issuer, who.subject) if who else (),
        permit=marks("permit", wanted.permit) if wanted.permit else (),
        visa=marks("visa", wanted.visa) if wanted.visa else (),
    )


def dropped_within(wanted: Filter, reader: LogReader, below: int) -> tuple[Dropped, ...]:
    """Give the ranges that a search up to this size cannot look into any more."""
    kept = None if wanted.type is None else retention_of(wanted.type)
    return tuple(one for one in reader.dropped(below) if kept is None or one.retention == kept)


def entries_at(indexes: Sequence[int], reader: LogReader) -> tuple[Found, ...]:
    """Give these entries; raise NotPublished when one is not there.

    Indexes rise or fall, so that one bundle is held at a time: those of a pack's entries would fill
    any memory.
    """
    found: list[Found] = []
    held = -1
    entries: tuple[bytes, ...] = ()
    for index in indexes:
        number = index // WIDTH
        if number != held:
            held, entries = number, tuple(reader.bundle(number))
        if index % WIDTH >= len(entries):
            raise NotPublished("a search row names an entry that is not there")
        found.append(Found(index=index, entry=parse_entry(entries[index % WIDTH])))
    return tuple(found)


def _searched(
    wanted: Filter,
    page: Page,
    cohorts: CohortAnswers | None,
    principal: Principal,
    clock: Clock,
) -> Fact:
    said: dict[str, JSON] = {"as_of": page.as_of.size, **said_of(cohorts)}
    if wanted.named():
        said["filter"] = list(wanted.named())
    if wanted.type is not None:
        said["type"] = wanted.type
    return Fact(
        type=_SEARCH,
        occurred_at=clock.now(),
        trace_id=current_trace_id(),
        reason="searched",
        dataset=wanted.dataset,
        counts={"results": len(page.entries)},
        extra=said,
        actor=officer(principal),
        subjects=(wanted.person,) if wanted.person else (),
    )


def said_of(cohorts: CohortAnswers | None) -> dict[str, JSON]:
    """Say openly that cohorts were asked about: the digest of the answers, how many were none."""
    if cohorts is None:
        return {}
    return {"cohorts": cohorts.digest(), "cohorts_unresolved": cohorts.unresolved}


def _viewed(index: int, principal: Principal, clock: Clock) -> Fact:
    return Fact(
        type=_SEARCH,
        occurred_at=clock.now(),
        trace_id=current_trace_id(),
        reason="entry_viewed",
        extra={"index": index},
        actor=officer(principal),
    )


def officer(principal: Principal) -> Actor:
    """Name who looks."""
    return Actor(issuer=principal.issuer, subject=principal.subject, client_id=principal.client_id)

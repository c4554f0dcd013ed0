# SPDX-License-Identifier: Apache-2.0
"""Erasure: a key is destroyed, and with it everything that was sealed under it.

No leaf, tile or proof changes. Why it happened is a leaf of its own, which holds the hash of the
places that can no longer be opened and never says whose they were. It says, too, by when the last
copy elsewhere is gone. Under a legal hold an erasure waits, and is done once the hold is lifted.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from audit_log.domain.copies import Completeness, Copies, CopyTerms, completeness
from audit_log.domain.destroyed import Destroyed
from audit_log.domain.errors import ErasureHeld, ErasureUnknown
from audit_log.domain.parts import person_holder
from audit_log.domain.rules.seen import NO_YEAR
from audit_log.domain.search import Account
from audit_log.ports import (
    ErasureRecord,
    KeepingTransaction,
    OutsideErasures,
    Pseudonyms,
    Shredded,
    Shredding,
    Transaction,
    Vault,
)
from audit_log.usecases.forget_packs import forget_packs
from shared.clock import Clock, to_rfc3339
from shared.entry_forms import is_code
from shared.errors import FieldFault, ValidationFailed
from shared.events import JSON, Actor, Fact, Subject
from shared.ids import IdSource
from shared.principal import Principal
from shared.tracing import current_trace_id

YEARS_AHEAD: Final = 40
"""For how many years to come a waiting erasure knows an account's numbers: its name is not kept."""


_USUAL: Final = CopyTerms(quarantine=timedelta(days=30), backups=timedelta(days=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesKept:
    """What this node says of copies outside the database, for the date of completeness."""

    terms: CopyTerms = _USUAL

    def completeness(self, erased_at: datetime, copies: Copies) -> Completeness:
        """Give the date by which an erasure of that time is complete everywhere."""
        return completeness(erased_at, copies, self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased: how many parts, of entries below which index, and the entry that says so.

    `complete` is None while a legal hold keeps the erasure waiting; then nothing is erased yet.
    """

    erasure_id: str
    parts: int
    below: int
    entry_id: str
    complete: Completeness | None


def erase(
    target: Account | Subject,
    *,
    ground: str,
    principal: Principal,
    transaction: Transaction,
    pseudonyms: Pseudonyms,
    outside: OutsideErasures,
    vault: Vault,
    kept: CopiesKept = CopiesKept(),
    ids: IdSource,
    clock: Clock,
) -> Erased:
    """Destroy the key of an account, or of a member of a dataset.

    It is remembered `outside` before the database commits: a commit that fails is made up for by
    `usecases.replay`, and a backup restored later brings nothing back.

    `ground` is a code such as `gdpr_17_1_b`. Raises ValidationFailed for another ground,
    NothingToErase when no key is held. What is sequenced afterwards gets a new key. Under a legal
    hold nothing is erased yet: the erasure waits, and the log says so. `vault` opens what officers
    asked, so that packs about the erased end, too.
    """
    principal.require("subjects.erase")
    if not is_code(ground):
        raise ValidationFailed(
            "the ground is not a code",
            faults=(FieldFault("/ground", "use a code such as gdpr_17_1_b"),),
        )
    now = clock.now()
    erasure_id = ids.new()
    try:
        with transaction() as log:
            wanted = _shredding(
                target, log.reader.years(), pseudonyms, erasure_id=erasure_id, ground=ground
            )
            shredded = log.shred(wanted, now)
            said = kept.completeness(now, log.copies())
            fact = erased_fact(wanted, shredded, said, now, actor=_actor(principal))
            entry_id = log.record(fact)
            outside.remember([destroyed(wanted, shredded, now)])
    except ErasureHeld:
        return _postponed(
            target, ground, erasure_id, now, principal=principal, transaction=transaction,
            pseudonyms=pseudonyms,
        )  # fmt: skip
    with transaction() as log:
        forget_packs(wanted.subject, log.exports, vault, pseudonyms)
    return Erased(
        erasure_id=erasure_id,
        parts=shredded.parts,
        below=shredded.below,
        entry_id=entry_id,
        complete=said,
    )


def erased_fact(
    wanted: Shredding,
    shredded: Shredded,
    said: Completeness,
    at: datetime,
    *,
    actor: Actor | None,
) -> Fact:
    """Say that a key was destroyed, what can no longer be opened, and by when copies are gone."""
    extra: dict[str, JSON] = {
        "below": shredded.below,
        "erasure": wanted.id,
        "key": shredded.key,
        "places": b64encode(shredded.digest).decode("ascii"),
    }
    if said.by is not None:
        extra["complete_by"] = to_rfc3339(said.by)
    if said.open:
        extra["open"] = list(said.open)
    return Fact(
        type="placet.audit.erase.v1",
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=wanted.ground,
        counts={"parts": shredded.parts},
        extra=extra,
        actor=actor,
    )


def replayed_fact(one: Destroyed, parts: int, at: datetime) -> Fact:
    """Say that an erasure was done again, and how many parts a backup had brought back."""
    return Fact(
        type="placet.audit.erase.v1",
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=one.ground,
        counts={"parts": parts},
        extra={
            "again": to_rfc3339(one.at),
            "below": one.below,
            "erasure": one.id,
            "places": b64encode(one.digest).decode("ascii"),
        },
    )


def destroyed(wanted: Shredding, shredded: Shredded, at: datetime) -> Destroyed:
    """Give what is remembered of an erasure outside the database."""
    return Destroyed(
        id=wanted.id,
        kind=wanted.kind,
        ground=wanted.ground,
        kid=shredded.kid,
        made_at=shredded.made_at,
        key=shredded.key,
        account=wanted.pseudonyms[0] if wanted.pseudonyms else None,
        below=shredded.below,
        digest=shredded.digest,
        at=at,
        places=shredded.places,
    )


def places_digest(places: Iterable[tuple[int, int]]) -> bytes:
    """Give the hash over the places of parts, by index and group, that an erasure says."""
    return sha256("".join(f"{index}/{group}\n" for index, group in places).encode()).digest()


def record_of(
    erasure_id: str,
    *,
    principal: Principal,
    transaction: KeepingTransaction,
    kept: CopiesKept,
) -> tuple[ErasureRecord, Completeness | None]:
    """Give where an erasure stands, and by when it is complete; raise ErasureUnknown."""
    principal.require("subjects.erase")
    with transaction() as desk:
        found = next((one for one in desk.erasures() if one.id == erasure_id), None)
        if found is None:
            raise ErasureUnknown("no such erasure")
        done = found.done_at
        return found, None if done is None else kept.completeness(done, desk.copies())


def _postponed(
    target: Account | Subject,
    ground: str,
    erasure_id: str,
    now: datetime,
    *,
    principal: Principal,
    transaction: Transaction,
    pseudonyms: Pseudonyms,
) -> Erased:
    """Keep an erasure for the day on which the hold is lifted."""
    with transaction() as log:
        past = log.reader.years()
        years = range(past[0] if past else now.year, now.year + YEARS_AHEAD + 1)
        wanted = _shredding(target, years, pseudonyms, erasure_id=erasure_id, ground=ground)
        log.postpone(wanted, now)
        entry_id = log.record(
            Fact(
                type="placet.audit.hold.v1",
                occurred_at=now,
                trace_id=current_trace_id(),
                reason="erasure_held",
                extra={"erasure": erasure_id, "ground": ground},
                actor=_actor(principal),
            )
        )
    return Erased(erasure_id=erasure_id, parts=0, below=0, entry_id=entry_id, complete=None)


def _actor(principal: Principal) -> Actor:
    return Actor(issuer=principal.issuer, subject=principal.subject, client_id=principal.client_id)


def _shredding(
    target: Account | Subject,
    years: range,
    pseudonyms: Pseudonyms,
    *,
    erasure_id: str,
    ground: str,
) -> Shredding:
    if isinstance(target, Subject):
        holder = person_holder(target.dataset, target.ordinal)
        return Shredding(
            id=erasure_id,
            kind=holder[0],
            subject=pseudonyms.holder(holder),
            person=(target.dataset, target.ordinal),
            ground=ground,
        )
    name = (target.issuer, target.subject)
    holder = "actor", name
    return Shredding(
        id=erasure_id,
        kind=holder[0],
        subject=pseudonyms.holder(holder),
        pseudonyms=tuple(pseudonyms.search(year, "actor", *name) for year in (NO_YEAR, *years)),
        ground=ground,
    )

# SPDX-License-Identifier: Apache-2.0
"""Erasure: a key is destroyed, and with it everything that was sealed under it.

No leaf, tile or proof changes. Why it happened is a leaf of its own, which holds the hash of the
places that can no longer be opened and never says whose they were.
"""

from base64 import b64encode
from dataclasses import dataclass

from audit_log.domain.parts import Holder, person_holder
from audit_log.domain.rules.seen import NO_YEAR
from audit_log.domain.search import Account
from audit_log.ports import Pseudonyms, Shredded, Shredding, Transaction
from shared.clock import Clock
from shared.entry_forms import is_code
from shared.errors import FieldFault, ValidationFailed
from shared.events import Actor, Fact, Subject
from shared.ids import IdSource
from shared.principal import Principal
from shared.tracing import current_trace_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased: how many parts, of entries below which index, and the entry that says so."""

    erasure_id: str
    parts: int
    below: int
    entry_id: str


def erase(
    target: Account | Subject,
    *,
    ground: str,
    principal: Principal,
    transaction: Transaction,
    pseudonyms: Pseudonyms,
    ids: IdSource,
    clock: Clock,
) -> Erased:
    """Destroy the key of an account, or of a member of a dataset.

    `ground` is a code such as `gdpr_17_1_b`. Raises ValidationFailed for another ground,
    NothingToErase when no key is held. What is sequenced afterwards gets a new key.
    """
    principal.require("subjects.erase")
    if not is_code(ground):
        raise ValidationFailed(
            "the ground is not a code",
            faults=(FieldFault("/ground", "use a code such as gdpr_17_1_b"),),
        )
    now = clock.now()
    erasure_id = ids.new()
    with transaction() as log:
        shredding = _shredding(
            target, log.reader.years(), pseudonyms, erasure_id=erasure_id, ground=ground
        )
        shredded = log.shred(shredding, now)
        entry_id = log.record(
            Fact(
                type="placet.audit.erase.v1",
                occurred_at=now,
                trace_id=current_trace_id(),
                reason=ground,
                counts={"parts": shredded.parts},
                extra=_said(erasure_id, shredded),
                actor=Actor(
                    issuer=principal.issuer,
                    subject=principal.subject,
                    client_id=principal.client_id,
                ),
            )
        )
    return Erased(
        erasure_id=erasure_id, parts=shredded.parts, below=shredded.below, entry_id=entry_id
    )


def _shredding(
    target: Account | Subject,
    years: range,
    pseudonyms: Pseudonyms,
    *,
    erasure_id: str,
    ground: str,
) -> Shredding:
    if isinstance(target, Subject):
        holder = person_holder(target)
        return Shredding(
            id=erasure_id,
            kind=holder.kind,
            subject=pseudonyms.holder(holder),
            person=(target.dataset, target.ordinal),
            ground=ground,
        )
    name = (target.issuer, target.subject)
    holder = Holder("actor", name)
    return Shredding(
        id=erasure_id,
        kind=holder.kind,
        subject=pseudonyms.holder(holder),
        pseudonyms=tuple(pseudonyms.search(year, "actor", *name) for year in (NO_YEAR, *years)),
        ground=ground,
    )


def _said(erasure_id: str, shredded: Shredded) -> dict[str, str | int]:
    return {
        "below": shredded.below,
        "erasure": erasure_id,
        "places": b64encode(shredded.digest).decode("ascii"),
    }

# SPDX-License-Identifier: Apache-2.0
"""Give the receipt of a consent event, and say of a receipt whether it is ours and the latest.

Whoever checks one needs no login and learns nothing of a person: not who, not what, not where. The
event is looked up only behind our own signature, so nobody can try identifiers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import ReceiptUnknown
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.receipts import (
    COMPACT_TYP,
    RECEIPT_TYP,
    Receipted,
    compact_of,
    event_named,
    receipt_of,
)
from consent_registry.usecases.reading import Step, history_of, own_history
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.principal import Principal

MAX_RECEIPT_CHARS: Final = 100_000
CHECK_PATH: Final = "/receipts/check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt: its text, the same signed, and the compact one with the address that checks it."""

    step: Step
    document: Mapping[str, JSON]
    signed: str
    compact: str
    check_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What anybody may learn of a receipt.

    `latest` says whether nothing was recorded of that person in that dataset since; None when the
    receipt is not ours, or its event is no longer there.
    """

    valid: bool
    recorded_at: datetime | None = None
    latest: bool | None = None


def participant_receipt(
    pseudonym: str, event_id: str, *, tools: Tools, principal: Principal
) -> Receipt:
    """Give the receipt of a participant's event, to a desk or to herself. Raises ReceiptUnknown."""
    steps = history_of(pseudonym, tools=tools, principal=principal)
    return receipt_in(steps, event_id, tools)


def own_receipt(event_id: str, *, tools: Tools, principal: Principal) -> Receipt:
    """Give the receipt of an event of the participant this login is linked to."""
    return receipt_in(own_history(tools=tools, principal=principal), event_id, tools)


def check_receipt(text: str, *, tools: Tools) -> Checked:
    """Check a receipt, compact or whole, as it was signed."""
    token = text.strip()
    if not token or len(token) > MAX_RECEIPT_CHARS:
        return Checked(valid=False)
    payload = tools.signer.verified(token, typ=COMPACT_TYP)
    if payload is None:
        payload = tools.signer.verified(token, typ=RECEIPT_TYP)
    event_id = event_named(payload, tools.issuer) if payload is not None else None
    if event_id is None:
        return Checked(valid=False)
    with tools.reads() as uow:
        found = uow.events.latest(event_id)
    if found is None:
        return Checked(valid=True)
    return Checked(valid=True, recorded_at=found.recorded_at, latest=found.latest)


def receipt_in(steps: Sequence[Step], event_id: str, tools: Tools) -> Receipt:
    """Give the receipt of one of these events. Raises ReceiptUnknown."""
    step = next((one for one in steps if one.record.event_id == event_id), None)
    if step is None:
        raise ReceiptUnknown
    about = Receipted(
        issuer=tools.issuer,
        dataset=step.dataset,
        record=step.record,
        terms=step.terms,
        by_guardian=_by_guardian(step, tools),
    )
    document = receipt_of(about)
    compact = tools.signer.sign(compact_of(about, document), typ=COMPACT_TYP)
    return Receipt(
        step=step,
        document=document,
        signed=tools.signer.sign(document, typ=RECEIPT_TYP),
        compact=compact,
        check_url=f"{tools.issuer}{CHECK_PATH}?receipt={compact}",
    )


def _by_guardian(step: Step, tools: Tools) -> bool:
    """Say whether a decision in her place became this event; no later mandate changes that."""
    with tools.reads() as uow:
        records = uow.person_events.of([step.record.pid]).get(step.record.pid, ())
    return any(
        one.kind is PersonKind.DECISION_COMPLETED and one.about == step.record.event_id
        for one in records
    )

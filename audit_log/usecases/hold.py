# SPDX-License-Identifier: Apache-2.0
"""Legal holds: placed by one officer, lifted by two. Each step is an entry of the log.

A hold beats retention and erasure. The entry says of what kind it is and on whose authority; the
person held lies in it sealed under that person's key, a permit under the officer's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from audit_log.domain.errors import HoldUnknown
from audit_log.domain.holds import MAX_ENTRIES, Hold, HoldKind
from audit_log.ports import KeepingDesk, KeepingTransaction, Pseudonyms
from shared.clock import Clock
from shared.entry_forms import is_code, is_open_text
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.events import JSON, Actor, Fact, Subject
from shared.ids import IdSource, parse_dataset_id
from shared.principal import Principal
from shared.tracing import current_trace_id

MANAGE: Final = "holds.manage"
READ: Final = "log.search"
YEARS_AHEAD: Final = 40
"""For how many years to come a permit's numbers are kept with its hold: its name is not."""
_MAX_ORDINAL: Final = 1 << 53


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWanted:
    """What is to be held, and on whose authority: exactly what `kind` needs is given."""

    kind: HoldKind
    authority: str
    dataset: str | None = None
    ordinal: int | None = None
    permit: str | None = None
    matter: str | None = None
    entries: tuple[int, ...] = ()


def place(
    wanted: HoldWanted,
    *,
    principal: Principal,
    transaction: KeepingTransaction,
    pseudonyms: Pseudonyms,
    ids: IdSource,
    clock: Clock,
) -> Hold:
    """Place a hold: from now on nothing that it covers is dropped or erased.

    A case of this node is named by its id: without entries, those that its requests to open name
    are held. Raises ValidationFailed, with every fault, for what names nothing.
    """
    principal.require(MANAGE)
    faults = list(_faults(wanted))
    if faults:
        raise ValidationFailed("the hold has faults", faults=faults)
    now = clock.now()
    with transaction() as desk:
        first = desk.first_year() or now.year
        entries = _entries(wanted, desk)
        hold = Hold(
            id=ids.new(),
            kind=wanted.kind,
            authority=wanted.authority,
            placed_by=principal.subject,
            placed_at=now,
            dataset=wanted.dataset,
            ordinal=wanted.ordinal,
            permits=tuple(
                pseudonyms.search(year, "permit", wanted.permit)
                for year in range(first, now.year + YEARS_AHEAD + 1)
            )
            if wanted.permit
            else (),
            matter=wanted.matter,
            entries=entries,
        )
        desk.add_hold(hold)
        desk.record(_said("hold_placed", hold, principal, clock, permit=wanted.permit))
    return hold


def ask_lift(
    hold_id: str, *, principal: Principal, transaction: KeepingTransaction, clock: Clock
) -> Hold:
    """Ask that a hold be lifted; raise HoldUnknown, HoldLifted, Forbidden for a service."""
    _require_person(principal)
    with transaction() as desk:
        hold = _known(desk, hold_id)
        hold.require_in_force()
        asked = replace(hold, lift_asked_by=principal.subject, lift_asked_at=clock.now())
        desk.change_hold(asked)
        desk.record(_said("hold_lift_asked", asked, principal, clock))
    return asked


def lift(
    hold_id: str, *, principal: Principal, transaction: KeepingTransaction, clock: Clock
) -> Hold:
    """Lift a hold; raise HoldNeedsAnother unless somebody else asked for it before.

    Raises HoldUnknown, HoldLifted, Forbidden for a service.
    """
    _require_person(principal)
    with transaction() as desk:
        hold = _known(desk, hold_id)
        hold.require_in_force()
        hold.require_another(principal.subject)
        lifted = replace(hold, lifted_by=principal.subject, lifted_at=clock.now())
        desk.change_hold(lifted)
        desk.record(_said("hold_lifted", lifted, principal, clock))
    return lifted


def _require_person(principal: Principal) -> None:
    """Let people alone lift: a service asks and agrees for whoever holds its secret."""
    principal.require(MANAGE)
    if principal.is_service:
        raise Forbidden("two people lift a hold")


def _known(desk: KeepingDesk, hold_id: str) -> Hold:
    hold = desk.hold(hold_id)
    if hold is None:
        raise HoldUnknown("no such hold")
    return hold


_NEEDS: Final[Mapping[HoldKind, tuple[str, ...]]] = {
    HoldKind.PERSON: ("dataset", "ordinal"),
    HoldKind.PERMIT: ("permit",),
    HoldKind.DATASET: ("dataset",),
    HoldKind.CASE: ("matter", "entries"),
}


def _faults(wanted: HoldWanted) -> list[FieldFault]:
    faults: list[FieldFault] = []
    if not is_code(wanted.authority):
        faults.append(FieldFault("/authority", "use a code such as court_order_ab_12"))
    needs = _NEEDS[wanted.kind]
    for name in ("dataset", "ordinal", "permit", "matter", "entries"):
        given = getattr(wanted, name) not in (None, "", ())
        if name == "entries" and not given and _names_case(wanted):
            continue
        if given != (name in needs):
            what = "is needed" if name in needs else "does not belong"
            faults.append(FieldFault(f"/{name}", f"{what} for a {wanted.kind.value}"))
    if faults:
        return faults
    if wanted.dataset is not None and not _is_dataset(wanted):
        faults.append(FieldFault("/dataset", "not a dataset identifier"))
    if wanted.ordinal is not None and not 0 <= wanted.ordinal < _MAX_ORDINAL:
        faults.append(FieldFault("/ordinal", "a whole number from 0"))
    if wanted.matter is not None and not (is_code(wanted.matter) or _names_case(wanted)):
        faults.append(FieldFault("/matter", "use a case's id, or a code such as case_17"))
    if len(wanted.entries) > MAX_ENTRIES or any(not 0 <= n < _MAX_ORDINAL for n in wanted.entries):
        faults.append(FieldFault("/entries", f"at most {MAX_ENTRIES} indexes, none negative"))
    return faults


def _names_case(wanted: HoldWanted) -> bool:
    """Tell whether the matter is a case of this node: its id, and not somebody else's code."""
    return wanted.kind is HoldKind.CASE and _is_id(wanted.matter or "")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _entries(wanted: HoldWanted, desk: KeepingDesk) -> tuple[int, ...]:
    if not _names_case(wanted):
        return tuple(sorted(set(wanted.entries)))
    named = desk.case_entries(wanted.matter or "")
    if named is None:
        fault = FieldFault("/matter", "there is no such case")
        raise ValidationFailed("the hold has faults", faults=[fault])
    entries = tuple(sorted(set(wanted.entries or named)))
    if not 0 < len(entries) <= MAX_ENTRIES:
        fault = FieldFault("/entries", f"the case names {len(entries)}: give them")
        raise ValidationFailed("the hold has faults", faults=[fault])
    return entries


def _is_dataset(wanted: HoldWanted) -> bool:
    text = wanted.dataset or ""
    if wanted.kind is HoldKind.DATASET:
        return bool(is_open_text(text))
    try:
        parse_dataset_id(text)
    except ValueError:
        return False
    return True


def _said(
    reason: str, hold: Hold, principal: Principal, clock: Clock, *, permit: str | None = None
) -> Fact:
    extra: dict[str, JSON] = {
        "authority": hold.authority,
        "hold": hold.id,
        "kind": hold.kind.value,
    }
    if hold.matter is not None:
        extra |= {"matter": hold.matter, "entries": len(hold.entries)}
    person = hold.kind is HoldKind.PERSON and hold.dataset is not None
    return Fact(
        type="placet.audit.hold.v1",
        occurred_at=clock.now(),
        trace_id=current_trace_id(),
        reason=reason,
        dataset=hold.dataset,
        extra=extra,
        actor=Actor(
            issuer=principal.issuer,
            subject=principal.subject,
            client_id=principal.client_id,
        ),
        permit={"permit_id": permit} if permit else None,
        subjects=(Subject(dataset=hold.dataset or "", ordinal=hold.ordinal or 0),)
        if person
        else (),
    )

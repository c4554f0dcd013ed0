# SPDX-License-Identifier: Apache-2.0
"""Give the receipt of what a person said or did; say of one whether it is ours and the latest.

Whoever checks one needs no login and learns nothing of a person: not who, not what, not where. The
event is looked up only behind our own signature, so nobody can try identifiers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.act_receipts import ACT_TYP, act_of, receipt_of_act
from consent_registry.domain.errors import ReceiptUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.optout import OptOutEvent
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.receipts import (
    COMPACT_TYP,
    RECEIPT_TYP,
    UNKNOWN_LANGUAGE,
    Receipted,
    compact,
    compact_of,
    event_named,
    place_of,
    place_of_study,
    receipt_of,
    word_of,
)
from consent_registry.domain.records import answers_of
from consent_registry.domain.rights import RequestState, RightsRequest
from consent_registry.domain.studies import Study
from consent_registry.domain.study_choices import said_of_studies, said_on, terms_of
from consent_registry.domain.supervision import Authority
from consent_registry.ports import UnitOfWork
from consent_registry.ports.register import Latest
from consent_registry.usecases import access
from consent_registry.usecases.cases import names_of
from consent_registry.usecases.mandated import decided_in_her_place, records_of
from consent_registry.usecases.opt_out import LOOKING as OPT_OUTS
from consent_registry.usecases.reading import DESK, Step, steps_in
from consent_registry.usecases.requests import DESK as REQUESTS
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.ids import EventId
from shared.principal import Principal

MAX_RECEIPT_CHARS: Final = 100_000
CHECK_PATH: Final = "/receipts/check"
_ENDED: Final = frozenset({RequestState.REFUSED, RequestState.TAKEN_BACK, RequestState.LIFTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStep:
    """A choice for a study; `study` is None for one whose description is not here."""

    record: PersonRecord
    study: Study | None


Did = Step | StudyStep | OptOutEvent | RightsRequest
"""Whatever a person has a receipt of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt: its text, the same signed, and the compact one with the address that checks it."""

    of: Did
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
    """Give the receipt of what a participant said or did, to a desk or to herself.

    A desk gets those of opt-outs and requests only if it may look at these. Raises ReceiptUnknown.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        found = _did(uow, pid, event_id, principal)
        return _receipt(uow, found, tools)


def own_receipt(event_id: str, *, tools: Tools, principal: Principal) -> Receipt:
    """Give the receipt of something that the participant this login is linked to said or did."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        return _receipt(uow, _did(uow, pid, event_id, principal), tools)


def check_receipt(text: str, *, tools: Tools) -> Checked:
    """Check a receipt, compact or whole, as it was signed."""
    token = text.strip()
    if not token or len(token) > MAX_RECEIPT_CHARS:
        return Checked(valid=False)
    kinds = (COMPACT_TYP, RECEIPT_TYP, ACT_TYP)
    verified = (tools.signer.verified(token, typ=typ) for typ in kinds)
    payload = next((one for one in verified if one is not None), None)
    event_id = event_named(payload, tools.issuer) if payload is not None else None
    if event_id is None:
        return Checked(valid=False)
    with tools.reads() as uow:
        found = _latest(uow, event_id)
    if found is None:
        return Checked(valid=True)
    return Checked(valid=True, recorded_at=found.recorded_at, latest=found.latest)


def receipt_in(steps: Sequence[Step | StudyStep], event_id: str, tools: Tools) -> Receipt:
    """Give the receipt of one of these events. Raises ReceiptUnknown."""
    step = next((one for one in steps if one.record.event_id == event_id), None)
    if step is None:
        raise ReceiptUnknown
    with tools.reads() as uow:
        return _receipt(uow, step, tools)


def _did(uow: UnitOfWork, pid: str, event_id: str, principal: Principal) -> Did:
    """Find what somebody said or did, under whichever name is hers. Raises ReceiptUnknown."""
    names, scopes = sorted(names_of(uow, pid)), principal.scopes
    herself = DESK not in scopes
    for step in steps_in(uow, pid):
        if step.record.event_id == event_id:
            return step
    for record in said_of_studies(records_of(uow, pid)):
        if record.event_id == event_id:
            return StudyStep(record=record, study=uow.studies.get(record.study))
    opt_outs = (one for name in names for one in uow.opt_outs.of(name))
    requests = (one for name in names for one in uow.requests.of(name))
    found: Did | None = None
    if herself or OPT_OUTS in scopes:
        found = next((one for one in opt_outs if one.optout_id == event_id), None)
    if found is None and (herself or REQUESTS in scopes):
        found = next((one for one in requests if one.request_id == event_id), None)
    if found is None:
        raise ReceiptUnknown
    return found


def _latest(uow: UnitOfWork, event_id: str) -> Latest | None:
    """Say whether anything was recorded since; of a request, whether it still stands."""
    if not is_own_id(event_id):
        return None
    found = uow.events.latest(EventId(event_id))
    found = found or uow.person_events.latest(event_id) or uow.opt_outs.latest(event_id)
    request = uow.requests.get(event_id) if found is None else None
    if request is None:
        return found
    return Latest(recorded_at=request.received_at, latest=request.state not in _ENDED)


def _receipt(uow: UnitOfWork, found: Did, tools: Tools) -> Receipt:
    if isinstance(found, OptOutEvent | RightsRequest):
        act = act_of(found)
        document = receipt_of_act(act, tools.issuer)
        claims = compact(tools.issuer, act.act_id, act.recorded_at, document)
        return _signed(found, document, claims, ACT_TYP, tools)
    about = _of_study(uow, found, tools) if isinstance(found, StudyStep) else _of(uow, found, tools)
    document = receipt_of(about)
    return _signed(found, document, compact_of(about, document), RECEIPT_TYP, tools)


def _of(uow: UnitOfWork, step: Step, tools: Tools) -> Receipted:
    answers = answers_of(step.record.personal)
    return Receipted(
        issuer=tools.issuer,
        place=place_of(step.dataset),
        record=step.record,
        terms=step.terms,
        by_guardian=decided_in_her_place(uow, step.record.pid, step.record.event_id),
        language=answers.language if answers is not None else UNKNOWN_LANGUAGE,
        authority=_authority(tools, step.record.recorded_at, [step.dataset.country]),
    )


def _of_study(uow: UnitOfWork, step: StudyStep, tools: Tools) -> Receipted:
    """Tell a choice with the datasets that it was said of, as it was written with it."""
    record = step.record
    told = sorted(said_on(record).datasets or ())
    datasets = [one for name in told if (one := uow.datasets.get(name)) is not None]
    country = tools.policy_at(record.recorded_at).country
    place = place_of_study(record.study, step.study, datasets, country)
    return Receipted(
        issuer=tools.issuer,
        place=place,
        record=word_of(record),
        terms=terms_of(record),
        by_guardian=decided_in_her_place(uow, record.pid, EventId(record.event_id)),
        authority=_authority(tools, record.recorded_at, place.countries),
    )


def _authority(tools: Tools, at: datetime, countries: Sequence[str]) -> Authority | None:
    """Give the authority that the policy of then named; it is of this country and no other."""
    policy = tools.policy_at(at)
    return policy.authority if set(countries) == {policy.country} else None


def _signed(
    found: Did,
    document: Mapping[str, JSON],
    claims: Mapping[str, JSON],
    typ: str,
    tools: Tools,
) -> Receipt:
    short = tools.signer.sign(claims, typ=COMPACT_TYP)
    return Receipt(
        of=found,
        document=document,
        signed=tools.signer.sign(document, typ=typ),
        compact=short,
        check_url=f"{tools.issuer}{CHECK_PATH}?receipt={short}",
    )

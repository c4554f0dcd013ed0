# SPDX-License-Identifier: Apache-2.0
"""What a person allows, as FHIR Consent resources of R4 and R5: deny, but for what is named.

One resource for each dataset. An alternative is one permit provision; its DUO terms stand among the
purposes. A value that narrows a term stands in a modifier extension, so that a reader who does not
know it must not use the provision. The person is an identifier and has no name here. An opt-out is
another legal act and is never written as a consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from urllib.parse import quote

from consent_registry.domain.activities import canonical_scopes, scopes_of
from consent_registry.domain.duo import Duo
from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.fhir.mapping import (
    ACTIVITY,
    DATA_CATEGORY,
    DATASETS,
    DUO_SYSTEM,
    EHDS_SYSTEM,
    FORMS,
    GDPR,
    LOCAL_IDS,
    NATIONAL_SYSTEM,
    PSEUDONYMS,
    REGIMES,
    STUDIES,
)
from consent_registry.domain.fhir.statement import (
    ABOUT,
    PARAMETER,
    RESEARCH,
    SCOPE_SYSTEM,
    Release,
)
from consent_registry.domain.history import Standing, State
from consent_registry.domain.national import Code, NationalCode
from consent_registry.domain.regimes import ConsentRole
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Alternative
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import DatasetId

EVENTS: Final = "urn:placet:consent-event"
_CATEGORY: Final = ("http://loinc.org", "59284-0")  # a consent document
CONSENT_BASIS: Final = (GDPR, "9-2-a")
_STATUS: Final[Mapping[State, tuple[str, str]]] = {
    State.GIVEN: ("active", "active"),
    State.REFUSED: ("rejected", "not-done"),
    State.WITHDRAWN: ("inactive", "inactive"),
    State.EXPIRED: ("inactive", "inactive"),
    State.INVALID: ("entered-in-error", "entered-in-error"),
    State.PENDING_RECONSENT: ("proposed", "draft"),
}
_Object = dict[str, JSON]
Basis = tuple[str, str]
"""A system of codes and a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holds for one person in one dataset, with the times of the event that decided it.

    `local_id` is empty for readers who may not connect it with the pseudonym. Of a choice for a
    study `dataset` is empty, and `told_of` are the datasets that she was told of. `bases` are the
    legal bases that the data are used on, by `basis_of`; `by_guardian` says that somebody who may
    decide in her place gave it.
    """

    participant: str
    dataset: DatasetId
    local_id: str
    controller: str
    standing: Standing
    expressed_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    form_version: str
    study: str = ""
    told_of: tuple[DatasetId, ...] = ()
    bases: tuple[Basis, ...] = (CONSENT_BASIS,)
    by_guardian: bool = False


def basis_of(dataset: Dataset) -> Basis:
    """Name consent only where it is the legal basis; elsewhere the law that is (law.md 1.2)."""
    if dataset.consent_role == ConsentRole.LEGAL_BASIS.value:
        return CONSENT_BASIS
    return (REGIMES, dataset.legal_regime)


def write_consent(held: Held, release: Release) -> Mapping[str, JSON] | None:
    """Write what holds; None when the person was never asked, which no FHIR status can say.

    A consent whose terms cannot be read is written as entered in error: it permits nothing.
    """
    state = held.standing.state
    if state is State.NOT_ASKED:
        return None
    if state is State.GIVEN and held.standing.terms is None:
        state = State.INVALID
    r4, r5 = _STATUS[state]
    terms = (held.standing.terms or ()) if state is State.GIVEN else ()
    return _r4(held, r4, terms) if release is Release.R4 else _r5(held, r5, terms)


def _shared(held: Held, status: str) -> _Object:
    names = [_identifier(EVENTS, held.standing.event_id or "")] if held.standing.event_id else []
    if held.local_id:
        names.append(_identifier(LOCAL_IDS, held.local_id))
    return {
        "resourceType": "Consent",
        "extension": [{"url": ABOUT, "valueIdentifier": one} for one in _about(held)],
        "identifier": names,
        "status": status,
        "category": [_concept(*_CATEGORY)],
    }


def _r4(held: Held, status: str, terms: tuple[Alternative, ...]) -> _Object:
    base: _Object = {"type": "deny", "period": _period(held)}
    if terms:
        base["provision"] = [{"type": "permit", **_provision(held, one)} for one in terms]
    # R4 takes a performer left out for the person herself.
    gave: _Object = {"performer": [_GUARDIAN]} if held.by_guardian else {}
    return {
        **_shared(held, status),
        "scope": _concept(SCOPE_SYSTEM, RESEARCH),
        "patient": _person(held),
        "dateTime": to_rfc3339(held.expressed_at),
        **gave,
        "organization": [{"display": held.controller}],
        **_r4_policy(held),
        "provision": base,
    }


def _r4_policy(held: Held) -> _Object:
    """Name the form; without one, what the data are used on. R4 has one rule, and many policies."""
    if policy := _form(held):
        return {"policy": [{"uri": policy}]}
    if CONSENT_BASIS in held.bases:
        return {"policyRule": _concept(*CONSENT_BASIS)}
    return {"policy": [{"uri": f"{system}:{code}"} for system, code in held.bases]}


def _r5(held: Held, status: str, terms: tuple[Alternative, ...]) -> _Object:
    found: _Object = {
        **_shared(held, status),
        "subject": _person(held),
        # R5 has a plain date here; the instant itself is where the period begins.
        "date": to_rfc3339(held.expressed_at)[:10],
        "period": _period(held),
        "grantor": [_GUARDIAN if held.by_guardian else _person(held)],
        "controller": [{"display": held.controller}],
        "regulatoryBasis": [_concept(*one) for one in held.bases],
        "decision": "deny",
    }
    if policy := _form(held):
        found["policyBasis"] = {"url": policy}
    if terms:
        found["provision"] = [_provision(held, one) for one in terms]
    return found


def _provision(held: Held, alternative: Alternative) -> _Object:
    activities, last = _lasting(alternative)
    parameters = [
        *(_parameter(alternative.permission.value, one) for one in alternative.diseases),
        *(
            _parameter(modifier.code.value, value)
            for modifier in alternative.modifiers
            for value in modifier.values
        ),
        # Left out, they would read as the widest: a grant for one project must say so.
        *(_parameter(ACTIVITY, scope) for scope in activities),
        *(_parameter(DATA_CATEGORY, name) for name in alternative.data_categories),
    ]
    codes = [alternative.permission, *(modifier.code for modifier in alternative.modifiers)]
    purposes: list[JSON] = [_coding(_system(code), code.value) for code in codes]
    if alternative.permission is not Duo.NRES:
        purposes.append(_coding(EHDS_SYSTEM, EhdsPurpose.RESEARCH.value))
    found: _Object = {
        "purpose": purposes,
        "data": [{"meaning": "instance", "reference": {"identifier": one}} for one in _about(held)],
    }
    if last is not None:
        found["period"] = {"end": to_rfc3339(datetime.combine(last, time(), UTC))}
    if alternative.data is not None:
        ends = zip(("start", "end"), alternative.data.written(), strict=True)
        found["dataPeriod"] = {name: day for name, day in ends if day}
    if parameters:
        found["modifierExtension"] = parameters
    return found


def _about(held: Held) -> list[dict[str, Any]]:
    """Name the dataset, or the study and those of its datasets that she was told of."""
    if not held.study:
        return [_identifier(DATASETS, held.dataset)]
    told = [_identifier(DATASETS, dataset) for dataset in held.told_of]
    return [_identifier(STUDIES, held.study), *told]


def _lasting(alternative: Alternative) -> tuple[tuple[str, ...], date | None]:
    """Give the activities, and the day on which all of them end, where they do so together.

    That is the end of the provision, which every reader of FHIR knows.
    """
    scopes = scopes_of(alternative.activities)
    ends = {one.ends for one in scopes}
    if len(ends) > 1 or None in ends:
        return alternative.activities, None
    return canonical_scopes(one.name for one in scopes), ends.pop()


def _system(code: Code) -> str:
    return NATIONAL_SYSTEM if isinstance(code, NationalCode) else DUO_SYSTEM


def _parameter(code: str, value: str) -> _Object:
    return {
        "url": PARAMETER,
        "extension": [
            {"url": "code", "valueString": code},
            {"url": "value", "valueString": value},
        ],
    }


def _period(held: Held) -> _Object:
    """Write both ends as instants: FHIR would take a day at the end as included."""
    found: _Object = {"start": to_rfc3339(held.starts_at)}
    if held.ends_at is not None and held.ends_at > held.starts_at:
        found["end"] = to_rfc3339(held.ends_at)
    return found


# Who may decide for her is known by mandates, and nobody is named.
_GUARDIAN: Final[dict[str, Any]] = {"type": "RelatedPerson", "display": "somebody in her place"}


def _form(held: Held) -> str:
    return FORMS + quote(held.form_version, safe="") if held.form_version else ""


def _person(held: Held) -> _Object:
    return {"type": "Patient", "identifier": _identifier(PSEUDONYMS, held.participant)}


def _identifier(system: str, value: str) -> dict[str, Any]:
    return {"system": system, "value": value}


def _coding(system: str, code: str) -> _Object:
    return {"system": system, "code": code}


def _concept(system: str, code: str) -> _Object:
    return {"coding": [_coding(system, code)]}

# SPDX-License-Identifier: Apache-2.0
"""One FHIR Consent as a statement: who, when, and which provisions, in one shape for R4 and R5.

R4 says its base decision in `provision.type` and nests the exceptions; R5 says it in `decision`,
and each level of `provision` turns the one above round. Elements that may be left unread are listed
here by name; any other refuses the resource.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from consent_registry.domain.row_codes import Fault, RowCode


class Release(Enum):
    """A FHIR release, by the value of the MIME parameter `fhirVersion`."""

    R4 = "4.0"
    R5 = "5.0"


class NotUnderstood(Exception):
    """The resource is refused; `fault` says why and repeats nothing of it."""

    def __init__(self, what: RowCode, element: str = "") -> None:
        super().__init__(what.code)
        self.fault = Fault(element, what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A code of a system."""

    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that narrows a DUO term, from our own modifier extension."""

    code: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period as FHIR writes it; an empty text leaves that side open."""

    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One exception to the base decision."""

    permits: bool
    span: Span
    data_span: Span
    concepts: tuple[tuple[Coded, ...], ...]
    purposes: tuple[Coded, ...]
    parameters: tuple[Parameter, ...]
    about: tuple[Coded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A consent in one shape. The base decision is deny; `decided` is false when none is given.

    Of one that is over nothing is read of what it once permitted: stopping never depends on that.
    """

    status: str
    decided: bool
    date: str
    span: Span
    subject: Mapping[str, Any]
    identifiers: tuple[Coded, ...]
    logical_id: str
    about: tuple[Coded, ...]
    policies: frozenset[str]
    provisions: tuple[Provision, ...]
    grantors: tuple[Mapping[str, Any], ...]


IN_ERROR: Final = "entered-in-error"
OVER: Final = frozenset({"inactive", "rejected", "not-done", IN_ERROR})
ABOUT: Final = "urn:placet:fhir:about"
PARAMETER: Final = "urn:placet:fhir:duo-parameter"
SCOPE_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
RESEARCH: Final = "research"
_OTHER_KINDS: Final = frozenset(
    Coded(system=SCOPE_SYSTEM, code=code) for code in ("treatment", "adr")
)

_UNREAD: Final = frozenset(
    {"resourceType", "id", "meta", "text", "language", "extension", "category"}
)
_SHARED: Final = _UNREAD | {"identifier", "status", "verification", "sourceAttachment"}
_ELEMENTS: Final = {
    Release.R4: _SHARED
    | {
        *("scope", "patient", "dateTime", "performer", "organization", "sourceReference"),
        *("policy", "policyRule", "provision"),
    },
    Release.R5: _SHARED
    | {
        *("subject", "date", "period", "grantor", "manager", "controller", "sourceReference"),
        *("regulatoryBasis", "policyBasis", "policyText", "decision", "provision"),
    },
}
# What only the other release has; its own code tells whoever names the wrong one.
_FOREIGN: Final = {
    Release.R4: frozenset({"subject", "date", "period", "decision", "policyBasis", "grantor"}),
    Release.R5: frozenset({"patient", "dateTime", "scope", "policy", "policyRule", "performer"}),
}
_PROVISION: Final = frozenset(
    {"id", "extension", "period", "code", "purpose", "modifierExtension", "data", "dataPeriod"}
)
_R4_PROVISION: Final = _PROVISION | {"type"}
_NAMED: Final = frozenset(
    {
        *("actor", "action", "securityLabel", "class", "expression", "documentType"),
        *("resourceType", "grantee", "contained", "implicitRules", "modifierExtension"),
    }
)
# Half of a surrogate pair can be written in JSON and is no text.
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,500}")


def read_statement(resource: Mapping[str, Any], release: Release) -> Statement:
    """Read a Consent. Raises NotUnderstood."""
    if resource.get("resourceType") != "Consent":
        raise NotUnderstood(RowCode.FHIR_NOT_CONSENT)
    if not _FOREIGN[release].isdisjoint(resource):
        raise NotUnderstood(RowCode.FHIR_RELEASE)
    _known(resource, _ELEMENTS[release])
    if _text(resource, "status") not in OVER:
        _unmodified([value for name, value in resource.items() if name != "provision"])
        for one in _objects(resource, "verification"):
            if one.get("verified") is not True:
                raise NotUnderstood(RowCode.FHIR_NOT_VERIFIED, "verification")
    read = _r4 if release is Release.R4 else _r5
    return read(resource)


def about_of(resource: Mapping[str, Any]) -> tuple[Coded, ...]:
    """Say which datasets a resource names, in our own extension. Raises NotUnderstood."""
    return tuple(
        _identifier(_object(one, "valueIdentifier", "extension"), "extension")
        for one in _objects(resource, "extension")
        if one.get("url") == ABOUT
    )


def is_of_another_kind(resource: Mapping[str, Any], release: Release) -> bool:
    """Say whether a resource is about treatment, and so leaves a consent to research as it is.

    R5 has no such element, and a scope of privacy may be about anything.
    """
    try:
        scope = _codings(_object(resource, "scope")) if release is Release.R4 else ()
    except NotUnderstood:
        return False
    return bool(scope) and set(scope) <= _OTHER_KINDS


def _r4(resource: Mapping[str, Any]) -> Statement:
    if Coded(system=SCOPE_SYSTEM, code=RESEARCH) not in _codings(_object(resource, "scope")):
        raise NotUnderstood(RowCode.FHIR_SCOPE, "scope")
    over = resource.get("status") in OVER
    base = {} if over else _object(resource, "provision")
    _known(base, _R4_PROVISION | {"provision"}, "provision")
    if not {"code", "purpose", "modifierExtension", "data", "dataPeriod"}.isdisjoint(base):
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
    kind = _text(base, "type", "provision") if "type" in base else None
    if kind == "permit":
        raise NotUnderstood(RowCode.FHIR_PERMITS_REST, "provision")
    if kind not in {"deny", None}:
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
    exceptions = _objects(base, "provision")
    if exceptions and kind is None:
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
    policies = [_text(one, "uri", "policy") for one in _objects(resource, "policy")]
    policies += [f"{one.system}#{one.code}" for one in _codings(_object(resource, "policyRule"))]
    if "policyRule" in resource and not _codings(_object(resource, "policyRule")):
        raise NotUnderstood(RowCode.FHIR_UNMAPPED, "policyRule")
    return Statement(
        status=_text(resource, "status"),
        decided=kind is not None,
        date=_text(resource, "dateTime", required=False),
        span=_span(base),
        subject=_object(resource, "patient"),
        identifiers=_identifiers(resource),
        logical_id=as_text(resource.get("id")),
        about=about_of(resource),
        policies=frozenset(policies),
        provisions=tuple(_provision(one, _r4_type(one)) for one in exceptions),
        grantors=() if over else tuple(_objects(resource, "performer")),
    )


def _r4_type(provision: Mapping[str, Any]) -> bool:
    _known_exception(provision, _R4_PROVISION)
    kind = _text(provision, "type", "provision") if "type" in provision else None
    if kind not in {"permit", "deny"}:
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
    return bool(kind == "permit")


def _r5(resource: Mapping[str, Any]) -> Statement:
    over = resource.get("status") in OVER
    decision = _text(resource, "decision") if "decision" in resource else None
    if decision == "permit" and not over:
        raise NotUnderstood(RowCode.FHIR_PERMITS_REST, "decision")
    exceptions = [] if over else _objects(resource, "provision")
    if decision not in {"deny", "permit", None} or (exceptions and decision is None):
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "decision")
    for one in exceptions:
        _known_exception(one, _PROVISION)
    basis = _object(resource, "policyBasis")
    _known(basis, frozenset({"url"}), "policyBasis")
    return Statement(
        status=_text(resource, "status"),
        decided=decision == "deny",
        date=_text(resource, "date", required=False),
        span=Span() if over else _span(resource),
        subject=_object(resource, "subject"),
        identifiers=_identifiers(resource),
        logical_id=as_text(resource.get("id")),
        about=about_of(resource),
        policies=frozenset({_text(basis, "url", "policyBasis")} if basis else ()),
        provisions=tuple(_provision(one, permits=True) for one in exceptions),
        grantors=() if over else tuple(_objects(resource, "grantor")),
    )


def as_text(value: object) -> str:
    """Give a text as it is, and nothing for what is none.

    Writing out what came in its place could take as long, and as deep, as somebody wished.
    """
    return value if isinstance(value, str) else ""


def _provision(provision: Mapping[str, Any], permits: bool) -> Provision:
    return Provision(
        permits=permits,
        span=_span(provision),
        data_span=_span(provision, "dataPeriod"),
        concepts=tuple(_codings(one) for one in _objects(provision, "code")),
        purposes=tuple(_coding(one, "purpose") for one in _objects(provision, "purpose")),
        parameters=tuple(_parameter(one) for one in _objects(provision, "modifierExtension")),
        about=tuple(_data(one) for one in _objects(provision, "data")),
    )


def _known(found: Mapping[str, Any], names: frozenset[str], at: str = "") -> None:
    """Refuse an element that is not listed; only names of FHIR's own are repeated.

    `_name` members carry extensions of a primitive, such as the reason for which it is absent.
    """
    for name in found:
        if name == "provision" and name not in names:
            raise NotUnderstood(RowCode.FHIR_NESTED, "provision")
        if name not in names:
            raise NotUnderstood(RowCode.FHIR_ELEMENT, name if name in _NAMED else at)


def _known_exception(provision: Mapping[str, Any], names: frozenset[str]) -> None:
    """Refuse a provision with anything that is not read; its own parameters are."""
    _known(provision, names, "provision")
    _unmodified([value for name, value in provision.items() if name != "modifierExtension"])
    _unmodified(_objects(provision, "modifierExtension"))


def _unmodified(values: Iterable[object]) -> None:
    """Refuse what says anywhere in it that it must not be used without understanding more.

    However deep that stands: what is nested by somebody who means harm must not stop the reader.
    """
    waiting = list(values)
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, Mapping):
            if "modifierExtension" in inside:
                raise NotUnderstood(RowCode.FHIR_ELEMENT, "modifierExtension")
            waiting += inside.values()
        elif isinstance(inside, list):
            waiting += inside


def _parameter(extension: Mapping[str, Any]) -> Parameter:
    given = _objects(extension, "extension", "modifierExtension")
    parts = {as_text(part.get("url")): part for part in given}
    whole = len(given) == len(parts) and parts.keys() == {"code", "value"}
    if extension.get("url") != PARAMETER or not whole:
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "modifierExtension")
    return Parameter(
        code=_text(parts["code"], "valueString", "modifierExtension"),
        value=_text(parts["value"], "valueString", "modifierExtension"),
    )


def _data(data: Mapping[str, Any]) -> Coded:
    if data.get("meaning") != "instance":
        raise NotUnderstood(RowCode.FHIR_ELEMENT, "data")
    return _identifier(_object(_object(data, "reference", "data"), "identifier", "data"), "data")


def _identifiers(resource: Mapping[str, Any]) -> tuple[Coded, ...]:
    """Give the identifiers that have a system; one without names nothing."""
    return tuple(
        _identifier(one, "identifier")
        for one in _objects(resource, "identifier")
        if "system" in one and "value" in one
    )


def _identifier(found: Mapping[str, Any], at: str) -> Coded:
    return Coded(system=_text(found, "system", at), code=_text(found, "value", at))


def _span(found: Mapping[str, Any], name: str = "period") -> Span:
    period = _object(found, name)
    _known(period, frozenset({"start", "end", "id"}), name)
    return Span(
        start=_text(period, "start", name, required=False),
        end=_text(period, "end", name, required=False),
    )


def _codings(concept: Mapping[str, Any]) -> tuple[Coded, ...]:
    return tuple(_coding(one, "code") for one in _objects(concept, "coding", "code"))


def _coding(found: Mapping[str, Any], at: str) -> Coded:
    return Coded(system=_text(found, "system", at), code=_text(found, "code", at))


def _objects(
    found: Mapping[str, Any], name: str, at: str | None = None
) -> Sequence[Mapping[str, Any]]:
    return list(_each(found.get(name, []), name if at is None else at))


def _each(value: object, at: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise NotUnderstood(RowCode.FHIR_UNREADABLE, at)
    for one in value:
        if not isinstance(one, Mapping):
            raise NotUnderstood(RowCode.FHIR_UNREADABLE, at)
        yield one


def _object(found: Mapping[str, Any], name: str, at: str | None = None) -> Mapping[str, Any]:
    value = found.get(name, {})
    if not isinstance(value, Mapping):
        raise NotUnderstood(RowCode.FHIR_UNREADABLE, name if at is None else at)
    return value


def _text(
    found: Mapping[str, Any], name: str, at: str | None = None, *, required: bool = True
) -> str:
    value = found.get(name, None if required else "")
    if value == "" and not required:
        return ""
    if not isinstance(value, str) or not _TEXT.fullmatch(value):
        raise NotUnderstood(RowCode.FHIR_UNREADABLE, name if at is None else at)
    return value

# SPDX-License-Identifier: Apache-2.0
"""A FHIR Consent as one row of the import, all its alternatives together, or why it is refused.

Only what is permitted by name, and not denied, is given. What a statement of one signature permits
begins at one time, or the whole is refused: nobody chooses which for the person. What ends before
the rest ends with its activities, on the last day that it holds whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from consent_registry.domain import duo
from consent_registry.domain.dating import FARTHEST
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import Duo, Role
from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.fhir import times
from consent_registry.domain.fhir.grantors import given_by_another
from consent_registry.domain.fhir.mapping import (
    ACTIVITY,
    DATA_CATEGORY,
    DATASETS,
    DUO_SYSTEM,
    EHDS_SYSTEM,
    FORMS,
    NATIONAL_SYSTEM,
    OWN,
    STUDIES,
    FhirMapping,
    Rule,
    alternative_of,
)
from consent_registry.domain.fhir.names import names_of_consent, names_of_server
from consent_registry.domain.fhir.statement import (
    IN_ERROR,
    Coded,
    NotUnderstood,
    Provision,
    Release,
    Statement,
    about_of,
    as_text,
    is_of_another_kind,
    read_statement,
)
from consent_registry.domain.form_demand import FormUse
from consent_registry.domain.history import Kind
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.national import NO_VOCABULARY, Vocabulary
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import COLUMNS, STUDY, Row, RowReader
from consent_registry.domain.studies import NO_STUDIES, KnownStudies, scope_of
from consent_registry.domain.terms import (
    MAX_ALTERNATIVES,
    Alternative,
    RawAlternative,
    RawModifier,
    Terms,
    canonical_text,
    ended_by,
    read_alternative,
)
from consent_registry.domain.windows import Window

_RESEARCH: Final = Coded(system=EHDS_SYSTEM, code=EhdsPurpose.RESEARCH.value)
_TERMS: Final = frozenset({DUO_SYSTEM, NATIONAL_SYSTEM})
_STAND_IN: Final = Duo.POA.name
_Period = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a statement gives, and from when to when; no terms are a no."""

    terms: Terms
    period: _Period


class FhirReader:
    """Reads the resources of one import; `identifiers` resolves references within a Bundle."""

    def __init__(
        self,
        mapping: FhirMapping,
        release: Release,
        *,
        diseases: Diseases,
        known_dataset: Callable[[str], bool],
        now: datetime,
        identifiers: Callable[[str], Sequence[Coded]],
        forms: FormUse,
        vocabulary: Vocabulary = NO_VOCABULARY,
        studies: KnownStudies = NO_STUDIES,
        yes_ahead: timedelta = FARTHEST,
    ) -> None:
        self._mapping = mapping
        self._release = release
        self._forms = forms
        self._vocabulary = vocabulary
        self._diseases = diseases
        self._identifiers = identifiers
        self._known = mapping.named | mapping.ignored
        # Names and dates are judged by the one reader that knows how.
        self._rows = RowReader(
            (*COLUMNS, STUDY),
            diseases=diseases,
            known_dataset=known_dataset,
            now=now,
            forms=None,
            studies=studies,
            yes_ahead=yes_ahead,
        )

    def read(self, resource: Mapping[str, Any]) -> Row | tuple[Fault, ...]:
        """Give the row of a Consent in canonical form, or what is wrong with it."""
        try:
            statement = read_statement(resource, self._release)
            state = self._state(statement)
            self._check_policies(statement, over=state != "given")
            given = self._given(statement) if state == "given" else None
            if given is not None and not given.terms:
                state = "refused"
            return self._row(statement, state, given)
        except NotUnderstood as refused:
            return (refused.fault,)

    def whose(self, resource: Mapping[str, Any]) -> tuple[str, str] | None:
        """Give participant and scope of a resource, good or bad; None when they cannot be told.

        Asked of a refused resource, so that nothing else of the same consent is recorded.
        """
        subject = resource.get("patient" if self._release is Release.R4 else "subject")
        if not isinstance(subject, Mapping) or is_of_another_kind(resource, self._release):
            return None
        try:
            participant = self._participant(subject)
            study, datasets = self._scope(about_of(resource))
        except NotUnderstood:
            return None
        if not (is_name(participant) and is_name(study or datasets)):
            return None
        return participant, scope_of(study) if study else datasets

    def _state(self, statement: Statement) -> str:
        """Say what a status means. R5's `not-done` is a refusal with the decision beside it."""
        r4 = self._release is Release.R4
        if statement.status == IN_ERROR:
            return IN_ERROR
        match statement.status:
            case "active" if statement.decided:
                return "given"
            case "inactive":
                return "withdrawn"
            case "rejected" if r4:
                return "refused"
            case "not-done" if not r4 and statement.decided:
                return "refused"
        raise NotUnderstood(RowCode.FHIR_STATUS, "status")

    def _given(self, statement: Statement) -> _Given:
        if given_by_another(statement, self._mapping.participant, self._participant):
            raise NotUnderstood(RowCode.GUARDIAN_MISSING, "grantor")
        if self._mapping.rules:
            return self._by_codes(statement)
        return self._by_duo(statement)

    def _check_policies(self, statement: Statement, *, over: bool) -> None:
        """Require that a consent rests on a policy that is known, and on no other.

        Our own consents name the version of a form, or nothing. One that is over is about this
        form when it names it, or names none.
        """
        own = self._mapping is OWN
        if over and (not statement.policies or statement.policies & self._mapping.policies):
            return
        unknown = {
            one
            for one in statement.policies - self._mapping.policies
            if not (own and one.startswith(FORMS))
        }
        if unknown or not (statement.policies or own):
            raise NotUnderstood(RowCode.FHIR_UNMAPPED, "policy")

    def _by_codes(self, statement: Statement) -> _Given:
        permitted: dict[str, list[Provision]] = {}
        denied: set[str] = set()
        for provision in statement.provisions:
            if provision.purposes or provision.parameters or provision.about:
                raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
            for code in self._codes(provision):
                if provision.permits:
                    permitted.setdefault(code, []).append(provision)
                else:
                    denied.add(code)
        if denied & permitted.keys():
            raise NotUnderstood(RowCode.FHIR_CONTRADICTION, "provision")
        if any(len({(p.span, p.data_span) for p in by}) > 1 for by in permitted.values()):
            raise NotUnderstood(RowCode.FHIR_PERIODS, "provision")
        rules = [rule for rule in self._mapping.rules if rule.needs <= permitted.keys()]
        periods = [
            times.common([statement.span, *(permitted[code][0].span for code in rule.needs)])
            for rule in rules
        ]
        windows = [
            times.window(permitted[code][0].data_span for code in rule.needs) for rule in rules
        ]
        return _together(self._terms_of(rules, windows), periods)

    def _terms_of(self, rules: Sequence[Rule], windows: Sequence[Window | None]) -> Terms:
        found = [alternative_of(rule, self._diseases) for rule in rules]
        terms = tuple(
            replace(one, data=window)
            for one, window in zip(found, windows, strict=True)
            if one is not None
        )
        if len(terms) != len(found):
            raise NotUnderstood(RowCode.FHIR_UNMAPPED, "diseases")
        return terms

    def _codes(self, provision: Provision) -> list[str]:
        """Give the codes that count. A provision without a code would be about everything."""
        if not provision.concepts:
            raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
        found: list[str] = []
        for concept in provision.concepts:
            codes = {one.code for one in concept if one.system == self._mapping.system}
            others = {one.system for one in concept} - {self._mapping.system}
            if not concept or len(codes) > 1 or not others <= self._mapping.ignored_systems:
                raise NotUnderstood(RowCode.FHIR_UNMAPPED, "code")
            if not codes <= self._known:
                raise NotUnderstood(RowCode.FHIR_UNMAPPED, "code")
            found += codes - self._mapping.ignored
        return found

    def _by_duo(self, statement: Statement) -> _Given:
        about = statement.about
        alternatives: list[Alternative] = []
        for provision in statement.provisions:
            if not provision.permits or provision.concepts or provision.about != about:
                raise NotUnderstood(RowCode.FHIR_ELEMENT, "provision")
            alternatives.append(self._alternative(provision))
        if len(alternatives) > MAX_ALTERNATIVES:
            raise NotUnderstood(RowCode.ALTERNATIVE, "provision")
        periods = [times.common([statement.span, one.span]) for one in statement.provisions]
        return _together(tuple(alternatives), periods)

    def _alternative(self, provision: Provision) -> Alternative:
        """Read the DUO terms of a provision; research is the only other purpose that may stand."""
        codes = [one.code for one in provision.purposes if one.system in _TERMS]
        others = [one for one in provision.purposes if one.system not in _TERMS]
        permissions = [code for code in codes if _is_permission(code)]
        if any(one != _RESEARCH for one in others) or len(permissions) != 1:
            raise NotUnderstood(RowCode.FHIR_UNMAPPED, "purpose")
        (permission,) = permissions
        values: dict[str, list[str]] = {}
        for parameter in provision.parameters:
            values.setdefault(parameter.code, []).append(parameter.value)
        activities, categories = (tuple(values.pop(one, ())) for one in (ACTIVITY, DATA_CATEGORY))
        window = times.window([provision.data_span])
        if not values.keys() <= set(codes):
            raise NotUnderstood(RowCode.FHIR_UNMAPPED, "modifierExtension")
        raw = RawAlternative(
            permission=permission,
            modifiers=tuple(
                RawModifier(code=code, values=tuple(values.get(code, ())))
                for code in codes
                if code != permission
            ),
            diseases=tuple(values.get(permission, ())),
            activities=activities,
            data_categories=categories,
            data=window.written() if window else ("", ""),
        )
        alternative, faults = read_alternative(raw, self._diseases, self._vocabulary)
        if alternative is None:
            raise _refusal(faults[0])
        return alternative

    def _row(
        self, statement: Statement, state: str, given: _Given | None
    ) -> Row | tuple[Fault, ...]:
        participant = self._participant(statement.subject)
        over = given is None
        dated = not over or (self._mapping.dated_closings and state != IN_ERROR)
        date = statement.date if dated else ""
        start, stop = given.period if given is not None and given.terms else (None, None)
        study, datasets = self._scope(statement.about)
        if study and state == IN_ERROR:
            raise NotUnderstood(RowCode.FHIR_STUDY_IN_ERROR, "status")
        row = self._rows.read(
            [
                participant,
                datasets,
                "" if study else self._local_id(statement, participant),
                "",
                _STAND_IN if state == "given" else "",
                "",
                "",
                Kind.WITHDRAWN.value if state == IN_ERROR else state,
                times.written(times.begins(date, "signed_on")) if date else "",
                times.written(start),
                times.written(stop),
                self._form(statement),
                study,
            ]
        )
        if not isinstance(row, Row):
            return row
        judged = (row.dataset,) if row.told_of is None else row.told_of
        form, unfit = self._forms.judge_for(judged, row.form_version, row.expressed_at)
        if state == IN_ERROR:
            return self._voiding(statement, row)
        if given is None or not given.terms:
            return row._replace(alternative_text="", form_version=form)
        unfit = unfit or self._forms.judge_terms(form, given.terms, self._diseases)
        return unfit or row._replace(
            alternative_text=canonical_text(given.terms),
            form_version=form,
            references=(*self._names(statement), *names_of_server(statement)),
        )

    def _voiding(self, statement: Statement, row: Row) -> Row:
        """Give the row of a consent that never was one. A server's own id names it if need be."""
        names = self._names(statement) or names_of_server(statement)
        if not names:
            raise NotUnderstood(RowCode.FHIR_NAMELESS, "identifier")
        return row._replace(kind=Kind.INVALIDATED, form_version="", references=names)

    def _names(self, statement: Statement) -> tuple[str, ...]:
        people = frozenset({self._mapping.participant, self._mapping.local_id})
        return names_of_consent(statement, people)

    def _participant(self, subject: Mapping[str, Any]) -> str:
        found, reference = subject.get("identifier"), subject.get("reference")
        known: list[Coded] = []
        if isinstance(found, Mapping):
            system, value = (as_text(found.get(name)) for name in ("system", "value"))
            known.append(Coded(system=system, code=value))
        if isinstance(reference, str):
            known += self._identifiers(reference)
        names = {one.code for one in known if one.system == self._mapping.participant}
        if len(names) != 1:
            raise NotUnderstood(RowCode.MALFORMED_ID, "participant")
        return names.pop()

    def _scope(self, about: Sequence[Coded]) -> tuple[str, str]:
        """Give the study, if it is about one, and the dataset, or those that were told of."""
        if self._mapping.dataset is not None:
            return "", str(self._mapping.dataset)
        if self._mapping.study:
            return self._mapping.study, ";".join(self._mapping.told_of)
        datasets = [one.code for one in about if one.system == DATASETS]
        studies = [one.code for one in about if one.system == STUDIES]
        if len(datasets) + len(studies) != len(about) or not all(map(is_name, datasets)):
            raise NotUnderstood(RowCode.UNKNOWN_DATASET, "dataset")
        if len(studies) > 1 or (not studies and len(datasets) != 1):
            raise NotUnderstood(RowCode.UNKNOWN_DATASET, "dataset")
        return (studies[0] if studies else ""), ";".join(datasets)

    def _local_id(self, statement: Statement, participant: str) -> str:
        if not self._mapping.local_id:
            return participant
        names = {one.code for one in statement.identifiers if one.system == self._mapping.local_id}
        if len(names) != 1:
            raise NotUnderstood(RowCode.MALFORMED_ID, "local_id")
        return names.pop()

    def _form(self, statement: Statement) -> str:
        forms = (one for one in statement.policies if one.startswith(FORMS))
        named = [unquote(one.removeprefix(FORMS)) for one in forms]
        return self._mapping.form_version or (named[0] if len(named) == 1 else "")


def _together(terms: Terms, periods: Sequence[_Period]) -> _Given:
    """Give alternatives for the longest of their periods, with an end to those that are shorter."""
    if len({start for start, _ in periods}) > 1:
        raise NotUnderstood(RowCode.FHIR_PERIODS, "provision")
    start = periods[0][0] if periods else None
    stops = [stop for _, stop in periods if stop is not None]
    last = max(stops) if stops and len(stops) == len(periods) else None
    ended = tuple(
        one if stop is None or stop == last else ended_by(one, stop.date())
        for one, (_, stop) in zip(terms, periods, strict=True)
    )
    return _Given(terms=ended, period=(start, last))


def _is_permission(code: str) -> bool:
    found = duo.find(code)
    return found is not None and duo.TERMS[found].role is Role.PERMISSION


def _refusal(fault: Fault) -> NotUnderstood:
    refused = NotUnderstood(fault.what, fault.column)
    refused.fault = fault
    return refused

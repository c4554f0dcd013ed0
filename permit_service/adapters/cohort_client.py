# SPDX-License-Identifier: Apache-2.0
"""consent_registry over HTTP. Asks and translates; decides nothing and keeps nothing.

An answer that cannot be read counts as no answer: a permit is built on what was understood whole.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final, TypeVar

from permit_service.domain.cohort import (
    CohortCounts,
    CohortView,
    ExceptionView,
    FrozenCohort,
    OpenMatter,
    Project,
)
from permit_service.domain.duty import Duty, read_duties
from permit_service.domain.errors import (
    CohortRefused,
    CohortsUnavailable,
    FreezeOvertaken,
    FreezeVoid,
)
from permit_service.domain.purpose import Purpose
from permit_service.domain.ruling import Matter
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.http_client import Http, JsonClient, Unavailable, UpstreamRefused
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId, Revision

SCOPES: Final = ("cohorts.evaluate", "cohorts.freeze")
_TRANSIENT: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_T = TypeVar("_T")


class HttpCohorts:
    """`CohortSource` on consent_registry's API at `base_url`.

    `token` gives an access token for it; an issuer that gives none means that consent_registry
    cannot be asked, not that it refused.
    """

    def __init__(self, base_url: str, token: Callable[[], str], http: Http | None = None) -> None:
        self._client = JsonClient(base_url, bearer=lambda: _granted(token), http=http)

    def evaluate(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> CohortView:
        """Ask `POST /v1/cohorts/evaluate`."""
        body = {**_question(dataset, purpose), "application_id": application_id}
        answer = self._ask("/v1/cohorts/evaluate", body)
        return CohortView(
            dataset=dataset,
            counts=_counts(answer, "shown"),
            reasons=_parts(answer, "reasons"),
            awaiting_by_clause=_parts(answer, "awaiting_by_clause"),
            purpose_sha256=_text(answer, "purpose_sha256"),
            matters=_matters(answer),
            exception=_exception(answer),
            duties=_duties(answer),
        )

    def freeze(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> FrozenCohort:
        """Ask `POST /v1/cohorts/freeze`."""
        body = {**_question(dataset, purpose), "application_id": application_id}
        answer = self._ask("/v1/cohorts/freeze", body)
        return FrozenCohort(
            cohort_id=CohortId(_text(answer, "cohort_id")),
            revision=Revision(_whole(answer, "revision")),
            frozen_at=_time(answer, "frozen_at"),
            void_at=_time(answer, "void_at"),
            counts=_counts(answer, "counts"),
            digest=_text(answer, "digest"),
            manifest=_text(answer, "manifest"),
        )

    def rule(self, statement: str) -> None:
        """Ask `POST /v1/rulings`."""
        self._ask("/v1/rulings", {"statement": statement})

    def bind(self, cohort_id: CohortId, permit_id: PermitId, project: Project) -> None:
        """Ask `POST /v1/cohorts/{id}/bind`."""
        told: dict[str, JSON] = {
            "title": project.title,
            "organisation": project.organisation,
            "until": to_rfc3339(project.until),
        }
        body: dict[str, JSON] = {"permit_id": permit_id, "project": told}
        self._ask(f"/v1/cohorts/{cohort_id}/bind", body)

    def end(self, cohort_id: CohortId, permit_id: PermitId, ended_at: datetime) -> None:
        """Ask `POST /v1/cohorts/{id}/end`."""
        body: dict[str, JSON] = {"permit_id": permit_id, "ended_at": to_rfc3339(ended_at)}
        self._ask(f"/v1/cohorts/{cohort_id}/end", body)

    def _ask(self, path: str, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        try:
            return self._client.post(path, body)
        except Unavailable as fault:
            raise CohortsUnavailable("consent_registry does not answer") from fault
        except UpstreamRefused as refusal:
            raise _refusal(refusal) from refusal


def _granted(token: Callable[[], str]) -> str:
    try:
        return token()
    except UpstreamRefused as refusal:
        raise Unavailable("the issuer gives no token") from refusal


def _refusal(
    refusal: UpstreamRefused,
) -> FreezeVoid | FreezeOvertaken | CohortRefused | CohortsUnavailable:
    """Translate a refusal; one that speaks of our token or of load is not about the cohort."""
    if refusal.upstream_code == FreezeVoid.code:
        return FreezeVoid()
    if refusal.upstream_code == FreezeOvertaken.code:
        return FreezeOvertaken()
    context: dict[str, str | int] = {
        "status": refusal.status,
        "upstream_code": refusal.upstream_code,
    }
    if refusal.status in _TRANSIENT:
        return CohortsUnavailable("consent_registry does not let us ask", context=context)
    return CohortRefused("consent_registry refused the question", context=context)


def _question(dataset: DatasetId, purpose: Purpose) -> dict[str, JSON]:
    return {"dataset": dataset, "purpose": purpose.to_json()}


def _counts(answer: Mapping[str, JSON], name: str) -> CohortCounts:
    """Read the numbers that may be shown; one that may not be is left out of the answer."""
    counts = _typed(answer, name, dict)
    return CohortCounts(
        members=_whole(counts, "members"),
        within=_told(counts, "in"),
        out=_told(counts, "out"),
        awaiting=_told(counts, "awaiting"),
        small_cell=_whole(answer, "small_cell"),
    )


def _told(counts: Mapping[str, JSON], name: str) -> int | None:
    return _whole(counts, name) if name in counts else None


def _matters(answer: Mapping[str, JSON]) -> tuple[OpenMatter, ...]:
    found = []
    for one in _typed(answer, "matters", list):
        if not isinstance(one, Mapping):
            raise _unreadable()
        matter = Matter(
            clause=_text(one, "clause"),
            question=_text(one, "question"),
            value=_typed(one, "value", str),
        )
        found.append(OpenMatter(matter=matter, people=_whole(one, "people")))
    return tuple(found)


def _duties(answer: Mapping[str, JSON]) -> tuple[Duty, ...]:
    try:
        return read_duties(answer.get("obligations"))
    except ValueError:
        raise _unreadable() from None


def _exception(answer: Mapping[str, JSON]) -> ExceptionView | None:
    if answer.get("exception_71_4") is None:
        return None
    found = _typed(answer, "exception_71_4", dict)
    lacking = _typed(found, "lacking", list)
    return ExceptionView(
        applied=_typed(found, "applied", bool),
        lacking=tuple(str(one) for one in lacking),
        law="" if found.get("law") is None else _text(found, "law"),
    )


def _parts(answer: Mapping[str, JSON], name: str) -> dict[str, int]:
    parts = _typed(answer, name, dict)
    return {str(code): _whole(parts, code) for code in parts}


def _whole(answer: Mapping[str, JSON], name: str) -> int:
    value = _typed(answer, name, int)
    if isinstance(value, bool) or value < 0:
        raise _unreadable()
    return value


def _text(answer: Mapping[str, JSON], name: str) -> str:
    value = _typed(answer, name, str)
    if not value:
        raise _unreadable()
    return value


def _time(answer: Mapping[str, JSON], name: str) -> datetime:
    try:
        return from_rfc3339(_text(answer, name))
    except ValueError:
        raise _unreadable() from None


def _typed(answer: Mapping[str, JSON], name: str, kind: type[_T]) -> _T:
    value = answer.get(name)
    if not isinstance(value, kind):
        raise _unreadable()
    return value


def _unreadable() -> CohortsUnavailable:
    return CohortsUnavailable("consent_registry's answer cannot be read")

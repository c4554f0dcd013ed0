# SPDX-License-Identifier: Apache-2.0
"""Who used a person's data, asked of audit_log over HTTP. An answer is whole or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

from consent_registry.domain.containing import CohortAnswer, CohortQuestion
from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import DataUse, NotReporting, UseReport
from consent_registry.ports.who_used import AnswerCohorts, Places
from shared.canonical import JSON
from shared.clock import from_rfc3339
from shared.http_client import Http, JsonClient, Unavailable, UpstreamRefused
from shared.ids import DatasetId, parse_dataset_id

SCOPES: Final = ("subjects.report",)
PATH: Final = "/v1/subjects/report"
COHORTS_PATH: Final = "/v1/subjects/cohorts"
_AT_ONCE: Final = 64
_Read = TypeVar("_Read")
_Cohorts: TypeAlias = Mapping[DatasetId, Sequence[CohortQuestion]]


class HttpWhoUsed:
    """`WhoUsed` on audit_log's API at `base_url`; `token` gives an access token for it."""

    def __init__(self, base_url: str, token: Callable[[], str], http: Http | None = None) -> None:
        self._client = JsonClient(base_url, bearer=token, http=http)

    def who_used(self, places: Places, answers: AnswerCohorts) -> UseReport:
        """Ask `POST /v1/subjects/report`, 64 datasets at once and all of one tree."""
        report: UseReport | None = None
        for start in range(0, len(places), _AT_ONCE):
            size = None if report is None else report.size
            found = self._asked(places[start : start + _AT_ONCE], size, answers)
            report = found if report is None else _joined(report, found)
        return report or UseReport(uses=(), size=0, checked=0, differed=0, not_reporting=())

    def _asked(self, places: Places, size: int | None, answers: AnswerCohorts) -> UseReport:
        """Ask which cohorts are named, answer for each person, and ask what was done."""
        named: list[JSON] = [name for name, _ in places]
        size, cohorts = self._posted(COHORTS_PATH, {"datasets": named, "as_of": size}, _named)
        people: list[JSON] = [
            {
                "dataset": name,
                "ordinal": ordinal,
                "cohorts": _answered(cohorts[name], answers(name, ordinal, cohorts[name])),
            }
            for name, ordinal in places
        ]
        return self._posted(PATH, {"people": people, "as_of": size}, _read)

    def _posted(self, path: str, body: dict[str, JSON], read: Callable[[Any], _Read]) -> _Read:
        try:
            answer = self._client.post(path, body)
        except (Unavailable, UpstreamRefused) as fault:
            raise WhoUsedUnavailable("the audit log gives no answer") from fault
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise WhoUsedUnavailable("the audit log's answer cannot be read") from None


def _named(answer: Any) -> tuple[int, _Cohorts]:
    found: dict[DatasetId, list[CohortQuestion]] = {}
    for one in answer["datasets"]:
        found[parse_dataset_id(one["dataset"])] = [
            CohortQuestion(cohort_id=_text(key["cohort_id"]), digest=_text(key["digest"]))
            for key in one["cohorts"]
        ]
    return _number(answer["as_of"]), found


def _answered(asked: Sequence[CohortQuestion], answers: Sequence[CohortAnswer]) -> list[JSON]:
    return [
        {
            "cohort_id": question.cohort_id,
            "digest": question.digest,
            "answer": answer.membership.value,
            "left_revision": answer.left,
        }
        for question, answer in zip(asked, answers, strict=True)
    ]


def _read(answer: Any) -> UseReport:
    run = answer["integrity"]
    return UseReport(
        uses=tuple(_use(one) for one in answer["uses"]),
        size=_number(answer["as_of"]["size"]),
        checked=0 if run is None else _number(run["size"]),
        differed=0 if run is None else _number(run["flaws"]),
        not_reporting=tuple(_missing(answer["missing"])),
        unresolved=_number(answer["cohorts_unresolved"]),
        dropped=tuple(_months(answer["dropped"])),
    )


def _use(one: Any) -> DataUse:
    return DataUse(
        day=date.fromisoformat(one["day"]),
        dataset=parse_dataset_id(one["dataset"]),
        kind=_text(one["type"]).removeprefix("placet.").rpartition(".")[0],
        node=_text(one["src"]),
        decision=None if one["decision"] is None else _text(one["decision"]),
        purposes=tuple(_text(code) for code in one["purposes"]),
        count=_number(one["count"]),
    )


def _missing(found: Any) -> Iterator[NotReporting]:
    """Give those whose word is missing now; one that was silent once may have told all since."""
    for one in found:
        if not one["gaps"] and not one["silent"]:
            continue
        since = one["silent_since"]
        yield NotReporting(
            node=_text(one["src"]),
            places=sum(_number(last) - _number(first) + 1 for _, first, last in one["gaps"]),
            silent=bool(one["silent"]),
            silent_since=None if since is None else from_rfc3339(since),
        )


def _months(dropped: Any) -> list[str]:
    """Give the months of which something is listed no more, the earliest first."""
    return sorted({_text(one["month"]) for one in dropped if _number(one["rows"])})


def _joined(one: UseReport, other: UseReport) -> UseReport:
    uses = sorted((*one.uses, *other.uses), key=lambda use: use.day, reverse=True)
    return UseReport(
        uses=tuple(uses),
        size=one.size,
        checked=min(one.checked, other.checked),
        differed=max(one.differed, other.differed),
        not_reporting=other.not_reporting,
        unresolved=one.unresolved + other.unresolved,
        dropped=tuple(sorted({*one.dropped, *other.dropped})),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value

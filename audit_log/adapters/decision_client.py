# SPDX-License-Identifier: Apache-2.0
"""consent_registry's decisions about people over HTTP. Asks and translates; decides nothing.

An answer that cannot be read whole counts as none.
"""

from collections.abc import Callable, Sequence
from typing import Final

from audit_log.adapters.question_parts import answers_to
from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.rules.cohort_uses import CohortQuestion, CohortVerdict
from audit_log.domain.rules.people import PersonAnswer, PersonQuestion
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.entry_forms import is_code
from shared.http_client import Http, JsonClient

SCOPES: Final = ("decisions.read",)
PATH: Final = "/v1/decisions"
COHORTS_PATH: Final = "/v1/decisions/cohorts"


class HttpDecisions:
    """`PersonDecisions` on consent_registry's API at `base_url`.

    `token` gives an access token for it. A refusal is no answer either: whether it speaks of the
    token, of load or of the question, nothing has been decided.
    """

    def __init__(self, base_url: str, token: Callable[[], str], http: Http | None = None) -> None:
        self._client = JsonClient(base_url, bearer=token, http=http)

    def decide(self, questions: Sequence[PersonQuestion]) -> Sequence[PersonAnswer]:
        """Ask `POST /v1/decisions`."""
        return [_read(one) for one in self._asked(PATH, [_written(one) for one in questions])]

    def decide_cohorts(self, questions: Sequence[CohortQuestion]) -> Sequence[CohortVerdict]:
        """Ask `POST /v1/decisions/cohorts`."""
        asked = self._asked(COHORTS_PATH, [_use_written(one) for one in questions])
        return [_verdict(one) for one in asked]

    def _asked(self, path: str, questions: Sequence[JSON]) -> Sequence[JSON]:
        return answers_to(questions, self._client, path, service="consent_registry")


def _written(question: PersonQuestion) -> dict[str, JSON]:
    at = to_rfc3339(question.at)
    return {
        "dataset": question.dataset,
        "ordinal": question.ordinal,
        "effective_at": at,
        "known_at": at,
        "permit_id": question.permit_id,
        "purposes": list(question.purposes),
    }


def _use_written(question: CohortQuestion) -> dict[str, JSON]:
    at, cohort = to_rfc3339(question.at), question.cohort
    return {
        "dataset": question.dataset,
        "cohort_id": None if cohort is None else cohort.cohort_id,
        "digest": None if cohort is None else cohort.digest,
        "revision": question.revision,
        "effective_at": at,
        "known_at": at,
        "permit_id": question.permit_id,
        "purposes": list(question.purposes),
    }


def _verdict(value: JSON) -> CohortVerdict:
    if not isinstance(value, dict):
        raise _unreadable()
    answer, reason = value.get("answer"), value.get("reason")
    causes, who = value.get("causes"), value.get("who")
    if not isinstance(causes, list) or not isinstance(answer, str) or not is_code(answer):
        raise _unreadable()
    codes = [one for one in (*causes, reason) if isinstance(one, str) and is_code(one)]
    if len(codes) != len(causes) + (reason is not None):
        raise _unreadable()
    if not (who is None or isinstance(who, str)) or (who is None) != (not causes):
        raise _unreadable()
    return CohortVerdict(
        answer=answer,
        reason=None if reason is None else codes[-1],
        causes=tuple(codes[: len(causes)]),
        who=who,
    )


def _read(value: JSON) -> PersonAnswer:
    if not isinstance(value, dict):
        raise _unreadable()
    answer, reason = value.get("answer"), value.get("reason")
    if not isinstance(answer, str) or not (reason is None or isinstance(reason, str)):
        raise _unreadable()
    return PersonAnswer(answer=answer, reason=reason)


def _unreadable() -> DecisionsUnavailable:
    return DecisionsUnavailable("consent_registry's answer cannot be read")

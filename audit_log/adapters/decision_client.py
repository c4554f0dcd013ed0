# SPDX-License-Identifier: Apache-2.0
"""consent_registry's decisions about people over HTTP. Asks and translates; decides nothing.

An answer that cannot be read whole counts as none.
"""

from collections.abc import Callable, Sequence
from typing import Final

from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.rules.people import PersonAnswer, PersonQuestion
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.http_client import Http, JsonClient, Unavailable, UpstreamRefused

SCOPES: Final = ("decisions.read",)
PATH: Final = "/v1/decisions"


class HttpDecisions:
    """`PersonDecisions` on consent_registry's API at `base_url`.

    `token` gives an access token for it. A refusal is no answer either: whether it speaks of the
    token, of load or of the question, nothing has been decided.
    """

    def __init__(self, base_url: str, token: Callable[[], str], http: Http | None = None) -> None:
        self._client = JsonClient(base_url, bearer=token, http=http)

    def decide(self, questions: Sequence[PersonQuestion]) -> Sequence[PersonAnswer]:
        """Ask `POST /v1/decisions`."""
        try:
            answer = self._client.post(PATH, {"questions": [_written(one) for one in questions]})
        except (Unavailable, UpstreamRefused) as fault:
            raise DecisionsUnavailable("consent_registry gives no answer") from fault
        given = answer.get("answers")
        if not isinstance(given, list) or len(given) != len(questions):
            raise _unreadable()
        return [_read(one) for one in given]


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


def _read(value: JSON) -> PersonAnswer:
    if not isinstance(value, dict):
        raise _unreadable()
    answer, reason = value.get("answer"), value.get("reason")
    if not isinstance(answer, str) or not (reason is None or isinstance(reason, str)):
        raise _unreadable()
    return PersonAnswer(answer=answer, reason=reason)


def _unreadable() -> DecisionsUnavailable:
    return DecisionsUnavailable("consent_registry's answer cannot be read")

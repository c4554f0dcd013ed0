# SPDX-License-Identifier: Apache-2.0
"""consent_registry's answers about frozen cohorts over HTTP. Asks and translates; decides nothing.

An answer that cannot be read whole counts as none.
"""

from collections.abc import Callable, Sequence
from typing import Final

from audit_log.domain.cohorts import CohortAnswer, CohortKey, read_answer
from audit_log.domain.errors import DecisionsUnavailable
from shared.canonical import JSON
from shared.events import Subject
from shared.http_client import Http, JsonClient, Unavailable, UpstreamRefused

SCOPES: Final = ("decisions.read",)
PATH: Final = "/v1/cohorts/containing"
_AT_ONCE: Final = 200


class HttpCohorts:
    """`CohortMembers` on consent_registry's API at `base_url`; `token` gives a token for it."""

    def __init__(self, base_url: str, token: Callable[[], str], http: Http | None = None) -> None:
        self._client = JsonClient(base_url, bearer=token, http=http)

    def holding(self, person: Subject, cohorts: Sequence[CohortKey]) -> Sequence[CohortAnswer]:
        """Ask `POST /v1/cohorts/containing`, 200 cohorts at once."""
        found: list[CohortAnswer] = []
        for start in range(0, len(cohorts), _AT_ONCE):
            found += self._asked(person, cohorts[start : start + _AT_ONCE])
        return found

    def _asked(self, person: Subject, cohorts: Sequence[CohortKey]) -> list[CohortAnswer]:
        body: dict[str, JSON] = {
            "dataset": person.dataset,
            "ordinal": person.ordinal,
            "cohorts": [one._asdict() for one in cohorts],
        }
        try:
            answer = self._client.post(PATH, body)
        except (Unavailable, UpstreamRefused) as fault:
            raise DecisionsUnavailable("consent_registry gives no answer") from fault
        given = answer.get("answers")
        if not isinstance(given, list) or len(given) != len(cohorts):
            raise _unreadable()
        return [_read(key, one) for key, one in zip(cohorts, given, strict=True)]


def _read(key: CohortKey, value: JSON) -> CohortAnswer:
    if not isinstance(value, dict):
        raise _unreadable()
    try:
        return read_answer({**value, **key._asdict()})
    except (KeyError, TypeError, ValueError):
        raise _unreadable() from None


def _unreadable() -> DecisionsUnavailable:
    return DecisionsUnavailable("consent_registry's answer cannot be read")

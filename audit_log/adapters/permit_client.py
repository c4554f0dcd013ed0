# SPDX-License-Identifier: Apache-2.0
"""permit_service's decisions about uses over HTTP. Asks and translates; decides nothing.

An answer that cannot be read whole counts as none.
"""

from collections.abc import Callable, Sequence
from typing import Final

from audit_log.adapters.question_parts import answers_to
from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.rules.permit_uses import (
    COVERED,
    NOT_COVERED,
    UNKNOWN,
    PermitQuestion,
    PermitVerdict,
)
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.entry_forms import is_code
from shared.events import Actor
from shared.http_client import Http, JsonClient

SCOPES: Final = ("decisions.read",)
PATH: Final = "/v1/decisions"
_LONGEST: Final = 255
_SHORT: Final = 64
_ANSWERS: Final = frozenset({COVERED, NOT_COVERED, UNKNOWN})


class HttpPermitDecisions:
    """`PermitDecisions` on permit_service's API at `base_url`.

    `token` gives an access token for it. A refusal is no answer either: whether it speaks of the
    token, of load or of the question, nothing has been decided.
    """

    def __init__(self, base_url: str, token: Callable[[], str], http: Http | None = None) -> None:
        self._client = JsonClient(base_url, bearer=token, http=http)

    def decide_uses(self, questions: Sequence[PermitQuestion]) -> Sequence[PermitVerdict]:
        """Ask `POST /v1/decisions`, as often as it takes."""
        asked: list[JSON] = [_written(one) for one in questions]
        given = answers_to(asked, self._client, PATH, service="permit_service")
        return [_read(one) for one in given]


def _written(question: PermitQuestion) -> dict[str, JSON]:
    at = to_rfc3339(question.at)
    return {
        "permit_id": question.permit_id,
        "user": _user(question.actor),
        "dataset": _told(question.dataset),
        "cohort_id": _told(question.cohort_id),
        "node": question.node,
        "country": question.country[:_SHORT] if question.country else None,
        "purposes": list(question.purposes),
        "effective_at": at,
        "known_at": at,
    }


def _user(actor: Actor | None) -> dict[str, JSON] | None:
    """Name who did it; an account of a form in which nobody has one is nobody's."""
    if actor is None or not all(0 < len(one) <= _LONGEST for one in (actor.issuer, actor.subject)):
        return None
    return {"iss": actor.issuer, "sub": actor.subject}


def _told(text: str | None) -> str | None:
    """Shorten what no permit can name, so that one strange entry keeps no other unanswered."""
    return text[:_LONGEST] if text else None


def _read(value: JSON) -> PermitVerdict:
    if not isinstance(value, dict):
        raise _unreadable()
    answer, reasons = value.get("answer"), value.get("reasons")
    if not isinstance(answer, str) or answer not in _ANSWERS or not isinstance(reasons, list):
        raise _unreadable()
    codes = tuple(one for one in reasons if isinstance(one, str) and is_code(one))
    if len(codes) != len(reasons) or bool(codes) != (answer == NOT_COVERED):
        raise _unreadable()
    return PermitVerdict(answer=answer, reasons=codes)


def _unreadable() -> DecisionsUnavailable:
    return DecisionsUnavailable("permit_service's answer cannot be read")

# SPDX-License-Identifier: Apache-2.0
"""The witnesses of this log over HTTP (C2SP tlog-witness): all at once, each within two seconds."""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, as_completed
from http import HTTPStatus
from typing import Final

from audit_log.domain.policy import Policy
from audit_log.domain.submission import Submission, origin_digest, parse_size
from audit_log.ports import Answer, AnswerKind, Shown
from shared.http_exchange import Http, Limits, Unavailable

_LIMITS: Final = Limits(
    connect_seconds=1.0, read_seconds=2.0, total_seconds=2.0, max_bytes=1_000_000
)
_AWAY: Final = Answer(kind=AnswerKind.AWAY)
_log = logging.getLogger(__name__)


class HttpWitnessPeers:
    """A `WitnessPeers` over the URLs of a policy; its threads are the executor's."""

    def __init__(self, policy: Policy, *, origin: str, executor: Executor) -> None:
        self._urls = {one.name: one.url.rstrip("/") for one in policy.witnesses if one.url}
        self._digest = origin_digest(origin)
        self._executor = executor
        self._http = Http(limits=_LIMITS)

    def submit(self, submissions: Mapping[str, Submission]) -> Iterator[tuple[str, Answer]]:
        """Submit to these witnesses at once and give each answer as it comes."""
        asked = {
            self._executor.submit(self._ask, name, bytes(one)): name
            for name, one in submissions.items()
        }
        for done in as_completed(asked):
            yield asked[done], done.result()

    def newest(self, name: str) -> Shown:
        """Ask what this witness shows as its newest note of our log; raises nothing."""
        try:
            reply = self._http.send("GET", f"{self._urls[name]}/{self._digest}/checkpoint")
        except Unavailable:
            return Shown(reached=False)
        if reply.status == HTTPStatus.OK:
            return Shown(reached=True, note=reply.body)
        return Shown(reached=reply.status < HTTPStatus.INTERNAL_SERVER_ERROR)

    def _ask(self, name: str, body: bytes) -> Answer:
        try:
            reply = self._http.send(
                "POST",
                f"{self._urls[name]}/add-checkpoint",
                data=body,
                headers={"Content-Type": "text/plain; charset=utf-8"},
            )
        except Unavailable:
            return _AWAY
        if reply.status == HTTPStatus.OK:
            return Answer(kind=AnswerKind.ACCEPTED, lines=reply.body)
        if reply.status == HTTPStatus.CONFLICT:
            size = parse_size(reply.body)
            kind = AnswerKind.REFUSED if size is None else AnswerKind.CONFLICT
            return Answer(kind=kind, size=size)
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return Answer(kind=AnswerKind.REFUSED)
        said = {"witness": name, "status": reply.status}
        _log.warning("a witness does not take the checkpoint", extra=said)
        return _AWAY

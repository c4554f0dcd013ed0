# SPDX-License-Identifier: Apache-2.0
"""Questions to the decisions of another service, in as many requests as they need.

One request takes only so much. A refusal is no answer, and neither are answers to other than all
of the questions.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from audit_log.domain.errors import DecisionsUnavailable
from shared.canonical import JSON
from shared.http_client import JsonClient, Unavailable, UpstreamRefused

_MOST_BYTES: Final = 512 * 1024
"""In one request, half of what our services take; a single question is smaller than the rest."""


def answers_to(
    questions: Sequence[JSON], client: JsonClient, path: str, *, service: str
) -> list[JSON]:
    """Give an answer to each question; raise DecisionsUnavailable unless there is one to all."""
    return [one for part in in_parts(questions) for one in _answers(part, client, path, service)]


def _answers(questions: list[JSON], client: JsonClient, path: str, service: str) -> list[JSON]:
    try:
        answer = client.post(path, {"questions": questions})
    except (Unavailable, UpstreamRefused) as fault:
        raise DecisionsUnavailable(f"{service} gives no answer") from fault
    given = answer.get("answers")
    if not isinstance(given, list) or len(given) != len(questions):
        raise DecisionsUnavailable(f"{service}'s answer cannot be read")
    return given


def in_parts(questions: Sequence[JSON]) -> Iterator[list[JSON]]:
    """Cut questions, in their order, so that each part is small enough as it is sent."""
    part: list[JSON] = []
    size = 0
    for one in questions:
        weight = len(orjson.dumps(one)) + 1
        if part and size + weight > _MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(one)
        size += weight
    if part:
        yield part

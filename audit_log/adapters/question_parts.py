# SPDX-License-Identifier: Apache-2.0
"""Many questions in as many requests as they need: another service takes only so much in one."""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from shared.canonical import JSON

_MOST_BYTES: Final = 512 * 1024
"""In one request, half of what our services take; a single question is smaller than the rest."""


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

# SPDX-License-Identifier: Apache-2.0
"""Typed identifiers and where fresh ones come from.

Never parses personal data and never derives an identifier from anything but time and chance.
"""

import re
import time
from typing import Final, NewType, Protocol

from shared.chance import Chance

ParticipantId = NewType("ParticipantId", str)
DatasetId = NewType("DatasetId", str)
ApplicationId = NewType("ApplicationId", str)
PermitId = NewType("PermitId", str)
CohortId = NewType("CohortId", str)
EventId = NewType("EventId", str)
StudyId = NewType("StudyId", str)
Ordinal = NewType("Ordinal", int)
Revision = NewType("Revision", int)

_DATASET: Final = re.compile(r"(GOE|GDI)-[A-Z]{2}-[A-Z]+-[0-9]+", re.ASCII)
_MAX_DATASET_CHARS: Final = 64
_TIME_DIGITS: Final = 12
_RANDOM_BYTES: Final = 10
_VARIANTS: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""A random digit with the variant's two bits put over its own."""


class IdSource(Protocol):
    """Where a process gets fresh identifiers."""

    def new(self) -> str:
        """Give a UUID version 7 as lower-case text, never given before by any source."""
        ...


class Uuid7Source:
    """Fresh identifiers from the wall time and the system's random source."""

    def __init__(self) -> None:
        self._chance = Chance()

    def new(self) -> str:
        """Give a UUID version 7 (RFC 9562 section 5.7) as lower-case text."""
        return uuid7(time.time_ns() // 1_000_000, self._chance(_RANDOM_BYTES))


def uuid7(unix_ms: int, random: bytes) -> str:
    """Write a UUID version 7 from Unix milliseconds and ten random bytes (RFC 9562 section 5.7).

    74 of the 80 random bits are kept. It is text from the start: by way of numbers it takes twice
    as long. Raises ValueError when either argument does not fit.
    """
    at, chance = f"{unix_ms:012x}", random.hex()
    if unix_ms < 0 or len(at) != _TIME_DIGITS:
        raise ValueError("the time does not fit in 48 bits")
    if len(random) != _RANDOM_BYTES:
        raise ValueError("a version 7 identifier takes ten random bytes")
    variant = _VARIANTS[chance[4]]
    return f"{at[:8]}-{at[8:]}-7{chance[1:4]}-{variant}{chance[5:8]}-{chance[8:]}"


def parse_dataset_id(text: str) -> DatasetId:
    """Read a dataset identifier such as `GDI-FI-DATASET-1`.

    Raises ValueError for any other shape; the message does not repeat the text.
    """
    if len(text) > _MAX_DATASET_CHARS or not _DATASET.fullmatch(text):
        raise ValueError("not a dataset identifier")
    return DatasetId(text)

# SPDX-License-Identifier: Apache-2.0
"""Typed identifiers and where fresh ones come from.

Never parses personal data and never derives an identifier from anything but time and chance.
"""

import re
import time
from typing import Final, NewType, Protocol
from uuid import UUID

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
_UNIX_MS_BITS: Final = 48
_RANDOM_BYTES: Final = 10


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
        value = _uuid7(time.time_ns() // 1_000_000, self._chance(_RANDOM_BYTES))
        # As UUID writes itself; making the object first takes as long as all the rest.
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def uuid7(unix_ms: int, random: bytes) -> UUID:
    """Build a UUID version 7 from Unix milliseconds and ten random bytes (RFC 9562 section 5.7).

    74 of the 80 random bits are kept. Raises ValueError when either argument does not fit.
    """
    return UUID(int=_uuid7(unix_ms, random))


def _uuid7(unix_ms: int, random: bytes) -> int:
    if not 0 <= unix_ms < 1 << _UNIX_MS_BITS:
        raise ValueError("the time does not fit in 48 bits")
    if len(random) != _RANDOM_BYTES:
        raise ValueError("a version 7 identifier takes ten random bytes")
    chance = int.from_bytes(random, "big")
    rand_a = (chance >> 62) & 0xFFF
    rand_b = chance & ((1 << 62) - 1)
    return (unix_ms << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b


def parse_dataset_id(text: str) -> DatasetId:
    """Read a dataset identifier such as `GDI-FI-DATASET-1`.

    Raises ValueError for any other shape; the message does not repeat the text.
    """
    if len(text) > _MAX_DATASET_CHARS or not _DATASET.fullmatch(text):
        raise ValueError("not a dataset identifier")
    return DatasetId(text)

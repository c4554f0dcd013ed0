# SPDX-License-Identifier: Apache-2.0
"""A consent CSV, made up: every code, thousands of diseases, people in no order; one seed.

Three rows in four are a consent of their own; the others are alternatives of a longer one. One row
in a hundred is a refusal. The file is made as it is read, so that it costs no memory.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.rows import COLUMNS
from consent_registry.domain.terms import Alternative, Terms
from tests.bench.consent_registry.population import terms

PROFILES: Final = 20_000
_CHUNK_ROWS: Final = 5_000
_STRIDE: Final = 15_485_863  # a prime: people come in no order, each once


def consent_file(rows: int, dataset: str, diseases: Diseases, random: Random) -> Iterator[bytes]:
    """Give a file of so many rows in pieces."""
    names = tuple(diseases.terms)
    profiles = [_cells(terms(names, random)) for _ in range(PROFILES)]
    dates = [f"20{year}-{month:02}-15" for year in range(10, 26) for month in range(1, 13)]
    yield (",".join(COLUMNS) + "\r\n").encode()
    made, person, lines = 0, 0, list[str]()
    while made < rows:
        who = person * _STRIDE % 1_000_003_001
        person += 1
        signed, state = random.choice(dates), "given" if random.random() < 0.99 else "refused"
        for number, cells in enumerate(random.choice(profiles)[: rows - made], start=1):
            name = f"P-{who:010},{dataset},S-{who:010},{number}"
            lines.append(f"{name},{cells},{state},{signed},,,\r\n")
            made += 1
        if len(lines) >= _CHUNK_ROWS:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def _cells(consent: Terms) -> list[str]:
    return [_alternative(one) for one in consent]


def _alternative(one: Alternative) -> str:
    modifiers = ";".join(
        m.code.value + (f"={'|'.join(m.values)}" if m.values else "") for m in one.modifiers
    )
    return f"{one.permission.name},{modifiers},{';'.join(one.diseases)}"

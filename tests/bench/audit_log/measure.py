# SPDX-License-Identifier: Apache-2.0
"""What a run of the sequencer cost: processor seconds of each process, bytes of each table."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import psycopg

from tests.bench.processor import family_seconds

WINDOW: Final = 100_000
_MARKS: Final = {"1M": 1_000_000, "10M": 10_000_000}  # entries: the sizes that figures name
_AROUND: Final = 0.2  # of a mark, on either side


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Processor seconds so far: PostgreSQL with children, broker, reading process, this one."""

    postgres: float
    broker: float
    reading: float
    own: float

    def since(self, before: "Times", entries: int) -> str:
        """Say what was used since then: in seconds, and in microseconds an entry."""
        used = {
            "PostgreSQL": self.postgres - before.postgres,
            "broker": self.broker - before.broker,
            "reading process": self.reading - before.reading,
            "sequencer": self.own - before.own,
        }
        return "CPU s (us an entry): " + ", ".join(
            f"{name} {seconds:.1f} ({seconds / entries * 1e6:.1f})"
            for name, seconds in used.items()
        )


def times(postgres: int, broker: int = 0, reading: int = 0) -> Times:
    """Read the processor time of these processes; 0 stands for one that does not run."""
    return Times(
        postgres=family_seconds(postgres),
        broker=family_seconds(broker) if broker else 0.0,
        reading=family_seconds(reading) if reading else 0.0,
        own=time.process_time(),
    )


def windows(commits: list[tuple[float, int]]) -> str:
    """Give the rates of 100,000-entry windows, also around a million and ten million entries.

    `commits` are moments and entries so far.
    """
    rates: list[float] = []
    ends: list[int] = []
    began, first = commits[0]
    for at, entries in commits[1:]:
        if entries - first >= WINDOW:
            rates.append((entries - first) / (at - began))
            ends.append(entries)
            began, first = at, entries
    if not rates:
        return f"no whole window of {WINDOW:,} entries"
    return (
        f"windows of {WINDOW:,}: median {median(rates):,.0f}/s, first {rates[0]:,.0f}, "
        f"last {rates[-1]:,.0f}, least {min(rates):,.0f} ({len(rates)} windows)"
        f"{''.join(_around(name, mark, ends, rates) for name, mark in _MARKS.items())}"
    )


def _around(name: str, mark: int, ends: Sequence[int], rates: Sequence[float]) -> str:
    """Say the median of the windows that end within a fifth of the mark; nothing without any."""
    near = [
        rate for end, rate in zip(ends, rates, strict=True) if abs(end - mark) <= _AROUND * mark
    ]
    return f", around {name} median {median(near):,.0f}/s" if near else ""


def table_bytes(database: str, entries: int) -> str:
    """Say how many bytes each table takes with its indexes, an entry."""
    with psycopg.connect(database, autocommit=True) as connection:
        rows: list[tuple[str, int, int]] = connection.execute(
            "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " ORDER BY pg_total_relation_size(oid) DESC LIMIT 7"
        ).fetchall()
    whole = sum(table + indexes for _, table, indexes in rows) / entries
    each = ", ".join(
        f"{name} {table / entries:.0f} + {indexes / entries:.0f}" for name, table, indexes in rows
    )
    return f"bytes an entry {whole:.0f}: {each} (rows + indexes)"


def server_settings(database: str, names: Mapping[str, str]) -> str:
    """Say which settings the server runs with: those given, and those of durability."""
    wanted = [*names, "fsync", "synchronous_commit", "full_page_writes"]
    with psycopg.connect(database, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", (wanted,)
        ).fetchall()
        (version,) = connection.execute("SHOW server_version").fetchone() or ("?",)
    return f"PostgreSQL {version}: " + ", ".join(f"{name}={value}" for name, value in rows)

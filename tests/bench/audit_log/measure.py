# SPDX-License-Identifier: Apache-2.0
"""What a run of the sequencer cost: processor seconds of each process, bytes of each table."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

WINDOW: Final = 100_000
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_STAT_PARENT, _STAT_TIMES = 1, slice(11, 15)  # fields of proc(5) stat behind the command's name


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
        postgres=_seconds(postgres, children=True),
        broker=_seconds(broker, children=False) if broker else 0.0,
        reading=_seconds(reading, children=False) if reading else 0.0,
        own=time.process_time(),
    )


def windows(commits: list[tuple[float, int]]) -> str:
    """Give the rates of 100,000-entry windows; `commits` are moments and entries so far."""
    rates: list[float] = []
    began, first = commits[0]
    for at, entries in commits[1:]:
        if entries - first >= WINDOW:
            rates.append((entries - first) / (at - began))
            began, first = at, entries
    if not rates:
        return f"no whole window of {WINDOW:,} entries"
    return (
        f"windows of {WINDOW:,}: median {median(rates):,.0f}/s, first {rates[0]:,.0f}, "
        f"last {rates[-1]:,.0f}, least {min(rates):,.0f} ({len(rates)} windows)"
    )


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


def _seconds(pid: int, *, children: bool) -> float:
    """Give user and system time of a process; with its living and its ended children."""
    wanted = {pid}
    if children:
        wanted |= {one for one in _processes() if _parent(one) == pid}
    ticks = 0
    for one in wanted:
        fields = _stat(one)
        if fields:
            own_and_ended = [int(field) for field in fields[_STAT_TIMES]]
            ticks += sum(own_and_ended if one == pid and children else own_and_ended[:2])
    return ticks / _TICKS


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[_STAT_PARENT]) if fields else 0


def _stat(pid: int) -> list[str]:
    """Read a process's state, from the field behind its name; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []

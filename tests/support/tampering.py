# SPDX-License-Identifier: Apache-2.0
"""Alters what a log has stored, as only the owner of its database can: one bit, or a whole row.

Each alteration is taken back again; what nobody named is what these functions give.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, LiteralString

import psycopg
import zstandard
from psycopg.sql import SQL, Composed, Identifier, Literal

# By table: the column that says which row, and the one that is altered.
FLIPPED: Final = MappingProxyType(
    {
        "bundle": ("n", "data"),
        "tile": ("n", "data"),
        "sealed": ("idx", "data"),
        "checkpoint": ("size", "note"),
        "producer_state": ("src", "head"),
    }
)
# By table: the column that says which rows.
DELETED: Final = MappingProxyType({"bundle": "n", "tile": "n", "ev": "idx"})
_TAKE_OUT: Final[tuple[LiteralString, ...]] = (
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE {key} = {which}",
    "DELETE FROM {table} WHERE {key} = {which}",
)

Flaws = Callable[[], Sequence[str]]


def missed(owner: str, seed: int, flaws: Flaws) -> list[str]:
    """Flip a random bit of a random row of each table, and back; give what nobody noticed.

    `owner` is the database of its owner, `flaws` verifies everything that is stored.
    """
    chance = random.Random(seed)  # noqa: S311  a seed that can be repeated
    unnoticed: list[str] = []
    for table, (key, column) in FLIPPED.items():
        row = Row(owner, table, key, column)
        which, good = chance.choice(row.all())
        bad = flipped(good, chance, packed=table == "bundle")
        row.exchange(which, good, bad)
        said = flaws()
        if not _named(said, table, f"{key}={which}"):
            unnoticed.append(f"{table} {key}={which}: {said}")
        row.exchange(which, bad, good)
    assert flaws() == [], "all is as it was"
    return unnoticed


def unmissed(owner: str, seed: int, flaws: Flaws) -> list[str]:
    """Take the rows of a random key out of each table, and put them back; give what nobody missed.

    They are kept in a table that ends with the connection.
    """
    chance = random.Random(seed)  # noqa: S311  a seed that can be repeated
    unnoticed: list[str] = []
    for table, key in DELETED.items():
        names = {"table": Identifier(table), "key": Identifier(key)}
        with psycopg.connect(owner, autocommit=True) as connection:
            keys = connection.execute(SQL("SELECT DISTINCT {key} FROM {table}").format(**names))
            which = chance.choice(sorted(keys.fetchall()))
            for step in _TAKE_OUT:
                connection.execute(SQL(step).format(**names, which=Literal(which[0])))
            said = flaws()
            connection.execute(SQL("INSERT INTO {table} SELECT * FROM kept").format(**names))
        if not _named(said, table, f"{key}={which[0]}"):
            unnoticed.append(f"{table} {key}={which[0]}: {said}")
    assert flaws() == [], "all is as it was"
    return unnoticed


def _named(said: Sequence[str], table: str, row: str) -> bool:
    return any(flaw.startswith(f"{table} (") and row in flaw for flaw in said)


def flipped(good: bytes, chance: random.Random, *, packed: bool) -> bytes:
    """Flip one bit; in a bundle one of what it says, for not every bit of its packing does."""
    unpack = zstandard.ZstdDecompressor()
    data = unpack.decompress(good, max_output_size=1 << 24) if packed else good
    at = chance.randrange(8 * len(data))
    changed = bytearray(data)
    changed[at // 8] ^= 1 << at % 8
    return zstandard.ZstdCompressor().compress(bytes(changed)) if packed else bytes(changed)


@dataclass(frozen=True)
class Row:
    """A column of a table, as only the database's owner can change it."""

    owner: str
    table: str
    key: str
    column: str

    def all(self) -> list[tuple[object, bytes]]:
        """Give every row."""
        query = self._written("SELECT {key}, {column} FROM {table} ORDER BY {key}, {column}")
        with psycopg.connect(self.owner) as connection:
            return connection.execute(query).fetchall()

    def exchange(self, which: object, old: bytes, new: bytes) -> None:
        """Write another value, past the guards."""
        with psycopg.connect(self.owner) as connection:
            connection.execute(self._written("ALTER TABLE {table} DISABLE TRIGGER USER"))
            change = "UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s"
            done = connection.execute(self._written(change), (new, which, old))
            assert done.rowcount == 1

    def _written(self, query: LiteralString) -> Composed:
        return SQL(query).format(
            table=Identifier(self.table), key=Identifier(self.key), column=Identifier(self.column)
        )

# SPDX-License-Identifier: Apache-2.0
"""Sets on their way into a question and out of an answer.

`column IN (values)` is one parameter, however many values; a set of ordinals is one value.
"""

import array
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Label,
    Subquery,
    Table,
    Text,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSON

_ONE_KEY: Final = 1 << 32


def among(column: ColumnElement[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """Say in SQL that the column has one of these values; of none, nothing is true.

    As a set to join with: `= ANY(array)` in a prepared statement is compared value by value, for
    every row that a scan without statistics meets. As JSON, because the driver writes an array of
    texts in Python, one element after another. One value is compared with as it is: a table that
    nobody has counted is then looked up in, and not read, for each person who withdraws.
    """
    wanted = list(values)
    if len(wanted) == 1:
        return column == wanted[0]
    listed = cast(literal(json.dumps(wanted), Text), JSON)
    each = func.json_array_elements_text(listed).column_valued("each")
    return column.in_(select(cast(each, column.type)))


def picked(
    table: Table,
    column: ColumnElement[Any],
    values: Iterable[str | int],
    *more: ColumnElement[bool],
) -> Subquery:
    """Pick rows by many values of a column, each looked up by itself; `more` holds for each.

    For tables that an import fills: nobody has counted them yet, and a join that the database
    plans for a table it believes empty reads all of it, again and again.
    """
    listed = cast(literal(json.dumps(list(values)), Text), JSON)
    wanted = func.json_array_elements_text(listed).table_valued("value", name="wanted")
    # OFFSET 0 keeps the planner from turning the lookups back into that join.
    each = (
        select(table)
        .where(column == cast(wanted.c.value, column.type), *more)
        .offset(0)
        .lateral("found")
    )
    return select(each).select_from(wanted.join(each, true())).subquery("picked")


def packed(ordinal: ColumnElement[int]) -> Label[bytes]:
    """Gather the ordinals of a group as one value, `packed`; for groups of which there are few."""
    return func.string_agg(func.int4send(cast(ordinal, Integer)), b"").label("packed")


def ordinals(packed: bytes) -> BitMap:
    """Read what was packed: 32-bit integers in network order."""
    numbers = array.array("I")
    numbers.frombytes(packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return BitMap(numbers)


def paired(key: ColumnElement[int], ordinal: ColumnElement[int]) -> Label[bytes]:
    """Gather the ordinals of all rows, each behind its key, as one value, `paired`.

    Both must fit into 32 bits: the database raises when one does not. Grouping them here costs the
    database twice what it costs to read them, and goes over its disk where keys are many.
    """
    high, low = cast(cast(key, Integer), BigInteger), cast(ordinal, Integer)
    return func.string_agg(func.int8send(high * _ONE_KEY + low), b"").label("paired")


def by_key(paired: bytes) -> dict[int, BitMap]:
    """Read what was paired: the ordinals of each key."""
    numbers = array.array("i")
    numbers.frombytes(paired)
    if sys.byteorder == "little":
        numbers.byteswap()
    found: dict[int, array.array[int]] = defaultdict(_no_ordinals)
    for key, ordinal in zip(numbers[0::2], numbers[1::2], strict=True):
        found[key].append(ordinal)
    return {key: BitMap(ordinals) for key, ordinals in found.items()}


def _no_ordinals() -> "array.array[int]":
    return array.array("I")

# SPDX-License-Identifier: Apache-2.0
"""`column IN (values)`: a test against many values that is one parameter, however many."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSON


def among(column: ColumnElement[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """Say in SQL that the column has one of these values; of none, nothing is true.

    As a set to join with: `= ANY(array)` in a prepared statement is compared value by value, for
    every row that a scan without statistics meets. As JSON, because the driver writes an array of
    texts in Python, one element after another.
    """
    listed = cast(literal(json.dumps(list(values)), Text), JSON)
    each = func.json_array_elements_text(listed).column_valued("each")
    return column.in_(select(cast(each, column.type)))

# SPDX-License-Identifier: Apache-2.0
"""`column = ANY(array)`: a test against many values that is one parameter, however many."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY


def among(column: ColumnElement[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """Say in SQL that the column has one of these values; of none, nothing is true."""
    return column == any_(literal(list(values), ARRAY(column.type)))

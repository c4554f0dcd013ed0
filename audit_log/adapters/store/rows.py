# SPDX-License-Identifier: Apache-2.0
"""Rows as PostgreSQL's binary COPY reads them, a table's rows of one batch in one string.

A field is its length in four bytes and its bytes, -1 for none; a row is the number of its fields
and the fields (PostgreSQL manual, COPY, "Binary Format"). The bulk tables have one struct a row,
because a row at a time through the driver costs more than all else that is done for an entry here.
"""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from audit_log.domain.batch import PersonRow, SealedRow, SearchRow

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # no flags, no header extension
_TRAILER: Final = b"\xff\xff"
_NONE: Final = b"\xff\xff\xff\xff"
_LENGTH_BYTES: Final = 4
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_BLOB: Final = struct.Struct(">hiqi")
_SEALED: Final = struct.Struct(">hiqihihihiqi")
_PERSON: Final = struct.Struct(">hiiiqiq")
_EVENT: Final = struct.Struct(">hiqihihiq")
_INT2: Final = struct.Struct(">ih")
_INT4: Final = struct.Struct(">ii")
_INT8: Final = struct.Struct(">iq")
_TERMS: Final = (_INT4, _INT4, _INT2, _INT4, _INT4, _INT4)  # ty to purposes
_NAMES: Final = (_INT8, _INT8, _INT8, _INT8)  # actor to project


def blobs(rows: Iterable[tuple[int, bytes]]) -> bytes:
    """Write rows of `(int8, bytea)`: bundles and entries of the edge."""
    return _framed(_BLOB.pack(2, 8, number, len(data)) + data for number, data in rows)


def sealed(rows: Iterable[SealedRow]) -> bytes:
    """Write rows of `sealed`."""
    pack = _SEALED.pack
    return _framed(
        pack(6, 8, index, 2, group, 2, retention, 2, month, 8, kid, len(data)) + data
        for index, group, retention, month, kid, data in rows
    )


def people(rows: Iterable[PersonRow]) -> bytes:
    """Write rows of `ev_person`."""
    pack = _PERSON.pack
    return _framed(pack(3, 4, dataset, 8, ordinal, 8, index) for dataset, ordinal, index in rows)


def events(rows: Iterable[SearchRow]) -> bytes:
    """Write rows of `ev`.

    A batch has few combinations of open terms, and few actors and permits beside its entries:
    each is written once and looked up after.
    """
    pack, width = _EVENT.pack, len(SearchRow._fields)
    terms: dict[tuple[int | None, ...], bytes] = {}
    names: dict[tuple[int | None, ...], bytes] = {}

    def row(one: SearchRow) -> bytes:
        index, retention, month, at = one[:4]
        open_terms, pseudonyms = one[4:10], one[10:]
        middle = terms.get(open_terms)
        if middle is None:
            middle = terms[open_terms] = _cells(_TERMS, open_terms)
        end = names.get(pseudonyms)
        if end is None:
            end = names[pseudonyms] = _cells(_NAMES, pseudonyms)
        since = (at - _EPOCH) // _MICROSECOND
        return pack(width, 8, index, 2, retention, 2, month, 8, since) + middle + end

    return _framed(map(row, rows))


def _cells(forms: Sequence[struct.Struct], numbers: Sequence[int | None]) -> bytes:
    """Write integers, each with its length before it; a form is the length and the integer."""
    return b"".join(
        _NONE if number is None else form.pack(form.size - _LENGTH_BYTES, number)
        for form, number in zip(forms, numbers, strict=True)
    )


def _framed(rows: Iterable[bytes]) -> bytes:
    return b"".join((_SIGNATURE, *rows, _TRAILER))

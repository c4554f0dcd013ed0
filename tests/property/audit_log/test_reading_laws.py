# SPDX-License-Identifier: Apache-2.0
"""Whom a part is about: the pattern takes nothing that the exact reading would not take."""

from base64 import b64encode
from dataclasses import replace
from typing import Final

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit_log.domain.received import Fault, Poison, read
from shared.canonical import canonical
from shared.events import MalformedEntry, subject_of
from shared.ids import parse_dataset_id
from shared.sealing import SealedPart, commitment, pack_sealed
from tests.fakes.log_factories import Speaker, fact, received

SOUND: Final = b'{"ds":"GDI-ZZ-DATASET-1","ord":7}'
SPELLINGS: Final = [
    *(SOUND, b'{"ds":"GOE-FI-DATASET-1","ord":0}', b'{"ds":"GDI-ZZ-DATASET-1","ord":-1}'),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":07}', b'{"ds":"GDI-ZZ-DATASET-1","ord":-0}'),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":7.0}', b'{"ds":"GDI-ZZ-DATASET-1","ord":"7"}'),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":9007199254740991}',),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":9007199254740992}',),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":999999999999999}',),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":true}', b'{"ord":7,"ds":"GDI-ZZ-DATASET-1"}'),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":7,"ord":8}', b'{"ds":"GDI-ZZ-DATASET-1", "ord":7}'),
    *(b'{"ds":"GDI\\u002dZZ-DATASET-1","ord":7}', b'{"ds":"GDI-ZZ-DATASET-1\\n","ord":7}'),
    *(b'{"ds":"GDI-ZZ-DATASET-1\n","ord":7}', b'{"ds":"GDI-ZZ-DATASET-1","ord":7}\n'),
    *(b'{"ds":"GDI-ZZ-DATASET-\xd9\xa1","ord":7}', b'{"ds":"\xff","ord":7}', b'{"ds":"","ord":7}'),
    *(b'{"ds":"GDI-ZZ-DATASET-1","ord":\xd9\xa1}', b'{"ds":"GDI-ZZ-DATASET-1","ord":NaN}'),
    *(b'{"ds":"\\ud800","ord":7}', b'{"ds":"GDI-ZZ-DATASET-%s","ord":7}' % (b"1" * 60)),
    *(b'{"ds":"GDI-ZZ-DATASET-1"}', b'{"ord":7}', b"[]", b"7", b"{}", b"\xff"),
]


def exact(value: bytes) -> object:
    """Read it the long way: as JSON, as a subject, as the name of a data set."""
    try:
        subject = subject_of(SealedPart(group="subj/0", salt=bytes(32), value=value))
        return ((parse_dataset_id(subject.dataset), subject.ordinal),)
    except (MalformedEntry, ValueError):
        return Fault.MALFORMED_SEALED


def verdict(value: bytes) -> object:
    """Read an entry that commits to these bytes as its one person."""
    made = Speaker().say(fact(subjects=(), actor=None))
    entry = orjson.loads(made.entry)
    part = SealedPart(group="subj/0", salt=b"s" * 32, value=value)
    entry["c"] = {"subj": [b64encode(commitment(part, entry["id"])).decode()]}
    sealed = replace(made, entry=canonical(entry), sealed=pack_sealed([part]))
    found = read(received(sealed))
    return found.fault if isinstance(found, Poison) else found.people


@pytest.mark.parametrize("value", SPELLINGS)
def test_one_spelling_of_a_person_is_read_as_ever(value: bytes) -> None:
    assert verdict(value) == exact(value)


def test_the_ordinary_person_is_one() -> None:
    assert verdict(SOUND) == (("GDI-ZZ-DATASET-1", 7),)


@given(st.integers(0, len(SOUND)), st.integers(0, 3), st.binary(max_size=3))
@example(22, 0, b"\\n")
def test_bytes_put_into_a_person_and_taken_out(at: int, gone: int, fresh: bytes) -> None:
    value = SOUND[:at] + fresh + SOUND[at + gone :]
    assert verdict(value) == exact(value)

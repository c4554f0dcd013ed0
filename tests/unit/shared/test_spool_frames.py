# SPDX-License-Identifier: Apache-2.0
"""Frames: what is written is read, and nothing altered or cut is."""

import pytest

from shared.spool.frames import (
    HEADER_BYTES,
    MAGIC,
    MAX_BODY_BYTES,
    BadFrame,
    body_length,
    decode,
    encode,
    holds_sound_frame,
)

PAIRS = [(b"entry one", b"sealed"), (b"entry two", b""), (MAGIC * 3, MAGIC)]


def test_what_is_written_is_read() -> None:
    raw = encode(7, PAIRS)
    frame = decode(b"before" + raw + b"after", 6)
    assert frame.size == len(raw)
    assert [record.seq for record in frame.records] == [7, 8, 9]
    assert [(record.entry, record.sealed) for record in frame.records] == PAIRS
    assert body_length(raw[:HEADER_BYTES]) == len(raw) - HEADER_BYTES


def test_a_cut_at_any_byte_is_noticed() -> None:
    raw = encode(7, PAIRS)
    for length in range(len(raw)):
        with pytest.raises(BadFrame):
            decode(raw[:length])
        assert not holds_sound_frame(raw[:length])


def test_a_flip_of_any_bit_is_noticed() -> None:
    raw = encode(7, PAIRS)
    for bit in range(len(raw) * 8):
        altered = bytearray(raw)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadFrame):
            decode(bytes(altered))


def test_a_sound_frame_is_found_behind_rubbish() -> None:
    assert holds_sound_frame(b"\x00" * 99 + MAGIC + b"\xff" * 50 + encode(1, PAIRS))
    assert not holds_sound_frame(b"\x00" * 99 + MAGIC + b"\xff" * 50)


def test_a_group_too_large_for_a_frame_is_refused() -> None:
    with pytest.raises(BadFrame):
        encode(1, [(b"x" * MAX_BODY_BYTES, b"")])
    with pytest.raises(BadFrame):
        body_length(b"no header")
    with pytest.raises(BadFrame):
        body_length(b"x" * HEADER_BYTES)

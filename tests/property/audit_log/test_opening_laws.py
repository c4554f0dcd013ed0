# SPDX-License-Identifier: Apache-2.0
"""The parts of an entry, opened in one go: as step by step, or not at all."""

from collections.abc import Mapping, Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from shared.canonical import MalformedEntry
from shared.sealing import (
    CommitmentMismatch,
    SealedPart,
    commitment,
    open_committed,
    open_sealed,
    pack_sealed,
    require_commitments,
)

ID = "01939a5c-0000-7000-8000-000000000000"
ID16 = bytes.fromhex(ID.replace("-", ""))
ACTOR = SealedPart("actor", b"a" * 32, b'{"iss":"i","sub":"s"}')
PERSON = SealedPart("subj/0", b"b" * 32, b'{"ds":"GDI-ZZ-DATASET-1","ord":7}')
SOUND = pack_sealed([ACTOR, PERSON])
TWICE = pack_sealed([ACTOR]) * 2
COMMITTED = {part.group: commitment(part, ID) for part in (ACTOR, PERSON)}


def step_by_step(
    sealed: bytes, committed: Mapping[str, bytes]
) -> Sequence[tuple[str, bytes, bytes]] | None:
    """Give group, salt and value of each part, None when anything is wrong."""
    try:
        parts = open_sealed(sealed)
        require_commitments(ID, committed, parts, complete=True)
    except (MalformedEntry, CommitmentMismatch):
        return None
    return [(part.group, part.salt, part.value) for part in parts]


def in_one_go(
    sealed: bytes, committed: Mapping[str, bytes]
) -> Sequence[tuple[str, bytes, bytes]] | None:
    found = open_committed(sealed, ID16, committed)
    if found is None:
        return None
    for text, value in found.values():
        assert text[32:] == len(value).to_bytes(4, "big") + value
    return [(group, text[:32], value) for group, (text, value) in found.items()]


def test_the_parts_of_an_entry_are_opened_in_one_go() -> None:
    assert in_one_go(SOUND, COMMITTED) == [tuple(ACTOR), tuple(PERSON)]
    assert in_one_go(b"", {}) == []


def test_a_group_that_comes_twice_stands_for_no_other() -> None:
    assert in_one_go(TWICE, COMMITTED) is None
    assert in_one_go(TWICE, {"actor": COMMITTED["actor"]}) is None


@given(st.integers(0, len(SOUND)), st.integers(0, 4), st.binary(max_size=4))
@example(len(SOUND), 0, SOUND)
@example(0, len(SOUND), b"")
@example(0, 0, b"")
def test_bytes_put_into_the_parts_and_taken_out(at: int, gone: int, fresh: bytes) -> None:
    sealed = SOUND[:at] + fresh + SOUND[at + gone :]
    assert in_one_go(sealed, COMMITTED) == step_by_step(sealed, COMMITTED)


@given(
    st.lists(
        st.builds(
            SealedPart,
            st.sampled_from(["actor", "net", "obo", "permit", "subj/0", "subj/1", "subj/99"]),
            st.binary(min_size=32, max_size=32),
            st.binary(min_size=1, max_size=80),
        ),
        max_size=5,
    ),
    st.sets(st.sampled_from(["actor", "net", "subj/0", "subj/1"])),
)
def test_any_parts_against_any_commitments(parts: list[SealedPart], dropped: set[str]) -> None:
    sealed = pack_sealed(parts)
    committed = {part.group: commitment(part, ID) for part in parts if part.group not in dropped}
    assert in_one_go(sealed, committed) == step_by_step(sealed, committed)

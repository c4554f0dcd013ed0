# SPDX-License-Identifier: Apache-2.0
"""Pseudonyms are looked for in the open log: all of them, wherever they stand."""

from services.story.proof_chapters import shown_in

NAMES = [f"Pab12-{number:06d}" for number in range(1, 10_001)]


def test_nobody_is_overlooked() -> None:
    assert shown_in("nothing of theirs: Pab12-", NAMES) == []
    for name in (NAMES[0], NAMES[4_999], NAMES[-1]):
        assert shown_in(f'{{"x":"urn:{name}:y"}}', NAMES) == [name]


def test_all_that_stand_there_are_named_once() -> None:
    text = f"{NAMES[7]} {NAMES[3]} {NAMES[7]}"
    assert shown_in(text, NAMES) == [NAMES[3], NAMES[7]]


def test_a_name_that_begins_another_is_told_from_it() -> None:
    assert shown_in("P-12", ["P-1", "P-12"]) == ["P-12"]
    assert shown_in("P-1 P-12", ["P-1", "P-12"]) == ["P-1", "P-12"]

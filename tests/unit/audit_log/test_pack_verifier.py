# SPDX-License-Identifier: Apache-2.0
"""The stand-alone verifier against packs with one thing wrong in them, and against a forger.

Every kind of line is altered, swapped, left out, doubled and moved, first as it is and then with
the manifest made to fit again.
"""

import json
import random
from collections.abc import Callable, Iterator

import pytest

from audit_log.adapters.pack import companions, verify
from audit_log.domain import pack
from tests.support.packs import Files, Trusted, joined, lines, together, with_manifest

PROOF = pack.proof_name


def test_a_true_pack_is_verified_and_without_a_key_never_called_authentic(
    good: Files, trusted: Trusted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trusted.code(good) == verify.VERIFIED
    assert capsys.readouterr().out.endswith("VERIFIED\n")
    assert trusted.alone(good) == verify.NOT_AUTHENTICATED
    said = capsys.readouterr().out
    assert "internally consistent, NOT authenticated" in said
    assert "VERIFIED" not in said


# --- one thing wrong -----------------------------------------------------------------------------

LINED = (pack.ENTRIES, pack.OPENINGS, pack.MANIFEST)
Change = Callable[[list[bytes]], list[bytes]]


def altered(at: int) -> Change:
    """Change one letter in the middle of a line."""

    def change(found: list[bytes]) -> list[bytes]:
        line = bytearray(found[at])
        middle = len(line) // 2
        while not chr(line[middle]).isalnum():
            middle += 1
        line[middle] = ord("b") if line[middle] != ord("b") else ord("c")
        return [*found[:at], bytes(line), *found[at + 1 :]]

    return change


def swapped(found: list[bytes]) -> list[bytes]:
    return [found[1], found[0], *found[2:]]


def reordered(found: list[bytes]) -> list[bytes]:
    return [*found[1:], found[0]]


def omitted(found: list[bytes]) -> list[bytes]:
    return [*found[:2], *found[3:]]


def doubled(found: list[bytes]) -> list[bytes]:
    return [*found[:3], *found[2:]]


def cut_short(found: list[bytes]) -> list[bytes]:
    return [*found[:-1], found[-1][:-1]]


def last_omitted(found: list[bytes]) -> list[bytes]:
    return found[:-1]


def emptied(found: list[bytes]) -> list[bytes]:
    return []


CHANGES: dict[str, Change] = {
    "first_altered": altered(0),
    "third_altered": altered(2),
    "fifth_altered": altered(4),
    "swapped": swapped,
    "reordered": reordered,
    "omitted": omitted,
    "doubled": doubled,
    "cut_short": cut_short,
    "last_omitted": last_omitted,
    "emptied": emptied,
}


@pytest.mark.parametrize("forged", [False, True], ids=["as_it_is", "manifest_made_to_fit"])
@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("name", LINED)
def test_a_line_altered_swapped_omitted_or_moved_is_refused(
    good: Files, trusted: Trusted, name: str, change: str, forged: bool
) -> None:
    spoilt = {**good, name: joined(CHANGES[change](lines(good[name])))}
    assert spoilt[name] != good[name]
    if forged and name != pack.MANIFEST:
        spoilt = with_manifest(spoilt)
    assert trusted.code(spoilt) == verify.REFUSED
    assert trusted.alone(spoilt) == verify.REFUSED


def proof_cases(good: Files) -> Iterator[tuple[str, Files]]:
    first, second = PROOF(1), PROOF(2)
    path = good[first].split(b"\n")
    yield "altered", {**good, first: good[first].replace(path[3], path[2], 1)}
    yield "swapped", {**good, first: good[second], second: good[first]}
    yield "omitted", {name: data for name, data in good.items() if name != first}
    yield "doubled", {**good, PROOF(77): good[first]}
    yield "reordered", {**good, first: b"\n".join([*path[:2], path[3], path[2], *path[4:]])}
    yield "longer", {**good, first: b"\n".join([*path[:3], path[2], *path[3:]])}
    yield "shorter", {**good, first: b"\n".join([*path[:2], *path[3:]])}
    yield "index", {**good, first: good[first].replace(b"index 1\n", b"index 01\n")}
    yield (
        "other_checkpoint",
        {
            **good,
            first: good[first].partition(b"\n\n")[0] + b"\n\n" + good[pack.AS_OF],
        },
    )


@pytest.mark.parametrize("forged", [False, True], ids=["as_it_is", "manifest_made_to_fit"])
def test_a_proof_altered_swapped_omitted_or_moved_is_refused(
    good: Files, trusted: Trusted, forged: bool
) -> None:
    for what, spoilt in proof_cases(good):
        assert spoilt != good, what
        made = with_manifest(spoilt) if forged else spoilt
        assert trusted.code(made) == verify.REFUSED, what


@pytest.mark.parametrize("forged", [False, True], ids=["as_it_is", "manifest_made_to_fit"])
def test_every_file_is_needed_and_none_may_change_or_be_added(
    good: Files, trusted: Trusted, forged: bool
) -> None:
    for name in good:
        if name == pack.MANIFEST and forged:
            continue
        without = {other: data for other, data in good.items() if other != name}
        assert trusted.code(without) == verify.REFUSED, name
        changed = {**good, name: good[name] + b"\n"}
        free = name in {pack.POLICY, pack.VKEY, *companions()}  # nothing of these is believed
        made = with_manifest(changed) if forged else changed
        assert trusted.code(made) == (verify.VERIFIED if forged and free else verify.REFUSED), name
    more = {**good, "notes.txt": b"what really happened"}
    assert trusted.code(more) == verify.REFUSED


def test_an_entry_left_out_with_everything_that_names_it_is_missed_by_the_log_s_own_word(
    good: Files, trusted: Trusted
) -> None:
    mark = b'"idx":3'
    spoilt = {name: data for name, data in good.items() if name != PROOF(3)}
    kept = [line for line in lines(good[pack.ENTRIES]) if mark + b"}" not in line]
    spoilt[pack.ENTRIES] = joined(kept)
    openings = [line for line in lines(good[pack.OPENINGS]) if mark + b"," not in line]
    spoilt[pack.OPENINGS] = joined(openings)
    said = json.loads(good[pack.STATEMENT])
    said |= {"count": len(kept), "opened": len(openings)}
    spoilt[pack.STATEMENT] = json.dumps(said).encode()
    assert trusted.code(with_manifest(spoilt)) == verify.REFUSED


def test_a_value_moved_to_another_salt_group_or_entry_is_refused(
    good: Files, trusted: Trusted
) -> None:
    found = [json.loads(line) for line in lines(good[pack.OPENINGS])]
    people = [number for number, one in enumerate(found) if one["group"].startswith("subj")]
    first, second = people[0], people[1]
    for field in ("salt", "value", "group"):
        mixed = [dict(one) for one in found]
        mixed[first][field], mixed[second][field] = mixed[second][field], mixed[first][field]
        text = joined([json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in mixed])
        spoilt = {**good, pack.OPENINGS: text}
        assert text != good[pack.OPENINGS]
        assert trusted.code(with_manifest(spoilt)) == verify.REFUSED, field


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_never_passes_and_never_crashes(
    good: Files, trusted: Trusted, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - where to damage, not a secret
    path = together(good, trusted.folder / "whole.zip")
    whole = path.read_bytes()
    names = [one for one in good if one not in {*companions(), pack.POLICY, pack.VKEY}]
    for _ in range(15):
        name = chance.choice(names)
        data = bytearray(good[name])
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        spoilt = {**good, name: bytes(data)}
        fitting = spoilt if name == pack.MANIFEST else with_manifest(spoilt)
        assert trusted.code(fitting) == verify.REFUSED, name
        path.write_bytes(whole[: chance.randrange(len(whole))])
        assert verify.main([str(path)]) == verify.REFUSED

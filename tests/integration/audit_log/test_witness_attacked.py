# SPDX-License-Identifier: Apache-2.0
"""A witness over HTTP, attacked by a log it watches: races, forks, malformed proofs, old sizes."""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.adapters.signatures import check_signature
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.domain.merkle import leaf_hash, root_of
from audit_log.domain.note import open_note
from audit_log.domain.submission import Submission, origin_digest
from shared.clock import SystemClock
from tests.contract.audit_log.test_witness_store import KEY, LEAVES, ORIGIN, note, root, submission
from tests.support.witness_net import Member, member, witness_key

LINE = b64encode(b"x" * 32)


@pytest.fixture(scope="module")
def fi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    folder: Path = tmp_path_factory.mktemp("witness")
    witness_key(folder, "fi")
    with member(folder, "fi", "quorum none\n") as node:
        PostgresWitnessStore(node.parts.engine).watch(KEY, SystemClock().now())
        yield node


def submit(fi: Member, raw: bytes) -> requests.Response:
    return requests.post(f"{fi.node.url}/witness/add-checkpoint", data=raw, timeout=30)


def held(fi: Member) -> int:
    """Give the size that the witness shows to everybody, its own signature checked."""
    path = f"{fi.node.url}/witness/{origin_digest(ORIGIN)}/checkpoint"
    answer = requests.get(path, timeout=30)
    assert answer.status_code == 200
    keys = (KEY, *(one.key for one in fi.parts.witness.signers))
    opened = open_note(answer.content, keys, check_signature)
    assert len(opened.signatures) == len(keys)
    return int(opened.text.split("\n")[1])


def fork(size: int, mark: int) -> bytes:
    """Give a root of another tree of that size."""
    return root_of([*LEAVES[: size - 1], leaf_hash(bytes((200 + mark,)))])


def test_of_many_at_once_no_two_trees_of_one_size_are_cosigned(fi: Member) -> None:
    """True growth and forks of it, from the size that is held, from many connections."""
    assert submit(fi, submission(0, 8)).status_code == 200
    for old in (8, 16, 32):
        grown = range(old + 1, min(old + 9, 41))
        sent = [submission(old, size) for size in grown]
        sent += [submission(old, size, fork(size, number)) for number, size in enumerate(grown)]
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda raw: submit(fi, raw), sent))
        found = Counter(one.status_code for one in answers)
        assert found[200] == 1, found
        assert set(found) <= {200, 409, 422}
        won = held(fi)
        assert won in grown
        assert {one.text for one in answers if one.status_code == 409} <= {f"{won}\n"}
        target = {8: 16, 16: 32}.get(old)
        if target is not None:
            answer = submit(fi, submission(won, target))
            assert answer.status_code == 200, answer.text
    assert held(fi) > 32


def test_the_same_checkpoint_from_many_is_cosigned_and_holds_nothing_else(fi: Member) -> None:
    size = held(fi)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: submit(fi, submission(size, size)), range(16)))
    assert {one.status_code for one in answers} <= {200, 409}
    assert 200 in {one.status_code for one in answers}
    assert held(fi) == size


def test_the_same_size_with_another_root_is_refused_for_ever(fi: Member) -> None:
    size = held(fi)
    for mark in range(3):
        answer = submit(fi, submission(size, size, fork(size, mark)))
        assert answer.status_code == 422
    assert held(fi) == size
    assert submit(fi, submission(size, size)).status_code == 200


def stranger(size: int) -> bytes:
    """Give a submission for the watched origin, signed by somebody else."""
    private = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    return bytes(Submission(old=size, proof=(), note=note(size, private=private)))


def twisted(change: Callable[[bytes], bytes]) -> Callable[[int], bytes]:
    return lambda size: change(submission(size, size))


ODD: dict[str, tuple[Callable[[int], bytes], int]] = {
    "empty": (lambda _: b"", 400),
    "no_old": (twisted(lambda raw: raw.partition(b"\n")[2]), 400),
    "negative": (twisted(lambda raw: raw.replace(b"old ", b"old -", 1)), 400),
    "plus": (twisted(lambda raw: raw.replace(b"old ", b"old +", 1)), 400),
    "hexadecimal": (twisted(lambda raw: raw.replace(b"old ", b"old 0x", 1)), 400),
    "twenty_digits": (
        twisted(lambda raw: raw.replace(b"old ", b"old 9999999999999999999", 1)),
        400,
    ),
    "spaces": (twisted(lambda raw: raw.replace(b"old ", b"old  ", 1)), 400),
    "windows": (twisted(lambda raw: raw.replace(b"\n", b"\r\n")), 400),
    "null": (twisted(lambda raw: raw.replace(b"\n", b"\0\n", 1)), 400),
    "not_utf8": (twisted(lambda raw: raw[:-1] + b"\xff\n"), 400),
    "no_gap": (twisted(lambda raw: raw.replace(b"\n\n", b"\n", 1)), 400),
    "lines_63": (
        twisted(lambda raw: raw.replace(b"\n\n", b"\n" + (LINE + b"\n") * 63 + b"\n", 1)),
        422,
    ),
    "lines_64": (
        twisted(lambda raw: raw.replace(b"\n\n", b"\n" + (LINE + b"\n") * 64 + b"\n", 1)),
        400,
    ),
    "line_short": (twisted(lambda raw: raw.replace(b"\n\n", b"\n" + LINE[:-4] + b"\n\n", 1)), 400),
    "line_loose": (
        twisted(lambda raw: raw.replace(b"\n\n", b"\n" + LINE[:-2] + b"9=\n\n", 1)),
        400,
    ),
    "line_url_safe": (
        twisted(lambda raw: raw.replace(b"\n\n", b"\n" + b"_" * 43 + b"=\n\n", 1)),
        400,
    ),
    "too_long": (twisted(lambda raw: raw + b"x" * (1 << 16)), 413),
    "stranger": (stranger, 403),
    "other_origin": (twisted(lambda raw: raw.replace(ORIGIN.encode(), b"log.example/other")), 404),
    "smaller": (lambda size: submission(size, size - 1), 400),
    "old_0": (lambda size: submission(0, size), 409),
    "old_behind": (lambda size: submission(size - 1, size), 409),
    "growth_unproven": (
        lambda size: bytes(Submission(old=size, proof=(), note=note(40, root(40)))),
        422,
    ),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_what_is_odd_is_answered_as_the_specification_says_and_changes_nothing(
    fi: Member, name: str
) -> None:
    size = held(fi)
    make, status = ODD[name]
    answer = submit(fi, make(size))
    assert answer.status_code == status, answer.text
    if status == 409:
        assert (answer.text, answer.headers["Content-Type"]) == (f"{size}\n", "text/x.tlog.size")
    assert held(fi) == size

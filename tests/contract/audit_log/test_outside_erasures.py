# SPDX-License-Identifier: Apache-2.0
"""What is remembered of erasures outside the database: the file and the fake, by the same rules."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audit_log.adapters.erasures_file import ErasuresFile
from audit_log.domain.destroyed import Destroyed, fingerprint
from audit_log.ports import OutsideErasures
from shared.errors import ErasuresUnreadable
from tests.fakes.kernel import START
from tests.fakes.log_memory_erasures import MemoryErasures

Make = Callable[[Path], OutsideErasures]
ORIGIN = "log.example/zz"
WRAPPED = b"nonce and ciphertext"
ONE = Destroyed(
    id="0191-1",
    kind="actor",
    ground="gdpr_17_1_b",
    kid=7,
    made_at=START,
    key=fingerprint(WRAPPED),
    account=-(1 << 63),
    below=300,
    digest=b"d" * 32,
    at=START,
    places=((3, 1), (3, 16), (299, 1)),
)
OTHER = replace(ONE, id="0191-2", kind="person", kid=8, key=None, account=None, below=12, places=())


def file(folder: Path) -> ErasuresFile:
    return ErasuresFile(folder / "erasures.jsonl", ORIGIN)


@pytest.fixture(params=[file, lambda _: MemoryErasures()], ids=["file", "memory"])
def outside(request: pytest.FixtureRequest, tmp_path: Path) -> OutsideErasures:
    make: Make = request.param
    return make(tmp_path)


def test_what_is_remembered_is_given_back_once_and_in_order(outside: OutsideErasures) -> None:
    assert outside.known().erasures == ()
    outside.remember([ONE])
    outside.remember([OTHER, ONE])
    outside.remember([])
    assert outside.known().erasures == (ONE, OTHER)


def test_a_recovery_settles_what_came_before_it_alone(outside: OutsideErasures) -> None:
    assert outside.known().least == 0
    outside.remember([ONE, OTHER])
    assert outside.known().least == 300
    outside.recovered(400)
    assert outside.known().least == 0
    assert outside.known().erasures == (ONE, OTHER)
    outside.remember([ONE])
    assert outside.known().least == 0
    outside.remember([replace(ONE, id="0191-3", below=401)])
    assert outside.known().least == 401


def test_a_second_process_sees_at_once_what_the_first_one_wrote(tmp_path: Path) -> None:
    mine, theirs = file(tmp_path), file(tmp_path)
    assert not theirs.is_destroyed(WRAPPED)
    mine.remember([ONE])
    assert theirs.is_destroyed(WRAPPED)
    assert not theirs.is_destroyed(WRAPPED + b"!")
    assert theirs.known() == mine.known()


def test_another_logs_erasures_are_not_this_ones(tmp_path: Path) -> None:
    ErasuresFile(tmp_path / "erasures.jsonl", "log.example/yy").remember([ONE])
    mine = file(tmp_path)
    assert mine.known().erasures == ()
    mine.remember([ONE])
    assert mine.known().erasures == (ONE,)


def test_a_line_cut_short_is_left_out_and_cut_off(tmp_path: Path) -> None:
    mine = file(tmp_path)
    mine.remember([ONE, OTHER])
    path = tmp_path / "erasures.jsonl"
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in (len(whole) - 1, first + 1, first):
        path.write_bytes(whole[:cut])
        assert file(tmp_path).known().erasures == (ONE,)
        file(tmp_path).remember([OTHER])
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "line",
    [b"\n", b"nonsense\n", b"[]\n", b"{}\n", b'{"log": "log.example/zz", "erasure": "x"}\n'],
)
def test_a_strange_line_stops_everything(tmp_path: Path, line: bytes) -> None:
    file(tmp_path).remember([ONE])
    with (tmp_path / "erasures.jsonl").open("ab") as strange:
        strange.write(line)
    mine = file(tmp_path)
    for look in (
        mine.known,
        lambda: mine.is_destroyed(WRAPPED),
        lambda: mine.remember([OTHER]),
    ):
        with pytest.raises(ErasuresUnreadable):
            look()


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "erasures.jsonl"):
        with pytest.raises(ErasuresUnreadable):
            ErasuresFile(path, ORIGIN).remember([ONE])


def test_several_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    many = [replace(ONE, id=f"{n:04}") for n in range(40)]
    threads = [
        threading.Thread(target=file(tmp_path).remember, args=(many[n::4],)) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.id for one in file(tmp_path).known().erasures} == {one.id for one in many}


def test_no_line_names_anybody(tmp_path: Path) -> None:
    """Numbers, hashes, times and codes: neither account nor dataset nor ordinal."""
    file(tmp_path).remember([ONE, OTHER])
    assert "person" in (text := (tmp_path / "erasures.jsonl").read_text(encoding="utf-8"))
    assert not {"issuer", "subject", "dataset", "ordinal"} & set(text.split('"'))

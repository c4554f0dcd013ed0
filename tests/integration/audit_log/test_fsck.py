# SPDX-License-Identifier: Apache-2.0
"""Foreign programs, Tessera's fsck and torchwood's client, read the whole served log.

They must accept the log, at sizes where tiles are full, partial and absent, and must notice a
single flipped bit. Our own `placet log verify --url` must say the same.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import zstandard

from audit_log.domain.note import ed25519_key
from tests.fakes.log_factories import Speaker
from tests.support.foreign_reader import foreign_reader
from tests.support.fsck import Verdict, run_fsck
from tests.support.log_node import LogNode, log_node
from tests.support.postgres import owner_of


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogNode]:
    folder = tmp_path_factory.mktemp("log")
    with log_node(folder, PLACET_TILES_PUBLIC="true") as running:
        running.add()
        yield running


def fsck(node: LogNode, folder: Path) -> Verdict:
    return run_fsck(node.url, "placet.example/zz/log", folder)


def read_by_torchwood(node: LogNode, folder: Path) -> int:
    return foreign_reader(folder, node.get("/v1/log").json()["vkey"]).read(node.url)[0]


def ours(node: LogNode) -> subprocess.CompletedProcess[str]:
    vkey = node.get("/v1/log").json()["vkey"]
    command = [sys.executable, "-m", "services.cli", "log", "verify"]
    return subprocess.run(
        [*command, "--url", node.url, "--vkey", vkey],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def grow_to(node: LogNode, speaker: Speaker, size: int) -> None:
    """Send until exactly `size` entries are published, the log's own included."""
    present = node.settle()
    missing = size - present - 1  # the next settling announces its own lease
    while missing > 0:
        batch = speaker.say_many(min(missing, 400))
        assert node.send(*batch).status_code == 202
        missing -= len(batch)
    assert node.settle() == size


@pytest.fixture(scope="module")
def speaker() -> Speaker:
    return Speaker()


@pytest.mark.parametrize("size", [5, 256, 258, 1024, 1500])
def test_fsck_accepts_the_whole_log(
    node: LogNode, speaker: Speaker, tmp_path: Path, size: int
) -> None:
    grow_to(node, speaker, size)
    checked = fsck(node, tmp_path)
    assert checked.accepted, checked.words
    assert read_by_torchwood(node, tmp_path) == size
    assert ours(node).returncode == 0


def damaged(data: bytes) -> bytes:
    """Flip one bit inside an entry of a stored bundle."""
    plain = bytearray(zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 24))
    plain[100] ^= 1
    return zstandard.ZstdCompressor().compress(bytes(plain))


def exchange(node: LogNode, query: LiteralString, data: bytes, number: int) -> None:
    """Do what only somebody with all rights on the database can: step around the guards."""
    with psycopg.connect(owner_of(node.environment["PLACET_DATABASE_URL"])) as connection:
        connection.execute("ALTER TABLE bundle DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE tile DISABLE TRIGGER USER")
        connection.execute(query, (data, number))


def stored(node: LogNode, query: LiteralString, number: int) -> bytes:
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        row = connection.execute(query, (number,)).fetchone()
    assert row is not None
    return bytes(row[0])


@pytest.mark.parametrize(
    ("read_out", "change", "number"),
    [
        (
            "SELECT data FROM bundle WHERE n = %s",
            "UPDATE bundle SET data = %s WHERE n = %s",
            2,
        ),
        (
            "SELECT data FROM tile WHERE level = 0 AND n = %s",
            "UPDATE tile SET data = %s WHERE level = 0 AND n = %s",
            1,
        ),
    ],
    ids=["bundle", "tile"],
)
def test_one_flipped_bit_is_noticed_by_all_of_them(
    node: LogNode, tmp_path: Path, read_out: LiteralString, change: LiteralString, number: int
) -> None:
    good = stored(node, read_out, number)
    bad = damaged(good) if "bundle" in change else bytes([good[0] ^ 1]) + good[1:]
    exchange(node, change, bad, number)
    checked, mine = fsck(node, tmp_path), ours(node)
    read = read_by_torchwood(node, tmp_path)
    exchange(node, change, good, number)
    assert not checked.accepted
    assert read == 0
    assert "fsck failed" in checked.words
    assert mine.returncode == 1
    assert f"tile/0/{number:03d}" in mine.stdout
    assert fsck(node, tmp_path).accepted


def test_another_key_does_not_verify_the_log(node: LogNode) -> None:
    vkey = node.get("/v1/log").json()["vkey"]
    name, _, _ = vkey.split("+", 2)
    other = str(ed25519_key(name, b"\x01" * 32))
    command = [sys.executable, "-m", "services.cli", "log", "verify", "--url", node.url]
    answer = subprocess.run(
        [*command, "--vkey", other], capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 1
    assert "NOT VERIFIED" in answer.stderr

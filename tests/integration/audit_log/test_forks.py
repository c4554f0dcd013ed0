# SPDX-License-Identifier: Apache-2.0
"""`placet log forks`: two histories under one key, written by a command, proven offline."""

import contextlib
import io
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from audit_log.adapters.key_files import read_signer
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.merkle import root_at
from audit_log.domain.note import Signature, SignedNote
from audit_log.domain.tiles import hashes_from
from services.cli import main
from tests.fakes.log_factories import Speaker
from tests.support.log_node import LogNode

FORGED = b"f" * 32


@pytest.fixture(scope="module")
def grown(node: LogNode) -> int:
    """A log that was published at several sizes."""
    speaker = Speaker()
    for number in (5, 30, 300):
        assert node.send(*speaker.say_many(number)).status_code == 202
        size = node.settle()
    return size


def placet(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run a command of the log in its own environment."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(["log", *words])
    return code, said.getvalue()


def vkey(node: LogNode) -> str:
    return str(node.get("/v1/log", node.otto()).json()["vkey"])


def signed(node: LogNode, size: int, root: bytes) -> bytes:
    """Sign a tree with the log's own key, as a log that leads two lives would."""
    settings = node.parts.settings
    signer = read_signer(settings.keys_dir, settings.log_origin)
    text = Checkpoint(origin=settings.log_origin, size=size, root=root).text()
    line = Signature(name=signer.key.name, key_id=signer.key.id, blob=signer.sign(text.encode()))
    return bytes(SignedNote(text=text, signatures=(line,)))


def true_root(node: LogNode, size: int) -> bytes:
    with node.parts.transaction() as log:
        return root_at(size, hashes_from(log.reader.tile))


@pytest.fixture(scope="module")
def evidence(node: LogNode, grown: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What witnesses have shown: forks below, at and above the size, and one note of this tree."""
    assert placet(node.environment, "forks", "--to", "/nonexistent") == (
        0,
        "no other tree under this log's key is known here\n",
    )
    store = PostgresPublisherStore(node.parts.engine)
    for witness, size, root in (
        ("se", 4, FORGED),
        ("fi", 257, FORGED),
        ("ee", grown, FORGED),
        ("no", grown + 9, FORGED),
        ("es", 100, true_root(node, 100)),
    ):
        store.keep_evidence(witness, signed(node, size, root), node.parts.clock.now())
    folder = tmp_path_factory.mktemp("forks")
    code, said = placet(node.environment, "forks", "--to", str(folder))
    assert (code, said.count("written")) == (1, 4)
    return folder


def check(node: LogNode, folder: Path) -> tuple[int, str]:
    return placet({}, "forks", "--check", str(folder), "--vkey", vkey(node))


def of_size(evidence: Path, size: int) -> Path:
    wanted = f"\n{size}\n".encode()
    return next(one.parent for one in evidence.glob("*/theirs") if wanted in one.read_bytes())


def test_each_fork_is_proven_to_whoever_has_the_key_and_an_open_one_is_called_so(
    node: LogNode, grown: int, evidence: Path
) -> None:
    for size in (4, 257, grown):
        code, said = check(node, of_size(evidence, size))
        assert (code, "PROVEN: one key has signed two histories" in said) == (0, True), said
        assert "NOT PROVEN" not in said
    code, said = check(node, of_size(evidence, grown + 9))
    assert (code, "OPEN: a larger tree" in said) == (1, True)
    other = vkey(node).split("+")[0] + "+" + "00000000" + "+" + vkey(node).split("+", 2)[2]
    assert placet({}, "forks", "--check", str(of_size(evidence, 4)), "--vkey", other)[0] == 1


def altered(folder: Path, node: LogNode) -> Iterator[tuple[str, str, bytes]]:
    """Give false evidence: a file's name and content, by what is wrong with it."""
    lines = (folder / "proof").read_bytes().split(b"\n")
    theirs, ours = (folder / "theirs").read_bytes(), (folder / "ours").read_bytes()
    yield "a true note", "theirs", signed(node, 257, true_root(node, 257))
    yield "no signature", "theirs", theirs.rpartition(b"\n\n")[0] + b"\n\n"
    yield "a root put in", "theirs", theirs.replace(b64encode(FORGED), b64encode(b"g" * 32))
    yield "another root", "proof", b"\n".join([b64encode(b"x" * 32), *lines[1:]])
    yield "a hash less", "proof", b"\n".join([*lines[:1], *lines[2:]])
    yield "a hash altered", "proof", b"\n".join([*lines[:1], b64encode(b"x" * 32), *lines[2:]])
    yield "no hash", "proof", b"?\n"
    yield "no proof", "proof", b""
    yield "one note twice", "ours", theirs
    yield "cut short", "ours", ours[:-10]


def test_false_evidence_proves_nothing(node: LogNode, evidence: Path, tmp_path: Path) -> None:
    """A log must not be accused by whoever alters a file: only its own two signatures count."""
    folder = of_size(evidence, 257)
    assert b64decode((folder / "proof").read_bytes().split(b"\n")[0]) == true_root(node, 257)
    for number, (what, name, data) in enumerate(altered(folder, node)):
        place = tmp_path / str(number)
        place.mkdir()
        for one in folder.iterdir():
            (place / one.name).write_bytes(one.read_bytes())
        (place / name).write_bytes(data)
        code, said = check(node, place)
        assert (code, "NOT PROVEN" in said) == (1, True), (what, said)
    assert check(node, tmp_path / "nowhere")[0] == 1


@pytest.mark.parametrize("words", [(), ("--to", "x", "--check", "y"), ("--check", "y")])
def test_half_a_question_is_refused(words: tuple[str, ...]) -> None:
    code, said = placet({}, "forks", *words)
    assert (code, said) == (2, "Give --to, or --check with --vkey.\n")

# SPDX-License-Identifier: Apache-2.0
"""A lost database is refilled from a copy of its bundles up to what was witnessed, or not."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from audit_log.adapters.recovering import FetchedCopy, from_folder
from audit_log.domain.errors import LogMismatch
from audit_log.domain.submission import origin_digest
from audit_log.domain.tiles import bundles_of, decode_bundle, encode_bundle
from audit_log.settings import AdminSettings
from services.audit_log import admin
from shared.entries import parse_entry
from shared.settings import load
from tests.support.postgres import copied_database
from tests.support.witness_net import Member, federation, member, origin_of

NAMES = ("se", "fi")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Member]]:
    with federation(tmp_path_factory.mktemp("federation"), *NAMES) as members:
        yield members


def copied(one: Member, folder: Path) -> Path:
    """Copy a log's bundles as anybody may who can read them."""
    size = int(str(one.about()["size"]))
    for name in bundles_of(size):
        path = folder / str(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.node.get(f"/log/{name}").content)
    return folder


def witnessed(by: Member, name: str) -> bytes:
    found: bytes = by.node.get(f"/witness/{origin_digest(origin_of(name))}/checkpoint").content
    return found


def settings(**changes: str) -> AdminSettings:
    return load(AdminSettings, changes)


def sizes(url: str) -> tuple[int, int]:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT size FROM log_state), (SELECT count(*) FROM sealed)"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_a_restored_log_is_refilled_confirmed_and_goes_on(
    nodes: dict[str, Member], tmp_path: Path
) -> None:
    """Everything signed since the backup is refilled; what still waits keeps its sealed parts."""
    se = nodes["se"]
    se.turn(300)
    waiting = se.speaker.say_many(20)
    se.node.send(*waiting)  # in the intake when the backup is made, sequenced afterwards
    se.parts.engine.dispose()
    older = copied_database(se.node.environment["PLACET_DATABASE_URL"])
    head = tmp_path / "head.note"
    head.write_bytes(se.parts.settings.head_file.read_bytes())
    for entries in (200, 5, 5, 190):  # several batches, each with entries of the log's own between
        se.turn(entries)
    note = tmp_path / "newest.note"
    note.write_bytes(witnessed(nodes["fi"], "se"))
    environment = {
        **se.node.environment,
        "PLACET_DATABASE_URL": older,
        "PLACET_HEAD_FILE": str(head),
    }
    lost = copied(se, tmp_path / "copy")
    before, sealed = sizes(older)
    command = [sys.executable, "-m", "services.cli", "log", "recover", "--from", str(lost)]
    said = subprocess.run(
        [*command, "--checkpoint", str(note)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert f"entries {before} to " in said.stdout
    assert "needs a new key and name" in said.stdout
    with psycopg.connect(older) as connection:
        (barred,) = connection.execute("SELECT witness_barred FROM log_signing").fetchall()
    assert barred == ([str(one.key) for one in se.parts.witness.signers],)
    size, parts = sizes(older)
    assert size == int(str(se.about()["size"]))
    assert parts >= sealed + 20
    policy = Path(environment["PLACET_WITNESS_POLICY"]).read_text(encoding="utf-8")
    with member(
        tmp_path / "restored",
        "se",
        policy,
        PLACET_KEYS_DIR=environment["PLACET_KEYS_DIR"],
        PLACET_HEAD_FILE=str(head),
        PLACET_DATABASE_URL=older,
    ) as restored:
        restored.sequence()
        restored.turn()
        about = restored.about()
        assert about["signing"] == "signing"
        assert about["size"] == about["witnessed_size"]
        assert int(str(about["size"])) > size
        restored.checkpoint(se.key)
    report = admin.verify_stored(settings(**environment))
    assert {(flaw.table, flaw.what) for flaw in report.flaws} <= {
        ("sealed", "is gone, and no erasure says why")
    }


def test_nothing_is_written_when_copy_note_and_database_do_not_belong_together(
    nodes: dict[str, Member], tmp_path: Path
) -> None:
    fi = nodes["fi"]
    fi.turn(10)
    fi.parts.engine.dispose()
    older = copied_database(fi.node.environment["PLACET_DATABASE_URL"])
    fi.turn(300)
    note, whole = witnessed(nodes["se"], "fi"), copied(fi, tmp_path / "copy")
    head = tmp_path / "head.note"
    chosen = settings(
        **{
            **fi.node.environment,
            "PLACET_DATABASE_URL": older,
            "PLACET_HEAD_FILE": str(head),
        }
    )
    before = sizes(older)
    good = from_folder(whole)
    first, *others = good.bundle(0, 256)
    altered = whole / "tile" / "entries" / "000"
    kept = altered.read_bytes()
    for wrong in (
        encode_bundle([*others[:1], first, *others[1:]]),
        encode_bundle([first[:-1] + b" ", *others]),
    ):
        altered.write_bytes(wrong)
        with pytest.raises(LogMismatch, match="not that of the note"):
            admin.recover(chosen, copy=str(whole), note=note)
    altered.write_bytes(kept[:-1])
    with pytest.raises(LookupError):
        admin.recover(chosen, copy=str(whole), note=note)
    altered.write_bytes(kept)
    fi.turn(5)
    head.write_bytes(witnessed(nodes["se"], "fi"))
    with pytest.raises(LogMismatch, match="head file"):
        admin.recover(chosen, copy=str(whole), note=note)
    assert sizes(older) == before
    head.unlink()
    with psycopg.connect(older) as connection:  # it went on by itself since
        connection.execute("UPDATE log_state SET root = sha256('other')")
    with pytest.raises(LogMismatch):
        admin.recover(chosen, copy=str(whole), note=note)
    assert sizes(older) == before


def test_a_copy_may_hold_wider_bundles_and_must_hold_every_one() -> None:
    files = {"tile/entries/000": encode_bundle([b"a"] * 256), "tile/entries/001.p/2": b"\x00\x01"}
    copy = FetchedCopy(lambda path: files[path])
    assert len(copy.bundle(0, 7)) == 7
    for index in (1, 2):
        with pytest.raises(LookupError):
            copy.bundle(index, 2)


def test_a_new_origin_begins_with_what_it_follows(nodes: dict[str, Member], tmp_path: Path) -> None:
    se = nodes["se"]
    se.turn(5)
    note = witnessed(nodes["fi"], "se")
    size = int(note.split(b"\n")[1])
    with member(tmp_path / "new", "se-2", "quorum none\n", registered=False) as new:
        chosen = settings(**new.node.environment)
        with pytest.raises(LogMismatch, match="nothing is lost"):
            admin.succeed(chosen, old_vkey=str(se.key), note=note, kept=size)
        with pytest.raises(LogMismatch, match="itself"):
            admin.succeed(settings(**se.node.environment), old_vkey=str(se.key), note=note, kept=3)
        with pytest.raises(ValueError, match="known key"):
            admin.succeed(chosen, old_vkey=str(new.key), note=note, kept=3)
        said = admin.succeed(chosen, old_vkey=str(se.key), note=note, kept=3)
        with pytest.raises(LogMismatch, match="begun"):
            admin.succeed(chosen, old_vkey=str(se.key), note=note, kept=3)
        new.node.add()
        new.turn(3)
        size_now = int(str(new.about()["size"]))
        served = new.node.get(f"/log/tile/entries/000.p/{size_now}")
        raw, *_ = decode_bundle(served.content)
        first = parse_entry(raw)
        assert (first.id, first.reason) == (said, "succeeds")
        assert first.extra == {
            "origin": origin_of("se"),
            "size": size,
            "root": note.split(b"\n")[2].decode(),
            "lost_first": 3,
            "lost_last": size - 1,
        }

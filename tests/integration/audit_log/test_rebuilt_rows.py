# SPDX-License-Identifier: Apache-2.0
"""Somebody with every right on the database rewrites the end of the log; its witnesses tell."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from audit_log.bootstrap import create_publisher
from audit_log.domain.errors import HeadMismatch
from audit_log.domain.submission import Submission
from tests.fakes.log_factories import Speaker
from tests.integration.audit_log.test_federation import NAMES, findings, held, submit
from tests.support.postgres import owner_of
from tests.support.rebuilt_rows import rebuild
from tests.support.witness_net import Member, federation


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[dict[str, Member]]:
    with federation(tmp_path, *NAMES) as members:
        yield members


def size_of(note: bytes) -> int:
    return int(note.split(b"\n")[1])


@pytest.mark.parametrize("entries", [5, 60], ids=["shorter", "longer"])
def test_rows_deleted_and_rebuilt_are_caught_by_three_nodes(
    nodes: dict[str, Member], entries: int
) -> None:
    """Entries, tiles, state and the head file all agree with each other, and with no witness."""
    se, others = nodes["se"], [nodes["fi"], nodes["ee"]]
    se.turn(300)
    head = se.parts.settings.head_file.read_bytes()
    se.turn(40)
    honest = held(others[0], "se").content
    assert size_of(held(others[1], "se").content) == size_of(honest) > size_of(head)
    url = owner_of(se.node.environment["PLACET_DATABASE_URL"])
    se.parts.engine.dispose()
    rebuild(url, size_of(honest) - 30)
    se.parts.settings.head_file.write_bytes(head)
    se.start()
    se.speaker = Speaker(epoch=9)
    se.grow(entries)  # other entries stand where the deleted ones stood
    se.ask()
    assert not se.witnesses.may_sign()
    assert se.about()["signing"] == "stopped"
    assert {("split_view", "fi"), ("split_view", "ee")} <= set(findings(se))
    with pytest.raises(HeadMismatch):
        se.publisher.step()
    # They delete what the witnesses answered, and sign without asking anybody.
    with psycopg.connect(url) as connection:
        for table in ("fork_evidence", "finding", "log_signing"):
            name = Identifier(table)
            connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
            connection.execute(SQL("DELETE FROM {}").format(name))
    create_publisher(se.parts).step()
    with se.parts.transaction() as log:
        forged = log.reader.newest()
    assert forged is not None
    assert forged.size > size_of(head), "signed with the log's own key"
    se.start()
    se.ask()
    shown = se.checkpoint(se.key).encode()
    assert size_of(shown) == size_of(head), "readers are shown what was witnessed, and no more"
    assert {code for code, _ in findings(se)} == {"split_view"}
    for other in others:
        raw = bytes(Submission(old=size_of(honest), proof=(), note=forged.note))
        assert submit(other, raw).status_code in {400, 422}
        assert held(other, "se").content.split(b"\n\n")[0] == honest.split(b"\n\n")[0]
    # The two others go on witnessing each other.
    for other in others:
        other.turn(5)
        assert other.about()["signing"] == "signing"

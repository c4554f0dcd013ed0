# SPDX-License-Identifier: Apache-2.0
"""A database restored from before an erasure brings nobody back, and nothing is shown before that.

The backup is a copy of the whole database, made while nobody used it; keys and the file of erasures
lie outside of it, as they do in a node.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from audit_log.domain.errors import OlderThanErased, Unopenable
from services.audit_log import admin
from shared.entries import Entry, parse_entry
from shared.errors import ErasuresUnreadable
from shared.events import Subject
from tests.fakes.log_factories import DATASET, fact
from tests.support.log_node import LogNode
from tests.support.postgres import owner_of
from tests.support.restored_site import ACCOUNT, DORA, HER, OTHER, PERSON, Site, rows, site_at


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_at(tmp_path) as made:
        yield made


def erase_entries(node: LogNode) -> list[Entry]:
    said = [parse_entry(raw) for raw in node.entries()]
    return [one for one in said if one.type == "placet.audit.erase.v1"]


@pytest.mark.parametrize(("target", "parts"), [(PERSON, 2), (ACCOUNT, 3)])
def test_a_backup_from_before_an_erasure_brings_nobody_back(
    site: Site, target: Mapping[str, object], parts: int
) -> None:
    search = {"name": "hers", "hours": 24, "filter": target}
    assert site.node.post("/v1/queries", search, site.node.otto()).status_code == 201
    site.node.settle()
    older = site.backup()
    erased = site.erase(target)
    assert erased["parts"] == parts
    before = rows(older, "SELECT kid, kek, wrapped FROM dek WHERE wrapped IS NOT NULL")
    alive = {kid for (kid,) in rows(site.url, "SELECT kid FROM dek WHERE wrapped IS NOT NULL")}
    ((kid, kek, wrapped),) = [row for row in before if row[0] not in alive]
    unstarted = site.built(older)
    with pytest.raises(Unopenable, match="destroyed"):  # before anything was done about it
        unstarted.keys.vault.unwrap(kid, kek, bytes(wrapped))
    unstarted.engine.dispose()
    with site.restored(older) as node:
        assert rows(older, "SELECT wrapped IS NULL FROM dek WHERE kid = %s", kid) == [(False,)]
        found = node.post("/v1/search", target, node.otto())
        assert found.json()["entries"] == [], "the first answer comes after the erasure"
        assert rows(older, "SELECT wrapped, subject FROM dek WHERE kid = %s", kid) == [(None, None)]
        assert rows(older, "SELECT FROM sealed WHERE kid = %s", kid) == []
        node.settle()
        (again,) = erase_entries(node)
        assert (again.reason, again.counts) == ("gdpr_17_1_b", {"parts": parts})
        assert again.extra["erasure"] == erased["erasure_id"]
        assert "again" in again.extra
        state = node.get(
            f"/v1/erasures/{erased['erasure_id']}", node.service("story", "subjects.erase")
        ).json()
        assert state["state"] == "done"
    for table in (
        "SELECT * FROM erasure ORDER BY id",
        "SELECT * FROM erased_part ORDER BY idx, grp",
    ):
        assert rows(older, table) == rows(site.url, table)
    for url in (older, site.url):
        named = rows(url, "SELECT wrapped, sealed, about, next_at FROM saved_query")
        assert named == [(b"", b"", None, None)], "what looked for her is forgotten, too"
    assert admin.verify_stored(site.settings(older)).flaws == ()


def test_everybody_else_is_there_after_it_as_before(site: Site) -> None:
    older = site.backup()
    site.erase(PERSON)
    with site.restored(older) as node:
        node.settle()
        body = {"person": {"dataset": OTHER.dataset, "ordinal": OTHER.ordinal}}
        assert len(node.post("/v1/search", body, node.otto()).json()["entries"]) == 2
        assert len(node.post("/v1/search", ACCOUNT, node.otto()).json()["entries"]) == 2


def test_a_key_table_restored_alone_gives_no_key_back(site: Site) -> None:
    older = site.backup()
    site.erase(PERSON)
    gone = "SELECT kid FROM dek WHERE wrapped IS NULL"
    ((kid,),) = rows(site.url, gone)
    ((subject, wrapped),) = rows(older, "SELECT subject, wrapped FROM dek WHERE kid = %s", kid)
    with psycopg.connect(owner_of(site.url)) as connection:
        connection.execute("ALTER TABLE dek DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE dek SET wrapped = %s, subject = %s, erased_at = NULL WHERE kid = %s",
            (wrapped, subject, kid),
        )
        connection.execute("ALTER TABLE dek ENABLE TRIGGER USER")
    flaws = {(one.table, one.what) for one in admin.verify_stored(site.settings(site.url)).flaws}
    assert ("dek", "was not destroyed when an erasure says so") in flaws
    site.node.parts.replayer.step()  # as the worker does now and then, without a new start
    assert rows(site.url, gone) == [(kid,)]
    assert admin.verify_stored(site.settings(site.url)).flaws == ()


def test_a_number_of_a_destroyed_key_is_never_given_out_again(site: Site) -> None:
    """The backup is older than the key: whoever comes next must not be taken for the erased."""
    older = site.backup()
    site.node.send(site.speaker.say(fact(subjects=(Subject(dataset=DATASET, ordinal=99),))))
    site.node.settle()
    site.erase({"person": {"dataset": DATASET, "ordinal": 99}})
    ((kid,),) = rows(site.url, "SELECT kid FROM dek WHERE wrapped IS NULL")
    built = site.built(older)
    built.replayer.ensure()
    built.engine.dispose()
    ((following,),) = rows(older, "SELECT nextval('dek_kid')")
    assert following > kid
    ((wrapped,),) = rows(older, "SELECT wrapped FROM dek WHERE kid = %s", kid)
    assert wrapped is None


def test_nothing_is_sequenced_into_a_tree_from_before_an_erasure(site: Site) -> None:
    """What waits in the restored intake may be sealed parts of whoever was erased since."""
    site.node.send(site.speaker.say(fact(actor=DORA, subjects=(HER,))))
    older = site.backup()
    site.node.settle()
    site.erase(PERSON)
    restored = site.built(older)
    with pytest.raises(OlderThanErased):
        restored.replayer.ensure_whole()
    restored.engine.dispose()
    site.node.parts.replayer.ensure_whole()


def test_an_erasure_that_cannot_be_written_down_outside_is_not_done(site: Site) -> None:
    file = site.node.parts.settings.erasures_file
    file.mkdir()
    token = site.node.service("story", "subjects.erase")
    answer = site.node.post("/v1/erasures", {**PERSON, "ground": "gdpr_17_1_b"}, token)
    assert (answer.status_code, answer.json()["code"]) == (503, "erasures_unreadable")
    assert rows(site.url, "SELECT FROM dek WHERE wrapped IS NULL") == []
    file.rmdir()
    assert site.erase(PERSON)["parts"] == 2


def test_a_lost_file_is_written_anew_from_the_database(site: Site) -> None:
    older = site.backup()
    site.erase(PERSON)
    file = site.node.parts.settings.erasures_file
    (known,) = site.node.parts.outside.known().erasures
    file.unlink()
    with pytest.raises(ErasuresUnreadable):  # it was there: somebody must look
        site.node.parts.replayer.step()
    started = site.built(site.url)
    started.replayer.ensure()
    started.engine.dispose()
    (again,) = site.node.parts.outside.known().erasures
    assert (again.id, again.kid, again.made_at) == (known.id, known.kid, known.made_at)
    assert (again.places, again.digest, again.key) == (known.places, known.digest, None)
    with site.restored(older) as node:
        node.parts.replayer.ensure()
    assert admin.verify_stored(site.settings(older)).flaws == ()

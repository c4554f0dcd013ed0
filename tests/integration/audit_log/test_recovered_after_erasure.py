# SPDX-License-Identifier: Apache-2.0
"""A log that is refilled after a disaster leaves away the parts of whoever was erased before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_log.domain.parts import group_code
from audit_log.domain.tiles import bundles_of
from audit_log.usecases.recover import Recovered
from services.audit_log import admin
from shared.entries import parse_entry
from tests.fakes.log_factories import fact
from tests.support.restored_site import DORA, HER, OTHER, PERSON, RITA, Site, rows, site_at


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_at(tmp_path) as made:
        yield made


class Disaster:
    """The backup, the copy of the bundles and the newest note, with an erasure since the backup.

    One entry with a part of hers waits in the intake of the backup.
    """

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.copy = folder / "copy"
        waiting = site.speaker.say(fact(actor=DORA, subjects=(HER, OTHER)))
        site.node.send(waiting)
        self.older = site.backup()
        size = site.node.settle()
        self.index = next(
            index for index, raw in enumerate(site.node.entries()) if raw == waiting.entry
        )
        self.erased = site.erase(PERSON)
        assert (self.erased["parts"], self.erased["below"]) == (3, size)
        site.node.send(site.speaker.say(fact(actor=RITA, subjects=(OTHER,))))
        self.size = site.node.settle()
        for name in bundles_of(self.size):
            path = self.copy / str(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(site.node.get(f"/log/{name}", site.node.otto()).content)
        self.note = site.node.parts.settings.head_file.read_bytes()

    def recover(self, **changes: str) -> Recovered:
        chosen = self.site.settings(self.older, **changes)
        return admin.recover(chosen, copy=str(self.copy), note=self.note)

    def groups(self) -> set[int]:
        """Give the groups of the parts that the entry has which waited."""
        found = rows(self.older, "SELECT grp FROM sealed WHERE idx = %s", self.index)
        return {group for (group,) in found}

    def flaws(self) -> set[tuple[str, str]]:
        report = admin.verify_stored(self.site.settings(self.older))
        return {(flaw.table, flaw.what) for flaw in report.flaws}

    def living_keys(self) -> set[int]:
        found = rows(self.older, "SELECT kid FROM dek WHERE wrapped IS NOT NULL")
        return {kid for (kid,) in found}


@pytest.fixture
def disaster(site: Site, tmp_path: Path) -> Disaster:
    return Disaster(site, tmp_path)


def test_the_parts_of_the_erased_do_not_come_back_with_a_recovery(disaster: Disaster) -> None:
    ((hers,),) = rows(disaster.site.url, "SELECT kid FROM dek WHERE wrapped IS NULL")
    assert hers in disaster.living_keys()
    done = disaster.recover()
    assert (done.size, done.erased) == (disaster.size, 1)
    assert len(disaster.groups()) == 2
    assert group_code("actor") in disaster.groups()
    people = "SELECT ordinal FROM ev_person WHERE idx = %s"
    assert rows(disaster.older, people, disaster.index) == [(OTHER.ordinal,)]
    assert hers not in disaster.living_keys()
    assert disaster.flaws() <= {("sealed", "is gone, and no erasure says why")}
    with disaster.site.restored(disaster.older) as node:
        node.parts.replayer.ensure_whole()
        assert node.post("/v1/search", PERSON, node.otto()).json()["entries"] == []
        node.settle()
        said = [parse_entry(raw) for raw in node.entries()]
        first, again = (one for one in said if one.type == "placet.audit.erase.v1")
        assert first.extra["erasure"] == again.extra["erasure"] == disaster.erased["erasure_id"]
        assert ("again" in first.extra, "again" in again.extra) == (False, True)
        (recovered,) = [one for one in said if one.reason == "log_recovered"]
        assert recovered.extra["erased"] == 1


def test_an_erasure_done_again_before_the_recovery_is_said_after_it(disaster: Disaster) -> None:
    with disaster.site.restored(disaster.older) as node:
        assert node.post("/v1/search", PERSON, node.otto()).json()["entries"] == []
    disaster.recover()
    with disaster.site.restored(disaster.older) as node:
        node.settle()
        said = [parse_entry(raw) for raw in node.entries()]
    assert sum("again" in one.extra for one in said) == 1


def test_without_the_file_the_entries_tell_which_key_it_was(
    disaster: Disaster, tmp_path: Path
) -> None:
    """No part from before the erasure is refilled, for nobody knows any more which were hers."""
    ((hers,),) = rows(disaster.site.url, "SELECT kid FROM dek WHERE wrapped IS NULL")
    done = disaster.recover(PLACET_ERASURES_FILE=str(tmp_path / "lost.jsonl"))
    assert done.erased == 3
    assert disaster.groups() == set()
    assert hers not in disaster.living_keys()
    assert ("dek", "was not destroyed when an erasure says so") not in disaster.flaws()

# SPDX-License-Identifier: Apache-2.0
"""Erasing somebody who came in a file: nothing leads from her events to a line, or back."""

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from tests.support.erasing_world import PSEUDONYM, ErasingWorld, erasing_world
from tests.support.merge_world import rebuilt
from tests.support.registry_world import DESK, DS, csv_of

AGAIN = {"local_id": "S-7", "participant": "P-7"}


@pytest.fixture
def site() -> Iterator[ErasingWorld]:
    with erasing_world() as opened:
        yield opened


def lines(site: ErasingWorld, *, of_somebody: bool) -> int:
    known = "IS NOT NULL" if of_somebody else "IS NULL"
    found = site.world.scalar(f"SELECT count(*) FROM imported_line WHERE pid {known}")  # noqa: S608
    return int(str(found))


def test_an_event_says_no_file_and_no_line(site: ErasingWorld) -> None:
    said = "SELECT count(*) FROM consent_event WHERE file_sha256 IS NOT NULL OR line IS NOT NULL"
    assert site.world.scalar(said) == 0
    assert (lines(site, of_somebody=True), lines(site, of_somebody=False)) == (3, 0)


def test_after_an_erasure_nobody_knows_whose_line_it_was(site: ErasingWorld) -> None:
    pid = str(site.world.scalar(f"SELECT pid FROM participant WHERE pseudonym = '{PSEUDONYM}'"))  # noqa: S608
    site.begin()
    site.run()
    assert (lines(site, of_somebody=True), lines(site, of_somebody=False)) == (1, 2)
    assert site.world.scalar(f"SELECT count(*) FROM imported_line WHERE pid = '{pid}'") == 0  # noqa: S608
    assert verify_chains(tools=site.tools)[DS].broken == ()
    rebuilt(site.world, "P-2")


def test_the_same_file_does_not_bring_her_back(site: ErasingWorld) -> None:
    content = csv_of([{"participant": PSEUDONYM, "local_id": "S-ANNA-93ac", **_RARE}, AGAIN])
    site.world.receive(content)
    site.world.work()
    before = site.world.count("participant")
    site.begin()
    site.run()
    repeated = site.world.receive(content)
    site.world.work()
    found = site.world.report(repeated.import_id).batch
    assert (found.applied, found.repeated) == (0, 2)
    assert site.world.count("participant") == before
    with site.tools.reads() as uow:
        assert uow.people.pid(PSEUDONYM) is None


def test_a_line_that_stands_in_an_event_of_before_is_not_taken_in_again(
    site: ErasingWorld,
) -> None:
    content = csv_of([AGAIN])
    digest = hashlib.sha256(content.encode()).hexdigest()
    site.world.receive(content)
    site.world.work()
    with site.world.as_owner() as connection:
        connection.execute(text("DELETE FROM imported_line"))
        connection.execute(text("GRANT UPDATE ON consent_event TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE consent_event DISABLE TRIGGER USER"))
        connection.execute(
            text(
                "UPDATE consent_event SET file_sha256 = decode(:digest, 'hex'), line = 2, mapping ="
                " (SELECT mapping FROM import_batch ORDER BY received_at DESC LIMIT 1)"
                " WHERE ordinal = (SELECT max(ordinal) FROM consent_event WHERE dataset = :dataset)"
                " AND dataset = :dataset"
            ),
            {"digest": digest, "dataset": DS},
        )
    repeated = site.world.receive(content)
    site.world.work()
    assert site.world.report(repeated.import_id).batch.repeated == 1


def test_a_line_is_taken_in_once_whatever_is_killed_in_between(site: ErasingWorld) -> None:
    withdraw("P-2", WithdrawConsent(), tools=site.tools, principal=DESK)
    doubled = "INSERT INTO imported_line SELECT file_sha256, line, mapping, NULL FROM imported_line"
    with (
        site.world.engine.begin() as connection,
        pytest.raises(IntegrityError, match="duplicate key"),
    ):
        connection.execute(text(doubled))


_RARE = {"permission": "HMB", "signed_on": "2025-02-01"}

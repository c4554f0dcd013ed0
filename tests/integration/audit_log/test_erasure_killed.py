# SPDX-License-Identifier: Apache-2.0
"""Kill -9 in the middle of an erasure, and of doing one again: whole or not at all, and done later.

What was not written down outside the database was not accepted, and is not half done; from the
moment on when it is, the next start of any process does it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from services.audit_log import admin
from shared.events import Subject
from tests.fakes.log_factories import DATASET, fact
from tests.support.doomed_erasure import AGAIN, ERASING, WRITTEN
from tests.support.restored_site import HER, PERSON, Site, rows, site_at

ORDINALS = {point: 100 + n for n, point in enumerate(ERASING)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_at(tmp_path_factory.mktemp("killed")) as made:
        people = [Subject(dataset=DATASET, ordinal=one) for one in ORDINALS.values()]
        for person in people:
            made.node.send(made.speaker.say(fact(subjects=(person, HER))))
        made.node.settle()
        yield made


def killed(site: Site, url: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.doomed_erasure", *words],
        env={"PATH": os.environ["PATH"], **site.node.environment, "PLACET_DATABASE_URL": url},
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, "the point was reached"


def start(site: Site, url: str) -> None:
    """Do what every process of the log does first."""
    parts = site.built(url)
    parts.replayer.ensure()
    parts.engine.dispose()


def erasures(url: str) -> int:
    ((number,),) = rows(url, "SELECT count(*) FROM erasure")
    return int(number)


@pytest.mark.parametrize("point", ERASING)
def test_an_erasure_is_whole_or_not_at_all(site: Site, point: str) -> None:
    ordinal = ORDINALS[point]
    before, file = erasures(site.url), site.node.parts.settings.erasures_file
    killed(site, site.url, point, str(ordinal))
    assert erasures(site.url) == before, "nothing was committed"
    site.node.settle()
    shut = {(one.table, one.what) for one in admin.verify_stored(site.settings(site.url)).flaws}
    assert (("dek", "does not unwrap") in shut) == (point in WRITTEN)
    start(site, site.url)
    assert erasures(site.url) == before + (point in WRITTEN)
    if point not in WRITTEN:
        site.erase({"person": {"dataset": DATASET, "ordinal": ordinal}})
    assert file.read_bytes().count(b"\n") == erasures(site.url)
    site.node.settle()
    assert admin.verify_stored(site.settings(site.url)).flaws == ()


def test_doing_it_again_is_finished_by_the_next_start(site: Site) -> None:
    older = site.backup()
    gone = {kid for (kid,) in rows(site.url, "SELECT kid FROM dek WHERE wrapped IS NULL")}
    site.erase(PERSON)
    copies = {point: site.copy_of(older) for point in AGAIN}
    for point, url in copies.items():
        killed(site, url, point)
        assert erasures(url) == erasures(older) + (point == "committed")
        start(site, url)
        start(site, url)
        assert erasures(url) == erasures(site.url)
        destroyed = {kid for (kid,) in rows(url, "SELECT kid FROM dek WHERE wrapped IS NULL")}
        assert len(destroyed - gone) == 1
        said = rows(url, "SELECT entry FROM intake ORDER BY id")
        assert sum(b'"again":' in bytes(entry) for (entry,) in said) == 1
        with site.restored(url) as node:
            node.settle()
        assert admin.verify_stored(site.settings(url)).flaws == ()

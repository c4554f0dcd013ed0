# SPDX-License-Identifier: Apache-2.0
"""A database restored from before an erasure brings nobody back, and nothing is read before that.

The backup is a copy of the whole database, made while nobody used it; keys and the file of erasures
lie outside of it, as they do in a node.
"""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from consent_registry.domain.erasure import Account, Part, Phase
from consent_registry.domain.errors import NotLinked, ParticipantUnknown
from consent_registry.domain.purpose import Category
from consent_registry.domain.rights import Right
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.erasing import confirm_erasure
from consent_registry.usecases.own_file import file_of, own_file
from consent_registry.usecases.reading import own_consents
from consent_registry.usecases.replaying import replay
from consent_registry.usecases.requests import (
    NewRequest,
    begin_erasure,
    make_own_request,
    see_request,
)
from shared.errors import ErasuresUnreadable
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import (
    ANNA,
    EVIDENCE,
    GRETA,
    HUGO,
    ILLNESS,
    LOCAL_ID,
    PSEUDONYM,
    SUBJECT,
    ErasingWorld,
    erasing_world,
)
from tests.support.postgres import copied_database
from tests.support.registry_world import DESK, DS, LOGIN, csv_of, registry_world
from tests.support.restored_registry import AGAIN, ERASING, WRITTEN, outside_of, restored

ROOT = Path(__file__).parents[3]
WORDS = "I am Anna Example of the north"
PERSONAL = (PSEUDONYM, LOCAL_ID, SUBJECT, ILLNESS, EVIDENCE)
KEYS = "SELECT encode(wrapped, 'hex') FROM person_key ORDER BY 1"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ErasingWorld]:
    with erasing_world(*outside_of(tmp_path)) as opened:
        yield opened


def backup(site: ErasingWorld) -> str:
    site.world.engine.dispose()
    return copied_database(site.world.url)


def left_of_her(site: ErasingWorld) -> list[str]:
    return [word for word in PERSONAL if word in site.texts()]


def within(site: ErasingWorld) -> set[int]:
    asked = purpose(Category.DS, diseases=(ILLNESS,))
    return set(evaluate_cohort(DS, asked, tools=site.tools, principal=DESK).cohort.within)


def killed(url: str, folder: Path, act: str, point: str) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.support.restored_registry",
        url,
        str(folder),
        act,
        point,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


def test_a_backup_from_before_an_erasure_brings_nobody_back(
    site: ErasingWorld, tmp_path: Path
) -> None:
    wanted = NewRequest(right=Right.RECTIFICATION, words=WORDS)
    make_own_request(wanted, tools=site.tools, principal=ANNA)
    site.send()
    older = backup(site)
    erasure_id = site.begin()
    site.run()
    with restored(older, tmp_path) as again:
        assert left_of_her(again) == list(PERSONAL), "the backup holds her"
        with pytest.raises(NotLinked):  # the first question comes after the erasure
            own_consents(tools=again.tools, principal=ANNA)
        with pytest.raises(NotLinked):
            own_file(with_uses=False, tools=again.tools, principal=ANNA)
        with pytest.raises(ParticipantUnknown):
            file_of(PSEUDONYM, with_uses=False, tools=again.tools, principal=GRETA)
        found = again.look(erasure_id)
        assert (found.phase, found.next_part) == (Phase.RUNNING, Part.OUTBOX)
        assert found.ground == "gdpr_17_1_b"
        assert "replayed" in again.texts()
        again.run()
        assert left_of_her(again) == []
        assert again.look(erasure_id).phase is Phase.SETTLING
        assert Account(issuer=LOGIN, subject=SUBJECT) in again.log.forgotten
        assert again.world.column("SELECT words FROM rights_request") == [None]
        assert verify_chains(tools=again.tools)[DS].broken == ()
        assert again.world.column(KEYS) == site.world.column(KEYS)


def test_she_leaves_every_cohort_again(site: ErasingWorld, tmp_path: Path) -> None:
    asked = purpose(Category.DS, diseases=(ILLNESS,))
    frozen = freeze_cohort(DS, asked, ApplicationId("A-1"), tools=site.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("P-1"), tools=site.tools, principal=DESK)
    older = backup(site)
    assert within(site) == {0, 1}
    site.begin()
    site.run()
    with restored(older, tmp_path) as again:
        assert within(again) == {1}
        with again.tools.reads() as uow:
            assert [set(one.members) for one in uow.cohorts.live(DS)] == [{1}]
        assert again.world.column("SELECT ordinal FROM cohort_narrowed") == [0]


def test_everybody_else_is_there_after_it_as_before(site: ErasingWorld, tmp_path: Path) -> None:
    older = backup(site)
    site.begin()
    site.run()
    with restored(older, tmp_path) as again:
        found = file_of("P-2", with_uses=False, tools=again.tools, principal=GRETA)
        assert "S-2" in str(found)


@pytest.mark.parametrize("asked", [False, True], ids=["asked for", "confirmed"])
def test_a_backup_from_in_between_goes_on_to_the_end(
    site: ErasingWorld, tmp_path: Path, *, asked: bool
) -> None:
    erasure_id = site.begin() if asked else site.ask().erasure_id
    older = backup(site)
    site.begin()
    site.run()
    with restored(older, tmp_path) as again:
        again.run()
        assert left_of_her(again) == []
        assert again.look(erasure_id).phase is Phase.SETTLING


@pytest.mark.parametrize("point", AGAIN)
def test_doing_it_again_may_be_killed_anywhere(
    site: ErasingWorld, tmp_path: Path, point: str
) -> None:
    older = backup(site)
    erasure_id = site.begin()
    site.run()
    before = site.world.erasures.read_bytes()
    killed(older, tmp_path, "start", point)
    with restored(older, tmp_path) as again:
        with pytest.raises(NotLinked):
            own_consents(tools=again.tools, principal=ANNA)
        again.run()
        assert left_of_her(again) == []
        assert again.look(erasure_id).phase is Phase.SETTLING
        stops = "SELECT count(*) FROM stop_event WHERE kind = 'erasure' AND begins"
        assert again.world.scalar(stops) == site.world.scalar(stops)
    assert site.world.erasures.read_bytes() == before


@pytest.mark.parametrize("point", ERASING)
def test_an_erasure_killed_around_its_line_is_done_at_the_next_start(
    site: ErasingWorld, tmp_path: Path, point: str
) -> None:
    site.begin()
    killed(site.world.url, tmp_path, "erase", point)
    assert PSEUDONYM in site.texts(), "it was killed before the database committed"
    with restored(site.world.url, tmp_path) as again:
        replay(tools=again.tools, outside=again.world.outside)
        again.send()
        assert (PSEUDONYM in again.texts()) is (point not in WRITTEN)
        again.run()
        assert left_of_her(again) == []
    assert len(site.world.erasures.read_bytes().splitlines()) == 1


def test_a_file_that_waited_in_the_backup_does_not_bring_her_back(
    site: ErasingWorld, tmp_path: Path
) -> None:
    row = {"participant": PSEUDONYM, "local_id": LOCAL_ID, "signed_on": "2025-02-15"}
    waiting = site.world.receive(csv_of([row, {"participant": "P-3", "local_id": "S-3"}]))
    older = backup(site)
    site.world.work()
    site.begin()
    site.run()
    with restored(older, tmp_path) as again:
        again.world.work()
        again.run()
        assert left_of_her(again) == []
        assert again.world.report(waiting.import_id).batch.state.value == "cancelled"


def test_keys_restored_alone_open_nothing_and_are_destroyed_again(
    site: ErasingWorld, tmp_path: Path
) -> None:
    find = f"SELECT pid FROM participant WHERE pseudonym = '{PSEUDONYM}'"  # noqa: S608
    pid = site.world.scalar(find)
    with site.world.engine.connect() as connection:
        wanted = text("SELECT wrapped FROM person_key WHERE pid = :pid")
        wrapped = connection.execute(wanted, {"pid": pid}).scalar_one()
    site.begin()
    site.run()
    put = text("INSERT INTO person_key (pid, wrapped) VALUES (:pid, :wrapped)")
    with site.world.engine.begin() as connection:
        connection.execute(put, {"pid": pid, "wrapped": wrapped})
    chains = verify_chains(tools=site.tools)  # of a process that started before
    assert chains[DS].erased == 1
    assert site.world.count("person_key") == 2
    with restored(site.world.url, tmp_path) as again:
        within(again)
        assert again.world.count("person_key") == 1
        assert again.world.count("erasure_account") == 0


def test_a_process_that_runs_on_a_restored_database_opens_and_seals_nothing_of_hers(
    site: ErasingWorld, tmp_path: Path
) -> None:
    """Until the worker has looked again: her key is there, and shut."""
    older = backup(site)
    site.begin()
    site.run()
    keys, file = outside_of(tmp_path)
    with registry_world(url=older, keys=keys, erasures=file) as running:
        assert verify_chains(tools=running.tools)[DS].erased == 1
        wanted = NewRequest(right=Right.RECTIFICATION, words=WORDS)
        with pytest.raises(ParticipantUnknown):
            make_own_request(wanted, tools=running.tools, principal=ANNA)
        assert running.count("rights_request") == 0


def test_processes_that_start_at_once_do_it_once(site: ErasingWorld, tmp_path: Path) -> None:
    older = backup(site)
    site.begin()
    site.run()
    keys, file = outside_of(tmp_path)
    with ExitStack() as stack:
        opened = [
            stack.enter_context(registry_world(url=older, keys=keys, erasures=file))
            for _ in range(4)
        ]
        with ThreadPoolExecutor(4) as pool:
            done = [
                pool.submit(replay, tools=world.tools, outside=world.outside) for world in opened
            ]
        assert [one.result() for one in done] == [False] * 4
        said = "SELECT count(*) FROM outbox WHERE convert_from(value, 'UTF8') LIKE '%replayed%'"
        assert opened[0].scalar(said) == 1
        assert opened[0].count("erasure") == 1


def test_her_request_is_closed_in_a_backup_from_between_it_and_the_erasure(
    site: ErasingWorld, tmp_path: Path
) -> None:
    wanted = NewRequest(right=Right.ERASURE)
    request = make_own_request(wanted, tools=site.tools, principal=ANNA)
    older = backup(site)
    asked = begin_erasure(request.request_id, "gdpr_17_1_b", tools=site.tools, principal=GRETA)
    confirm_erasure(asked.erasure_id, tools=site.tools, principal=HUGO)
    site.run()
    with restored(older, tmp_path) as again:
        again.run()
        seen = see_request(request.request_id, tools=again.tools, principal=GRETA)
        assert not seen.request.is_open


def test_an_erasure_that_cannot_be_written_down_outside_is_not_done(site: ErasingWorld) -> None:
    site.begin()
    site.world.erasures.mkdir()
    with pytest.raises(ErasuresUnreadable):
        site.run()
    assert PSEUDONYM in site.texts()
    site.world.erasures.rmdir()
    site.run()
    assert left_of_her(site) == []


def test_a_lost_file_is_written_anew_from_the_database(site: ErasingWorld, tmp_path: Path) -> None:
    older = backup(site)
    site.begin()
    site.run()
    (known,) = site.world.outside.known().erasures
    assert known.key is not None
    site.world.erasures.unlink()
    with restored(site.world.url, tmp_path) as started:
        within(started)
        (again,) = started.world.outside.known().erasures
    assert (again.erasure_id, again.pid, again.key) == (known.erasure_id, known.pid, None)
    with restored(older, tmp_path) as late:
        late.run()
        assert left_of_her(late) == []


def test_no_line_names_anybody(site: ErasingWorld) -> None:
    site.begin()
    site.run()
    line = site.world.erasures.read_text(encoding="utf-8")
    assert [word for word in (*PERSONAL, LOGIN, DS) if word in line] == []

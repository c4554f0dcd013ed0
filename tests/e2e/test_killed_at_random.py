# SPDX-License-Identifier: Apache-2.0
"""Every process of the suite killed five times at random moments, while people use all of it.

PostgreSQL's first process is one of them, and so is a second sequencer that stands by.

The ledger has what was answered: withdrawals, applications, decisions, counts, and reads at the
gate. It is compared with the entries decoded from the served tiles (`services.story.accounts`).
`PLACET_TEST_SEED` repeats the moments of a run.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest

from audit_log.settings import AdminSettings
from services.audit_log import admin
from services.story import access_chapters, consent_chapters, permit_chapters
from services.story.accounts import MARKS
from services.story.permit_chapters import Permit
from services.story.proof_chapters import prove
from services.story.stage import Cast, Stage, open_stage
from shared.settings import load as load_settings
from tests.support.kafka.broker import KafkaBroker
from tests.support.process_table import environment
from tests.support.random_havoc import Measure, RandomHavoc, living, seed_of_run
from tests.support.suite import RunningSuite, run_placet, running_suite
from tests.support.suite_load import GATE, SuiteLoad
from tests.support.suite_victims import pid_of, standby, victims
from tests.support.tampering import DELETED, FLIPPED, missed, unmissed
from tests.support.waiting import wait_until

PEOPLE = 1000
TIMES = 5
AT_ONCE = 4
MOST_BETWEEN = 400  # entries between two deaths of the broker
LOG = ("audit_log.serve", "audit_log.sequence", "audit_log.work")
# What only our own requests may leave; imports leave withdrawals too, under a name of their own.
OURS = {MARKS[kind].type for kind in ("apply", "decide", "revoke", "withdraw")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A running node in which rita holds a live permit to a dataset of many people."""

    broker: KafkaBroker
    node: RunningSuite
    stage: Stage
    cast: Cast
    permit: Permit


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with (
        KafkaBroker(tmp_path / "kafka") as broker,
        running_suite(transport="kafka", kafka_bootstrap=broker.bootstrap) as node,
    ):
        stage = open_stage(node.suite, lambda _: None)
        cast = consent_chapters.open_dataset(stage, PEOPLE)
        consent_chapters.import_consents(stage, cast)
        permit = permit_chapters.apply_and_grant(stage, cast)
        access_chapters.opened(stage, cast)
        assert stage.narrator.differences == []
        yield Scene(broker=broker, node=node, stage=stage, cast=cast, permit=permit)
        stage.close()


def readable(scene: Scene) -> set[str]:
    """Read the files of all whom rita could ever read; give whose came."""
    paths = {scene.cast.path(one): one for one in sorted(scene.cast.expected.admitted)}
    found = scene.stage.reader.read_all([*paths], lambda: scene.stage.person("rita", GATE))
    return {paths[path] for path, came in found.items() if came.status == HTTPStatus.OK}


def invented(stage: Stage) -> list[str]:
    """Give the entries that say somebody asked for something, which nobody did."""
    asked = {sent.trace_id for sent in stage.ledger.sent()}
    return [
        f"{entry['ty']} {entry['id']}"
        for entry in stage.log.entries
        if entry["ty"] in OURS
        and "import_id" not in entry.get("x", {})
        and entry["tr"] not in asked
    ]


def tampering_missed(node: RunningSuite, seed: int) -> list[str]:
    """Alter and delete what the log has stored while its processes rest; give what went unsaid."""
    environ = environment(pid_of(node, "audit_log.sequence"))
    for name in LOG:
        node.tell("stop", name)
    clean = run_placet(["log", "verify"], environ)
    assert clean.returncode == 0, clean.stdout
    settings = load_settings(AdminSettings, environ)
    owner = settings.database_url.replace("audit_log_runtime@", "audit_log@")

    def flaws() -> list[str]:
        return [str(flaw) for flaw in admin.verify_stored(settings).flaws]

    return [*missed(owner, seed, flaws), *unmissed(owner, seed, flaws)]


def kill_broker(broker: KafkaBroker, entries: Measure, more: int) -> None:
    """Kill it once the log has grown by so much more, and start it on its data.

    Call it from the main thread: the kernel ties the broker to the thread that started it.
    """
    enough = entries() + more
    wait_until(lambda: entries() >= enough, "the log to grow", 300)
    broker.kill()
    broker.start()


def kill_everything(scene: Scene, load: SuiteLoad, seed: int) -> Counter[str]:
    """Kill everything while the load goes on; give who fell how often."""
    second = standby(scene.node, load)
    havoc = RandomHavoc([*victims(scene.node, load), second], seed, TIMES, at_once=AT_ONCE)
    chance = random.Random(seed)  # noqa: S311  a seed that can be repeated
    with living([second]), load.going_on(), ThreadPoolExecutor(1) as beside:
        killing = beside.submit(havoc.run)
        for _ in range(TIMES):
            kill_broker(scene.broker, load.counts("entries"), chance.randrange(1, MOST_BETWEEN))
        killing.result()
    return havoc.killed + Counter({"kafka": TIMES})


def figures(scene: Scene, load: SuiteLoad, killed: Counter[str]) -> str:
    """Say in numbers what was played and what was found."""
    sent = scene.stage.ledger.sent()
    answered = Counter(one.kind for one in sent if one.status is not None)
    return (
        f"killed {dict(sorted(killed.items()))}; answered {dict(sorted(answered.items()))},"
        f" {len(sent) - answered.total()} requests without a usable answer;"
        f" {len(load.withdrawn)} withdrew, {len(load.granted)} granted;"
        f" {scene.stage.log.head.size} entries decoded, 0 lost, 0 doubled, 0 invented;"
        f" {len(FLIPPED)} flipped and {len(DELETED)} deleted, all named\n"
    )


def test_nothing_acknowledged_is_lost_or_doubled_whoever_is_killed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = seed_of_run()
    with capsys.disabled():
        sys.stdout.write(f"\nseed of the kills: {seed} (PLACET_TEST_SEED)\n")
    stage, cast, node = scene.stage, scene.cast, scene.node
    load = SuiteLoad(stage, cast, seed)
    killed = kill_everything(scene, load, seed)
    node.wait_until_ready()
    load.settle()
    last = max(load.withdrawn.values())
    access_chapters.wait_for_revision(stage, f"dataset:{cast.dataset}", last)
    assert load.let_in == [], "withdrawn, known at the gate, and let in"
    assert readable(scene) == cast.expected.admitted - {*load.withdrawn}
    permit_chapters.revoke(stage, scene.permit)
    prove(stage, cast, 0)
    assert stage.narrator.differences == []
    assert invented(stage) == []
    assert min(killed.values()) >= TIMES
    assert tampering_missed(node, seed) == []
    with capsys.disabled():
        sys.stdout.write(figures(scene, load, killed))

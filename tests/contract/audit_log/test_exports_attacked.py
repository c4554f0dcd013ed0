# SPDX-License-Identifier: Apache-2.0
"""Evidence packs on both logs, attacked: rights lost meanwhile, erasures in between, crowds."""

from dataclasses import dataclass, replace

import pytest

from audit_log.domain.errors import CaseClosed, ExportGone
from audit_log.domain.search import Account, Filter
from audit_log.ports import DataKey, ExportState, Vault
from audit_log.usecases import cases
from audit_log.usecases.export import fetch
from shared.errors import Forbidden
from shared.events import Subject
from tests.fakes.log_factories import DATASET, ISSUER, OTTO, Speaker, fact
from tests.support.log_world import VAULT, Producing, World, erase_in, register
from tests.support.packs import EVERYTHING, PackDesk

NO_REVEAL = replace(OTTO, scopes=frozenset({"log.search"}))
CROWD = 1_100
"""More exports than are looked through at once."""


@pytest.fixture
def desk(world: World) -> PackDesk:
    register(world)
    made = PackDesk(world)
    made.settle()
    Producing(world).send(*Speaker().say_many(2))
    made.settle()
    return made


@dataclass
class Ready:
    """A pack with opened parts, and its case."""

    job: str
    case: str


@pytest.fixture
def opened(desk: PackDesk) -> Ready:
    asked = desk.opening("subj")
    job = desk.ask(asked)
    desk.round()
    desk.settle()
    desk.round()
    assert desk.state(job.id).opened == 2
    return Ready(job.id, asked.case or "")


def test_who_lost_the_right_to_open_fetches_nothing_opened(desk: PackDesk, opened: Ready) -> None:
    plain = desk.ask(principal=NO_REVEAL)
    for _ in range(2):
        desk.round()
        desk.settle()
    assert desk.fetch(plain.id, NO_REVEAL)
    with pytest.raises(Forbidden):
        desk.fetch(opened.job, NO_REVEAL)
    assert desk.fetch(opened.job)


def test_what_was_opened_is_fetched_no_more_once_its_case_is_closed(
    world: World, desk: PackDesk, opened: Ready
) -> None:
    cases.close_case(opened.case, principal=OTTO, transaction=world.transaction, clock=world.clock)
    with pytest.raises(CaseClosed):
        desk.fetch(opened.job)


@dataclass
class ErasingVault:
    """A `Vault` that lets somebody be erased once a pack's content is read, before it is given."""

    world: World
    inner: Vault
    left: int = 3  # whose job it is, the content, the question

    @property
    def kek(self) -> str:
        return self.inner.kek

    def fresh(self, kid: int) -> tuple[DataKey, bytes]:
        return self.inner.fresh(kid)

    def nonces(self, count: int) -> list[bytes]:
        return list(self.inner.nonces(count))

    def unwrap(self, kid: int, kek: str, wrapped: bytes) -> DataKey:
        self.left -= 1
        if not self.left:
            erase_in(self.world, Subject(dataset=DATASET, ordinal=7))
        return self.inner.unwrap(kid, kek, wrapped)


def test_nobody_is_given_the_openings_of_somebody_erased_meanwhile(
    world: World, opened: Ready
) -> None:
    with pytest.raises(ExportGone):
        fetch(
            opened.job,
            principal=OTTO,
            transaction=world.transaction,
            vault=ErasingVault(world, VAULT),
            clock=world.clock,
        )


def test_a_pack_about_somebody_is_gone_with_her_opened_or_not(world: World, desk: PackDesk) -> None:
    """Its statement names her, and its entries are hers: that is what was erased."""
    person = Subject(dataset=DATASET, ordinal=7)
    rita = Account(issuer=ISSUER, subject="rita")
    wanted = (Filter(person=person), Filter(actor=rita), Filter(dataset=DATASET))
    jobs = [desk.ask(replace(EVERYTHING, wanted=one)) for one in wanted]
    for _ in range(2):
        desk.round()
        desk.settle()
    for job in jobs:
        assert desk.fetch(job.id)
    for whom, gone in ((person, 1), (rita, 2)):
        erase_in(world, whom)
        for job in jobs[:gone]:
            with pytest.raises(ExportGone):
                desk.fetch(job.id)
        for job in jobs[gone:]:
            assert desk.fetch(job.id)


def test_a_producer_that_says_exports_keeps_no_pack_from_being_made(
    world: World, desk: PackDesk
) -> None:
    src = "zz/other/1"
    register(world, src, "other")
    job, liar = desk.ask(), Speaker(src)
    desk.round()
    crowd = [liar.say(fact(type_="placet.audit.export.v1", subjects=())) for _ in range(CROWD)]
    for first in range(0, CROWD, 500):
        Producing(world, src).send(*crowd[first : first + 500])
    desk.settle()
    desk.round()
    assert desk.state(job.id).state is ExportState.READY

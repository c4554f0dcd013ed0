# SPDX-License-Identifier: Apache-2.0
"""Evidence packs on both logs: who may ask, what is opened, what an erasure leaves of them."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from audit_log.domain import pack
from audit_log.domain.errors import (
    CaseClosed,
    CaseUnknown,
    ExportGone,
    ExportNotReady,
    ExportUnknown,
    RevealNotApproved,
    SizeNotPublished,
)
from audit_log.domain.pack import Asked
from audit_log.domain.search import Account, Filter
from audit_log.ports import ExportState
from audit_log.usecases import cases
from shared.entries import parse_entry
from shared.errors import Forbidden, ValidationFailed
from shared.events import Subject
from tests.fakes.log_factories import DATASET, ISSUER, OTTO, Speaker, fact
from tests.support.log_world import Producing, World, entries_of, erase_in, register
from tests.support.packs import EVERYTHING, UMA, PackDesk, apart

EXPORT = "placet.audit.export.v1"
COSIGNATURE = b"\xe2\x80\x94 witness.example/se AAAAAGNvc2lnbmVk\n"
NO_REVEAL = replace(OTTO, scopes=frozenset({"log.search"}))


@pytest.fixture
def desk(world: World) -> PackDesk:
    register(world)
    made = PackDesk(world)
    made.settle()
    speaker = Speaker()
    person = Subject(dataset=DATASET, ordinal=8)
    permit = {"jti": "visa-1", "permit_id": "permit-1"}
    Producing(world).send(
        speaker.say(fact(permit=permit)),
        speaker.say(fact(subjects=(person,))),
        speaker.say(fact(decision="deny")),
    )
    made.settle()
    return made


def erased(world: World, target: Account | Subject) -> None:
    erase_in(world, target)


def test_no_pack_leaves_before_the_log_has_said_so(world: World, desk: PackDesk) -> None:
    job = desk.ask()
    assert job.state is ExportState.WAITING
    desk.round()
    assert desk.state(job.id).state is ExportState.RECORDED
    with pytest.raises(ExportNotReady):
        desk.fetch(job.id)
    desk.round()
    assert desk.state(job.id).state is ExportState.RECORDED
    desk.settle()
    desk.round()
    ready = desk.state(job.id)
    assert (ready.state, ready.count) == (ExportState.READY, 4)
    said = [parse_entry(raw) for raw in entries_of(world)]
    own = [one for one in said if one.type == EXPORT]
    assert [one.id for one in own] == [ready.entry_id]
    assert own[0].counts == {"opened": 0, "results": 4}
    assert set(own[0].commitments) == {"actor"}


def test_every_time_a_pack_is_fetched_is_a_look_that_the_log_says(
    world: World, desk: PackDesk
) -> None:
    plain, opened = desk.ask(), desk.ask(desk.opening("actor"))
    for _ in range(3):
        desk.round()
        desk.settle()
    before = len(entries_of(world))
    for job in (plain, opened, opened):
        desk.fetch(job.id)
    with pytest.raises(ExportUnknown):
        desk.fetch(opened.id, UMA)
    desk.settle()
    said = [parse_entry(raw) for raw in entries_of(world)[before:]]
    looks = [one for one in said if one.reason == "pack_fetched"]
    assert [(one.type.split(".")[2], one.extra["export"]) for one in looks] == [
        ("search", plain.id),
        ("reveal", opened.id),
        ("reveal", opened.id),
    ]
    assert all(one.extra["case"] for one in looks[1:])
    assert all(set(one.commitments) == {"actor"} for one in looks)


def test_a_log_with_a_quorum_ends_its_packs_at_a_witnessed_checkpoint(world: World) -> None:
    register(world)
    desk = PackDesk(world, witnessed=True)
    desk.settle()
    job = desk.ask()
    for _ in range(2):
        desk.round()
        desk.settle()
    assert desk.state(job.id).state is ExportState.RECORDED, "nobody has cosigned anything yet"
    newest = world.publisher.newest()
    assert newest is not None
    cosigned = newest.note + COSIGNATURE
    world.publisher.witnessed(newest.size, cosigned, world.clock.now())
    desk.round()
    files = apart(desk.fetch(job.id))
    assert files[pack.CHECKPOINT] == cosigned


def test_a_pack_holds_what_a_search_finds_and_nothing_else(world: World, desk: PackDesk) -> None:
    files = apart(desk.made(replace(EVERYTHING, wanted=Filter(decision="deny"))))
    assert len(files[pack.ENTRIES].splitlines()) == 1
    entries = entries_of(world)
    for asked in (Asked(wanted=None, indexes=(2, 1, 1), as_of=0),):
        found = apart(desk.made(asked))[pack.ENTRIES]
        assert found == b"".join(b'{"entry":%b,"idx":%d}\n' % (entries[i], i) for i in (1, 2))
    wanted = Filter(actor=Account(issuer=ISSUER, subject="rita"), dataset=DATASET)
    assert len(apart(desk.made(replace(EVERYTHING, wanted=wanted)))[pack.ENTRIES].splitlines()) == 3


def test_only_the_groups_asked_for_are_opened(desk: PackDesk) -> None:
    said = json.loads(apart(desk.made())[pack.STATEMENT])
    assert (said["opened"], said["erased"]) == (0, 0)
    openings = apart(desk.made(desk.opening("permit", "subj")))[pack.OPENINGS]
    opened = [json.loads(line) for line in openings.splitlines()]
    assert [one["group"] for one in opened] == ["permit", "subj/0", "subj/0", "subj/0"]
    assert opened[0]["value"] == {"jti": "visa-1", "permit_id": "permit-1"}
    assert b"rita" not in openings


def test_opening_needs_its_own_right_and_a_reason(world: World, desk: PackDesk) -> None:
    with pytest.raises(Forbidden):
        desk.ask(desk.opening("actor"), principal=NO_REVEAL)
    with pytest.raises(ValidationFailed):
        desk.ask(replace(desk.opening("actor"), reason=None))
    with pytest.raises(Forbidden):
        desk.ask(principal=replace(OTTO, scopes=frozenset({"log.read"})))
    assert desk.ask(principal=NO_REVEAL).state is ExportState.WAITING
    desk.made(desk.opening("actor"))
    reveals = [parse_entry(raw) for raw in entries_of(world)]
    told = [one for one in reveals if one.type == "placet.audit.reveal.v1"]
    assert [(one.reason, one.counts) for one in told] == [("complaint", {"opened": 3})]


def test_a_pack_opens_only_what_another_officer_approved(world: World, desk: PackDesk) -> None:
    agreed = desk.opening("actor")
    with pytest.raises(ValidationFailed):
        desk.ask(replace(agreed, case=None))
    with pytest.raises(CaseUnknown):
        desk.ask(replace(agreed, case="018bcfe5-6801-7000-8000-000000000000"))
    with pytest.raises(RevealNotApproved):
        desk.ask(replace(agreed, wanted=None, indexes=(1,), groups=("actor", "subj")))
    with pytest.raises(RevealNotApproved):
        desk.ask(replace(agreed, wanted=None, indexes=(1,)), principal=UMA)
    with pytest.raises(RevealNotApproved):
        desk.ask(replace(agreed, groups=("subj",)))
    with pytest.raises(RevealNotApproved):
        desk.ask(agreed, principal=UMA)
    desk.round()
    desk.settle()
    types = {parse_entry(raw).type for raw in entries_of(world)}
    assert types.isdisjoint({EXPORT, "placet.audit.reveal.v1"})


def test_in_a_closed_case_no_pack_is_opened(world: World, desk: PackDesk) -> None:
    agreed = desk.opening("actor")
    waiting = desk.ask(agreed)
    assert agreed.case is not None
    cases.close_case(agreed.case, principal=OTTO, transaction=world.transaction, clock=world.clock)
    with pytest.raises(CaseClosed):
        desk.ask(agreed)
    desk.round()
    assert desk.state_of(waiting.id).fault == "case_closed"


def test_nobody_but_the_asker_learns_of_an_export(desk: PackDesk) -> None:
    job = desk.ask()
    other = replace(OTTO, subject="olga")
    for look in (desk.state, desk.fetch):
        with pytest.raises(ExportUnknown):
            look(job.id, other)
        with pytest.raises(ExportUnknown):
            look("018bcfe5-6801-7000-8000-000000000000", OTTO)


def test_an_erasure_voids_every_pack_with_opened_parts(world: World, desk: PackDesk) -> None:
    opened, plain = desk.ask(desk.opening("subj")), desk.ask()
    desk.round()
    desk.settle()
    desk.round()
    erased(world, Subject(dataset=DATASET, ordinal=7))
    with pytest.raises(ExportGone):
        desk.fetch(opened.id)
    assert desk.fetch(plain.id)
    again = apart(desk.made(desk.opening("subj")))
    said = json.loads(again[pack.STATEMENT])
    assert (said["opened"], said["erased"]) == (1, 2)
    assert len(again[pack.OPENINGS].splitlines()) == 1


def test_an_erasure_between_fixing_and_proving_voids_it_too(world: World, desk: PackDesk) -> None:
    job = desk.ask(desk.opening("actor"))
    desk.round()
    erased(world, Account(issuer=ISSUER, subject="rita"))
    desk.settle()
    desk.round()
    with pytest.raises(ExportGone):
        desk.fetch(job.id)


def test_a_pack_is_kept_for_a_day(world: World, desk: PackDesk) -> None:
    job = desk.ask()
    for _ in range(2):
        desk.round()
        desk.settle()
    desk.round()
    world.clock.pass_time(timedelta(days=1, seconds=1).total_seconds())
    desk.round()
    with pytest.raises(ExportGone):
        desk.fetch(job.id)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(wanted=None, indexes=None, as_of=0),
        Asked(wanted=Filter(), indexes=(1,), as_of=0),
        Asked(wanted=None, indexes=(), as_of=0),
        Asked(wanted=Filter(), indexes=None, as_of=0, groups=("name",), reason="r", case="c"),
        Asked(wanted=Filter(), indexes=None, as_of=0, groups=("actor",), reason="A C", case="c"),
        Asked(wanted=Filter(type="nonsense"), indexes=None, as_of=0),
    ],
)
def test_a_question_without_sense_is_refused(desk: PackDesk, asked: Asked) -> None:
    with pytest.raises(ValidationFailed):
        desk.ask(asked)


def test_what_is_not_published_is_not_exported(desk: PackDesk) -> None:
    with pytest.raises(SizeNotPublished):
        desk.ask(Asked(wanted=None, indexes=(4,), as_of=0))
    with pytest.raises(SizeNotPublished):
        desk.ask(Asked(wanted=Filter(), indexes=None, as_of=3))


def test_an_earlier_size_gives_the_earlier_answer(world: World, desk: PackDesk) -> None:
    speaker = Speaker("zz/other/1")
    register(world, "zz/other/1", "other")
    Producing(world, "zz/other/1").send(*speaker.say_many(5))
    desk.settle()
    wanted = Filter(type="placet.access.decision.v1")
    now = apart(desk.made(Asked(wanted=wanted, indexes=None, as_of=0)))
    then = apart(desk.made(Asked(wanted=wanted, indexes=None, as_of=4)))
    assert (len(now[pack.ENTRIES].splitlines()), len(then[pack.ENTRIES].splitlines())) == (8, 3)

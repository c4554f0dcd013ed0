# SPDX-License-Identifier: Apache-2.0
"""An erased participant is nowhere; what stays proves itself; nothing is claimed too early."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_registry.domain.erasure import ORDER, Account, Part, Phase
from consent_registry.domain.errors import (
    AlreadyErased,
    AuditLogNotConnected,
    ErasureUnknown,
    LegalHoldStands,
    NotLinked,
    ParticipantUnknown,
    SecondPersonNeeded,
)
from consent_registry.domain.optout import root_of
from consent_registry.domain.purpose import Category
from consent_registry.usecases import erasing_parts
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.erasing import (
    NewHold,
    ask_erasure,
    confirm_erasure,
    lift_hold,
    set_hold,
)
from consent_registry.usecases.erasing_parts import erase_next
from consent_registry.usecases.feed import snapshot
from consent_registry.usecases.reading import own_consents
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden
from shared.events import Subject
from tests.fakes.consent_factories import purpose
from tests.support.dying_units import DyingUnits
from tests.support.erasing_world import (
    ANNA,
    EVIDENCE,
    GRETA,
    HUGO,
    ILLNESS,
    KEY,
    LOCAL_ID,
    PSEUDONYM,
    SECOND,
    SUBJECT,
    ErasingWorld,
    erasing_world,
)
from tests.support.registry_world import DESK, DS, LOGIN

PERSONAL = (PSEUDONYM, LOCAL_ID, SUBJECT, ILLNESS, EVIDENCE, KEY)


@pytest.fixture
def site() -> Iterator[ErasingWorld]:
    with erasing_world() as opened:
        yield opened


def test_everything_personal_is_there_before_and_nowhere_after(
    site: ErasingWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.send()
    before = site.texts()
    # What a caller named her withdrawal is not kept even before.
    assert [word for word in PERSONAL if word not in before] == [KEY]
    site.begin()
    site.run()
    after = site.texts()
    assert [word for word in PERSONAL if word in after] == []
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert [word for word in PERSONAL if word in logged] == []


def test_chains_and_roots_verify_after_the_keys_are_gone(site: ErasingWorld) -> None:
    before = verify_chains(tools=site.tools)
    site.begin()
    site.run()
    after = verify_chains(tools=site.tools)
    for dataset in (DS, SECOND):
        assert after[dataset].broken == before[dataset].broken == ()
        assert after[dataset].events == before[dataset].events
    assert (before[DS].erased, after[DS].erased) == (0, 1)
    with site.tools.reads() as uow:
        register = uow.opt_outs.register(site.tools.opt_outs, site.tools.clock.now())
        events = [event for _, event in uow.opt_outs.first(register.number)]
    assert root_of(events) == register.root


@pytest.mark.parametrize(
    ("column", "fault"), [("commitment", "hash_mismatch"), ("kind", "hash_mismatch")]
)
def test_a_changed_event_of_an_erased_person_is_found(
    site: ErasingWorld, column: str, fault: str
) -> None:
    site.begin()
    site.run()
    value = "'withdrawn'" if column == "kind" else "decode(repeat('00', 32), 'hex')"
    with site.world.as_owner() as connection:
        connection.execute(text("GRANT UPDATE ON consent_event TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE consent_event DISABLE TRIGGER USER"))
        connection.execute(
            text(f"UPDATE consent_event SET {column} = {value} WHERE ordinal = 0")  # noqa: S608 - of two
        )
    broken = verify_chains(tools=site.tools)[DS].broken
    assert [one.fault.value for one in broken] == [fault]


def test_the_log_is_asked_for_her_login_and_each_of_her_numbers(site: ErasingWorld) -> None:
    site.begin()
    site.run()
    assert site.log.forgotten == [
        Account(issuer=LOGIN, subject=SUBJECT),
        Subject(dataset=DS, ordinal=0),
        Subject(dataset=SECOND, ordinal=0),
        Subject(dataset=site.tools.opt_outs, ordinal=0),
    ]


def test_nobody_finds_her_and_her_login_opens_nothing(site: ErasingWorld) -> None:
    pid = site.world.scalar(f"SELECT pid FROM participant WHERE pseudonym = '{PSEUDONYM}'")  # noqa: S608
    site.begin()
    site.run()
    for name in (PSEUDONYM, f"erased {pid}"):
        with pytest.raises(ParticipantUnknown):
            withdraw(name, WithdrawConsent(), tools=site.tools, principal=DESK)
    with pytest.raises(NotLinked):
        own_consents(tools=site.tools, principal=ANNA)


def test_an_ordinal_is_never_given_out_again(site: ErasingWorld) -> None:
    site.begin()
    site.run()
    again = {"participant": PSEUDONYM, "local_id": LOCAL_ID}
    assert site.world.load(again).batch.applied == 1
    ordinals = site.world.column(
        f"SELECT ordinal FROM dataset_member WHERE dataset = '{DS}' ORDER BY ordinal"  # noqa: S608
    )
    assert ordinals == [0, 1, 2]
    local_ids = site.world.column(
        f"SELECT local_id FROM dataset_member WHERE dataset = '{DS}' ORDER BY ordinal"  # noqa: S608
    )
    assert local_ids == ["erased 0", "S-2", LOCAL_ID]


def decided(site: ErasingWorld) -> tuple[set[int], dict[str, set[int]]]:
    asked = purpose(Category.DS, diseases=(ILLNESS,))
    cohort = evaluate_cohort(DS, asked, tools=site.tools, principal=DESK).cohort
    return set(cohort.within), {why.value: set(who) for why, who in cohort.out.items()}


def test_confirming_takes_her_out_of_every_cohort_at_once(site: ErasingWorld) -> None:
    assert decided(site) == ({0, 1}, {})
    site.begin()
    with site.tools.reads() as uow, uow.events.index(DS, site.tools.clock.now()) as index:
        assert list(index.erased) == [0]
    assert decided(site) == ({1}, {"erased": {0}})
    site.run()
    assert decided(site)[0] == {1}
    with site.tools.reads() as uow, uow.events.index(DS, site.tools.clock.now()) as index:
        assert not index.slots or not any(0 in bitmap for bitmap in index.slots[0].bitmaps())


def test_the_feed_forgets_her_local_id_and_says_so(site: ErasingWorld) -> None:
    assert LOCAL_ID in str(site.world.rows("feed_change"))
    site.begin()
    site.run()
    assert LOCAL_ID not in str(site.world.rows("feed_change"))
    kinds = site.world.column("SELECT kind FROM feed_change ORDER BY last_position")
    assert kinds.count("member.erased") == 2
    assert snapshot(tools=site.tools).snapshots


def test_nobody_confirms_what_she_asked_for_herself(site: ErasingWorld) -> None:
    asked = site.ask()
    with pytest.raises(SecondPersonNeeded):
        confirm_erasure(asked.erasure_id, tools=site.tools, principal=GRETA)
    site.run()
    assert site.look(asked.erasure_id).phase is Phase.ASKED
    assert PSEUDONYM in site.texts()


def test_a_desk_for_consents_erases_nobody(site: ErasingWorld) -> None:
    with pytest.raises(Forbidden):
        site.ask(by=DESK)
    asked = site.ask()
    with pytest.raises(Forbidden):
        confirm_erasure(asked.erasure_id, tools=site.tools, principal=DESK)


def test_asking_twice_is_asking_once(site: ErasingWorld) -> None:
    assert site.ask() == site.ask(by=HUGO)
    assert site.world.count("erasure") == 1


def test_without_an_audit_log_nothing_is_promised(site: ErasingWorld) -> None:
    alone = replace(site.tools, audit=None)
    with pytest.raises(AuditLogNotConnected):
        ask_erasure(PSEUDONYM, "gdpr_17_1_b", tools=alone, principal=GRETA)
    asked = site.ask()
    with pytest.raises(AuditLogNotConnected):
        confirm_erasure(asked.erasure_id, tools=alone, principal=HUGO)
    with pytest.raises(ErasureUnknown):
        confirm_erasure("nonsense", tools=site.tools, principal=HUGO)


def test_a_legal_hold_stands_before_asking_and_before_confirming(site: ErasingWorld) -> None:
    asked = site.ask()
    until = site.tools.clock.now() + timedelta(days=10)
    wanted = NewHold(pseudonym=PSEUDONYM, ground="gdpr_17_3_e", until=until)
    hold = set_hold(wanted, tools=site.tools, principal=GRETA)
    with pytest.raises(LegalHoldStands) as refused:
        confirm_erasure(asked.erasure_id, tools=site.tools, principal=HUGO)
    assert refused.value.context["ground"] == "gdpr_17_3_e"
    lift_hold(hold.hold_id, tools=site.tools, principal=HUGO)
    confirm_erasure(asked.erasure_id, tools=site.tools, principal=HUGO)
    with pytest.raises(AlreadyErased):
        set_hold(wanted, tools=site.tools, principal=GRETA)


def test_a_legal_hold_ends_by_itself(site: ErasingWorld) -> None:
    until = site.tools.clock.now() + timedelta(days=10)
    wanted = NewHold(pseudonym=PSEUDONYM, ground="gdpr_17_3_b", until=until)
    set_hold(wanted, tools=site.tools, principal=GRETA)
    with pytest.raises(LegalHoldStands):
        site.ask()
    site.world.clock.pass_time(10 * 86_400)
    assert site.ask().phase is Phase.ASKED


def test_completion_is_stated_only_when_each_part_has_confirmed(site: ErasingWorld) -> None:
    erasure_id = site.begin()
    site.log.seq = 0  # the log has not sequenced what was said of her
    site.run()
    found = site.look(erasure_id)
    assert (found.phase, found.next_part, found.complete_on) == (Phase.RUNNING, Part.LOG, None)
    assert site.log.forgotten == []
    site.log.seq = 1_000_000
    site.run()
    found = site.look(erasure_id)
    confirmed = found.done[Part.LOG]
    assert found.phase is Phase.SETTLING
    assert found.complete_on == (confirmed + timedelta(days=31)).date()
    site.world.clock.pass_time(29 * 86_400)
    site.run()
    assert site.look(erasure_id).phase is Phase.SETTLING
    asked = len(site.log.forgotten)
    site.world.clock.pass_time(2 * 86_400)
    site.run()
    assert site.look(erasure_id).phase is Phase.COMPLETE
    # Entries that came late from elsewhere are forgotten too; her login is not kept for that.
    assert site.log.forgotten[asked:] == site.log.forgotten[1:asked]


HELD = Subject(dataset=DS, ordinal=0)


def test_a_hold_in_the_audit_log_keeps_an_erasure_waiting_and_it_asks_once(
    site: ErasingWorld,
) -> None:
    site.log.held.add(HELD)
    erasure_id = site.begin()
    site.run()
    found = site.look(erasure_id)
    assert (found.phase, found.next_part, found.complete_on) == (Phase.RUNNING, Part.LOG, None)
    assert found.in_log
    # Everything else of hers is forgotten meanwhile, her login is not kept for the hold's sake.
    assert len(site.log.forgotten) == 3
    assert HELD not in site.log.forgotten
    assert [word for word in PERSONAL if word in site.texts()] == []
    assert site.log.asked.count(HELD) == 1
    site.log.lift()
    site.run()
    found = site.look(erasure_id)
    assert (found.phase, found.next_part, found.in_log) == (Phase.SETTLING, Part.LATE, ())
    assert HELD in site.log.forgotten
    assert site.log.asked.count(HELD) == 1


def test_an_answer_without_a_last_day_is_no_end_and_a_later_day_counts(site: ErasingWorld) -> None:
    site.log.complete_by = None  # the log's topics keep for ever, as far as it knows
    erasure_id = site.begin()
    site.run()
    assert (site.look(erasure_id).phase, site.look(erasure_id).complete_on) == (Phase.RUNNING, None)
    site.log.complete_by = site.tools.clock.now() + timedelta(days=90)
    site.run()
    found = site.look(erasure_id)
    assert found.phase is Phase.SETTLING
    assert found.complete_on == (site.log.complete_by + timedelta(days=1)).date()


def test_a_hold_at_the_last_asking_keeps_it_from_being_complete(site: ErasingWorld) -> None:
    erasure_id = site.begin()
    site.run()
    site.world.clock.pass_time(40 * 86_400)
    site.log.held.add(HELD)
    site.run()
    assert site.look(erasure_id).phase is Phase.SETTLING
    site.log.lift()
    site.run()
    assert site.look(erasure_id).phase is Phase.COMPLETE


def test_what_is_still_in_the_outbox_is_waited_for(site: ErasingWorld) -> None:
    erasure_id = site.begin()
    for _ in range(8):
        erase_next(tools=site.tools)
    assert site.look(erasure_id).next_part is Part.OUTBOX
    site.send()
    erase_next(tools=site.tools)
    assert site.look(erasure_id).next_part is Part.LOG


def test_a_file_that_waits_is_applied_before_anything_is_destroyed(site: ErasingWorld) -> None:
    site.world.receive("participant\nnobody\n")
    erasure_id = site.begin()
    site.run()
    assert site.look(erasure_id).next_part is Part.IMPORTS
    assert PSEUDONYM in site.texts()
    site.world.work()
    site.run()
    assert site.look(erasure_id).phase is Phase.SETTLING


class Killed(BaseException):
    """The process is gone."""


def killed() -> None:
    raise Killed


def go_on(site: ErasingWorld, tools: Tools, erasure_id: str) -> None:
    for _ in range(20):
        erase_next(tools=tools)
        site.send()
        if site.look(erasure_id).phase is Phase.SETTLING:
            site.world.clock.pass_time(40 * 86_400)


@pytest.mark.parametrize("step", [2, 5])
@pytest.mark.parametrize("committed", [False, True])
def test_a_kill_at_any_step_leaves_an_erasure_that_goes_on(
    site: ErasingWorld, step: int, committed: bool
) -> None:
    """Killed before or after the commit of the n-th step, whichever part that is."""
    erasure_id = site.begin()
    dying = replace(
        site.tools, units=DyingUnits(site.tools.units, step, committed=committed, die=killed)
    )
    with pytest.raises(Killed):
        go_on(site, dying, erasure_id)
    killed_at = site.look(erasure_id)
    assert killed_at.phase is not Phase.COMPLETE or committed
    if Part.LOG not in killed_at.done:
        assert killed_at.complete_on is None
    site.run()
    site.world.clock.pass_time(80 * 86_400)
    site.run()
    assert site.look(erasure_id).phase is Phase.COMPLETE
    assert [word for word in PERSONAL if word in site.texts()] == []
    assert verify_chains(tools=site.tools)[DS].broken == ()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("call", [2, 4])
def test_an_answer_lost_on_the_way_is_asked_for_again(
    site: ErasingWorld, call: int, before: bool
) -> None:
    site.log.fails_at, site.log.before = frozenset({call}), before
    erasure_id = site.begin()
    site.run()
    assert site.look(erasure_id).phase is Phase.SETTLING
    assert {Subject(dataset=DS, ordinal=0), Account(issuer=LOGIN, subject=SUBJECT)} <= set(
        site.log.forgotten
    )


def test_every_part_has_its_step() -> None:
    assert tuple(erasing_parts._DO) == ORDER

# SPDX-License-Identifier: Apache-2.0
"""Each use is put to the permit service as its permit stood then; unanswered, nothing passes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from audit_log.domain.rules.permit_uses import PermitQuestion, PermitVerdict
from audit_log.usecases.ask_permits import MAX_USES
from shared.events import Fact
from tests.fakes.kernel import START
from tests.fakes.log_factories import DATASET, RITA, cohort_name, fact
from tests.integration.audit_log.test_checks import (
    PERMITS,
    Checked,
    forget_rita,
    issued,
    used,
)
from tests.support.log_world import SRC, PostgresWorld

LATER = START + timedelta(seconds=1)
COHORT = cohort_name(1, revision=7)
ENDED = PermitVerdict(answer="not_covered", reasons=("permit_ended",))
OPEN = ("R7", "permit_ended", False)


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    made = Checked(world)
    made.take(made.permits.say(issued()), src=PERMITS)
    yield made
    world.close()


def ask(log: Checked) -> None:
    asker = log.permit_asker()
    while asker.step():
        log.settle()


def test_what_an_entry_says_is_what_is_asked(log: Checked) -> None:
    from_finland = replace(used(LATER), net={"ip": "192.0.2.1", "country": "FI"})
    log.take(log.node.say(from_finland))
    log.take(log.node.say(fact(at=LATER, permit={"permit_id": "P-1"}, cohort=COHORT)))
    ask(log)
    first, second = log.authority.asked
    assert first == PermitQuestion(
        index=first.index,
        src=SRC,
        at=LATER,
        permit_id="P-1",
        actor=RITA,
        dataset=DATASET,
        cohort_id=None,
        country="FI",
        purposes=("DUO:0000006",),
    )
    assert first.node == "zz"
    assert (second.cohort_id, second.country) == (COHORT.cohort_id, None)
    assert log.findings() == []


def test_a_revocation_whose_entry_never_came_is_found(log: Checked) -> None:
    """The entries of the permit say that it lived: the service itself knows better."""
    log.authority.verdicts["P-1"] = ENDED
    log.take(log.node.say(used(LATER)))
    log.pass_time(60)
    assert log.findings() == []
    ask(log)
    assert log.findings() == [OPEN]
    ask(log)
    assert log.findings() == [OPEN]


def test_what_the_entries_and_the_service_both_say_is_one_finding(log: Checked) -> None:
    log.authority.verdicts["P-2"] = PermitVerdict(answer="unknown")
    log.take(log.node.say(used(LATER, permit="P-2")))
    ask(log)
    log.pass_time(60)
    assert log.findings() == [("R7", "permit_unknown", False)]


@pytest.mark.parametrize("first", ["the service", "the entries"])
def test_entries_close_nothing_that_the_service_says_too(log: Checked, first: str) -> None:
    """Whoever writes a permit's entry after the fact clears the entries' doubt, and no more."""
    log.authority.verdicts["P-2"] = PermitVerdict(answer="unknown")
    log.take(log.node.say(used(LATER, permit="P-2")))
    if first == "the service":
        ask(log)
    log.pass_time(60)
    ask(log)
    log.take(log.permits.say(issued(permit="P-2")), src=PERMITS)
    log.settle()
    assert ("R7", "permit_unknown", False) in log.findings()


@pytest.mark.parametrize(
    ("verdict", "found"),
    [
        (PermitVerdict(answer="covered"), []),
        (PermitVerdict(answer="unknown"), [("R7", "permit_unknown")]),
        (ENDED, [("R7", "permit_ended")]),
        (replace(ENDED, reasons=("purpose_not_in_permit",)), [("R9", "purpose_not_in_permit")]),
        (replace(ENDED, reasons=("permit_past_its_end",)), [("R10", "permit_past_its_end")]),
        (replace(ENDED, reasons=("node_not_in_permit",)), [("R10", "node_not_in_permit")]),
        (replace(ENDED, reasons=("something_new",)), [("R7", "something_new")]),
        (replace(ENDED, reasons=()), [("R7", "permit_not_covering")]),
        (
            replace(
                ENDED,
                reasons=(
                    *("permit_ended", "permit_of_another"),
                    *("dataset_not_in_permit", "country_not_in_permit", "purpose_not_in_permit"),
                ),
            ),
            [
                ("R7", "permit_ended"),
                ("R10", "dataset_not_in_permit"),
                ("R9", "purpose_not_in_permit"),
            ],
        ),
    ],
)
def test_what_is_answered_is_what_is_found(
    log: Checked, verdict: PermitVerdict, found: list[tuple[str, str]]
) -> None:
    log.authority.verdicts["P-1"] = verdict
    log.take(log.node.say(used(LATER)))
    ask(log)
    assert [one[:2] for one in log.findings()] == found


def test_while_nobody_answers_it_stays_open_with_its_age_and_people_are_asked_about(
    log: Checked,
) -> None:
    log.authority.away = True
    log.authority.verdicts["P-1"] = ENDED
    log.take(log.node.say(used(LATER)))
    ask(log)
    people = log.asker()
    while people.step():
        log.settle()
    assert len(log.registry.asked) == 1  # one service that is away keeps no question from another
    assert log.findings() == []
    log.pass_time(400)
    ask(log)
    assert log.findings() == [("R9", "permit_check_unanswered", False)]
    log.settle()
    assert log.said("opened")[-1]["evidence"] == [waiting_at(log)]
    log.authority.away = False
    ask(log)
    assert log.findings() == [("R9", "permit_check_unanswered", True), OPEN]
    assert [one.at for one in log.authority.asked] == [LATER]


def waiting_at(log: Checked) -> int:
    """Give the entry at which the questions stand."""
    with psycopg.connect(log.world.url) as connection:
        row = connection.execute("SELECT min(idx) FROM ev WHERE etime = %s", (LATER,)).fetchone()
    assert row is not None
    return int(row[0])


def unasked(at: Fact) -> Fact:
    return replace(at, permit=None)


def test_a_refusal_and_a_use_without_a_permit_are_no_question(log: Checked) -> None:
    log.take(log.node.say(replace(used(LATER), decision="deny")))
    log.take(log.node.say(unasked(used(LATER))))
    ask(log)
    assert log.authority.asked == []
    assert log.findings() == []  # that no permit is named is what R7 says by itself
    log.pass_time(60)
    assert log.findings() == [("R7", "permit_not_named", False)]


def test_more_than_one_round_asks_about_each_once(log: Checked) -> None:
    log.take(*(log.node.say(used(LATER)) for _ in range(MAX_USES + 1)))
    assert log.permit_asker().step()
    assert len(log.authority.asked) == MAX_USES
    ask(log)
    indexes = [one.index for one in log.authority.asked]
    assert len(set(indexes)) == len(indexes) == MAX_USES + 1


def test_uses_that_say_very_much_are_asked_about_in_several_rounds(log: Checked) -> None:
    """A request has its size: whoever says more than fits must not stop the questions of all."""
    long = tuple(f"DUO:{number:04}{'x' * 800}" for number in range(60))
    log.take(*(log.node.say(replace(used(LATER), purposes=long)) for _ in range(20)))
    assert log.permit_asker().step()
    assert 1 < len(log.authority.asked) < 20
    ask(log)
    assert len(log.authority.asked) == 20


def test_a_use_whose_account_was_erased_first_does_not_pass(log: Checked) -> None:
    log.authority.away = True
    log.authority.verdicts["P-1"] = ENDED
    log.take(log.node.say(used(LATER)))
    ask(log)
    forget_rita(log)
    log.settle()
    log.authority.away = False
    ask(log)
    assert log.findings() == [("R8", "erased_before_the_check", False)]
    assert log.authority.asked == []

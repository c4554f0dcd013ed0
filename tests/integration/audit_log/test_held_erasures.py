# SPDX-License-Identifier: Apache-2.0
"""Erasures that a hold forbids wait, and are done once it is lifted."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from audit_log.domain.holds import HoldKind
from audit_log.domain.search import Account, Filter
from audit_log.usecases.erase import CopiesKept, record_of
from tests.fakes.log_factories import DATASET, RITA, fact
from tests.support.keeping_node import (
    OTHER,
    OTTO,
    PERSON,
    READ,
    KeepingNode,
    about,
    keeping_node,
    said,
)
from tests.support.log_world import erase_in


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        yield made


def test_an_erasure_under_a_hold_waits_and_is_done_once_it_is_lifted(node: KeepingNode) -> None:
    node.say(about(PERSON, OTHER))
    hold = node.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
    erased = node.erase(PERSON)
    assert (erased.complete, erased.parts) == (None, 0)
    node.retain()
    assert node.found(PERSON) == [0]
    record, complete = record_of(
        erased.erasure_id, principal=OTTO, transaction=node.keeping, kept=CopiesKept()
    )
    assert (record.outcome, complete) == ("waiting", None)
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.found(PERSON) == []
    assert node.found(OTHER) == [0]
    reasons = [reason for reason, _ in said(node, "placet.audit.hold.v1")]
    assert reasons == ["hold_placed", "erasure_held", "hold_lift_asked", "hold_lifted"]
    ((ground, what),) = said(node, "placet.audit.erase.v1")
    assert (ground, what["erasure"], what["parts"]) == ("gdpr_17", erased.erasure_id, 1)
    record, complete = record_of(
        erased.erasure_id, principal=OTTO, transaction=node.keeping, kept=CopiesKept()
    )
    assert record.outcome == "done"
    assert complete is not None
    assert complete.by == node.world.clock.now() + timedelta(days=30)
    assert node.rows("SELECT subject, dataset, ordinal FROM erasure_waiting") == [
        (None, None, None)
    ]
    assert node.flaws() == []


def test_who_stands_in_an_entry_of_a_held_case_is_not_erased_either(node: KeepingNode) -> None:
    node.say(about(PERSON, OTHER), about(OTHER))
    node.hold(HoldKind.CASE, matter="case_1", entries=(0,))
    assert node.erase(OTHER).complete is None
    assert len(node.found(OTHER)) == 2


def test_an_account_is_erased_in_years_to_come(node: KeepingNode) -> None:
    node.say(fact(actor=RITA, type_=READ))
    hold = node.hold(HoldKind.DATASET, dataset=DATASET)
    account = Account(issuer=RITA.issuer, subject=RITA.subject)
    erased = erase_in(node.world, account)
    assert erased.complete is None
    node.pass_months(3)
    node.say(fact(actor=RITA, type_=READ))
    assert len(node.search(Filter(actor=account)).entries) == 2
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.search(Filter(actor=account)).entries == ()
    assert node.flaws() == []

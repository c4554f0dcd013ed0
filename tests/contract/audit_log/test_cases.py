# SPDX-License-Identifier: Apache-2.0
"""Cases and requests to open, on the log in memory and on PostgreSQL: nobody opens alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audit_log.domain.cases import Officer, RevealState
from audit_log.domain.errors import (
    CaseClosed,
    CaseUnknown,
    FourEyesNeeded,
    RevealDecided,
    RevealExpired,
    RevealNotApproved,
    SizeNotPublished,
)
from audit_log.usecases import cases
from audit_log.usecases.agreed import require_agreed
from shared.errors import Forbidden, ValidationFailed
from tests.fakes.log_factories import ISSUER, OTTO
from tests.support.casework import (
    ANNA,
    EVE,
    IDS,
    UMA,
    asked,
    decided,
    opened,
    said,
    shown,
)
from tests.support.log_world import (
    World,
    erase_in,
)


def test_nobody_opens_alone(filled: World) -> None:
    reveal = asked(filled, opened(filled))
    with pytest.raises(RevealNotApproved):
        shown(filled, reveal)
    with pytest.raises(FourEyesNeeded):
        decided(filled, reveal, OTTO)
    with pytest.raises(RevealNotApproved):
        shown(filled, reveal)
    by = Officer(issuer=UMA.issuer, subject=UMA.subject)
    done = decided(filled, reveal, UMA)
    assert (done.state, done.decided_by) == (RevealState.APPROVED, by)
    found = shown(filled, reveal)
    assert sorted((index, part.group) for index, part in found.opened.parts) == [
        *((0, "actor"), (0, "subj/0"), (1, "actor"), (1, "subj/0"))
    ]
    for stranger in (UMA, EVE):
        with pytest.raises(Forbidden):
            shown(filled, reveal, stranger)


def test_the_store_itself_refuses_an_officers_own_word(filled: World) -> None:
    reveal = asked(filled, opened(filled))
    own = Officer(issuer=OTTO.issuer, subject=OTTO.subject)
    with filled.transaction() as log, pytest.raises(FourEyesNeeded):
        log.cases.decide(reveal.id, True, own, filled.clock.now())


def test_a_request_is_decided_once_and_a_refused_one_opens_nothing(filled: World) -> None:
    reveal = asked(filled, opened(filled))
    decided(filled, reveal, UMA, approved=False)
    with pytest.raises(RevealDecided):
        decided(filled, reveal, EVE)
    with pytest.raises(RevealNotApproved):
        shown(filled, reveal)


def test_in_a_closed_case_nothing_is_opened_any_more(filled: World) -> None:
    case = opened(filled)
    reveal = decided(filled, asked(filled, case), UMA)
    with pytest.raises(Forbidden):
        cases.close_case(case.id, principal=UMA, transaction=filled.transaction, clock=filled.clock)
    cases.close_case(case.id, principal=OTTO, transaction=filled.transaction, clock=filled.clock)
    with pytest.raises(CaseClosed):
        shown(filled, reveal)
    with pytest.raises(CaseClosed):
        asked(filled, case)
    with pytest.raises(CaseUnknown):
        asked(filled, replace(case, id="another"))
    kept = cases.get_case(case.id, principal=UMA, transaction=filled.transaction)
    assert kept.case.closed_at is not None
    assert [one.id for one in kept.reveals] == [reveal.id]


def test_each_step_is_an_entry_and_each_opening_names_its_case(filled: World) -> None:
    case = opened(filled)
    reveal = decided(filled, asked(filled, case), UMA)
    shown(filled, reveal)
    cases.close_case(case.id, principal=OTTO, transaction=filled.transaction, clock=filled.clock)
    steps = said(filled, "placet.audit.case.v1")
    assert [one.reason for one in steps] == [
        *("case_opened", "reveal_asked", "reveal_approved", "case_closed")
    ]
    assert {one.extra["case"] for one in steps} == {case.id}
    (looked,) = said(filled, "placet.audit.reveal.v1")
    assert (looked.extra["case"], looked.extra["reveal"]) == (case.id, reveal.id)
    assert looked.counts == {"opened": 4}


def test_what_was_erased_meanwhile_is_not_shown(filled: World) -> None:
    reveal = decided(filled, asked(filled, opened(filled)), UMA)
    erase_in(filled, ANNA)
    found = shown(filled, reveal)
    assert {part.group for _, part in found.opened.parts} == {"actor"}
    assert found.opened.erased == 2


@pytest.mark.parametrize(
    ("indexes", "groups"), [((), ("actor",)), ((1,), ()), ((1,), ("name",)), ((-1,), ("actor",))]
)
def test_a_request_without_sense_is_refused(
    filled: World, indexes: tuple[int, ...], groups: tuple[str, ...]
) -> None:
    case = opened(filled)
    with pytest.raises(ValidationFailed):
        cases.ask_reveal(
            case.id,
            indexes,
            groups,
            principal=OTTO,
            transaction=filled.transaction,
            ids=IDS,
            clock=filled.clock,
        )
    with pytest.raises(SizeNotPublished):
        asked(filled, case, (999,))


def test_an_approval_opens_for_thirty_days_and_no_longer(filled: World) -> None:
    case = opened(filled)
    reveal = decided(filled, asked(filled, case), UMA)
    day = timedelta(days=1).total_seconds()
    filled.clock.pass_time(29 * day)
    assert shown(filled, reveal).opened.parts
    filled.clock.pass_time(day)
    with pytest.raises(RevealExpired):
        shown(filled, reveal)
    with filled.transaction() as log, pytest.raises(RevealNotApproved):
        require_agreed(
            case.id,
            Officer(issuer=ISSUER, subject=OTTO.subject),
            indexes=reveal.indexes,
            groups=reveal.groups,
            at=filled.clock.now(),
            log=log,
        )
    again = decided(filled, asked(filled, case), UMA)
    assert shown(filled, again).opened.parts

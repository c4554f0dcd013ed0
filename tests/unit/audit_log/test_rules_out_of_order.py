# SPDX-License-Identifier: Apache-2.0
"""What a rule finds does not hang on which entry came first, and a permit is what it was then."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.rules import no_permit, scope
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.permits import PermitHistory, Turn, told
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.stored import remembered, written
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.usecases.examine import Examiner
from shared.clock import to_rfc3339
from tests.fakes.log_factories import DATASET, NOON
from tests.unit.audit_log.test_rules import MS, SECOND, issued, revoked, seen, use

HOUR = timedelta(hours=1)


def until(moment: timedelta) -> dict[str, str]:
    return {"expires_at": to_rfc3339(NOON + moment)}


def renewed(index: int = 0, **changes: object) -> Seen:
    return issued(index, type="placet.permit.renewed.v1", **changes)


def examined(*entries: Seen, after: float = 3600, at_once: bool = True) -> set[tuple[str, int]]:
    """Examine entries in the order in which they come; give the open findings of uses.

    As the store does, a cause that was raised before opens nothing. Without `at_once` each is found
    before the next entry comes.
    """
    examiner = Examiner(Memory(), Thresholds())
    past: list[Seen] = []
    for number, one in enumerate(entries):
        examiner.take(one)
        past.append(one)
        for recheck in examiner.rechecks:
            for other in past:
                if recheck.concerns(other):
                    examiner.recheck(other)
        examiner.rechecks = []
        passed = number * (MS if at_once else 60 * SECOND)
        examiner.settle(NOON + passed + (MS if at_once else 60 * SECOND), producers=(), missing={})
    examiner.settle(NOON + after * SECOND, producers=(), missing={})
    closed = {one.cause for one in examiner.healed}
    assert len({one.cause for one in examiner.raised}) == len(examiner.raised)
    return {
        (one.code, one.evidence[-1])
        for one in examiner.raised
        if one.cause not in closed and one.rule != "R6"  # times are far apart here, for clearness
    }


EXPIRED = issued(1, extra=until(-SECOND))
ELSEWHERE = issued(1, dataset="GDI-ZZ-DATASET-2", extra=until(HOUR))
OF_ANOTHER = issued(1, holder="eve", extra=until(HOUR))


@pytest.mark.parametrize(
    ("permit", "code"),
    [
        (EXPIRED, "permit_past_its_end"),
        (ELSEWHERE, "dataset_not_in_permit"),
        (OF_ANOTHER, "permit_of_another"),
    ],
)
def test_a_use_that_came_before_its_permit_is_judged_by_every_rule(permit: Seen, code: str) -> None:
    """Two topics keep no order between them: a node's entry often overtakes the permit's."""
    assert examined(permit, seen(0)) == {(code, 0)}
    assert examined(seen(0), permit) == {(code, 0)}


def test_a_renewal_makes_nothing_good_that_was_before_it() -> None:
    first = issued(1, at=NOON - HOUR, extra=until(-60 * SECOND))
    again = renewed(2, at=NOON, extra=until(HOUR))
    between, after = seen(3, at=NOON - 30 * SECOND), seen(4, at=NOON + SECOND)
    for order in ((first, again, between, after), (again, first, between, after)):
        assert examined(*order) == {("permit_past_its_end", 3)}
    assert examined(between, after, again, first) == {("permit_past_its_end", 3)}
    assert examined(between, first, after, again) == {("permit_past_its_end", 3)}


WIDER = renewed(2, at=NOON - 30 * SECOND, extra={"nodes": ["zz", "se"], **until(HOUR)})
NARROWER = renewed(2, at=NOON - 30 * SECOND, extra={"nodes": ["se"], **until(HOUR)})


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_use_is_held_against_the_terms_of_its_own_time(order: tuple[int, ...]) -> None:
    """A renewal that lets more makes nothing good that was before it, and one that lets less no
    earlier use bad, whichever entry comes first."""
    first = issued(1, extra={"nodes": ["zz"], **until(HOUR)})
    abroad = {"src": "se/clearinghouse/1"}
    early, late = ({"at": NOON - 40 * SECOND}, {"at": NOON})
    wider = [first, WIDER, seen(3, **abroad, **early), seen(4, **abroad, **late)]
    assert examined(*(wider[place] for place in order)) == {("node_not_in_permit", 3)}
    narrower = [first, NARROWER, seen(3, **early), seen(4, **late)]
    assert examined(*(narrower[place] for place in order)) == {("node_not_in_permit", 4)}


def test_an_end_that_is_moved_forward_by_a_late_entry_reaches_the_uses_that_had_passed() -> None:
    first = issued(1, at=NOON - HOUR, extra=until(HOUR))
    shorter = renewed(2, at=NOON - 60 * SECOND, extra=until(-30 * SECOND))
    assert examined(first, seen(3), shorter) == {("permit_past_its_end", 3)}


@given(st.permutations(range(5)))
def test_what_is_found_is_the_same_in_any_order_within_the_grace(order: list[int]) -> None:
    entries = [
        issued(1, at=NOON - HOUR, extra=until(-60 * SECOND)),
        renewed(2, at=NOON - 20 * SECOND, extra=until(HOUR)),
        revoked(3, at=NOON + 10 * SECOND),
        seen(4, at=NOON - 30 * SECOND),
        seen(5, at=NOON + 10 * SECOND),
    ]
    found = examined(*(entries[place] for place in order))
    assert found == {("permit_past_its_end", 4), ("permit_ended", 5)}


def test_each_boundary_to_the_instant() -> None:
    """A permit holds from its first instant on and no more at its last one, nor when revoked."""
    history = told(None, issued(at=NOON, extra=until(HOUR)))
    history = told(history, renewed(at=NOON + HOUR, extra=until(2 * HOUR)))
    history = told(history, revoked(at=NOON + HOUR + HOUR / 2))
    end = NOON + HOUR + HOUR / 2
    assert no_permit.judge(use(at=NOON - MS / 1000), history) == "permit_not_yet_live"
    assert no_permit.judge(use(at=NOON), history) is None
    for at in (NOON, NOON + HOUR - MS, NOON + HOUR, end - MS / 1000):
        assert scope.judge(use(at=at), history) is None
    assert history.turn_at(end - MS / 1000) is Turn.LIVE
    assert no_permit.judge(use(at=end), history) == "permit_ended"


def test_what_is_issued_revoked_and_used_at_one_instant_was_revoked() -> None:
    both = told(told(None, issued(at=NOON)), revoked(at=NOON))
    assert no_permit.judge(use(at=NOON), both) == "permit_ended"
    assert told(told(None, revoked(at=NOON)), issued(at=NOON)) == both


def test_of_two_ends_said_at_one_instant_the_earlier_counts() -> None:
    long, short = (issued(at=NOON, extra=until(n * HOUR)) for n in (2, 1))
    for order in ((long, short), (short, long)):
        history: PermitHistory | None = None
        for one in order:
            history = told(history, one)
        assert history is not None
        assert history.until_at(NOON) == NOON + HOUR


def test_a_use_that_names_nobody_is_not_that_of_the_permit_s_holder() -> None:
    assert examined(issued(1), seen(2, actor=None)) == {("actor_not_named", 2)}


def test_a_withdrawal_that_comes_late_names_the_decisions_that_rested_on_less() -> None:
    """R14: the node's entries came in time, the registry's outbox stood still."""
    withdrawn = seen(
        1,
        src="zz/consent_registry/1",
        type="placet.consent.withdrawn.v1",
        decision=None,
        actor=None,
        at=NOON - 400 * SECOND,
        extra={"revision": 8},
    )
    permit = issued(0, at=NOON - HOUR)
    behind, fresh = (
        seen(number, extra={"dataset_revision": revision}) for number, revision in ((2, 7), (3, 8))
    )
    soon = seen(4, at=NOON - 101 * SECOND, extra={"dataset_revision": 7})
    for order in ((permit, withdrawn, behind), (permit, behind, fresh, soon, withdrawn)):
        assert examined(*order) == {("withdrawal_not_reached", 2)}


def test_what_earlier_releases_remembered_of_a_permit_is_still_read() -> None:
    old = (
        b'{"dataset":"%b","holder":"rita","until":"2027-01-01T00:00:00+00:00",'
        b'"turns":[["2026-11-22T12:00:00+00:00","live"],["2026-11-23T12:00:00+00:00","ended"]]}'
    ) % DATASET.encode()
    history = remembered([("permits", "p", old)]).permits.get("p")
    assert history is not None
    assert history.until_at(NOON) == datetime(2027, 1, 1, tzinfo=UTC)
    assert [turn for _, turn, *_ in history.turns] == [Turn.LIVE, Turn.ENDED]
    assert (history.terms_at(NOON).dataset, history.terms_at(NOON).holder) == (DATASET, "rita")
    again = remembered([("permits", "p", written(history))]).permits.get("p")
    assert again == history


def test_what_a_late_entry_cleared_and_later_ones_made_wrong_again_is_found_each_time() -> None:
    """A cause opens one finding, ever: each time it must be another."""
    examiner = Examiner(Memory(), Thresholds())
    used, causes = seen(9), list[str]()

    def take(one: Seen, after: float) -> None:
        examiner.take(one)
        for recheck in examiner.rechecks:
            if recheck.concerns(used):
                examiner.recheck(used)
        examiner.settle(NOON + after * SECOND, producers=(), missing={})
        causes.extend(one.cause for one in examiner.raised if one.rule == "R7")
        examiner.clear()

    take(used, 60)
    take(issued(1), 70)
    for number, name in enumerate(("held", "released", "held", "released", "held")):
        at = NOON - (30 - number) * SECOND
        word = {"type": f"placet.permit.{name}.v1", "src": "zz/permit_service/1"}
        said = seen(2 + number, **word, at=at, decision=None, actor=None)
        take(said, 80 + number)
    assert len(causes) == len(set(causes)) == 4


def test_a_use_that_another_rule_doubts_still_is_found_again_by_the_first() -> None:
    elsewhere = issued(1, dataset="GDI-ZZ-DATASET-2")
    late = revoked(2, at=NOON - SECOND, dataset="GDI-ZZ-DATASET-2")
    opened = examined(seen(0), elsewhere, late, at_once=False)
    assert opened == {("dataset_not_in_permit", 0), ("permit_ended", 0)}


READ = "placet.access.read.v1"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_refusal_from_long_ago_looks_through_no_more_than_its_trace() -> None:
    """A node states its own times: by them alone it could have the rules read the log again."""
    examiner = Examiner(Memory(), Thresholds())
    for number in range(100):
        examiner.take(seen(number, type=READ, decision=None))
    examiner.take(seen(100, trace="one"))
    examiner.take(seen(101, type=READ, decision=None, trace="one"))
    examiner.take(seen(102, trace="one", decision="deny", at=NEVER))
    (again,) = examiner.rechecks
    assert (again.since, again.first) == (NEVER, 100)
    stored = [
        (kind, key, written(value)) for kind, key, value in examiner.memory.changes() if value
    ]
    assert remembered(stored).traces.items == examiner.memory.traces.items


def test_a_read_that_came_before_both_decisions_is_held_against_the_last() -> None:
    read = seen(0, type=READ, decision=None, trace="one")
    let = seen(5, trace="one", at=NOON - 2 * SECOND)
    refused = seen(6, trace="one", decision="deny", at=NOON - SECOND)
    permit = issued(1)
    for order in ((permit, read, let, refused), (permit, read, refused, let)):
        assert examined(*order) == {("read_after_refusal", 0)}

# SPDX-License-Identifier: Apache-2.0
"""Single rules: what is right at the instant, whatever the order of arrival, and what is stored."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.rules import no_permit, people, scope
from audit_log.domain.rules.catalogue import RULES, severity_of
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.permits import TURNS, PermitHistory, Turn, told
from audit_log.domain.rules.seen import DECISION, Beat, Seen, Use, use_of
from audit_log.domain.rules.silence import LastBeat
from audit_log.domain.rules.stored import remembered, written
from audit_log.domain.rules.thresholds import Thresholds, thresholds_from
from audit_log.usecases.examine import Examiner
from tests.fakes.log_factories import DATASET, NOON

SECOND = timedelta(seconds=1)
MS = timedelta(milliseconds=1)


def seen(index: int = 0, **changes: object) -> Seen:
    values: dict[str, object] = {
        "index": index,
        "type": DECISION,
        "src": "zz/clearinghouse/1",
        "epoch": 1,
        "seq": index + 1,
        "at": NOON,
        "arrived": NOON,
        "trace": f"trace-{index}",
        "dataset": DATASET,
        "decision": "permit",
        "actor": "rita",
        "permit": "p",
    }
    return Seen(**{**values, **changes})  # type: ignore[arg-type] # values of a test


PERMITS = "zz/permit_service/1"


def issued(index: int = 0, **changes: object) -> Seen:
    values = {
        "src": PERMITS,
        "type": "placet.permit.issued.v1",
        "decision": None,
        "actor": None,
        "holder": "rita",
        "at": NOON - 60 * SECOND,
        **changes,
    }
    return seen(index, **values)


def revoked(index: int = 0, **changes: object) -> Seen:
    values = {"src": PERMITS, "type": "placet.permit.revoked.v1", "decision": None, "actor": None}
    return seen(index, **{**values, **changes})


def use(**changes: object) -> Use:
    return use_of(seen(**changes))  # type: ignore[arg-type] # values of a test


def codes(examiner: Examiner) -> list[str]:
    return [one.code for one in examiner.raised]


def settle(examiner: Examiner, seconds: float) -> None:
    examiner.settle(NOON + seconds * SECOND, producers=(), missing={})


def test_a_permit_ends_at_the_instant_of_its_end_and_nothing_brings_it_back() -> None:
    history = told(told(None, issued()), revoked(at=NOON))
    history = told(history, issued(at=NOON + SECOND))
    assert no_permit.judge(use(at=NOON - MS), history) is None
    assert no_permit.judge(use(at=NOON), history) == "permit_ended"
    assert no_permit.judge(use(at=NOON + 2 * SECOND), history) == "permit_ended"


def test_a_held_permit_opens_again_when_released() -> None:
    history = told(None, issued())
    history = told(history, seen(type="placet.permit.held.v1", at=NOON))
    history = told(history, seen(type="placet.permit.released.v1", at=NOON + SECOND))
    assert no_permit.judge(use(at=NOON), history) == "permit_on_hold"
    assert no_permit.judge(use(at=NOON + SECOND), history) is None


@given(st.permutations(range(4)))
def test_a_permit_is_told_the_same_in_any_order(order: list[int]) -> None:
    entries = [
        issued(extra={"expires_at": "2027-01-01T00:00:00.000000Z"}),
        seen(type="placet.permit.held.v1", at=NOON),
        seen(type="placet.permit.released.v1", at=NOON + SECOND),
        revoked(at=NOON + 2 * SECOND),
    ]
    history: PermitHistory | None = None
    for place in order:
        history = told(history, entries[place])
    assert history is not None
    assert history.turns[-1][1] is Turn.ENDED
    assert history.until_at(NOON) is not None
    terms = history.terms_at(NOON)
    assert (terms.dataset, terms.holder) == (DATASET, "rita")


def test_scope_and_permit_are_two_questions() -> None:
    history = told(None, issued(extra={"expires_at": "2026-11-22T12:00:00.000000Z"}))
    assert no_permit.judge(use(), history) is None
    assert scope.judge(use(), history) == "permit_past_its_end"
    assert scope.judge(use(at=NOON - MS), history) is None
    assert scope.judge(use(at=NOON - MS, dataset="GDI-ZZ-DATASET-2"), history) is not None
    assert no_permit.judge(use(actor="eve", at=NOON - MS), history) == "permit_of_another"


def test_a_permit_opens_the_cohort_that_it_was_given_for_and_no_other() -> None:
    history = told(None, issued(extra={"cohort": "c-1"}))
    assert scope.judge(use(extra={"cohort_id": "c-1"}), history) is None
    assert scope.judge(use(), history) is None  # it names people, or its permit's cohort
    assert scope.judge(use(extra={"cohort_id": "c-2"}), history) == "cohort_not_in_permit"
    unnamed = told(None, issued())
    assert scope.judge(use(extra={"cohort_id": "c-2"}), unnamed) is None
    renewed = told(history, issued(type="placet.permit.renewed.v1", at=NOON - SECOND))
    assert scope.judge(use(extra={"cohort_id": "c-2"}), renewed) == "cohort_not_in_permit"


def test_another_cohort_is_doubted_until_its_permits_entry_comes() -> None:
    examiner = Examiner(Memory(), Thresholds())
    examiner.take(seen(0, extra={"cohort_id": "c-1"}))
    examiner.take(seen(1, extra={"cohort_id": "c-2"}))
    examiner.take(issued(2, extra={"cohort": "c-1"}, arrived=NOON + 20 * SECOND))
    settle(examiner, 120)
    assert [(one.code, one.evidence) for one in examiner.raised] == [("cohort_not_in_permit", (1,))]


def test_what_an_earlier_release_remembered_is_read_without_cohort_and_country() -> None:
    rows = [
        ("permits", "p", b'{"dataset": null, "holder": null, "turns": []}'),
        ("accounts", "rita", b'{"clients": ["gateway"], "last": null}'),
    ]
    memory = remembered(rows)
    assert memory.permits.items["p"].terms_at(NOON).cohort is None
    assert memory.accounts.items["rita"].countries == ()


def test_a_country_is_new_once_to_an_account_that_has_another() -> None:
    examiner = Examiner(Memory(), Thresholds())
    for index, country in enumerate((None, "ZZ", None, "ZZ", "YY", "YY", "ZZ")):
        examiner.take(seen(index, country=country))
    found = [one for one in examiner.raised if one.rule == "R13"]
    assert [(one.code, one.evidence) for one in found] == [("new_country", (4,))]


def test_a_use_before_its_permit_waits_for_the_grace_and_no_longer() -> None:
    examiner = Examiner(Memory(), Thresholds())
    examiner.take(seen(0))
    settle(examiner, 29)
    assert codes(examiner) == []
    examiner.take(issued(1, arrived=NOON + 29 * SECOND))
    settle(examiner, 60)
    assert codes(examiner) == []
    examiner.take(seen(2, permit="q"))
    settle(examiner, 61)
    assert codes(examiner) == ["permit_unknown"]
    examiner.take(issued(3, permit="q"))
    assert [one.cause for one in examiner.healed] == ["R7/2"]


def test_a_late_revocation_asks_for_the_uses_it_concerns() -> None:
    examiner = Examiner(Memory(), Thresholds())
    first, second = seen(1, at=NOON - 2 * SECOND), seen(2)
    for one in (issued(0), first, second, revoked(3, at=NOON - SECOND)):
        examiner.take(one)
    (recheck,) = examiner.rechecks
    assert [recheck.concerns(one) for one in (first, second)] == [False, True]
    examiner.recheck(second)
    settle(examiner, 0)
    assert codes(examiner) == ["permit_ended"]


def test_what_is_remembered_outlives_the_process() -> None:
    whole, parts = Examiner(Memory(), Thresholds()), Examiner(Memory(), Thresholds())
    stored: dict[tuple[str, str], bytes] = {}
    chance = Random(5)  # noqa: S311 - a repeatable order, no secret
    for index in range(300):
        one = seen(index, arrived=NOON + index * SECOND, permit=f"p{chance.randrange(20)}")
        if index % 7 == 0:
            one = issued(index, permit=one.permit, arrived=one.arrived)
        if index % 50 == 0:
            one = seen(
                index,
                type="placet.sys.heartbeat.v1",
                beat=Beat(seq=index, verified=True, follows=True),
            )
        for examiner in (whole, parts):
            examiner.take(one)
            settle(examiner, index)
        for kind, key, value in list(parts.memory.changes()):
            if value is None:
                stored.pop((kind, key), None)
            else:
                stored[kind, key] = written(value)
        kept = parts
        parts = Examiner(
            remembered([(*name, value) for name, value in stored.items()]), Thresholds()
        )
        parts.raised, parts.healed = kept.raised, kept.healed
    assert whole.raised
    assert (whole.raised, whole.healed) == (parts.raised, parts.healed)
    assert whole.memory.permits.items == parts.memory.permits.items
    assert whole.memory.doubts.items == parts.memory.doubts.items


def test_memory_forgets_what_has_had_its_time_and_says_so() -> None:
    examiner = Examiner(Memory(), Thresholds())
    examiner.take(issued(0))
    examiner.take(seen(1))
    examiner.memory.settled()
    settle(examiner, 3 * 86_400)
    gone = {kind for kind, _, value in examiner.memory.changes() if value is None}
    assert {"traces", "tallies"} <= gone
    assert examiner.memory.permits.get("p") is not None


def test_silence_is_one_finding_and_ends_with_the_next_beat() -> None:
    examiner = Examiner(Memory(), Thresholds())
    src = "zz/node/1"
    registered = LastBeat(src=src, index=-1, epoch=0, seq=0, at=NOON, arrived=NOON)
    for seconds in (90, 91, 92, 500):
        examiner.settle(NOON + seconds * SECOND, producers=[registered], missing={})
    assert codes(examiner) == ["heartbeat_missing"]
    examiner.take(
        seen(
            5,
            src=src,
            type="placet.sys.heartbeat.v1",
            arrived=NOON + 501 * SECOND,
            beat=Beat(seq=4, verified=True, follows=True),
        )
    )
    examiner.settle(NOON + 502 * SECOND, producers=[registered], missing={})
    assert [one.cause for one in examiner.healed] == [examiner.raised[0].cause]


@pytest.mark.parametrize(
    ("answer", "reason", "rule"),
    [
        ("in", None, None),
        ("out", "withdrawn", "R8"),
        ("out", "disease_not_permitted", "R9"),
        ("awaiting", None, "R9"),
        ("unknown", None, "R9"),
    ],
)
def test_only_a_person_who_is_in_passes(answer: str, reason: str | None, rule: str | None) -> None:
    question = people.PersonQuestion(
        index=4, src="s", dataset=DATASET, ordinal=1, at=NOON, permit_id="p", purposes=()
    )
    raised = people.judge(question, people.PersonAnswer(answer=answer, reason=reason))
    assert (raised.rule if raised else None) == rule


def test_every_rule_says_what_it_finds_and_names_real_thresholds() -> None:
    known = Thresholds().as_mapping()
    for rule in RULES.values():
        assert rule.what
        assert set(rule.thresholds) <= known.keys()
    assert [f"R{number}" for number in range(17)] == list(RULES)
    assert severity_of("R99").value == "critical"
    assert set(TURNS) <= {f"placet.permit.{turn}.v1" for turn in _TURN_NAMES}


_TURN_NAMES = ("issued", "renewed", "released", "held", "revoked", "expired")


@pytest.mark.parametrize(
    "given_", [{"grace": 0}, {"grace": "30"}, {"grace": True}, {"grase": 3}, {"verify_hour": 24}]
)
def test_a_threshold_that_means_nothing_is_refused(given_: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"grace|grase|verify_hour"):
        thresholds_from(given_)


def test_thresholds_are_given_by_name() -> None:
    assert thresholds_from({"grace": 5, "verify_hour": 0}).grace == 5

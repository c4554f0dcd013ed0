# SPDX-License-Identifier: Apache-2.0
"""Laws of people's lives: what never widens, what comes back, and that nothing depends on order."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.assent import Ages, Will, ages_body
from consent_registry.domain.bars import bars_in
from consent_registry.domain.cases import Case, held_at, project
from consent_registry.domain.cohort import evaluate, holding
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Kind, State, standing_in
from consent_registry.domain.narrowing import permits
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import Moment, Rules
from consent_registry.domain.ties import MergeState, merges
from shared.canonical import JSON
from shared.ids import DatasetId
from tests.fakes.consent_factories import GOOD_POLICY, inquiry, terms
from tests.fakes.lives import MEMBERS, STUDY, TOLD, Lives

POLICY = load_policy(GOOD_POLICY)
LENIENT = load_policy(
    GOOD_POLICY.replace("needed_from = 12", 'needed_from = "never"').replace(
        'overruled = "never"', 'overruled = "by_guardians"'
    )
)
LAWS = [
    POLICY.rules("consent_gdpr", "legal_basis"),
    POLICY.rules("ehds_ch4", "none"),
    POLICY.rules("national_act", "legal_basis"),
    POLICY.rules("national_act", "none"),
    LENIENT.rules("consent_gdpr", "legal_basis"),
]
PROPOSED, CONFIRMED, UNDONE = (
    PersonKind.MERGE_PROPOSED,
    PersonKind.MERGE_CONFIRMED,
    PersonKind.MERGE_UNDONE,
)
PAIRS = (("a", "b"), ("b", "c"), ("a", "c"))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("give", "other", "refuse", "withdraw", "leave", "die", "lives", "wish"),
                *("propose", "settle", "undo", "guardian", "end", "evidence", "prefer"),
                *("place", "study", "study_other", "study_no", "study_leave"),
                *("yes", "no", "ages", "unable"),
            ]
        ),
        st.integers(0, 11),
    ),
    max_size=14,
)
SPOKEN = {
    "study": PersonKind.STUDY_GIVEN,
    "study_other": PersonKind.STUDY_GIVEN,
    "study_no": PersonKind.STUDY_REFUSED,
    "study_leave": PersonKind.STUDY_WITHDRAWN,
}
NOES = ["withdraw", "leave", "study_leave"]


def live(steps: list[tuple[str, int]]) -> Lives:
    lives = Lives()
    for step, number in steps:
        take(lives, step, number)
    return lives


def take(lives: Lives, step: str, number: int) -> None:
    if step == "place" or step in SPOKEN:
        about_a_study(lives, step, number)
    else:
        happen(lives, step, number)


def happen(lives: Lives, step: str, number: int) -> None:
    pid, dataset = MEMBERS[number % len(MEMBERS)]
    if step in {"give", "other", "refuse", "withdraw"}:
        kinds = {"refuse": Kind.REFUSED, "withdraw": Kind.WITHDRAWN}
        said = terms(Duo.GRU) if step == "other" else None
        lives.say(pid, dataset, kinds.get(step, Kind.GIVEN), said)
    elif step == "leave":
        lives.leave(pid)
    elif step in {"propose", "settle", "undo"}:
        join(lives, step, PAIRS[number % len(PAIRS)])
    elif step == "guardian":
        held_as: dict[str, JSON] = {"kind": "guardian", "joint": False}
        until = lives.now + timedelta(seconds=1 + number)
        lives.note(pid, PersonKind.MANDATE_RECORDED, until=until, body=held_as)
    elif step in {"yes", "no", "unable", "ages"}:
        speak(lives, step, (pid, dataset), number)
    elif step == "end":
        held = [one for one in lives.records if one.kind is PersonKind.MANDATE_RECORDED]
        if held:
            chosen = held[number % len(held)]
            lives.note(chosen.pid, PersonKind.MANDATE_ENDED, matter=chosen.matter)
    elif step == "evidence":
        grants = [one for one in lives.consents[(pid, dataset)] if one.kind.grants]
        if grants:
            quality = ("verified", "disputed", "lost", "unchecked")[number % 4]
            lives.note(
                pid, PersonKind.EVIDENCE, about=grants[-1].event_id, body={"quality": quality}
            )
    else:
        kinds_of = {
            "die": PersonKind.DIED,
            "lives": PersonKind.DEATH_CORRECTED,
            "wish": PersonKind.WISH,
            "prefer": PersonKind.PREFERENCES,
        }
        body: dict[str, JSON] = {"wish": ("continue", "stop", "ask_relatives")[number % 3]}
        lives.note(pid, kinds_of[step], body=body if step == "wish" else {})


def about_a_study(lives: Lives, step: str, number: int) -> None:
    pid, dataset = MEMBERS[number % len(MEMBERS)]
    if step == "place":
        lives.place(dataset, (STUDY, TOLD, "")[number % 3])
        return
    said = terms(Duo.GRU) if step == "study_other" else None
    lives.speak(pid, (STUDY, TOLD)[number % 2], SPOKEN[step], said)


def speak(lives: Lives, step: str, whose: tuple[str, DatasetId], number: int) -> None:
    pid, dataset = whose
    if step == "ages":
        needed, counts = (lives.now + timedelta(seconds=number - n) for n in (6, 8))
        reached = Ages(needed_from=needed, counts_from=counts)
        lives.note(pid, PersonKind.AGES, body=ages_body(reached))
        return
    grants = [one for one in lives.consents[(pid, dataset)] if one.kind.grants]
    about = grants[-1].event_id if grants and step == "yes" else None
    will = {"yes": Will.ASSENT, "no": Will.DISSENT, "unable": Will.UNABLE}[step]
    body: dict[str, JSON] = {"will": will.value, "datasets": [dataset]}
    lives.note(pid, PersonKind.ASSENT, about=about, body=body)


def join(lives: Lives, step: str, pair: tuple[str, str]) -> None:
    found = [one for one in merges(lives.records, lives.now) if one.pids == frozenset(pair)]
    if step == "propose":
        if all(one.state is MergeState.UNDONE for one in found):
            lives.merge(*pair, PROPOSED)
        return
    wanted = {"settle": {MergeState.PENDING}, "undo": {MergeState.PENDING, MergeState.CONFIRMED}}
    for one in found:
        if one.state in wanted[step]:
            kind = CONFIRMED if step == "settle" else UNDONE
            lives.merge(*pair, kind, matter=one.merge_id)


def within(lives: Lives, rules: Rules, moment: Moment) -> set[int]:
    asked = inquiry(rules=rules)
    found = set()
    for member in lives.case.members:
        held = held_at(lives.case, member, lives.now)
        if permits(held.standing, asked, moment, bars=held.bars):
            found.add(int(member.ordinal))
    return found


def everything(lives: Lives) -> list[set[int]]:
    return [within(lives, rules, moment) for rules in LAWS for moment in Moment]


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from([*NOES, "propose", "no"]), st.integers(0, 11))
def test_a_withdrawal_a_dissent_or_a_pending_merge_never_widens_any_set(
    steps: list[tuple[str, int]], step: str, number: int
) -> None:
    lives = live(steps)
    lives.now += timedelta(minutes=1)  # whatever ends by itself has ended, in both
    before = everything(lives)
    take(lives, step, number)
    for was, now in zip(before, everything(lives), strict=True):
        assert now <= was


@settings(max_examples=40, deadline=None)
@given(STEPS, st.sampled_from(PAIRS))
def test_two_who_were_joined_and_parted_are_as_before(
    steps: list[tuple[str, int]], pair: tuple[str, str]
) -> None:
    lives = live([step for step in steps if step[0] not in {"propose", "settle", "undo"}])
    lives.now += timedelta(minutes=1)  # whatever ends by itself has ended, in both
    before = everything(lives)
    for kinds in ((PROPOSED, UNDONE), (PROPOSED, CONFIRMED, UNDONE)):
        lives.merge(*pair, *kinds)
    assert everything(lives) == before


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_a_projection_says_at_every_instant_what_the_events_say(
    steps: list[tuple[str, int]],
) -> None:
    lives = live(steps)
    case = lives.case
    for member in case.members:
        made = project(case, member)
        for second in range(30):
            at = lives.now - timedelta(seconds=15 - second)
            held = held_at(case, member, at)
            assert bars_in(made.bars, at) == held.bars
            standing = standing_in(made.segments, at)
            assert standing.state is held.standing.state
            if standing.state is not State.NOT_ASKED:
                assert standing == held.standing


@settings(max_examples=40, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_anything(
    steps: list[tuple[str, int]], mixed: random.Random
) -> None:
    case = live(steps).case

    def shuffled() -> Case:
        return Case(
            members=tuple(mixed.sample(case.members, len(case.members))),
            records={pid: mixed.sample(list(r), len(r)) for pid, r in case.records.items()},
            consents={key: mixed.sample(list(e), len(e)) for key, e in case.consents.items()},
            everywhere=case.everywhere,
            reach=case.reach,
        )

    for member in case.members:
        assert project(shuffled(), member) == project(case, member)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_sets_and_single_people_are_decided_alike(steps: list[tuple[str, int]]) -> None:
    lives = live(steps)
    case = lives.case
    index = CohortIndex(members=len(case.members))
    for member in case.members:
        held = held_at(case, member, lives.now)
        if held.standing.state is not State.NOT_ASKED:
            index.put(BitMap([member.ordinal]), held.standing)
        index.bar(BitMap([member.ordinal]), held.bars)
    for rules in LAWS:
        asked = inquiry(rules=rules)
        assert set(evaluate(index, asked).within) == within(lives, rules, Moment.NEW)
        running = {o for o in holding(index, asked) if o in within(lives, rules, Moment.RUNNING)}
        assert running == within(lives, rules, Moment.RUNNING)

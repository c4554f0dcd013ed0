# SPDX-License-Identifier: Apache-2.0
"""Deciding a set gives everybody what deciding her alone gives; building order never matters."""

import random as standard_random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.activities import AGGREGATE, SECONDARY_USE
from consent_registry.domain.bars import NO_BARS
from consent_registry.domain.bitmaps import (
    canonical_bytes,
    from_text,
    salted_digest,
    to_text,
)
from consent_registry.domain.blocking import let_in_without
from consent_registry.domain.cohort import Cohort, evaluate, open_matters
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.data_categories import (
    ANY,
    CATEGORIES,
    Categories,
    in_both,
    read_categories,
)
from consent_registry.domain.duo import MODIFIERS, PERMISSIONS, TERMS, Duo
from consent_registry.domain.ehds import EhdsPurpose, Prohibited
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.narrowing import permits
from consent_registry.domain.policy import OnRestricted
from consent_registry.domain.purpose import Category, Organisation, Purpose
from consent_registry.domain.regimes import Moment
from consent_registry.domain.terms import Alternative, Modifier, Terms
from consent_registry.domain.verdict import REASON_ORDER, Reason, Result
from consent_registry.domain.windows import Window
from permit_service.domain.ruling import Matter as AskedOfAuthority
from tests.fakes.consent_factories import inquiry, policy

CANCER, BREAST, LUNG = "MONDO:0004992", "MONDO:0007254", "MONDO:0008903"
ILLNESSES = (CANCER, BREAST, LUNG, "MONDO:0002054", "MONDO:9999999", "MONDO:0005015")
# Mostly what consents name: nothing, which is secondary use.
SCOPES = (
    *((), (), (), ("project:P-1",), ("project:P-9",), ("af_aggregate",)),
    *(("af_aggregate", "edic_secondary_use"), ("edic_secondary_use", "project:P-1")),
    *(("edic_secondary_use=2026-06-01",), ("edic_secondary_use=2027-01-01", "project:P-1")),
    *(("af_aggregate=2026-01-01", "edic_secondary_use"), ("project:P-1=2026-06-02",)),
)
VALUES = {
    Duo.RS: ("x",),
    Duo.GS: ("EU", "FI"),
    Duo.MOR: ("2026-01-01", "2027-01-01"),
    Duo.TS: ("0", "6", "24"),
    Duo.US: ("rita", "stan"),
    Duo.PS: ("P-1", "P-2"),
    Duo.IS: ("https://ror.org/00aaaaa00",),
    Duo.COL: ("ward", "lab"),
    Duo.RTN: ("bank",),
    Duo.IRB: ("board",),
}


@st.composite
def modifiers(draw: st.DrawFn) -> Modifier:
    code = draw(st.sampled_from(MODIFIERS))
    choices = VALUES.get(code, ())
    several = TERMS[code].several
    picked = (
        draw(st.sets(st.sampled_from(choices), max_size=2 if several else 1)) if choices else ()
    )
    return Modifier(code=code, values=tuple(sorted(picked)))


@st.composite
def alternatives(draw: st.DrawFn) -> Alternative:
    permission = draw(st.sampled_from(PERMISSIONS))
    picked = draw(st.lists(modifiers(), max_size=3, unique_by=lambda m: m.code))
    illnesses = draw(st.sets(st.sampled_from(ILLNESSES), max_size=2))
    return Alternative(
        permission=permission,
        modifiers=tuple(sorted(picked, key=lambda m: MODIFIERS.index(m.code))),
        diseases=tuple(sorted(illnesses)) if permission is Duo.DS else (),
        activities=draw(st.sampled_from(SCOPES)),
        data=draw(st.none() | windows()),
        data_categories=draw(categories),
    )


categories = st.just(ANY) | st.sets(st.sampled_from(CATEGORIES), max_size=3).map(read_categories)
_DAYS = [date(2019, 1, 1), date(2020, 6, 30), date(2022, 12, 31)]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first, last = draw(st.tuples(*[st.sampled_from([None, *_DAYS])] * 2).filter(any))
    if first is not None and last is not None and last < first:
        first, last = last, first
    return Window(first=first, last=last)


consents = st.lists(alternatives(), min_size=1, max_size=3).map(tuple)
flags = st.sampled_from([True, False, None])


organisations = st.builds(
    Organisation,
    id=st.sampled_from([None, "https://ror.org/00aaaaa00", "y"]),
    not_for_profit=flags,
    public_body=st.booleans(),
)


@st.composite
def purposes(draw: st.DrawFn) -> Purpose:
    codes = st.sets(st.sampled_from(["PUB", "COL", "RTN", "MOR", "IRB"])).map(frozenset)
    return Purpose(
        category=draw(st.sampled_from(Category)),
        diseases=tuple(sorted(draw(st.sets(st.sampled_from(ILLNESSES), max_size=2)))),
        methods=draw(flags),
        ancestry=draw(flags),
        commercial=draw(flags),
        clinical=draw(flags),
        genetic_data=draw(flags),
        organisation=draw(organisations),
        partners=tuple(draw(st.lists(organisations, max_size=2))),
        countries=tuple(sorted(draw(st.sets(st.sampled_from(["FI", "NO", "US"]), max_size=2)))),
        users=draw(st.sampled_from([(), ("rita",), ("rita", "stan")])),
        project=draw(st.sampled_from([None, "P-1", "P-9"])),
        months=draw(st.sampled_from([None, 6, 12])),
        accepts=draw(codes),
        evidence=draw(codes),
        ehds_purpose=draw(st.none() | st.sampled_from(EhdsPurpose)),
        prohibited_uses=draw(st.sampled_from([frozenset(), frozenset(), frozenset(Prohibited)])),
        activity=draw(st.sampled_from([SECONDARY_USE, SECONDARY_USE, AGGREGATE])),
        data_categories=draw(categories),
        no_publication_before=draw(st.sampled_from([None, date(2026, 9, 1), date(2027, 6, 1)])),
    )


@st.composite
def inquiries(draw: st.DrawFn) -> Inquiry:
    switch = {code: draw(st.sampled_from(OnRestricted)) for code in ("HMB", "DS", "POA")}
    asked = inquiry(draw(purposes()), policy=replace(policy(), methods_on_restricted=switch))
    held = draw(st.just(CATEGORIES) | categories)
    return replace(asked, collected=draw(st.none() | windows()), held=held)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    state = draw(st.sampled_from([State.GIVEN, State.GIVEN, *State]))
    terms: Terms | None = draw(consents | st.none()) if state is State.GIVEN else None
    return Standing(state=state, terms=terms)


people = st.lists(standings(), max_size=12)


def index_of(
    standing: Sequence[Standing],
    order: Sequence[int] | None = None,
    has: Sequence[Categories] = (),
) -> CohortIndex:
    """Make an index; `has` are the data there are of the first members, as far as they are few."""
    index = CohortIndex(members=len(standing))
    for ordinal in order if order is not None else range(len(standing)):
        index.put(BitMap([ordinal]), standing[ordinal])
        index.hold_only(BitMap([ordinal]), has[ordinal] if ordinal < len(has) else ANY)
    return index


held_of_each = st.lists(categories, max_size=12)
"""Which data there are of the first members; of the others, as of who has none here, all."""


def lacks(has: Sequence[Categories], ordinal: int, asked: Inquiry) -> bool:
    there = (has[ordinal] if ordinal < len(has) else ANY) or asked.held
    return not set(asked.asked) <= set(asked.held) & set(there)


def parts(cohort: Cohort) -> tuple[object, ...]:
    return (
        canonical_bytes(cohort.within),
        canonical_bytes(cohort.awaiting),
        {reason: canonical_bytes(people) for reason, people in cohort.out.items()},
        {clause: canonical_bytes(people) for clause, people in cohort.clauses.items()},
    )


def every_set(index: CohortIndex) -> dict[object, set[int]]:
    """Give each set that somebody is in by its place in an index."""
    found: dict[object, BitMap] = {"unreadable": index.unreadable}
    found |= {("state", state): who for state, who in index.states.items()}
    for number, slot in enumerate(index.slots):
        for field in fields(slot):
            held = getattr(slot, field.name)
            by_key = held if isinstance(held, dict) else {"": held}
            found |= {(number, field.name, key): who for key, who in by_key.items()}
    return {place: set(who) for place, who in found.items() if who}


@given(people, st.data())
def test_to_note_many_at_once_is_to_note_one_after_another(
    everybody: list[Standing], data: st.DataObject
) -> None:
    """However they are grouped, whoever is there already; and no two sets are one and the same."""
    earlier = data.draw(st.sets(st.sampled_from(range(len(everybody))))) if everybody else set()
    alike: dict[Standing, BitMap] = defaultdict(BitMap)
    for ordinal, standing in enumerate(everybody):
        if ordinal not in earlier:
            alike[standing].add(ordinal)
    index = index_of(everybody, sorted(earlier))
    index.put_all((who, standing) for standing, who in alike.items())
    assert every_set(index) == every_set(index_of(everybody))
    for ordinal in range(len(everybody)):
        index.forget(BitMap([ordinal]))
        rest = every_set(index_of(everybody, range(ordinal + 1, len(everybody))))
        assert every_set(index) == rest


@given(people, inquiries(), held_of_each)
def test_the_set_and_the_person_are_decided_alike(
    everybody: list[Standing], asked: Inquiry, has: list[Categories]
) -> None:
    cohort = evaluate(index_of(everybody, has=has), asked)
    for ordinal, standing in enumerate(everybody):
        expected = expected_part(standing, asked, lacking=lacks(has, ordinal, asked))
        assert part_of(cohort, ordinal) == expected, standing


def expected_part(
    standing: Standing, asked: Inquiry, *, lacking: bool | None = None
) -> tuple[str, object]:
    lacking = lacks((), 0, asked) if lacking is None else lacking
    if standing.state is not State.GIVEN:
        asked_her = standing.state is not State.NOT_ASKED
        return "out", Reason(standing.state.value) if asked_her else Reason.NEVER_ASKED
    if standing.terms is None:
        return "out", Reason.UNREADABLE
    answer = match(standing.terms, asked)
    if lacking:
        reasons = [*answer.reasons, Reason.CATEGORY_NOT_HELD]
        return "out", min(reasons, key=REASON_ORDER.__getitem__)
    if answer.result is Result.PERMIT:
        return "in", None
    if answer.result is Result.MANUAL:
        return "awaiting", answer.clauses[0]
    return "out", answer.reasons[0]


def part_of(cohort: Cohort, ordinal: int) -> tuple[str, object]:
    found: list[tuple[str, object]] = []
    if ordinal in cohort.within:
        found.append(("in", None))
    found += [("awaiting", clause) for clause, who in cohort.clauses.items() if ordinal in who]
    found += [("out", reason) for reason, who in cohort.out.items() if ordinal in who]
    assert len(found) == 1  # the parts cover everybody and do not overlap
    return found[0]


@given(people, inquiries(), st.randoms())
def test_a_ruling_moves_only_who_awaits_and_never_turns_a_denial(
    everybody: list[Standing], asked: Inquiry, random: standard_random.Random
) -> None:
    index = index_of(everybody)
    before = evaluate(index, asked)
    matters = open_matters(index, asked, before)
    ruled = {matter: random.random() < 0.7 for matter in matters if random.random() < 0.8}
    after = evaluate(index, replace(asked, ruled=ruled))
    assert before.within <= after.within <= before.within | before.awaiting
    assert after.awaiting <= before.awaiting
    for reason, who in before.out.items():
        assert who <= after.out.get(reason, BitMap()) or reason is Reason.RULED_OUT
    # One person alone is decided alike, and every matter is one that the authority can be asked.
    for ordinal, standing in enumerate(everybody):
        expected = expected_part(standing, replace(asked, ruled=ruled))
        assert part_of(after, ordinal) == expected, standing
    known = [
        AskedOfAuthority(clause=m.clause, question=m.question.value, value=m.value) for m in matters
    ]
    assert [one for one in known if not one.is_known() and one.clause != "RS"] == []
    if all(ruled.get(matter) for matter in matters):
        assert after.within == before.within | before.awaiting


@given(people, inquiries(), st.sampled_from(Moment))
def test_who_may_stay_in_a_running_permit_is_decided_alike(
    everybody: list[Standing], asked: Inquiry, moment: Moment
) -> None:
    cohort = evaluate(index_of(everybody), asked, moment=moment)
    alone = {n for n, standing in enumerate(everybody) if permits(standing, asked, moment)}
    # There is nothing to give of whom there is nothing; a running permit is not asked that again.
    absent = moment is Moment.NEW and lacks((), 0, asked)
    assert set(cohort.within) == (set() if absent else alone)


@given(people, inquiries())
def test_without_a_clause_nobody_leaves_and_only_its_own_come_in(
    everybody: list[Standing], asked: Inquiry
) -> None:
    index = index_of(everybody)
    cohort = evaluate(index, asked)
    for clause, gained in let_in_without(index, asked, cohort).items():
        assert not gained & cohort.within
        for ordinal in gained:
            terms = everybody[ordinal].terms
            assert terms is not None
            heard = {f.clause for alternative in match(terms, asked).findings for f in alternative}
            assert clause in heard


@given(people, inquiries(), st.randoms())
def test_the_order_of_members_never_matters(
    everybody: list[Standing], asked: Inquiry, random: standard_random.Random
) -> None:
    order = list(range(len(everybody)))
    random.shuffle(order)
    assert parts(evaluate(index_of(everybody, order), asked)) == parts(
        evaluate(index_of(everybody), asked)
    )


@given(people, people, inquiries(), held_of_each)
def test_changing_people_in_place_equals_building_anew(
    before: list[Standing], changes: list[Standing], asked: Inquiry, has: list[Categories]
) -> None:
    count = min(len(before), len(changes))
    after = [*changes[:count], *before[count:]]
    index = index_of(before, has=has)
    index.forget(BitMap(range(count)))
    for ordinal in range(count):
        index.put(BitMap([ordinal]), after[ordinal])
        index.hold_only(BitMap([ordinal]), has[ordinal] if ordinal < len(has) else ANY)
    anew = parts(evaluate(index_of(after, has=has), asked))
    assert parts(evaluate(index, asked)) == anew
    index = index_of(before, has=has)
    for ordinal in range(count):
        index.replace(ordinal, after[ordinal], NO_BARS)
    assert parts(evaluate(index, asked)) == anew


@given(people, inquiries(), st.integers(min_value=0, max_value=11))
def test_one_more_withdrawal_never_widens_any_part(
    everybody: list[Standing], asked: Inquiry, who: int
) -> None:
    before = evaluate(index_of(everybody), asked)
    fewer = [
        Standing(state=State.WITHDRAWN) if ordinal == who else standing
        for ordinal, standing in enumerate(everybody)
    ]
    after = evaluate(index_of(fewer), asked)
    assert after.within == before.within - BitMap([who])
    assert after.awaiting == before.awaiting - BitMap([who])


@given(people, inquiries(), held_of_each, st.integers(0, 11), categories)
def test_fewer_data_a_narrower_limit_or_a_wider_question_never_widens_any_part(
    everybody: list[Standing],
    asked: Inquiry,
    has: list[Categories],
    who: int,
    limit: Categories,
) -> None:
    """Of her, of what there is of her, and of what is asked; nobody else moves by the first two."""
    before = evaluate(index_of(everybody, has=has), asked)
    limited = [
        standing._replace(terms=narrowed(standing.terms, limit)) if ordinal == who else standing
        for ordinal, standing in enumerate(everybody)
    ]
    there = [*has, *([ANY] * (len(everybody) - len(has)))]
    fewer = [
        (in_both(one, limit)[0] or one) if ordinal == who else one
        for ordinal, one in enumerate(there)
    ]
    for narrower in (index_of(limited, has=has), index_of(everybody, has=fewer)):
        after = evaluate(narrower, asked)
        assert after.within <= before.within
        assert after.within | after.awaiting <= before.within | before.awaiting
        assert before.within - after.within <= BitMap([who])
    more = read_categories([*asked.asked, *limit])
    wider = evaluate(
        index_of(everybody, has=has), asked.about(replace(asked.purpose, data_categories=more))
    )
    # Where it is not said what there is, naming something asks for less than all of it.
    if asked.asked:
        assert wider.within <= before.within


def narrowed(terms: Terms | None, limit: Categories) -> Terms | None:
    if terms is None:
        return None
    both = ((one, in_both(one.data_categories, limit)) for one in terms)
    left = tuple(replace(one, data_categories=kinds) for one, (kinds, some) in both if some)
    return left or None


@given(consents, purposes())
def test_one_more_modifier_never_widens_except_clinical_care(
    consent: Terms, asked: Purpose
) -> None:
    for code in MODIFIERS:
        if code is Duo.CC or any(alternative.has(code) for alternative in consent):
            continue
        narrower = tuple(replace(a, modifiers=(*a.modifiers, Modifier(code=code))) for a in consent)
        assert match(narrower, inquiry(asked)).result >= match(consent, inquiry(asked)).result


@given(st.sets(st.integers(min_value=0, max_value=200_000)), st.binary(min_size=32, max_size=32))
def test_equal_sets_have_equal_bytes_however_they_were_built(who: set[int], salt: bytes) -> None:
    at_once, one_by_one = BitMap(who), BitMap()
    for ordinal in sorted(who, reverse=True):
        one_by_one.add(ordinal)
    one_by_one.run_optimize()
    assert canonical_bytes(at_once) == canonical_bytes(one_by_one)
    assert salted_digest(at_once, salt) == salted_digest(one_by_one, salt)
    assert from_text(to_text(at_once)) == one_by_one

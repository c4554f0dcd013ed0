# SPDX-License-Identifier: Apache-2.0
"""Erasing somebody who has other names: nothing of hers stays under them, and they go on."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from consent_registry.domain.erasure import Erasure
from consent_registry.domain.errors import LegalHoldStands, SecondPersonNeeded
from consent_registry.domain.lives import Wish
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.ties import MergeState
from consent_registry.http import rights_present
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.erasing import (
    NewHold,
    ask_erasure,
    confirm_erasure,
    set_hold,
    waiting_erasures,
)
from consent_registry.usecases.lives import life_of, record_death, set_wish
from consent_registry.usecases.merging import (
    MergeStatus,
    confirm_merge,
    pending_merges,
    propose_merge,
    undo_merge,
)
from consent_registry.usecases.own_file import own_file
from consent_registry.usecases.reading import consents_of
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import (
    ANNA,
    GRETA,
    HUGO,
    ILLNESS,
    LOCAL_ID,
    PSEUDONYM,
    ErasingWorld,
    erasing_world,
)
from tests.support.merge_world import SECOND as SECOND_DESK
from tests.support.registry_world import DESK, DS

OTHER = "P-2"
WHY = "her-sister-told-us-so"
DIGEST = "5e" * 32


@pytest.fixture
def site() -> Iterator[ErasingWorld]:
    with erasing_world() as opened:
        yield opened


def merge(site: ErasingWorld, *, settled: bool = False) -> MergeStatus:
    made = propose_merge(PSEUDONYM, OTHER, WHY, tools=site.tools, principal=DESK)
    if settled:
        merge_id = made.merge.merge_id
        return confirm_merge(merge_id, tools=site.tools, principal=SECOND_DESK)
    return made


def undo(site: ErasingWorld, made: MergeStatus) -> MergeStatus:
    return undo_merge(made.merge.merge_id, tools=site.tools, principal=SECOND_DESK)


def within(site: ErasingWorld) -> set[int]:
    found = evaluate_cohort(DS, purpose(), tools=site.tools, principal=DESK)
    return set(found.cohort.within)


def test_what_a_merge_carried_to_another_name_is_destroyed_too(site: ErasingWorld) -> None:
    made = merge(site, settled=True)
    rare = RawAlternative(permission="DS", diseases=(ILLNESS,))
    wanted = NewConsent(pseudonym=PSEUDONYM, dataset=DS, alternatives=(rare,))
    record_consent(wanted, tools=site.tools, principal=DESK)
    undo(site, made)
    assert ILLNESS in terms_of_the_other(site)
    site.begin()
    site.run()
    texts = site.texts()
    assert [word for word in (PSEUDONYM, LOCAL_ID, ILLNESS, WHY) if word in texts] == []
    assert within(site) == {1}


def terms_of_the_other(site: ErasingWorld) -> str:
    found = site.world.column(
        "SELECT t::text FROM standing AS s JOIN consent_terms AS t USING (terms_id)"
        " WHERE s.ordinal = 1"
    )
    return " ".join(found)


def test_a_wish_after_death_is_destroyed_with_the_rest(site: ErasingWorld) -> None:
    set_wish(PSEUDONYM, Wish.STOP, tools=site.tools, principal=DESK)
    site.world.clock.pass_time(5)
    died_at = site.tools.clock.now()
    record_death(PSEUDONYM, died_at, DIGEST, tools=site.tools, principal=DESK)
    assert "dead_stop" in site.texts()
    site.begin()
    site.run()
    assert "dead_stop" not in site.texts()


def test_the_day_of_a_death_is_sealed_with_the_rest_and_what_stays_is_when_it_was_told(
    site: ErasingWorld,
) -> None:
    """A day of death finds somebody in a register of deaths."""
    died_at = site.tools.clock.now() - timedelta(days=321)
    record_death(PSEUDONYM, died_at, DIGEST, tools=site.tools, principal=DESK)
    before = life_of(PSEUDONYM, None, None, tools=site.tools, principal=DESK)
    assert before.life.died_at == died_at
    kept = "SELECT effective_from = recorded_at FROM person_event WHERE kind = 'died'"
    assert site.world.scalar(kept) is True
    site.begin()
    site.run()
    assert died_at.date().isoformat() not in site.texts()
    assert within(site) == {1}


def test_an_erasure_is_one_of_every_confirmed_name(site: ErasingWorld) -> None:
    merge(site, settled=True)
    site.begin()
    assert {one.confirmed_at is not None for one in waiting(site)} == {True}
    assert len(waiting(site)) == 2
    assert within(site) == set()
    site.run()
    texts = site.texts()
    assert [word for word in (PSEUDONYM, LOCAL_ID, ILLNESS, WHY, "S-2") if word in texts] == []
    with site.tools.reads() as uow:
        assert uow.people.pid(OTHER) is None


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_name_found_to_be_hers_after_the_asking_is_asked_for_too(
    site: ErasingWorld, confirmed: bool
) -> None:
    """And somebody else than asked still has to confirm it."""
    made = merge(site)
    first = site.ask()
    if confirmed:
        confirm_erasure(first.erasure_id, tools=site.tools, principal=HUGO)
    confirm_merge(made.merge.merge_id, tools=site.tools, principal=SECOND_DESK)
    late = next(one for one in waiting(site) if one.erasure_id != first.erasure_id)
    assert (late.ground, late.asked_by) == (first.ground, first.asked_by)
    assert late.confirmed_at is None
    with pytest.raises(SecondPersonNeeded):
        confirm_erasure(late.erasure_id, tools=site.tools, principal=GRETA)
    for one in (first, late):
        confirm_erasure(one.erasure_id, tools=site.tools, principal=HUGO)
    site.run()
    texts = site.texts()
    assert [word for word in (PSEUDONYM, LOCAL_ID, ILLNESS, WHY, "S-2") if word in texts] == []


def waiting(site: ErasingWorld) -> list[Erasure]:
    return list(waiting_erasures(tools=site.tools, principal=GRETA))


def test_a_legal_hold_of_another_name_of_hers_holds_off_the_erasure(site: ErasingWorld) -> None:
    merge(site, settled=True)
    until = site.tools.clock.now().replace(year=2099)
    wanted = NewHold(pseudonym=OTHER, ground="gdpr_17_3_e", until=until)
    set_hold(wanted, tools=site.tools, principal=GRETA)
    with pytest.raises(LegalHoldStands):
        site.ask()
    assert waiting(site) == []


def test_who_may_be_the_same_person_is_out_until_the_merge_is_undone(site: ErasingWorld) -> None:
    assert within(site) == {1}
    made = merge(site)
    site.begin()
    site.run()
    assert within(site) == set()
    (seen,) = pending_merges(tools=site.tools, principal=SECOND_DESK)
    assert OTHER in seen.pseudonyms
    done = undo(site, made)
    assert done.merge.state is MergeState.UNDONE
    assert pending_merges(tools=site.tools, principal=SECOND_DESK) == []
    assert within(site) == {1}


def test_the_death_of_another_name_is_still_recorded_and_still_narrows(site: ErasingWorld) -> None:
    made = merge(site)
    site.begin()
    site.run()
    died_at = site.tools.clock.now()
    record_death(OTHER, died_at, DIGEST, tools=site.tools, principal=DESK)
    undo(site, made)
    found = consents_of(OTHER, None, None, tools=site.tools, principal=DESK)
    assert [len(one.bars) for one in found.choices] == [1]


def test_a_second_name_asked_for_by_the_one_who_confirms_waits_for_another(
    site: ErasingWorld,
) -> None:
    first = site.ask()
    second = ask_erasure(OTHER, "gdpr_17_1_b", tools=site.tools, principal=HUGO)
    merge(site, settled=True)
    confirm_erasure(first.erasure_id, tools=site.tools, principal=HUGO)
    assert site.look(second.erasure_id).confirmed_at is None
    assert within(site) == set()
    confirm_erasure(second.erasure_id, tools=site.tools, principal=GRETA)
    site.run()
    assert site.look(second.erasure_id).confirmed_at is not None


def test_her_own_file_says_what_is_known_of_her_life_and_nothing_of_others(
    site: ErasingWorld,
) -> None:
    merge(site)
    set_wish(PSEUDONYM, Wish.ASK_RELATIVES, tools=site.tools, principal=DESK)
    found = own_file(with_uses=False, tools=site.tools, principal=ANNA)
    written = rights_present.own_file(found)
    assert [(one["kind"], one["said"]) for one in written["life"]] == [
        ("merge_proposed", {}),
        ("wish", {"wish": "ask_relatives"}),
    ]
    text = json.dumps(written)
    assert not [word for word in (OTHER, "S-2", WHY) if word in text]


@pytest.mark.parametrize("settled", [False, True])
def test_her_own_file_covers_the_names_confirmed_to_be_hers(
    site: ErasingWorld, settled: bool
) -> None:
    """And nothing of a name that somebody only supposes to be hers."""
    merge(site, settled=settled)
    found = own_file(with_uses=False, tools=site.tools, principal=ANNA)
    written = rights_present.own_file(found)
    assert written["other_names"] == ([OTHER] if settled else [])
    assert len(written["datasets"]) == (3 if settled else 2)

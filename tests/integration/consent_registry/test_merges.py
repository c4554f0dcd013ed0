# SPDX-License-Identifier: Apache-2.0
"""Two names of one person: the more protective state at once, one history, and two again."""

import json
import threading
from dataclasses import replace

import pytest

from consent_registry.domain.errors import (
    FreezeOvertaken,
    MergeSettled,
    MergeUnknown,
    ParticipantUnknown,
    SecondPersonNeeded,
)
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.ties import MergeState
from consent_registry.domain.uses import UseReport
from consent_registry.ports.who_used import AnswerCohorts, Places
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.decisions import PersonQuestion, decide_people
from consent_registry.usecases.merging import confirm_merge, merges_of, pending_merges
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.who_used import uses_of
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId, DatasetId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.merge_world import (
    SECOND,
    A,
    B,
    C,
    confirm,
    give,
    leave,
    live,
    permit,
    propose,
    reasons,
    rebuilt,
    undo,
    within,
)
from tests.support.registry_world import DESK, DS, RegistryWorld, people, person

OTHER = DatasetId("GDI-ZZ-DATASET-2")
EHDS = DatasetId("GDI-ZZ-DATASET-3")


@pytest.fixture
def three(world: RegistryWorld) -> RegistryWorld:
    """A, B and C in one dataset; B and C in another."""
    world.dataset(OTHER)
    assert world.load(*people(3)).batch.applied == 3
    assert world.load(*people(3, dataset=OTHER)[1:]).batch.applied == 2
    return world


def test_a_no_of_one_takes_the_other_out_everywhere_at_once(three: RegistryWorld) -> None:
    leave(three, A, DS)
    permit(three, "PERMIT-DS")
    permit(three, "PERMIT-OTHER", OTHER)
    propose(three)
    assert (within(three), within(three, OTHER)) == ({2}, {1})
    assert (live(three), live(three, OTHER)) == ([{2}], [{1}])
    assert reasons(three) == {"withdrawn": 2}
    rebuilt(three, A, B)


def test_a_withdrawal_while_the_merge_is_pending_reaches_the_other_name(
    three: RegistryWorld,
) -> None:
    permit(three, "PERMIT-DS")
    permit(three, "PERMIT-OTHER", OTHER)
    propose(three)
    assert (within(three), live(three)) == ({0, 1, 2}, [{0, 1, 2}]), "they allow the same"
    leave(three, A)
    assert (within(three), within(three, OTHER)) == ({2}, {1})
    assert (live(three), live(three, OTHER)) == ([{2}], [{1}])
    items = three.column("SELECT items FROM feed_change WHERE kind = 'member.narrowed'")
    told = [(item["ordinal"], item["cause"]) for found in items for item in found]
    assert sorted(told) == [(0, "withdrawn"), (0, "withdrawn"), (1, "withdrawn")]
    rebuilt(three, A, B)


def test_different_choices_are_out_until_somebody_knows_whose_they_are(
    three: RegistryWorld,
) -> None:
    give(three, B, permission="GRU")
    merge = propose(three)
    assert within(three) == {2}
    assert reasons(three) == {"identity_unsettled": 2}
    confirm(three, merge)
    assert within(three) == {0, 1, 2}
    found = consents_of(A, None, None, tools=three.tools, principal=DESK)
    said = {
        choice.standing.terms[0].permission.name
        for choice in found.choices
        if choice.standing.terms
    }
    assert said == {"GRU", "HMB"}, "one person now: what she said last in each dataset"
    rebuilt(three, A, B)


def test_confirmed_she_is_one_person_with_one_history(three: RegistryWorld) -> None:
    give(three, B, permission=None)
    give(three, A)
    merge = propose(three)
    assert within(three) == {2}
    confirm(three, merge)
    assert within(three) == {0, 1, 2}, "the yes under the one name came after the other's no"
    leave(three, A)
    assert (within(three), within(three, OTHER)) == ({2}, {1}), "everything is everything of hers"
    rebuilt(three, A, B)


def test_a_withdrawal_from_everything_before_the_merge_counts_for_both_names(
    three: RegistryWorld,
) -> None:
    leave(three, A)
    merge = propose(three)
    confirm(three, merge)
    assert within(three, OTHER) == {1}
    give(three, B, OTHER)
    assert within(three, OTHER) == {0, 1}, "she has said yes since"
    rebuilt(three, A, B)


def test_undone_they_are_two_again_and_nothing_of_the_history_is_lost(
    three: RegistryWorld,
) -> None:
    leave(three, A, DS)
    permit(three, "PERMIT-DS")
    before = three.rows("consent_event")
    merge = confirm(three, propose(three))
    assert within(three) == {2}
    assert undo(three, merge).merge.state is MergeState.UNDONE
    assert within(three) == {1, 2}
    assert live(three) == [{2}], "a permit never widens"
    assert three.rows("consent_event") == before
    kinds = three.column("SELECT kind FROM person_event ORDER BY recorded_at, pid")
    assert kinds == [k for k in ("merge_proposed", "merge_confirmed", "merge_undone") for _ in "ab"]
    rebuilt(three, A, B)
    again = propose(three)
    assert again.merge.merge_id != merge.merge.merge_id
    assert within(three) == {2}


def test_what_was_known_then_is_answered_without_the_merge(three: RegistryWorld) -> None:
    leave(three, A, DS)
    three.clock.pass_time(60)
    then = three.clock.now()
    three.clock.pass_time(60)
    merge = propose(three)
    three.clock.pass_time(60)

    def asked(known: bool) -> set[int]:
        found = evaluate_cohort(
            DS,
            purpose(),
            tools=three.tools,
            principal=DESK,
            effective_at=three.clock.now(),
            known_at=then if known else three.clock.now(),
        )
        return set(found.cohort.within)

    assert (asked(known=True), asked(known=False)) == ({1, 2}, {2})
    at = three.clock.now()
    answers = decide_people(
        [
            PersonQuestion(
                dataset=DS,
                ordinal=Ordinal(1),
                effective_at=instant,
                known_at=instant,
                permit_id=None,
                purposes=(),
            )
            for instant in (then, at)
        ],
        tools=three.tools,
        principal=DESK,
    )
    assert [(one.answer, one.reason) for one in answers] == [("in", None), ("out", "withdrawn")]
    undo(three, merge)


def test_nobody_confirms_her_own_proposal_and_only_a_desk_proposes(three: RegistryWorld) -> None:
    merge = propose(three)
    with pytest.raises(SecondPersonNeeded):
        confirm_merge(merge.merge.merge_id, tools=three.tools, principal=DESK)
    assert [one.pseudonyms for one in pending_merges(tools=three.tools, principal=DESK)] == [(A, B)]
    assert confirm(three, merge).merge.state is MergeState.CONFIRMED
    assert pending_merges(tools=three.tools, principal=DESK) == []
    assert [one.merge.state for one in merges_of(A, tools=three.tools, principal=DESK)] == [
        MergeState.CONFIRMED
    ]
    with pytest.raises(MergeSettled):
        confirm(three, merge)
    with pytest.raises(MergeSettled):
        propose(three, B, A)
    with pytest.raises(ParticipantUnknown):
        propose(three, A, "P-NOBODY")
    with pytest.raises(ValidationFailed):
        propose(three, A, A)
    with pytest.raises(MergeUnknown):
        confirm_merge(three.tools.ids.new(), tools=three.tools, principal=SECOND)
    with pytest.raises(Forbidden):
        confirm_merge(merge.merge.merge_id, tools=three.tools, principal=person("anna"))


def test_an_opt_out_under_one_name_counts_for_the_other(three: RegistryWorld) -> None:
    wanted = NewDataset(
        dataset=EHDS,
        title="Genomes",
        controller="A hospital",
        country="ZZ",
        legal_regime="ehds_ch4",
        consent_role="none",
    )
    register_dataset(wanted, tools=three.tools, principal=DESK)
    assert three.load(*people(3, dataset=EHDS)).batch.applied == 3
    assert within(three, EHDS) == {0, 1, 2}
    merge = propose(three)
    set_opt_out(A, About(), OptOutKind.REGISTERED, tools=three.tools, principal=DESK)
    assert within(three, EHDS) == {2}
    leave(three, B)
    undo(three, merge)
    assert within(three, EHDS) == {1, 2}, "under Chapter IV neither a merge nor a no excludes"
    propose(three, B, C)
    propose(three, A, B)
    assert within(three, EHDS) == set(), "and it goes along every merge"


def test_a_merge_overtakes_a_freeze(three: RegistryWorld) -> None:
    leave(three, A, DS)
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=three.tools, principal=DESK)
    propose(three)
    with pytest.raises(FreezeOvertaken):
        bind_cohort(frozen.cohort_id, PermitId("P"), tools=three.tools, principal=DESK)


def test_an_import_reaches_the_other_name_too(three: RegistryWorld) -> None:
    propose(three)
    refusal = {"state": "refused", "permission": "", "signed_on": "2026-01-01"}
    assert three.load(*people(1, **refusal)).batch.applied == 1
    assert (within(three), within(three, OTHER)) == ({2}, {1})
    rebuilt(three, A, B)


def test_entries_name_people_only_as_sealed_numbers(three: RegistryWorld) -> None:
    confirm(three, propose(three))
    rows = three.column(
        "SELECT convert_from(value, 'UTF8') FROM outbox WHERE kind = 'entry' ORDER BY id"
    )
    made = [json.loads(row) for row in rows if "placet.person.merge" in row]
    assert [one["r"] for one in made] == ["merge_proposed", "merge_confirmed"]
    for one in made:
        assert "P-0000" not in json.dumps(one)
        assert len(one["c"]["subj"]) == 2


def test_many_merges_and_withdrawals_at_once_end_narrow_and_whole(three: RegistryWorld) -> None:
    jobs = [
        lambda: propose(three, A, B),
        lambda: propose(three, B, C),
        lambda: leave(three, A),
        lambda: leave(three, C, OTHER),
    ]
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (within(three), within(three, OTHER)) == (set(), set())
    rebuilt(three, A, B, C)


def test_who_used_her_data_is_asked_under_every_name_that_is_hers(three: RegistryWorld) -> None:
    """Confirmed ones alone: what somebody else's data were used for is not hers to know."""
    asked: list[set[tuple[DatasetId, int]]] = []

    class Log:
        def who_used(self, places: Places, answers: AnswerCohorts) -> UseReport:
            asked.append(set(places))
            return UseReport(uses=(), size=0, checked=0, differed=0, not_reporting=())

    def ask() -> set[tuple[DatasetId, int]]:
        uses_of(A, tools=replace(three.tools, who_used=Log()), principal=DESK)
        return asked[-1]

    merge = propose(three)
    assert ask() == {(DS, 0)}
    confirm(three, merge)
    assert ask() == {(DS, 0), (DS, 1), (OTHER, 0)}
    undo(three, merge)
    assert ask() == {(DS, 0)}

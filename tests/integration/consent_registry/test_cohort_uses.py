# SPDX-License-Identifier: Apache-2.0
"""What is answered about a use of a whole cohort: the same as about each of its people."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pyroaring import BitMap

from consent_registry.domain.bitmaps import salted_digest
from consent_registry.domain.cohort_uses import CohortUse, CohortVerdict, Flaw
from consent_registry.domain.register import FrozenCohort
from consent_registry.usecases.cohort_uses import MAX_USES, decide_cohorts
from consent_registry.usecases.sweep import sweep
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.integration.consent_registry.test_cohorts import MIXED, PERMIT, bind, freeze, leave
from tests.integration.consent_registry.test_decisions import MS
from tests.integration.consent_registry.test_decisions import ask as ask_person
from tests.integration.consent_registry.test_import_questions import asked
from tests.support.erasing_world import erasing_world
from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import DESK, RegistryWorld, csv_of, people

GOOD = CohortVerdict()
HMB = 1
ENDS = 8


@pytest.fixture
def bound(world: RegistryWorld) -> FrozenCohort:
    assert world.load(*MIXED).batch.applied == len(MIXED)
    made = bind(world, freeze(world))
    world.clock.pass_time(60)
    return made


def use(world: RegistryWorld, cohort: FrozenCohort, at: datetime | None = None) -> CohortUse:
    """Name a use as a node does that knows everything by now."""
    then = at or world.clock.now()
    return CohortUse(
        dataset=cohort.dataset,
        cohort_id=cohort.cohort_id,
        digest=cohort.digest,
        revision=world.revision(),
        effective_at=then,
        known_at=then,
        permit_id=PERMIT,
        purposes=cohort.purpose.duo(),
    )


def ask(world: RegistryWorld, *uses: CohortUse) -> list[CohortVerdict]:
    return list(decide_cohorts(uses, tools=world.tools, principal=DESK))


def out(cohort: FrozenCohort, cause: str, *ordinals: int) -> CohortVerdict:
    who = salted_digest(BitMap(ordinals), cohort.salt)
    return CohortVerdict(causes=(cause,), who=who)


def left_at(world: RegistryWorld, cohort: FrozenCohort, ordinal: int) -> datetime:
    with world.tools.reads() as uow:
        (gone,) = uow.cohorts.left(cohort.cohort_id, Ordinal(ordinal))
    return gone.left_at


def test_a_reader_who_did_not_know_that_she_left_used_her_data_and_one_who_did_not(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    before = use(world, bound)
    assert ask(world, before) == [GOOD]
    leave(world, "P-hmb")
    then = left_at(world, bound, HMB)
    late = replace(before, effective_at=then, known_at=then)
    early = replace(late, effective_at=then - MS, known_at=then - MS)
    knowing = use(world, bound, then)
    assert ask(world, early, late, knowing) == [GOOD, out(bound, "withdrawn", HMB), GOOD]
    for one, answer in ((early, "in"), (late, "out")):  # as each person is answered for
        assert ask_person(world, HMB, one.effective_at).answer == answer


def test_what_was_not_known_yet_counts_for_nobody(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    before = use(world, bound)
    leave(world, "P-hmb")
    then = left_at(world, bound, HMB)
    later = replace(before, effective_at=then + timedelta(days=1), known_at=then - MS)
    assert ask(world, later) == [GOOD]


def test_everybody_who_left_is_said_by_cause_and_recognised_again(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    before = use(world, bound)
    for pseudonym in ("P-hmb", "P-gru"):
        leave(world, pseudonym)
        world.clock.pass_time(1)
    then_used = replace(before, effective_at=world.clock.now(), known_at=world.clock.now())
    found = ask(world, then_used, replace(then_used, revision=None))
    assert found == [out(bound, "withdrawn", 0, HMB)] * 2
    one_left_later = replace(then_used, revision=world.revision() - 1)
    assert ask(world, one_left_later) == [out(bound, "withdrawn", 0)]


def test_an_end_known_in_advance_is_in_the_readers_hands(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    """The node leaves her out by the day that it was told; the sweep says so only later."""
    before = use(world, bound)
    world.clock.pass_time(timedelta(days=40).total_seconds())
    sweep(tools=world.tools)
    then = max(left_at(world, bound, ENDS), world.clock.now())
    then_used = replace(before, effective_at=then, known_at=then)
    assert ask(world, then_used) == [GOOD]
    # A reader that names no revision says that it read all of the frozen cohort.
    assert ask(world, replace(then_used, revision=None)) == [out(bound, "expired", ENDS)]


def test_a_use_that_does_not_go_with_its_cohort_says_why(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    good = use(world, bound)
    unbound = freeze(world, purpose(commercial=True))
    wrong = {
        Flaw.UNKNOWN: [
            replace(good, digest=unbound.digest),
            replace(good, cohort_id="0192f0c1-2b3c-7d4e-8f50-112233445566"),
            replace(good, cohort_id="nonsense"),
            replace(good, dataset=DatasetId("GDI-ZZ-DATASET-9")),
        ],
        Flaw.FUTURE: [replace(good, revision=world.revision() + 1)],
        Flaw.UNBOUND: [replace(use(world, unbound), purposes=())],
        Flaw.OTHER_PERMIT: [replace(good, permit_id=PermitId("PERMIT-2"))],
        Flaw.PURPOSE: [replace(good, purposes=("DUO:0000007",))],
    }
    for flaw, uses in wrong.items():
        assert ask(world, *uses) == [CohortVerdict(flaw=flaw)] * len(uses)
    assert [CohortVerdict(flaw=flaw).answer for flaw in wrong] == [*["unknown"] * 3, "out", "out"]
    assert ask(world, replace(good, permit_id=None)) == [GOOD]


def test_a_use_that_names_no_cohort_is_of_its_permits(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    """As a reader of all a dataset's files says it, who names nobody."""
    before = replace(use(world, bound), cohort_id=None, digest=None)
    world.clock.pass_time(1)
    leave(world, "P-hmb")
    late = replace(before, effective_at=world.clock.now(), known_at=world.clock.now())
    assert ask(world, before, late) == [GOOD, out(bound, "withdrawn", HMB)]
    of_nobody = replace(late, permit_id=PermitId("PERMIT-2"))
    assert ask(world, of_nobody, replace(late, permit_id=None)) == [
        CohortVerdict(flaw=Flaw.UNBOUND),
        CohortVerdict(flaw=Flaw.UNKNOWN),
    ]
    other = replace(late, dataset=DatasetId("GDI-ZZ-DATASET-9"))
    assert ask(world, other) == [CohortVerdict(flaw=Flaw.UNKNOWN)]


def test_a_wrong_purpose_does_not_hide_who_had_left(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    before = replace(use(world, bound), purposes=("DUO:0000007",))
    leave(world, "P-hmb")
    then_used = replace(before, effective_at=world.clock.now(), known_at=world.clock.now())
    assert ask(world, then_used) == [replace(out(bound, "withdrawn", HMB), flaw=Flaw.PURPOSE)]


def test_who_left_and_is_erased_since_still_counts_as_having_left() -> None:
    with erasing_world() as erasing:
        world = replace(erasing.world, tools=erasing.tools)
        cohort = bind(world, freeze(world, purpose(diseases=("MONDO:0007254",))))
        before = use(world, cohort)
        members = set(cohort.bitmap)
        erasing.begin()
        erasing.run()
        then_used = replace(before, effective_at=world.clock.now(), known_at=world.clock.now())
        (found,) = ask(world, then_used)
        assert (0 in members) == (found.causes == ("erased",))
        assert ask(world, before) == [GOOD]  # then she was in it


def test_too_many_at_once_and_without_the_scope(world: RegistryWorld, bound: FrozenCohort) -> None:
    with pytest.raises(ValidationFailed):
        ask(world, *[use(world, bound)] * (MAX_USES + 1))
    stranger = replace(DESK, scopes=frozenset({"consents.read"}))
    with pytest.raises(Forbidden):
        decide_cohorts([use(world, bound)], tools=world.tools, principal=stranger)


def test_a_hundred_uses_of_one_cohort_are_as_many_statements_as_one(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    before = use(world, bound)
    leave(world, "P-hmb")
    late = replace(before, effective_at=world.clock.now(), known_at=world.clock.now())
    with asked() as of_one:
        ask(world, late)
    with asked() as of_many:
        ask(world, *[late] * 100)
    assert len(of_many) == len(of_one)


def test_over_http(node: RegistryNode) -> None:
    node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=node.service("consents.write"))
    node.take_in(csv_of(people(3)))
    node.work()
    wanted = {"dataset": DATASET, "purpose": purpose().to_json(), "application_id": "A-1"}
    freezing, token = node.service("cohorts.freeze"), node.service("decisions.read")
    frozen = node.call("POST", "/v1/cohorts/freeze", wanted, token=freezing).json()
    permit = {"permit_id": "P-1"}
    node.call("POST", f"/v1/cohorts/{frozen['cohort_id']}/bind", permit, token=freezing)
    one: dict[str, Any] = {key: frozen[key] for key in ("cohort_id", "digest", "dataset")}
    one |= {"revision": frozen["revision"], **permit, "purposes": ["DUO:0000006"]}
    path = "/v1/decisions/cohorts"
    answer = node.call("POST", path, {"questions": [one]}, token=token)
    assert answer.json() == {
        "answers": [{"answer": "in", "reason": None, "causes": [], "who": None}]
    }
    gone = node.service("consents.write")
    node.call("POST", "/v1/participants/P-000001/withdrawals", {}, token=gone)
    (found,) = node.call("POST", path, {"questions": [one]}, token=token).json()["answers"]
    assert (found["answer"], found["reason"], found["causes"]) == ("out", None, ["withdrawn"])
    strange = {**one, "dataset": "somebody's own name"}  # one line of a log stops no other
    answer = node.call("POST", path, {"questions": [strange, one]}, token=token).json()["answers"]
    assert [each["reason"] for each in answer] == ["cohort_unknown", None]
    for wrong in (
        {**one, "revision": -1},
        {**one, "known_at": "yesterday"},
        {**one, "who": "Anna"},
    ):
        answer = node.call("POST", path, {"questions": [wrong]}, token=token)
        assert answer.status_code == 422, answer.text
    too_many = {"questions": [one] * (MAX_USES + 1)}
    assert node.call("POST", path, too_many, token=token).status_code == 422
    assert node.call("POST", path, {"questions": [one]}, token=freezing).status_code == 403

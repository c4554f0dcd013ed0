# SPDX-License-Identifier: Apache-2.0
"""The opt-out on a real database: what it excludes, what it leaves alone, and what is committed."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from consent_registry.domain.errors import FreezeOvertaken, NotLinked, OptOutTooNarrow
from consent_registry.domain.manifest import MANIFEST_TYP
from consent_registry.domain.optout import EMPTY_ROOT, About, OptOutKind, root_of
from consent_registry.domain.policy import Breadth
from consent_registry.domain.records import Channel
from consent_registry.domain.regimes import Moment
from consent_registry.domain.register import FrozenCohort
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.decisions import (
    PersonAnswer,
    PersonQuestion,
    decide_people,
)
from consent_registry.usecases.feed import snapshot
from consent_registry.usecases.opt_out import OptOutStatus, opt_out_of, set_opt_out, set_own_opt_out
from consent_registry.usecases.opt_out_list import opt_out_list
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, DatasetId, Ordinal, PermitId, Revision
from shared.keys import verify_jws
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people, person, registry_world

EHDS = DatasetId("GDI-ZZ-DATASET-2")
NATIONAL = DatasetId("GDI-ZZ-DATASET-3")
OUT, BACK = OptOutKind.REGISTERED, OptOutKind.REVERSED
BOTH = {"P-000000": 0, "P-000001": 1, "P-000002": 2}


@pytest.fixture
def world() -> Iterator[RegistryWorld]:
    with registry_world() as opened:
        opened.dataset()
        for name, regime in ((EHDS, "ehds_ch4"),):
            wanted = NewDataset(
                dataset=name,
                title="Genomes",
                controller="A hospital",
                country="ZZ",
                legal_regime=regime,
                consent_role="none",
            )
            register_dataset(wanted, tools=opened.tools, principal=DESK)
        for name in (DS, EHDS):
            assert opened.load(*people(3, dataset=name)).batch.applied == 3
        yield opened


def opt(
    world: RegistryWorld, who: str, kind: OptOutKind = OUT, about: About | None = None
) -> OptOutStatus:
    return set_opt_out(who, about or About(), kind, tools=world.tools, principal=DESK)


def within(world: RegistryWorld, dataset: DatasetId = EHDS) -> set[int]:
    found = evaluate_cohort(dataset, purpose(), tools=world.tools, principal=DESK)
    return set(found.cohort.within)


def freeze(world: RegistryWorld, dataset: DatasetId = EHDS) -> FrozenCohort:
    return freeze_cohort(
        dataset, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK
    )


def bind(world: RegistryWorld, cohort: FrozenCohort, permit: str = "PERMIT-1") -> None:
    bind_cohort(cohort.cohort_id, PermitId(permit), tools=world.tools, principal=DESK)


def live(world: RegistryWorld, dataset: DatasetId = EHDS) -> list[set[int]]:
    with world.tools.reads() as uow:
        return [set(cohort.members) for cohort in uow.cohorts.live(dataset)]


def told(world: RegistryWorld, manifest: str) -> dict[str, Any]:
    keys = world.tools.signer.public_jwks()
    body = verify_jws(manifest, keys, typ=MANIFEST_TYP, algorithms=("ES256",))
    found: dict[str, Any] = json.loads(body)
    return found


def opt_outs_of(world: RegistryWorld, frozen: FrozenCohort) -> dict[str, object]:
    found: dict[str, object] = told(world, frozen.manifest)["opt_outs"]
    return found


def test_an_opt_out_leaves_the_permit_given_before_it_and_every_later_one_excludes(
    world: RegistryWorld,
) -> None:
    bind(world, freeze(world))
    opt(world, "P-000001")
    assert live(world) == [{0, 1, 2}]
    assert within(world) == {0, 2}
    later = freeze(world)
    assert set(later.bitmap) == {0, 2}
    decided = evaluate_cohort(EHDS, purpose(), tools=world.tools, principal=DESK).cohort
    assert decided.reasons() == {"opted_out": 1}
    assert later.reasons == {}, "one person is too few to be shown"
    bind(world, later, "PERMIT-2")
    opt(world, "P-000001", BACK)
    assert within(world) == {0, 1, 2}
    assert live(world) == [{0, 1, 2}, {0, 2}]


def test_under_consent_the_opt_out_changes_nothing_and_under_ehds_a_withdrawal_does_not(
    world: RegistryWorld,
) -> None:
    bind(world, freeze(world))
    bind(world, freeze(world, DS), "PERMIT-DS")
    opt(world, "P-000000")
    withdraw("P-000002", WithdrawConsent(), tools=world.tools, principal=DESK)
    assert within(world, DS) == {0, 1}
    assert within(world) == {1, 2}
    assert live(world) == [{0, 1, 2}]
    assert live(world, DS) == [{0, 1}]
    with world.tools.reads() as uow:
        told = {
            (one.change.dataset, one.change.kind.value)
            for one in uow.feed.after(0, 10_000)
            if one.change.revision > 3
        }
    assert (EHDS, "member.narrowed") not in told
    assert (EHDS, "dataset.moved") in told
    assert (DS, "member.narrowed") in told
    assert len(snapshot(tools=world.tools).snapshots) == 2


def test_an_opt_out_between_freeze_and_binding_wins(world: RegistryWorld) -> None:
    frozen, other = freeze(world), freeze(world, DS)
    opt(world, "P-000001")
    with pytest.raises(FreezeOvertaken):
        bind(world, frozen)
    bind(world, other)


def test_the_freeze_commits_to_the_register_and_the_register_can_be_rebuilt(
    world: RegistryWorld,
) -> None:
    first = opt_outs_of(world, freeze(world))
    assert first == {"register": "GDI-ZZ-PERSON-1", "revision": 0, "root": EMPTY_ROOT.hex()}
    for who, kind in (("P-000000", OUT), ("P-000001", OUT), ("P-000000", BACK)):
        opt(world, who, kind)
    frozen = opt_outs_of(world, freeze(world))
    opt(world, "P-000002")
    with world.tools.reads() as uow:
        known = list(uow.opt_outs.first(Revision(int(str(frozen["revision"])))))
    assert frozen["revision"] == 3
    assert root_of(event for _, event in known).hex() == frozen["root"]
    assert [(who, event.kind) for who, event in known] == [
        ("P-000000", OUT),
        ("P-000001", OUT),
        ("P-000000", BACK),
    ]
    altered = replace(known[0][1], kind=BACK)
    assert root_of([altered, *(event for _, event in known[1:])]).hex() != frozen["root"]


def test_the_operator_lists_who_was_out_at_a_permits_revision_and_it_is_on_record(
    world: RegistryWorld,
) -> None:
    for who, kind in (("P-000000", OUT), ("P-000001", OUT)):
        opt(world, who, kind)
    named = opt_outs_of(world, freeze(world))
    opt(world, "P-000000", BACK)
    then = opt_out_list(Revision(2), tools=world.tools)
    assert then.people == (("P-000000", ("all",)), ("P-000001", ("all",)))
    assert (then.number, then.root) == (named["revision"], named["root"])
    assert opt_out_list(None, tools=world.tools).people == (("P-000001", ("all",)),)
    kept = world.column("SELECT convert_from(value, 'UTF8') FROM outbox")
    assert sum("placet.audit.export.v1" in entry for entry in kept) == 2


def test_doing_again_what_stands_changes_nothing(world: RegistryWorld) -> None:
    opt(world, "P-000001", BACK)
    first = opt(world, "P-000001")
    before = world.count("opt_out_event"), world.revision(EHDS), world.revision(DS)
    world.clock.pass_time(60)
    assert opt(world, "P-000001").since == first.since
    assert (world.count("opt_out_event"), world.revision(EHDS), world.revision(DS)) == before
    assert before[0] == 1


def test_one_can_look_back(world: RegistryWorld) -> None:
    before = world.clock.now()
    world.clock.pass_time(60)
    status = opt(world, "P-000001")
    world.clock.pass_time(60)
    opt(world, "P-000001", BACK)
    for known_at, about in ((before, ()), (status.since, (About(),)), (None, ())):
        found = opt_out_of("P-000001", known_at, tools=world.tools, principal=DESK)
        assert found.about == about


def test_somebody_who_joins_later_is_out_from_the_start(world: RegistryWorld) -> None:
    assert within(world) == {0, 1, 2}
    assert world.load(*people(4, dataset=DS)[3:]).batch.applied == 1
    opt(world, "P-000003")
    assert world.load(*people(4, dataset=EHDS)[3:]).batch.applied == 1
    assert within(world) == {0, 1, 2}


def test_what_the_policy_does_not_offer_is_refused_but_can_be_reversed(
    world: RegistryWorld,
) -> None:
    narrow = About(breadth=Breadth.GENOMIC)
    with pytest.raises(OptOutTooNarrow):
        opt(world, "P-000001", about=narrow)
    opt(world, "P-000001", BACK, about=narrow)
    offering = replace(world.tools.policy, breadths=tuple(Breadth))
    wider = replace(world, tools=replace(world.tools, policy=offering))
    opt(wider, "P-000001", about=About(breadth=Breadth.HOLDER, holder="Another hospital"))
    assert within(world) == {0, 1, 2}
    opt(wider, "P-000001", about=About(breadth=Breadth.HOLDER, holder="A hospital"))
    assert within(world) == {0, 2}


def test_under_a_national_act_an_opt_out_takes_out_of_running_permits_where_it_says_so(
    world: RegistryWorld,
) -> None:
    ehds = world.tools.policy.rules("ehds_ch4", "none")
    table = {
        cell: replace(rules, acts=dict.fromkeys(ehds.acts, frozenset(Moment)))
        for cell, rules in world.tools.policy.table.items()
    }
    bind(world, freeze(world))
    strict = replace(
        world, tools=replace(world.tools, policy=replace(world.tools.policy, table=table))
    )
    opt(strict, "P-000001")
    assert live(world) == [{0, 2}]
    assert [row[3] for row in world.rows("cohort_narrowed")] == ["opted_out"]


def test_whom_nobody_can_identify_is_told_and_it_is_on_record(world: RegistryWorld) -> None:
    with pytest.raises(NotLinked):
        set_own_opt_out(
            About(), OUT, tools=world.tools, principal=person("nobody"), channel=Channel.PAGE
        )
    assert world.count("opt_out_event") == 0
    kept = world.column("SELECT convert_from(value, 'UTF8') FROM outbox")
    assert any("not_identifiable" in entry and '"d":"deny"' in entry for entry in kept)


@pytest.mark.parametrize("table", ["opt_out_person", "opt_out_event", "opt_out_reach"])
def test_the_register_is_append_only(world: RegistryWorld, table: str) -> None:
    opt(world, "P-000001")
    for statement in ("DELETE FROM {}", "TRUNCATE {} CASCADE"):
        with world.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement.format(table)))


def test_opt_outs_and_freezes_at_once_never_disagree_with_the_root_they_name(
    world: RegistryWorld,
) -> None:
    frozen: list[FrozenCohort] = []

    def leave(who: str) -> None:
        opt(world, who)

    def take() -> None:
        frozen.append(freeze(world))

    jobs = [threading.Thread(target=leave, args=(who,)) for who in BOTH]
    jobs += [threading.Thread(target=take) for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert len(frozen) == 4
    for cohort in frozen:
        named = opt_outs_of(world, cohort)
        with world.tools.reads() as uow:
            known = list(uow.opt_outs.first(Revision(int(str(named["revision"])))))
        assert root_of(event for _, event in known).hex() == named["root"]
        # Whoever the root does not know is in, and whoever is in is not known to it as out.
        assert set(cohort.bitmap) == {0, 1, 2} - {BOTH[who] for who, _ in known}


def test_a_dataset_that_no_rule_of_the_policy_is_for_is_not_registered(
    world: RegistryWorld,
) -> None:
    for regime, role in (("national_act", "none"), ("consent_gdpr", "none"), ("ehds_ch4", "x")):
        wanted = NewDataset(
            dataset=NATIONAL,
            title="t",
            controller="c",
            country="ZZ",
            legal_regime=regime,
            consent_role=role,
        )
        with pytest.raises(ValidationFailed):
            register_dataset(wanted, tools=world.tools, principal=DESK)


def test_asked_afterwards_the_datasets_own_law_says_whose_no_counts(world: RegistryWorld) -> None:
    bind(world, freeze(world))
    world.clock.pass_time(60)
    withdraw("P-000000", WithdrawConsent(), tools=world.tools, principal=DESK)
    opt(world, "P-000001")
    world.clock.pass_time(60)

    def asked(dataset: DatasetId, ordinal: int, permit: str | None) -> PersonAnswer:
        question = PersonQuestion(
            dataset=dataset,
            ordinal=Ordinal(ordinal),
            effective_at=world.clock.now(),
            known_at=world.clock.now(),
            permit_id=None if permit is None else PermitId(permit),
            purposes=(),
        )
        (answer,) = decide_people([question], tools=world.tools, principal=DESK)
        return answer

    assert asked(DS, 0, None) == PersonAnswer(answer="out", reason="withdrawn")
    for ordinal in (0, 1):
        assert asked(EHDS, ordinal, "PERMIT-1") == PersonAnswer(answer="in")
    bind(world, freeze(world), "PERMIT-2")
    world.clock.pass_time(60)
    late = PersonAnswer(answer="out", reason="not_in_cohort")
    assert [asked(EHDS, one, "PERMIT-2") == late for one in (0, 1, 2)] == [False, True, False]


def test_whoever_opted_out_is_out_of_what_no_permit_names(world: RegistryWorld) -> None:
    """Where the opt-out binds, from its instant on, until it is reversed; elsewhere it does not."""

    def asked(dataset: DatasetId, at: datetime) -> str:
        question = PersonQuestion(
            dataset=dataset,
            ordinal=Ordinal(1),
            effective_at=at,
            known_at=at,
            permit_id=None,
            purposes=(),
        )
        (answer,) = decide_people([question], tools=world.tools, principal=DESK)
        return answer.reason or answer.answer

    world.clock.pass_time(60)
    before = world.clock.now()
    world.clock.pass_time(60)
    opt(world, "P-000001")
    world.clock.pass_time(60)
    while_out = world.clock.now()
    world.clock.pass_time(60)
    opt(world, "P-000001", BACK)
    world.clock.pass_time(60)
    after = world.clock.now()
    assert [asked(EHDS, at) for at in (before, while_out, after)] == ["in", "opted_out", "in"]
    assert [asked(DS, at) for at in (before, while_out, after)] == ["in", "in", "in"]


def test_looking_back_names_the_revision_that_an_opt_out_made(world: RegistryWorld) -> None:
    def revision(at: datetime) -> Revision:
        found = evaluate_cohort(
            EHDS, purpose(), tools=world.tools, principal=DESK, effective_at=at, known_at=at
        )
        return Revision(told(world, found.manifest)["revision"])

    world.clock.pass_time(60)
    before = world.clock.now()
    world.clock.pass_time(60)
    opt(world, "P-000001")
    assert revision(world.clock.now()) == revision(before) + 1

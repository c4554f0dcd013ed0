# SPDX-License-Identifier: Apache-2.0
"""Cohorts on a real database: decided, frozen, bound, narrowed; never widened."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pytest
from pyroaring import BitMap

from consent_registry.domain.bitmaps import salted_digest
from consent_registry.domain.errors import (
    CohortBound,
    CohortUnknown,
    DatasetUnknown,
    FreezeOvertaken,
    FreezeVoid,
)
from consent_registry.domain.manifest import MANIFEST_TYP
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.canonical import JSON
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId
from shared.keys import verify_jws
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

APPLICATION = ApplicationId("A-1")
PERMIT = PermitId("PERMIT-1")
MIXED = [
    {"participant": "P-gru", "local_id": "0", "permission": "GRU"},
    {"participant": "P-hmb", "local_id": "1", "permission": "HMB"},
    {"participant": "P-npu", "local_id": "2", "permission": "HMB", "modifiers": "NPU"},
    {"participant": "P-poa", "local_id": "3", "permission": "POA"},
    {"participant": "P-rs", "local_id": "4", "permission": "HMB", "modifiers": "RS=x"},
    {"participant": "P-no", "local_id": "5", "state": "withdrawn"},
    {"participant": "P-ref", "local_id": "6", "state": "refused"},
    {"participant": "P-old", "local_id": "7", "effective_to": "2026-01-01"},
    {"participant": "P-ends", "local_id": "8", "effective_to": "2026-12-24"},
    {"participant": "P-later", "local_id": "9", "effective_from": "2026-12-01"},
]


@pytest.fixture
def mixed(world: RegistryWorld) -> RegistryWorld:
    assert world.load(*MIXED).batch.applied == len(MIXED)
    return world


def freeze(world: RegistryWorld, asked: Purpose | None = None) -> FrozenCohort:
    return freeze_cohort(DS, asked or purpose(), APPLICATION, tools=world.tools, principal=DESK)


def bind(world: RegistryWorld, cohort: FrozenCohort, permit: PermitId = PERMIT) -> FrozenCohort:
    return bind_cohort(cohort.cohort_id, permit, tools=world.tools, principal=DESK)


def live(world: RegistryWorld) -> list[set[int]]:
    with world.tools.reads() as uow:
        return [set(cohort.members) for cohort in uow.cohorts.live(DS)]


def leave(world: RegistryWorld, pseudonym: str) -> None:
    withdraw(pseudonym, WithdrawConsent(), tools=world.tools, principal=DESK)


def changes(world: RegistryWorld, after: int = 0) -> list[tuple[str, JSON]]:
    with world.tools.reads() as uow:
        stored = uow.feed.after(after, 10_000)
    return [(one.change.kind.value, item) for one in stored for item in one.change.items]


def newest(world: RegistryWorld) -> int:
    with world.tools.reads() as uow:
        return uow.feed.newest()


def test_a_purpose_is_decided_with_the_first_reason_of_everybody_left_out(
    mixed: RegistryWorld,
) -> None:
    found = evaluate_cohort(DS, purpose(), tools=mixed.tools, principal=DESK)
    assert set(found.cohort.within) == {0, 1, 2, 8}
    assert found.cohort.counts() == {"members": 10, "in": 4, "out": 5, "awaiting": 1}
    assert found.cohort.awaiting_by_clause() == {"RS": 1}
    assert found.cohort.reasons() == {
        "never_asked": 1,
        "refused": 1,
        "withdrawn": 1,
        "expired": 1,
        "purpose_not_permitted": 1,
    }
    keys = mixed.tools.signer.public_jwks()
    body = json.loads(verify_jws(found.manifest, keys, typ=MANIFEST_TYP, algorithms=("ES256",)))
    assert body["counts"] == {"members": 10}
    assert (body["reasons"], body["awaiting_by_clause"]) == ({}, {})
    assert body["digest"] == salted_digest(BitMap([0, 1, 2, 8]), found.salt)
    assert "users" not in body["purpose"]
    assert body["versions"]["mondo"].startswith("2022-09-06")


def test_no_entry_keeps_an_exact_small_count(mixed: RegistryWorld) -> None:
    evaluate_cohort(DS, purpose(), tools=mixed.tools, principal=DESK)
    bind(mixed, freeze(mixed))
    kept = mixed.column(
        "SELECT value FROM outbox"
        " WHERE convert_from(value, 'UTF8')::jsonb->>'ty' LIKE 'placet.cohort.%' ORDER BY id"
    )
    entries = [json.loads(bytes(value)) for value in kept]
    assert [entry["r"] for entry in entries[1:]] == ["frozen", "bound"]
    # Four are in, five are out and one waits: of ten members that is nobody's to read.
    assert [entry.get("n") for entry in entries] == [{"members": 10}, {"members": 10}, None]


def test_the_answer_follows_the_calendar_and_every_change(mixed: RegistryWorld) -> None:
    def within() -> set[int]:
        found = evaluate_cohort(DS, purpose(), tools=mixed.tools, principal=DESK)
        return set(found.cohort.within)

    assert within() == {0, 1, 2, 8}
    mixed.clock.pass_time(timedelta(days=10).total_seconds())
    assert within() == {0, 1, 2, 8, 9}
    mixed.clock.pass_time(timedelta(days=30).total_seconds())
    assert within() == {0, 1, 2, 9}
    leave(mixed, "P-hmb")
    assert within() == {0, 2, 9}
    mixed.load(*people(2))
    assert within() == {0, 2, 9, 10, 11}
    mixed.clock.wall -= timedelta(days=40)  # somebody sets the clock back
    assert within() == {0, 2, 9, 10, 11}  # the register's time does not go back


def test_nothing_is_known_of_a_dataset_that_is_not_registered(world: RegistryWorld) -> None:
    unknown = DatasetId("GDI-ZZ-DATASET-9")
    with pytest.raises(DatasetUnknown):
        evaluate_cohort(unknown, purpose(), tools=world.tools, principal=DESK)
    with pytest.raises(DatasetUnknown):
        freeze_cohort(unknown, purpose(), APPLICATION, tools=world.tools, principal=DESK)
    for cohort_id in ("x", "01890a5d-ac96-774b-bcce-b302099a8057"):
        with pytest.raises(CohortUnknown):
            bind_cohort(CohortId(cohort_id), PERMIT, tools=world.tools, principal=DESK)
    with pytest.raises(ValidationFailed):
        freeze_cohort(DS, purpose(), ApplicationId("a b"), tools=world.tools, principal=DESK)


def test_a_freeze_is_void_after_a_minute(mixed: RegistryWorld) -> None:
    cohort = freeze(mixed)
    assert cohort.void_at - cohort.frozen_at == timedelta(seconds=60)
    mixed.clock.pass_time(61)
    with pytest.raises(FreezeVoid):
        bind(mixed, cohort)
    assert live(mixed) == []


def test_a_freeze_in_time_becomes_live_and_says_so_once(mixed: RegistryWorld) -> None:
    cohort = freeze(mixed)
    mixed.clock.pass_time(59)
    before = newest(mixed)
    bound = bind(mixed, cohort)
    assert bind(mixed, cohort) == replace(bound)
    assert live(mixed) == [{0, 1, 2, 8}]
    (only,) = changes(mixed, before)
    kind, item = only
    assert kind == "cohort.bound"
    assert isinstance(item, dict)
    assert set(BitMap.deserialize(b64decode(str(item["bitmap"])))) == {0, 1, 2, 8}
    assert item["lapses"] == [["2026-12-24T00:00:00.000000Z", 8]]
    assert item["permit_id"] == PERMIT
    with pytest.raises(CohortBound):
        bind(mixed, cohort, PermitId("PERMIT-2"))
    with pytest.raises(CohortBound):
        bind(mixed, freeze(mixed))  # this permit has its people
    # Long after its minute the same answer still comes.
    mixed.clock.pass_time(3600)
    assert bind(mixed, cohort).permit_id == PERMIT


def test_a_freeze_is_overtaken_by_a_change_of_one_of_its_people_only(
    mixed: RegistryWorld,
) -> None:
    cohort = freeze(mixed)
    leave(mixed, "P-poa")  # not in it
    mixed.load(*people(1))
    assert bind(mixed, cohort).permit_id == PERMIT
    other = freeze(mixed)
    leave(mixed, "P-gru")
    with pytest.raises(FreezeOvertaken):
        bind(mixed, other, PermitId("PERMIT-2"))


def test_a_withdrawal_narrows_live_cohorts_and_a_new_consent_does_not_widen_them(
    mixed: RegistryWorld,
) -> None:
    bind(mixed, freeze(mixed))
    before = newest(mixed)
    leave(mixed, "P-hmb")
    assert live(mixed) == [{0, 2, 8}]
    ((kind, item),) = changes(mixed, before)
    assert kind == "member.narrowed"
    assert isinstance(item, dict)
    assert (item["ordinal"], item["cause"], len(item["cohorts"])) == (1, "withdrawn", 1)
    mixed.clock.pass_time(1)
    again = NewConsent(
        pseudonym="P-hmb", dataset=DS, alternatives=(RawAlternative(permission="GRU"),)
    )
    record_consent(again, tools=mixed.tools, principal=DESK)
    assert live(mixed) == [{0, 2, 8}]
    # The permit service learns how many are left, as far as that may be told.
    messages = [row for row in mixed.rows("outbox") if "message" in row]
    assert len(messages) == 1
    assert b'"members_now":null' in bytes(str(messages[0]), "utf-8")


def test_a_change_narrows_only_where_the_purpose_is_no_longer_allowed(
    mixed: RegistryWorld,
) -> None:
    bind(mixed, freeze(mixed))
    commercial = purpose(commercial=True)
    bind(mixed, freeze(mixed, commercial), PermitId("PERMIT-2"))
    assert live(mixed) == [{0, 1, 2, 8}, {0, 1, 2, 8}]
    mixed.clock.pass_time(1)
    before = newest(mixed)
    narrower = NewConsent(
        pseudonym="P-gru",
        dataset=DS,
        alternatives=(RawAlternative(permission="HMB"),),
    )
    record_consent(narrower, tools=mixed.tools, principal=DESK)
    assert live(mixed) == [{0, 1, 2, 8}, {0, 1, 2, 8}]
    assert [kind for kind, _ in changes(mixed, before)] == ["member.given"]


def test_who_ends_by_herself_is_said_to_and_leaves(mixed: RegistryWorld) -> None:
    bind(mixed, freeze(mixed))
    assert sweep(tools=mixed.tools) is False
    before, revision = newest(mixed), mixed.revision()
    mixed.clock.pass_time(timedelta(days=40).total_seconds())
    assert sweep(tools=mixed.tools) is False
    assert sorted(changes(mixed, before), key=str) == [
        ("member.given", {"ordinal": 9}),
        (
            "member.narrowed",
            {"ordinal": 8, "cause": "expired", "cohorts": [mixed.rows("cohort")[0][0]]},
        ),
    ]
    assert mixed.revision() == revision + 1
    assert live(mixed) == [{0, 1, 2}]
    # Said once.
    sweep(tools=mixed.tools)
    assert mixed.revision() == revision + 1


def test_a_withdrawal_dated_ahead_takes_effect_without_anybody_doing_anything(
    mixed: RegistryWorld,
) -> None:
    bind(mixed, freeze(mixed))
    mixed.load(
        {
            "participant": "P-gru",
            "local_id": "0",
            "state": "withdrawn",
            "signed_on": "",
            "effective_from": "2026-12-01",
        }
    )
    assert live(mixed) == [{0, 1, 2, 8}]
    mixed.clock.pass_time(timedelta(days=10).total_seconds())
    sweep(tools=mixed.tools)
    assert live(mixed) == [{1, 2, 8}]


def test_an_unreadable_consent_leaves_the_person_out(mixed: RegistryWorld) -> None:
    with mixed.as_owner() as connection:
        connection.exec_driver_sql("""UPDATE consent_terms SET body = '[{"permission":"X"}]'""")
    found = evaluate_cohort(DS, purpose(), tools=mixed.tools, principal=DESK)
    assert set(found.cohort.within) == set()
    assert found.cohort.reasons()["unreadable"] == 6

# SPDX-License-Identifier: Apache-2.0
"""Recording, withdrawing and reading on a real database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from consent_registry.domain.errors import (
    DatasetExists,
    DatasetUnknown,
    IdempotencyClash,
    LinkTaken,
    NotAMember,
    NothingToWithdraw,
    NotLinked,
    ParticipantUnknown,
    WithdrawalUnknown,
)
from consent_registry.domain.history import State
from consent_registry.domain.records import Channel, commitment, event_hash
from consent_registry.domain.terms import RawAlternative, RawModifier
from consent_registry.domain.windows import Window
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.datasets import (
    NewDataset,
    get_dataset,
    list_datasets,
    register_dataset,
)
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import (
    consents_of,
    history_of,
    own_consents,
    own_history,
)
from consent_registry.usecases.withdraw import (
    WithdrawConsent,
    own_withdrawal,
    withdraw,
    withdraw_own,
)
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId, Ordinal
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, person

ANNA = person("anna")
HMB = (RawAlternative(permission="HMB"),)


def linked(world: RegistryWorld) -> RegistryWorld:
    world.clock.pass_time(1)
    world.load({})
    link_login("P-1", LOGIN, "anna", tools=world.tools, principal=DESK)
    return world


def state(world: RegistryWorld, **times: Any) -> State:
    asked = {"effective_at": None, "known_at": None, **times}
    found = consents_of("P-1", **asked, tools=world.tools, principal=DESK)
    return found.choices[0].standing.state


def test_a_grant_for_data_of_a_time_reaches_datasets_that_say_they_are_of_it(
    world: RegistryWorld,
) -> None:
    """Whoever is asked: the cohort, and the history that names the days."""
    of_2020 = Window(first=date(2020, 1, 1), last=date(2020, 12, 31))
    said, unsaid = DatasetId("GDI-ZZ-DATASET-2"), DatasetId("GDI-ZZ-DATASET-3")
    for name, collected in ((said, of_2020), (unsaid, None)):
        wanted = NewDataset(
            dataset=name,
            title="Genomes",
            controller="A hospital",
            country="ZZ",
            legal_regime="consent_gdpr",
            collected=collected,
        )
        assert register_dataset(wanted, tools=world.tools, principal=DESK).collected == collected
        assert register_dataset(wanted, tools=world.tools, principal=DESK).collected == collected
        world.load({"dataset": name})
        narrow = (RawAlternative(permission="HMB", data=("2020-01-01", "")),)
        consent = NewConsent(pseudonym="P-1", dataset=name, alternatives=narrow)
        record_consent(consent, tools=world.tools, principal=DESK)
        found = evaluate_cohort(name, purpose(), tools=world.tools, principal=DESK)
        assert bool(found.cohort.within) is (collected is not None)
    other = replace(wanted, collected=of_2020)
    with pytest.raises(DatasetExists):
        register_dataset(other, tools=world.tools, principal=DESK)


def test_datasets_are_registered_once(world: RegistryWorld) -> None:
    again = world.dataset()
    assert (again.revision, again.members) == (1, 0)
    assert [dataset.dataset for dataset in list_datasets(tools=world.tools)] == [DS]
    other = NewDataset(
        dataset=DS, title="Other", controller="x", country="ZZ", legal_regime="consent_gdpr"
    )
    with pytest.raises(DatasetExists):
        register_dataset(other, tools=world.tools, principal=DESK)
    with pytest.raises(ValidationFailed) as refused:
        register_dataset(
            replace(other, dataset="nonsense", country="XX", legal_regime="lunar", title=""),
            tools=world.tools,
            principal=DESK,
        )
    assert [fault.pointer for fault in refused.value.faults] == [
        "/dataset",
        "/title",
        "/country",
        "/legal_regime",
    ]
    with pytest.raises(DatasetUnknown):
        get_dataset(DatasetId("GDI-ZZ-DATASET-9"), tools=world.tools)


def test_a_person_withdraws_and_the_receipt_names_the_revision(world: RegistryWorld) -> None:
    linked(world)
    assert state(world) is State.GIVEN
    before = world.clock.now()
    world.clock.pass_time(10)
    done = withdraw_own(WithdrawConsent(), tools=world.tools, principal=ANNA, channel=Channel.PAGE)
    assert done.revisions == ((DS, world.revision()),)
    assert done.recorded_at == world.clock.now()
    assert state(world) is State.WITHDRAWN
    assert state(world, effective_at=before) is State.GIVEN
    assert state(world, known_at=before) is State.GIVEN
    found = own_withdrawal(done.withdrawal_id, tools=world.tools, principal=ANNA)
    assert found == done


def test_a_repeated_key_withdraws_once(world: RegistryWorld) -> None:
    linked(world)
    wanted = WithdrawConsent(idempotency_key="k-1")
    first = withdraw("P-1", wanted, tools=world.tools, principal=DESK)
    again = withdraw("P-1", wanted, tools=world.tools, principal=DESK)
    assert first == again
    assert world.scalar("SELECT count(*) FROM consent_event WHERE kind = 'withdrawn'") == 1
    with pytest.raises(IdempotencyClash):
        withdraw(
            "P-1",
            WithdrawConsent(datasets=(DS,), idempotency_key="k-1"),
            tools=world.tools,
            principal=DESK,
        )
    with pytest.raises(ValidationFailed):
        withdraw("P-1", WithdrawConsent(idempotency_key=""), tools=world.tools, principal=DESK)


def test_a_person_reaches_nobody_else(world: RegistryWorld) -> None:
    linked(world)
    world.load({"participant": "P-2", "local_id": "S-2"})
    for pseudonym in ("P-2", "P-unknown"):
        with pytest.raises(Forbidden):
            withdraw(pseudonym, WithdrawConsent(), tools=world.tools, principal=ANNA)
        with pytest.raises(Forbidden):
            consents_of(pseudonym, None, None, tools=world.tools, principal=ANNA)
    with pytest.raises(NotLinked):
        own_consents(tools=world.tools, principal=person("bela"))
    desk = withdraw("P-2", WithdrawConsent(), tools=world.tools, principal=DESK)
    with pytest.raises(WithdrawalUnknown):
        own_withdrawal(desk.withdrawal_id, tools=world.tools, principal=ANNA)
    with pytest.raises(Forbidden):
        own_consents(tools=world.tools, principal=replace(ANNA, scopes=frozenset()))


def test_a_link_is_never_moved(world: RegistryWorld) -> None:
    linked(world)
    world.load({"participant": "P-2", "local_id": "S-2"})
    link_login("P-1", LOGIN, "anna", tools=world.tools, principal=DESK)
    for pseudonym, login in (("P-2", "anna"), ("P-1", "bela")):
        with pytest.raises(LinkTaken):
            link_login(pseudonym, LOGIN, login, tools=world.tools, principal=DESK)
    with pytest.raises(ParticipantUnknown):
        link_login("P-9", LOGIN, "carl", tools=world.tools, principal=DESK)
    with pytest.raises(ValidationFailed):
        link_login("P-2", "", "x" * 501, tools=world.tools, principal=DESK)


def test_a_person_changes_what_she_allows(world: RegistryWorld) -> None:
    linked(world)
    wanted = NewConsent(
        pseudonym="P-1",
        dataset=DS,
        alternatives=(
            RawAlternative(
                permission="DS",
                modifiers=(RawModifier(code="NPU"),),
                diseases=("MONDO:0004992",),
            ),
        ),
        effective_to=world.clock.now() + timedelta(days=365),
    )
    recorded = record_consent(wanted, tools=world.tools, principal=ANNA)
    assert recorded.revision == world.revision()
    steps = own_history(tools=world.tools, principal=ANNA)
    assert [step.record.kind.value for step in steps] == ["changed", "given"]
    assert steps[0].terms is not None
    assert steps[0].terms[0].diseases == ("MONDO:0004992",)
    assert history_of("P-1", tools=world.tools, principal=DESK) == steps
    # Nothing allowed is a no.
    record_consent(
        NewConsent(pseudonym="P-1", dataset=DS, alternatives=()),
        tools=world.tools,
        principal=ANNA,
    )
    assert state(world) is State.REFUSED
    # And a new yes after it counts.
    world.clock.pass_time(1)
    record_consent(
        NewConsent(pseudonym="P-1", dataset=DS, alternatives=HMB),
        tools=world.tools,
        principal=ANNA,
    )
    assert state(world) is State.GIVEN


def test_a_bad_statement_leaves_nothing(world: RegistryWorld) -> None:
    linked(world)
    before = world.revision()
    now = world.clock.now()
    bad = NewConsent(
        pseudonym="P-1",
        dataset=DS,
        alternatives=(RawAlternative(permission="XYZ"), RawAlternative(permission="DS")),
        form_version="x" * 65,
    )
    with pytest.raises(ValidationFailed) as refused:
        record_consent(bad, tools=world.tools, principal=ANNA)
    assert [(f.pointer, f.code) for f in refused.value.faults] == [
        ("/alternatives/0/permission", "unknown_code"),
        ("/alternatives/1/diseases", "value_missing"),
        ("/form_version", "invalid"),
    ]
    plain = NewConsent(pseudonym="P-1", dataset=DS, alternatives=HMB)
    for mistaken, pointer in (
        (replace(plain, effective_from=now - timedelta(seconds=1)), "/effective_from"),
        (replace(plain, effective_from=now + timedelta(days=4000)), "/effective_from"),
        (replace(plain, effective_to=now), "/effective_to"),
    ):
        with pytest.raises(ValidationFailed) as mistimed:
            record_consent(mistaken, tools=world.tools, principal=ANNA)
        assert [fault.pointer for fault in mistimed.value.faults] == [pointer]
    for wanted, error in (
        (replace(plain, dataset=DatasetId("GDI-ZZ-DATASET-9")), DatasetUnknown),
        (replace(plain, pseudonym="P-9"), ParticipantUnknown),
    ):
        with pytest.raises(error):
            record_consent(wanted, tools=world.tools, principal=DESK)
    world.dataset(DatasetId("GDI-ZZ-DATASET-2"))
    with pytest.raises(NotAMember):
        record_consent(
            replace(plain, dataset=DatasetId("GDI-ZZ-DATASET-2")),
            tools=world.tools,
            principal=ANNA,
        )
    for datasets in ((DatasetId("GDI-ZZ-DATASET-9"),), (DS, DatasetId("GDI-ZZ-DATASET-2"))):
        with pytest.raises(NothingToWithdraw):
            withdraw("P-1", WithdrawConsent(datasets=datasets), tools=world.tools, principal=DESK)
    assert world.revision() == before


def test_what_is_stored_of_a_choice_is_sealed_and_chained(world: RegistryWorld) -> None:
    linked(world)
    withdraw("P-1", WithdrawConsent(), tools=world.tools, principal=DESK)
    with world.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM consent_event ORDER BY revision")).all()
        key = bytes(connection.execute(text("SELECT wrapped FROM person_key")).scalar_one())
    assert all(b"DUO" not in bytes(row.sealed) for row in rows)
    with world.tools.reads() as uow:
        records = uow.events.of_members(DS, [Ordinal(0)])[Ordinal(0)]
    person_key = world.keys.people.unwrap(
        rows[0].pid if isinstance(rows[0].pid, str) else str(rows[0].pid), key
    )
    assert person_key is not None
    previous = b""
    for row, record in zip(rows, records, strict=True):
        opened = world.keys.people.open(person_key, record.event_id, bytes(row.sealed))
        assert opened is not None
        salt, personal = opened
        assert personal == record.personal
        assert commitment(record.event_id, salt, personal) == bytes(row.commitment)
        assert bytes(row.previous) == previous
        previous = event_hash(previous, record.open_part(), bytes(row.commitment))
        assert bytes(row.hash) == previous


def test_a_destroyed_key_erases_the_choice_and_leaves_the_history(world: RegistryWorld) -> None:
    linked(world)
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM person_key"))
    step = own_history(tools=world.tools, principal=ANNA)[0]
    assert (step.terms, step.record.personal) == (None, b"")
    # What cannot be read permits nothing when it is read again.
    found = own_consents(tools=world.tools, principal=ANNA).choices[0]
    assert found.standing.terms is None

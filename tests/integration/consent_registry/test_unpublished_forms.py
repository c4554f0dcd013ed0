# SPDX-License-Identifier: Apache-2.0
"""A yes names a form that was published here or none, in a dataset that demands none as well."""

from datetime import date

import pytest
from sqlalchemy import text

from consent_registry.domain.batches import Format
from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.forms import register_form
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.studies import StudyFacts, describe_study
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from shared.errors import ValidationFailed
from tests.fakes.fhir import vector
from tests.fakes.form_factories import small_document
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_world import DESK, DS, RegistryWorld

HMB = (RawAlternative(permission="HMB"),)
NONE_PUBLISHED = ("paper-7", "small@9.9", "small@1.1", "small", "0" * 64)
"""`small@1.1` is a draft."""


@pytest.fixture
def published(world: RegistryWorld) -> RegistryWorld:
    """One member; `small@1.0` is published, and nothing demands it."""
    world.load({})
    world.form(small_document())
    register_form(small_document(version="1.1"), tools=world.tools, principal=DESK)
    return world


def state(world: RegistryWorld) -> State:
    found = consents_of("P-1", None, None, tools=world.tools, principal=DESK)
    return found.choices[0].standing.state


def fault_codes(refused: pytest.ExceptionInfo[ValidationFailed]) -> list[tuple[str, str | None]]:
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("name", NONE_PUBLISHED)
def test_the_api_refuses_it_and_a_no_under_it_is_a_no(published: RegistryWorld, name: str) -> None:
    wanted = NewConsent(pseudonym="P-1", dataset=DS, alternatives=HMB, form_version=name)
    with pytest.raises(ValidationFailed) as refused:
        record_consent(wanted, tools=published.tools, principal=DESK)
    assert fault_codes(refused) == [("/form_version", "form_not_published")]
    no = NewConsent(pseudonym="P-1", dataset=DS, alternatives=(), form_version=name)
    record_consent(no, tools=published.tools, principal=DESK)
    assert state(published) is State.REFUSED


def test_a_study_without_a_dataset_refuses_it_too(published: RegistryWorld) -> None:
    said = StudyFacts(
        title="Hearts", controller="A hospital", purpose="Hearts", starts_on=date(2020, 1, 1)
    )
    describe_study("GDI-ZZ-STUDY-1", said, tools=published.tools, principal=DESK)
    for name in NONE_PUBLISHED:
        wanted = NewStudyConsent(
            pseudonym="P-1", study="GDI-ZZ-STUDY-1", alternatives=HMB, form_version=name
        )
        with pytest.raises(ValidationFailed) as refused:
            record_study_consent(wanted, tools=published.tools, principal=DESK)
        assert fault_codes(refused) == [("/form_version", "form_not_published")]


def test_csv_refuses_each_row_of_it(published: RegistryWorld) -> None:
    named = [
        {"participant": f"Q-{n}", "local_id": f"Q-{n}", "form_version": name}
        for n, name in enumerate(("", "small@1.0", *NONE_PUBLISHED))
    ]
    limited = [{**row, "modifiers": "NPU"} for row in named]
    for dry_run in (True, False):
        report = published.load(*limited, dry_run=dry_run)
        assert [at.fault.what.code for at in report.faults] == ["E-FORM-08"] * 5
    assert report.batch.applied == 2
    with published.engine.connect() as connection:
        forms = connection.execute(text("SELECT form_version FROM consent_event")).scalars()
        assert {len(form) for form in forms} == {0, 64}


def test_fhir_refuses_each_consent_of_it(published: RegistryWorld) -> None:
    own = vector("own-r4.json")
    named = {**own, "policy": [{"uri": "urn:placet:form:paper-7"}]}
    for dry_run in (True, False):
        report = load(published, lines(named), Format.FHIR_R4_LINES, dry_run=dry_run)
        assert codes(report) == [(1, "E-FORM-08")]
    assert load(published, lines(own), Format.FHIR_R4_LINES).batch.bad == 0

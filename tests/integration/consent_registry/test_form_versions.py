# SPDX-License-Identifier: Apache-2.0
"""A form's next version: what holds until she answers again, and what brings nothing back."""

from datetime import timedelta
from typing import Any

import pytest

from consent_registry.domain.activities import SECONDARY_USE
from consent_registry.domain.answers import RawAnswer
from consent_registry.domain.errors import FormNotOpen, FormUnknown
from consent_registry.domain.history import Kind, State
from consent_registry.domain.purpose import Organisation
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.answering import NewAnswers, own_form, record_answers
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.consents import NewConsent, Recorded, record_consent
from consent_registry.usecases.forms import demand_form, retire_form
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import consents_of, history_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import purpose
from tests.fakes.form_factories import small_document
from tests.support.registry_world import DESK, DS, RegistryWorld, person

HEALTH = {"when": "health", "permission": "HMB", "activities": [SECONDARY_USE]}
COMPANY = purpose(organisation=Organisation(not_for_profit=False))


def first(world: RegistryWorld) -> str:
    """Publish 1.0, which lets everybody use the data for health, and have the dataset demand it."""
    return world.form(small_document("health", rules=[HEALTH]), demanded_by=DS)


def second(world: RegistryWorld, **changes: Any) -> str:
    """Publish 2.0: a further question, and without a yes to it no company."""
    return world.form(small_document(version="2.0", **changes))


def answer(world: RegistryWorld, form: str, *yes: str, who: str = "P-1") -> Recorded:
    wanted = NewAnswers(
        dataset=DS,
        form=form,
        language="en",
        answers=[RawAnswer(question=key, answer="yes") for key in yes],
    )
    return record_answers(who, wanted, tools=world.tools, principal=DESK)


def held(world: RegistryWorld, who: str = "P-1") -> tuple[State, list[str]]:
    (choice,) = consents_of(who, None, None, tools=world.tools, principal=DESK).choices
    terms = choice.standing.terms or ()
    return choice.standing.state, [m.code.name for one in terms for m in one.modifiers]


def companies(world: RegistryWorld) -> list[int]:
    found = evaluate_cohort(DS, COMPANY, tools=world.tools, principal=DESK)
    return sorted(found.cohort.within)


@pytest.fixture
def asked(world: RegistryWorld) -> RegistryWorld:
    """Somebody said yes to 1.0, and 2.0 is out."""
    world.load({"state": "refused", "permission": ""})
    answer(world, first(world), "health")
    world.clock.pass_time(86_400)
    second(world)
    return world


def test_publishing_ends_nothing_and_narrows_nothing(asked: RegistryWorld) -> None:
    """Her yes is to what she read; another text binds her to nothing, in either direction."""
    events = asked.rows("consent_event")
    assert held(asked) == (State.GIVEN, [])
    assert companies(asked) == [0]
    retire_form(get_form_of(asked, "1.0"), tools=asked.tools, principal=DESK)
    assert (held(asked), companies(asked)) == ((State.GIVEN, []), [0])
    assert asked.rows("consent_event") == events


def get_form_of(world: RegistryWorld, version: str) -> str:
    found = world.column(f"SELECT sha256 FROM consent_form WHERE version = '{version}'")  # noqa: S608
    return bytes(found[0]).hex()


def test_the_page_asks_the_newest_and_shows_no_answer_to_another_text(asked: RegistryWorld) -> None:
    link_login("P-1", "https://login.test", "anna", tools=asked.tools, principal=DESK)
    shown = own_form(DS, tools=asked.tools, principal=person("anna"))
    assert shown.form.form.version == "2.0"


def test_answering_again_leaves_nothing_of_the_first_answers(asked: RegistryWorld) -> None:
    newest = get_form_of(asked, "2.0")
    assert answer(asked, newest, "health").kind is Kind.CHANGED
    assert held(asked) == (State.GIVEN, ["NPU"])
    assert companies(asked) == []
    step = history_of("P-1", tools=asked.tools, principal=DESK)[0]
    assert step.record.form_version == newest


@pytest.mark.parametrize("way", ["withdrawn", "refused", "expired"])
def test_nothing_that_ends_the_second_revives_the_first(asked: RegistryWorld, way: str) -> None:
    newest = get_form_of(asked, "2.0")
    ends = asked.clock.now() + timedelta(days=5)
    wanted = NewConsent(
        pseudonym="P-1",
        dataset=DS,
        alternatives=[RawAlternative(permission="HMB", modifiers=())],
        form_version=newest,
        effective_to=ends,
    )
    answer(asked, newest, "health", "companies")
    record_consent(wanted, tools=asked.tools, principal=DESK)
    if way == "withdrawn":
        withdraw("P-1", WithdrawConsent(), tools=asked.tools, principal=DESK)
    elif way == "refused":
        assert answer(asked, newest).kind is Kind.REFUSED
    asked.clock.pass_time(6 * 86_400)
    assert held(asked) == (State(way), [])
    assert companies(asked) == []


def test_an_old_paper_counts_as_the_version_it_names(asked: RegistryWorld) -> None:
    """Signed on 1.0 it grants what 1.0 did; the second form's rules are not read into it."""
    rows = [
        {"participant": "P-2", "local_id": "S-2", "form_version": "small@1.0"},
        {"participant": "P-3", "local_id": "S-3", "form_version": "small@2.0"},
        {"participant": "P-4", "local_id": "S-4", "form_version": "small@1.0", "modifiers": "NPU"},
    ]
    report = asked.load(*rows)
    # 2.0 grants that to whoever agreed to companies; 1.0 never asked about them.
    assert [(one.line, one.fault.what.code) for one in report.faults] == [(4, "E-FORM-06")]
    assert held(asked, "P-2") == held(asked, "P-3") == (State.GIVEN, [])
    named = [
        history_of(who, tools=asked.tools, principal=DESK)[0].record.form_version
        for who in ("P-2", "P-3")
    ]
    assert named == [get_form_of(asked, "1.0"), get_form_of(asked, "2.0")]


def test_an_old_paper_that_comes_late_undoes_no_newer_answer(asked: RegistryWorld) -> None:
    who = {"participant": "P-5", "local_id": "S-5", "form_version": "small@1.0"}
    assert asked.load({**who, "signed_on": "2025-01-15"}).faults == []
    answer(asked, get_form_of(asked, "2.0"), "health", who="P-5")
    assert asked.load({**who, "signed_on": "2025-02-01"}).faults == []
    assert held(asked, "P-5") == (State.GIVEN, ["NPU"])


def test_a_dataset_may_take_only_the_second_and_those_after_it(asked: RegistryWorld) -> None:
    found = demand_form(DS, "small@2.0", tools=asked.tools, principal=DESK)
    assert found.form == "small@2.0"
    # Who said yes before is asked again, and holds until then.
    assert (held(asked), companies(asked)) == ((State.GIVEN, []), [0])
    with pytest.raises(ValidationFailed) as refused:
        answer(asked, get_form_of(asked, "1.0"), "health")
    assert [one.code for one in refused.value.faults] == ["form_superseded"]
    assert answer(asked, get_form_of(asked, "1.0")).kind is Kind.REFUSED  # a no needs no form
    rows = [
        {"participant": f"P-{n}", "local_id": f"S-{n}", "form_version": named}
        for n, named in enumerate(("small@1.0", "small@2.0", "small@2.1", "other@2.0", ""), 2)
    ]
    asked.form(small_document(version="2.1"))
    report = asked.load(*rows)
    assert [(one.line, one.fault.what.code, one.fault.hint) for one in report.faults] == [
        (2, "E-FORM-07", "from 2.0 on"),
        (5, "E-FORM-03", ""),
        (6, "E-FORM-02", ""),
    ]


def test_a_version_that_is_not_open_cannot_be_demanded(asked: RegistryWorld) -> None:
    for odd in ("small@3.0", "small@", "small@x", "small@2.0@2.0", "other@1.0", "@2.0"):
        with pytest.raises(FormUnknown):
            demand_form(DS, odd, tools=asked.tools, principal=DESK)
    demand_form(DS, "small@2.0", tools=asked.tools, principal=DESK)
    link_login("P-1", "https://login.test", "anna", tools=asked.tools, principal=DESK)
    retire_form(get_form_of(asked, "2.0"), tools=asked.tools, principal=DESK)
    with pytest.raises(FormNotOpen):  # and not the old one again
        own_form(DS, tools=asked.tools, principal=person("anna"))

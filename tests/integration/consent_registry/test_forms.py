# SPDX-License-Identifier: Apache-2.0
"""Forms on a real database: published once, never altered, and what consents under them are."""

import json
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from consent_registry.adapters.form_signatures import FORM_TYP
from consent_registry.bootstrap import build
from consent_registry.domain.answers import RawAnswer, derive
from consent_registry.domain.errors import (
    FormIncomplete,
    FormNotOpen,
    FormNotSigned,
    FormUnknown,
    FormVersionTaken,
)
from consent_registry.domain.form import ELEMENTS, FormState
from consent_registry.domain.history import Kind, State, standing_at
from consent_registry.domain.records import answers_of
from consent_registry.domain.terms import RawAlternative
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.answering import NewAnswers, record_answers
from consent_registry.usecases.consents import NewConsent, Recorded, record_consent
from consent_registry.usecases.forms import (
    demand_form,
    get_form,
    get_form_version,
    list_forms,
    publish_form,
    register_form,
    retire_form,
)
from consent_registry.usecases.reading import consents_of, history_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.clock import SystemClock
from shared.errors import ValidationFailed
from shared.ids import Ordinal
from shared.keys import KeyStore, sign_jws
from shared.settings import load
from tests.fakes.consent_factories import extract
from tests.fakes.form_factories import LIMITED, example_document, small_document
from tests.fakes.form_factories import text as words
from tests.support.registry_node import RegistryNode
from tests.support.registry_world import DESK, DS, SIGNED, RegistryWorld

from .test_at_once import together

HMB = (RawAlternative(permission="HMB"),)


def answer(
    world: RegistryWorld, form: str, *yes: str, who: str = "P-1", language: str = "en"
) -> Recorded:
    """Answer yes to these questions and leave the others open."""
    wanted = NewAnswers(
        dataset=DS,
        form=form,
        language=language,
        answers=[RawAnswer(question=key, answer="yes") for key in yes],
    )
    return record_answers(who, wanted, tools=world.tools, principal=DESK)


def state(world: RegistryWorld, who: str = "P-1") -> State:
    (choice,) = consents_of(who, None, None, tools=world.tools, principal=DESK).choices
    return choice.standing.state


def give(world: RegistryWorld, form: str, *, no: bool = False) -> Recorded:
    wanted = NewConsent(
        pseudonym="P-1", dataset=DS, alternatives=() if no else HMB, form_version=form
    )
    return record_consent(wanted, tools=world.tools, principal=DESK)


def codes(refused: pytest.ExceptionInfo[ValidationFailed]) -> list[str]:
    return [fault.code for fault in refused.value.faults]


def test_a_form_goes_from_draft_to_published_to_retired(world: RegistryWorld) -> None:
    tools = world.tools
    draft = register_form(example_document(), tools=tools, principal=DESK)
    name = draft.form.sha256
    assert register_form(example_document(), tools=tools, principal=DESK) == draft
    with pytest.raises(FormUnknown):
        get_form_version("example-biobank", "1.0", tools=tools)
    with pytest.raises(FormNotOpen):
        retire_form(name, tools=tools, principal=DESK)
    published = publish_form(name, SIGNED, tools=tools, principal=DESK)
    assert (published.state, published.signature) == (FormState.PUBLISHED, SIGNED)
    assert publish_form(name, "", tools=tools, principal=DESK) == published
    assert get_form_version("example-biobank", "1.0", tools=tools) == published
    retired = retire_form(name, tools=tools, principal=DESK)
    assert retire_form(name, tools=tools, principal=DESK) == retired
    assert get_form(name, tools=tools).state is FormState.RETIRED
    with pytest.raises(FormNotOpen):
        publish_form(name, SIGNED, tools=tools, principal=DESK)
    told = world.column("SELECT convert_from(value, 'UTF8') FROM outbox")
    for reason in ("form_registered", "form_published", "form_retired"):
        assert any(reason in one for one in told)


def test_only_a_signed_and_sound_form_is_published(world: RegistryWorld) -> None:
    tools = world.tools
    upside_down = {**LIMITED, "modifiers": [{"code": "NPU", "when": "companies"}]}
    for document, code in (
        (small_document(rules=[upside_down]), "form_not_monotonic"),
        (small_document(refused_when="not companies and not health"), "form_not_total"),
    ):
        name = register_form(document, tools=tools, principal=DESK).form.sha256
        with pytest.raises(FormNotSigned):
            publish_form(name, "somebody else", tools=tools, principal=DESK)
        with pytest.raises(ValidationFailed) as refused:
            publish_form(name, SIGNED, tools=tools, principal=DESK)
        assert codes(refused) == [code]
        assert get_form(name, tools=tools).state is FormState.DRAFT
    with pytest.raises(FormUnknown):
        publish_form("00" * 32, SIGNED, tools=tools, principal=DESK)
    with pytest.raises(FormUnknown):
        publish_form("no hash", SIGNED, tools=tools, principal=DESK)


def test_of_two_forms_of_one_version_published_at_once_one_is(world: RegistryWorld) -> None:
    """GICS issue #1, where forms are concerned: a race ends in an answer, not in an error."""
    drafts = [
        register_form(small_document(ethics_reference=name), tools=world.tools, principal=DESK)
        for name in ("a", "b")
    ]

    def publish(name: str) -> str:
        try:
            return publish_form(name, SIGNED, tools=world.tools, principal=DESK).state.value
        except FormVersionTaken as taken:
            return taken.code

    ends = together(*(partial(publish, draft.form.sha256) for draft in drafts))
    assert sorted(map(str, ends)) == ["form_version_taken", "published"]
    states = [one.state for one in list_forms(tools=world.tools)]
    assert sorted(one.value for one in states) == ["draft", "published"]


@pytest.mark.parametrize("table", ["consent_form", "consent_form_step"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET version = '9.9'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_a_published_form_is_never_altered(
    world: RegistryWorld, table: str, statement: str
) -> None:
    """GICS freezes by a flag it can lift; here the right is gone, and a trigger stands behind."""
    name = world.form(small_document())
    for refusal in ("permission denied", "append-only"):
        owning = refusal == "append-only"
        with world.as_owner() if owning else world.engine.connect() as connection:
            if owning:
                connection.execute(text(f"GRANT ALL ON {table} TO CURRENT_USER"))
            with pytest.raises(DBAPIError, match=refusal):
                connection.execute(text(statement.format(table)))
    assert get_form(name, tools=world.tools).form.version == "1.0"


def test_forms_are_listed_in_the_order_of_their_numbers(world: RegistryWorld) -> None:
    for version in ("1.10", "1.9", "2.0"):
        world.form(small_document(version=version))
    listed = [one.form.version for one in list_forms(tools=world.tools)]
    assert listed == ["1.9", "1.10", "2.0"]


def test_answers_carry_the_form_and_grant_what_its_rules_say(world: RegistryWorld) -> None:
    world.load({})
    form = world.form(example_document(), demanded_by=DS)
    done = answer(world, form, "health", "companies", language="fi")
    assert done.kind is Kind.CHANGED
    step = history_of("P-1", tools=world.tools, principal=DESK)[0]
    answers = answers_of(step.record.personal)
    assert answers is not None
    assert (step.record.form_version, answers.form, answers.language) == (form, form, "fi")
    assert answers.yes == {"health", "companies"}
    # Grants made again from the events are those that stand, bit for bit.
    assert derive(get_form(form, tools=world.tools).form, answers, extract()) == step.terms
    with world.tools.reads() as uow:
        stored = uow.events.timelines(DS, [Ordinal(0)])[Ordinal(0)]
        events = [one.event() for one in uow.events.of_members(DS, [Ordinal(0)])[Ordinal(0)]]
    assert stored[-1].standing == standing_at(events, stored[-1].starts_at)
    assert stored[-1].standing.terms == step.terms


def test_answers_stand_sealed_and_committed_to_with_the_event(world: RegistryWorld) -> None:
    world.load({})
    form = world.form(example_document(), demanded_by=DS)
    answer(world, form, "health")
    assert "companies" not in repr(world.rows("consent_event"))
    entries = world.column("SELECT convert_from(value, 'UTF8') FROM outbox")
    assert not any("companies" in one for one in entries)


def test_leaving_everything_open_is_a_refusal_and_withdrawing_needs_no_form(
    world: RegistryWorld,
) -> None:
    world.load({})
    form = world.form(example_document(), demanded_by=DS)
    assert answer(world, form).kind is Kind.REFUSED
    answer(world, form, "health")
    withdraw("P-1", WithdrawConsent(), tools=world.tools, principal=DESK)
    assert state(world) is State.WITHDRAWN
    answer(world, form, "counting")
    assert state(world) is State.GIVEN


def test_answers_under_a_draft_or_a_retired_form_are_not_taken(world: RegistryWorld) -> None:
    first = world.form(small_document(), demanded_by=DS)
    world.load({"form_version": first})
    draft = register_form(small_document(version="1.1"), tools=world.tools, principal=DESK)
    with pytest.raises(FormNotOpen):
        answer(world, draft.form.sha256, "health")
    with pytest.raises(FormUnknown):
        answer(world, "00" * 32, "health")
    retire_form(first, tools=world.tools, principal=DESK)
    with pytest.raises(ValidationFailed) as refused:
        answer(world, first, "health")
    assert codes(refused) == ["form_retired"]
    assert answer(world, first).kind is Kind.REFUSED


def test_a_dataset_that_demands_a_form_takes_no_consent_without_one(world: RegistryWorld) -> None:
    form = world.form(small_document(), demanded_by=DS)
    other = world.form(small_document(form="other"))
    world.load({"form_version": "small@1.0"})
    for named, code in (("", "form_required"), ("paper", "form_unknown"), (other, "form_unknown")):
        with pytest.raises(ValidationFailed) as refused:
            give(world, named)
        assert codes(refused) == [code]
        assert give(world, named, no=True).kind is Kind.REFUSED
    give(world, "small@1.0")
    step = history_of("P-1", tools=world.tools, principal=DESK)[0]
    assert step.record.form_version == form


def test_an_import_names_each_row_whose_form_the_dataset_does_not_take(
    world: RegistryWorld,
) -> None:
    form = world.form(small_document(), demanded_by=DS)
    retired = world.form(small_document(version="1.1"))
    retire_form(retired, tools=world.tools, principal=DESK)
    rows = [
        {"form_version": "small@1.0"},
        {"participant": "P-2", "local_id": "S-2", "form_version": "small@9.9"},
        {"participant": "P-3", "local_id": "S-3", "form_version": ""},
        {"participant": "P-4", "local_id": "S-4", "form_version": "", "state": "refused"},
        {"participant": "P-5", "local_id": "S-5", "form_version": retired},
    ]
    report = world.load(*rows)
    assert [(one.line, one.fault.what.code) for one in report.faults] == [
        (3, "E-FORM-03"),
        (4, "E-FORM-02"),
    ]
    assert world.column("SELECT form_version FROM consent_event ORDER BY ordinal") == [
        form,
        "",
        retired,
    ]
    late = {"participant": "P-6", "local_id": "S-6", "form_version": retired}
    world.clock.pass_time(2 * 86_400)
    report = world.load({**late, "signed_on": world.clock.now().date().isoformat()})
    assert [one.fault.what.code for one in report.faults] == ["E-FORM-05"]


def test_a_form_without_a_minimum_element_blocks_the_dataset(world: RegistryWorld) -> None:
    part = words("health", "companies", without="risks")
    del part["elements"]["contact"]
    form = world.form(small_document(texts={"en": part}))
    world.load({"form_version": ""})
    with pytest.raises(FormIncomplete) as refused:
        demand_form(DS, "small", tools=world.tools, principal=DESK)
    assert refused.value.detail == "missing: risks, contact"
    with pytest.raises(ValidationFailed) as faulty:
        give(world, form)
    assert codes(faulty) == ["form_incomplete"]
    assert "missing: risks, contact" in faulty.value.faults[0].detail
    report = world.load({"participant": "P-2", "local_id": "S-2", "form_version": "small@1.0"})
    assert [(one.fault.what.code, one.fault.hint) for one in report.faults] == [
        ("E-FORM-04", "missing: risks, contact")
    ]
    assert len(ELEMENTS) == 11


def test_a_form_nobody_published_cannot_be_demanded_and_a_demand_can_end(
    world: RegistryWorld,
) -> None:
    register_form(small_document(), tools=world.tools, principal=DESK)
    with pytest.raises(FormUnknown):
        demand_form(DS, "small", tools=world.tools, principal=DESK)
    world.form(small_document(), demanded_by=DS)
    assert demand_form(DS, "", tools=world.tools, principal=DESK).form == ""
    world.load({"form_version": ""})
    assert state(world) is State.GIVEN


def test_no_codes_are_entered_under_a_form_that_its_rules_would_not_make(
    world: RegistryWorld,
) -> None:
    world.form(small_document(), demanded_by=DS)
    wider = {"permission": "GRU", "form_version": "small@1.0"}
    report = world.load(
        wider, {"participant": "P-2", "local_id": "S-2", "form_version": "small@1.0"}
    )
    assert [(one.line, one.fault.what.code) for one in report.faults] == [(2, "E-FORM-06")]
    mixed = {"participant": "P-3", "local_id": "S-3", "form_version": "small@1.0"}
    one = {**mixed, "modifiers": "NPU"}
    report = world.load(one, {**mixed, "alternative": "2", "modifiers": ""})
    assert [(one.line, one.fault.what.code) for one in report.faults] == [
        (2, "E-FORM-06"),
        (3, "E-FORM-06"),
    ]
    gru = NewConsent(
        pseudonym="P-2",
        dataset=DS,
        alternatives=(RawAlternative(permission="GRU"),),
        form_version="small@1.0",
    )
    with pytest.raises(ValidationFailed) as refused:
        record_consent(gru, tools=world.tools, principal=DESK)
    assert codes(refused) == ["form_grants_otherwise"]


def test_a_node_with_trusted_keys_takes_only_forms_that_they_signed(
    node: RegistryNode, tmp_path: Path
) -> None:
    store = KeyStore.create(tmp_path / "keys", "Ed25519")
    trusted = tmp_path / "trusted.json"
    trusted.write_text(json.dumps(store.public_jwks()), encoding="utf-8")
    changed = {**node.environment, "PLACET_POLICY_KEYS_FILE": str(trusted)}
    parts = build(load(ConsentSettings, changed), clock=SystemClock())
    try:
        form = register_form(small_document(), tools=parts.tools, principal=DESK).form
        for unsigned in ("", "a.b.c", sign_jws(b"{}", store.active(), typ=FORM_TYP)):
            with pytest.raises(FormNotSigned):
                publish_form(form.sha256, unsigned, tools=parts.tools, principal=DESK)
        signature = sign_jws(form.document, store.active(), typ=FORM_TYP)
        done = publish_form(form.sha256, signature, tools=parts.tools, principal=DESK)
        assert (done.state, done.signature) == (FormState.PUBLISHED, signature)
    finally:
        parts.engine.dispose()

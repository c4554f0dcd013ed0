# SPDX-License-Identifier: Apache-2.0
"""Receipts: only the person gets hers, anybody can check one, and nobody learns whose it is."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from consent_registry.domain.act_receipts import EHDS_71
from consent_registry.domain.errors import ReceiptUnknown
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.receipts import COMPACT_TYP, RECEIPT_TYP, digest_of
from consent_registry.domain.rights import Right, StepKind
from consent_registry.domain.supervision import Authority
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import history_of
from consent_registry.usecases.receipts import (
    Receipt,
    check_receipt,
    own_receipt,
    participant_receipt,
)
from consent_registry.usecases.requests import (
    NewRequest,
    make_own_request,
    move_own_request,
)
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.canonical import JSON
from shared.jose import parse_jws
from shared.keys import verify_jws
from shared.principal import Principal
from tests.fakes.form_factories import example_document
from tests.fakes.shapes import faults, graph
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import PAGE, Site, fill, pages_app
from tests.support.registry_node import NEW_DATASET, RegistryNode
from tests.support.registry_world import (
    DESK,
    DS,
    LOGIN,
    RegistryWorld,
    csv_of,
    person,
    registry_world,
)

from .test_forms import answer


def receipt(world: RegistryWorld, pseudonym: str = "P-1") -> Receipt:
    newest = history_of(pseudonym, tools=world.tools, principal=DESK)[0]
    return participant_receipt(pseudonym, newest.record.event_id, tools=world.tools, principal=DESK)


def checked(world: RegistryWorld, text: str) -> tuple[bool, bool | None]:
    found = check_receipt(text, tools=world.tools)
    return found.valid, found.latest


def test_a_receipt_is_the_latest_until_something_is_recorded(world: RegistryWorld) -> None:
    world.load({}, {"participant": "P-2", "local_id": "S-2"})
    given = receipt(world)
    assert checked(world, given.compact) == (True, True)
    assert checked(world, f" {given.signed}\n") == (True, True)
    withdraw("P-2", WithdrawConsent(), tools=world.tools, principal=DESK)
    assert checked(world, given.compact) == (True, True)  # somebody else's news
    withdraw("P-1", WithdrawConsent(), tools=world.tools, principal=DESK)
    assert checked(world, given.compact) == (True, False)
    assert checked(world, given.signed) == (True, False)
    assert checked(world, receipt(world).compact) == (True, True)


def test_both_forms_are_signed_with_the_published_keys_and_belong_together(
    world: RegistryWorld,
) -> None:
    world.load({})
    found = receipt(world)
    keys = world.tools.signer.public_jwks()
    whole = verify_jws(found.signed, keys, typ=RECEIPT_TYP, algorithms=("ES256",))
    compact = verify_jws(found.compact, keys, typ=COMPACT_TYP, algorithms=("ES256",))
    assert json.loads(whole) == json.loads(json.dumps(found.document))
    assert json.loads(compact)["sha256"] == digest_of(json.loads(whole))
    again = receipt(world)
    assert again.document == found.document
    # One is never taken for the other.
    with pytest.raises(ValueError, match="type"):
        verify_jws(found.signed, keys, typ=COMPACT_TYP, algorithms=("ES256",))


def test_nothing_but_what_this_registry_signed_as_a_receipt_is_one(world: RegistryWorld) -> None:
    world.load({})
    found = receipt(world)
    body: dict[str, JSON] = {"v": 1, "iss": world.tools.issuer, "iat": 0}
    body["jti"] = found.document["dct:identifier"]
    with registry_world() as other:
        foreign = other.tools.signer.sign(body, typ=COMPACT_TYP)
    elsewhere: dict[str, JSON] = {**body, "iss": "https://elsewhere.test"}
    for text in (
        "",
        "x",
        "a.b.c",
        found.compact[:-1],
        found.compact + "A",
        foreign,
        world.tools.signer.sign(body, typ="placet-manifest+jws"),
        world.tools.signer.sign(elsewhere, typ=COMPACT_TYP),
        "x" * 100_001,
    ):
        assert checked(world, text) == (False, None)
    # Of an event that is not there, no more is said than that it was once signed for.
    for jti in ("01939a5c-0000-7000-8000-000000000001", "P-1", "'"):
        gone = world.tools.signer.sign({**body, "jti": jti}, typ=COMPACT_TYP)
        assert checked(world, gone) == (True, None)


def test_a_receipt_and_its_check_name_nobody(world: RegistryWorld) -> None:
    world.load({})
    found = receipt(world)
    pid = str(world.scalar("SELECT pid FROM participant"))
    for secret in ("P-1", "S-1", pid):
        assert secret not in json.dumps(found.document)
    payload = json.loads(parse_jws(found.compact).payload)
    assert sorted(payload) == ["iat", "iss", "jti", "sha256", "v"]


def test_an_event_of_somebody_else_has_no_receipt_for_her(world: RegistryWorld) -> None:
    world.load({}, {"participant": "P-2", "local_id": "S-2"})
    event = str(receipt(world, "P-2").document["dct:identifier"])
    with pytest.raises(ReceiptUnknown):
        participant_receipt("P-1", event, tools=world.tools, principal=DESK)


def test_a_receipt_says_in_which_language_she_was_asked_and_where_she_complains(
    world: RegistryWorld,
) -> None:
    world.load({})
    office = Authority(name="An office", url="https://dpa.example")
    tools = replace(world.tools, policy=replace(world.tools.policy, authority=office))

    def said() -> tuple[str, Any]:
        event = history_of("P-1", tools=tools, principal=DESK)[0].record.event_id
        found = participant_receipt("P-1", event, tools=tools, principal=DESK).document
        record: Any = found["dpv:hasRecordOfActivity"]
        (notice,), (authority,) = (record[0][f"dpv:has{one}"] for one in ("Notice", "Authority"))
        return notice["dct:language"], authority["dpv:hasName"]

    assert said() == ("und", "An office")  # a file says in no word which language its paper had
    answer(world, world.form(example_document(), demanded_by=DS), "health", language="fi")
    assert said() == ("fi", "An office")


STUDY = "GDI-ZZ-STUDY-1"


def spoken(world: RegistryWorld, *said: str) -> str:
    """Have P-1 say something of a study that her dataset is in; gives the event."""
    if not world.column("SELECT study FROM study_version"):
        facts = StudyFacts(
            title="Hearts",
            controller="A hospital",
            purpose="To learn why hearts fail.",
            starts_on=date(2020, 1, 1),
        )
        describe_study(STUDY, facts, tools=world.tools, principal=DESK)
        place_dataset(DS, STUDY, tools=world.tools, principal=DESK)
    wanted = [RawAlternative(permission=one) for one in said]
    consent = NewStudyConsent(pseudonym="P-1", study=STUDY, alternatives=wanted)
    return record_study_consent(consent, tools=world.tools, principal=DESK).event_id


def given(world: RegistryWorld, act: str, principal: Principal = DESK) -> Receipt:
    return participant_receipt("P-1", act, tools=world.tools, principal=principal)


def test_a_choice_for_a_study_has_a_receipt_of_all_that_it_was_said_of(
    world: RegistryWorld,
) -> None:
    world.load({})
    yes = given(world, spoken(world, "HMB"))
    assert faults(graph(yes.document), "receipt") == set()
    record: Any = yes.document["dpv:hasRecordOfActivity"]
    (process,) = record[0]["dpv:hasProcess"]
    assert [one["dct:identifier"] for one in process["dpv:hasPersonalData"]] == [DS]
    assert record[0]["dpv:hasConsentControl"][0]["@id"].endswith(f"/withdraw/study/{STUDY}")
    assert checked(world, yes.compact) == checked(world, yes.signed) == (True, True)
    no = given(world, spoken(world))
    assert faults(graph(no.document), "receipt") == set()
    assert "dpv:ConsentRefused" in json.dumps(no.document)
    assert checked(world, yes.compact) == (True, False)
    assert checked(world, no.compact) == (True, True)


def test_an_opt_out_and_its_undoing_have_receipts_and_neither_is_a_withdrawal(
    world: RegistryWorld,
) -> None:
    world.load({}, {"participant": "P-2", "local_id": "S-2"})
    found: list[Receipt] = []
    for kind in (OptOutKind.REGISTERED, OptOutKind.REVERSED):
        status = set_opt_out("P-1", About(), kind, tools=world.tools, principal=DESK)
        found.append(given(world, status.events[-1].optout_id))
        assert checked(world, found[-1].compact) == (True, True)
        assert checked(world, found[-1].signed) == (True, True)
    set_opt_out("P-2", About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK)
    assert [checked(world, one.signed) for one in found] == [(True, False), (True, True)]
    for one in found:
        assert faults(graph(one.document), "act") == set()
        text = json.dumps(one.document)
        assert EHDS_71 in text
        assert "dpv:Consent" not in text, "law.md 4.1: it is no withdrawal of a consent"
        assert "P-1" not in text
    out, back = (json.dumps(one.document["dpv:hasRecordOfActivity"]) for one in found)
    assert ("opted out" in out, "back" in back) == (True, True)


@pytest.mark.parametrize(
    ("right", "article"), [(Right.OBJECTION, "A21"), (Right.RESTRICTION, "A18")]
)
def test_a_request_has_a_receipt_that_is_the_latest_while_it_stands(
    world: RegistryWorld, right: Right, article: str
) -> None:
    world.load({})
    anna = person("anna")
    link_login("P-1", anna.issuer, anna.subject, tools=world.tools, principal=DESK)
    wanted = NewRequest(right=right, words="My own reasons.")
    made = make_own_request(wanted, tools=world.tools, principal=anna)
    mine = own_receipt(made.request_id, tools=world.tools, principal=anna)
    assert faults(graph(mine.document), "act") == set()
    assert f"gdpr#{article}" in json.dumps(mine.document)
    assert "My own reasons." not in json.dumps(mine.document)
    assert checked(world, mine.compact) == (True, True)
    with pytest.raises(ReceiptUnknown):
        given(world, made.request_id)  # a desk for consents, not for rights
    taken_back = StepKind.TAKEN_BACK
    move_own_request(made.request_id, taken_back, tools=world.tools, principal=anna)
    assert checked(world, mine.signed) == (True, False)
    again = own_receipt(made.request_id, tools=world.tools, principal=anna)
    assert again.document == mine.document


def test_nobody_gets_the_receipt_of_what_another_did(world: RegistryWorld) -> None:
    world.load({}, {"participant": "P-2", "local_id": "S-2"})
    spoke = spoken(world, "HMB")
    status = set_opt_out("P-1", About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK)
    for act in (spoke, status.events[-1].optout_id):
        with pytest.raises(ReceiptUnknown):
            participant_receipt("P-2", act, tools=world.tools, principal=DESK)


@contextmanager
def running() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


def test_the_pages_give_a_receipt_to_keep_and_let_anybody_check_it() -> None:
    with running() as site:
        anna = site.browser()
        history = anna.get("/history").text
        addresses = re.findall(r'href="(/receipts/[0-9a-f-]+)"', history)
        assert len(addresses) == 2
        page = anna.get(addresses[0]).text
        assert "<svg" in page
        assert "Download the receipt" in page
        (check,) = re.findall(r'href="([^"]*/receipts/check\?receipt=[^"]+)"', page)
        file = anna.client.get(f"{addresses[0]}/download")
        assert file.headers["Content-Disposition"].startswith("attachment; filename=")
        assert file.headers["Cache-Control"] == "no-store"
        kept = file.get_json()
        # Each signature is drawn anew; what is signed stays.
        shown, filed = (url.rpartition(".")[0] for url in (html.unescape(check), kept["check_url"]))
        assert shown == filed
        stranger = site.app.test_client()
        path = kept["check_url"].removeprefix(site.world.tools.issuer)
        answer = stranger.get(path, headers=PAGE)
        assert answer.status_code == 200
        assert "This receipt is real, and it is the latest" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        for secret in ("P-ANNA", "S-1", "Hearts", kept["receipt"]["dct:identifier"]):
            assert secret not in answer.text
        done = withdraw("P-ANNA", WithdrawConsent(), tools=site.world.tools, principal=DESK)
        stopped = anna.get(f"/withdrawals/{done.withdrawal_id}").text
        signed = re.findall(r'href="(/receipts/[0-9a-f-]+)"', stopped)
        assert len(signed) == 2
        assert "You stopped the use of your data" in anna.page(signed[0])
        assert "but it is not the latest" in stranger.get(path, headers=PAGE).text
        changed = path[:-2] + ("AA" if path[-2:] != "AA" else "BB")
        assert "This is not a receipt" in stranger.get(changed, headers=PAGE).text
        assert "Check a receipt" in stranger.get("/receipts/check", headers=PAGE).text
        # Nobody sees a receipt of hers by its number, signed in or not.
        assert stranger.get(addresses[0], headers=PAGE).status_code in {302, 303, 401}
        assert site.browser("bo").client.get(addresses[0], headers=PAGE).status_code == 404


def test_the_api_gives_and_checks(node: RegistryNode) -> None:
    token = node.service("consents.write", "consents.read", "consents.import")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    node.take_in(csv_of([{}]))
    node.work()
    path = f"/v1/participants/P-1/consents/{NEW_DATASET['dataset']}"
    body = {"alternatives": [{"permission": "GRU"}]}
    done = node.call("PUT", path, body, token=token).json()
    event = done["receipt_url"].removeprefix(f"{node.url}/receipts/")
    path = f"/v1/participants/P-1/receipts/{event}"
    assert node.call("GET", path).status_code == 401
    assert node.call("GET", path, token=node.service("consents.import")).status_code == 403
    given = node.call("GET", path, token=token).json()
    check = node.call("POST", "/v1/receipts/check", {"receipt": given["compact"]})
    assert check.status_code == 200
    assert (check.json()["valid"], check.json()["latest"]) == (True, True)
    assert sorted(check.json()) == ["latest", "recorded_at", "valid"]
    unknown = node.call("GET", f"{path[:-1]}x", token=token)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "receipt_unknown")


def test_the_pages_lead_to_the_receipt_of_everything_she_did() -> None:
    with running() as site:
        anna = site.browser()
        assert anna.send("/opt-out", form_at="/opt-out").status_code == 303
        page = anna.get("/opt-out").text
        (address,) = re.findall(r'href="(/receipts/[0-9a-f-]+)"', page)
        shown = anna.page(address)
        assert "You opted out" in shown
        assert "The use of health data by law" in shown
        kept = anna.client.get(f"{address}/download").get_json()
        assert kept["receipt"]["@type"] == ["dpv:RightExerciseRecord"]
        path = kept["check_url"].removeprefix(site.world.tools.issuer)
        stranger = site.app.test_client()
        assert "it is the latest" in stranger.get(path, headers=PAGE).text
        assert anna.send("/opt-out/reverse", form_at="/opt-out").status_code == 303
        assert "but it is not the latest" in stranger.get(path, headers=PAGE).text
        both = re.findall(r'href="(/receipts/[0-9a-f-]+)"', anna.get("/opt-out").text)
        assert len(both) == 2
        assert "You undid your opt-out" in anna.page(both[0])

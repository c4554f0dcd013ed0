# SPDX-License-Identifier: Apache-2.0
"""Receipts: only the person gets hers, anybody can check one, and nobody learns whose it is."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from consent_registry.domain.errors import ReceiptUnknown
from consent_registry.domain.receipts import COMPACT_TYP, RECEIPT_TYP, digest_of
from consent_registry.usecases.reading import history_of
from consent_registry.usecases.receipts import Receipt, check_receipt, participant_receipt
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.canonical import JSON
from shared.jose import parse_jws
from shared.keys import verify_jws
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import PAGE, Site, fill, pages_app
from tests.support.registry_node import NEW_DATASET, RegistryNode
from tests.support.registry_world import DESK, LOGIN, RegistryWorld, csv_of, registry_world


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
    for secret in ("P-1", "S-1", found.step.record.pid):
        assert secret not in json.dumps(found.document)
    payload = json.loads(parse_jws(found.compact).payload)
    assert sorted(payload) == ["iat", "iss", "jti", "sha256", "v"]


def test_an_event_of_somebody_else_has_no_receipt_for_her(world: RegistryWorld) -> None:
    world.load({}, {"participant": "P-2", "local_id": "S-2"})
    event = receipt(world, "P-2").step.record.event_id
    with pytest.raises(ReceiptUnknown):
        participant_receipt("P-1", event, tools=world.tools, principal=DESK)


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

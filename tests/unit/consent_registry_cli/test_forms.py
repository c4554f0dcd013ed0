# SPDX-License-Identifier: Apache-2.0
"""`placet consent form`: check and sign offline; publish, retire, list and demand by asking."""

import json
from pathlib import Path
from typing import Any

import pytest

from consent_registry.adapters.form_signatures import form_signatures
from shared.keys import KeyStore
from tests.fakes.form_factories import EXAMPLE, LIMITED, example_form, small_document, text
from tests.support.scripted_server import Scripted

from .conftest import Placet

SHA = example_form().sha256
FORM = {"form": "example-biobank", "version": "1.0", "state": "published", "sha256": SHA}


def written(folder: Path, document: Any) -> str:
    path = folder / "form.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(path)


def test_the_example_passes_its_check_offline(placet: Placet, registry: Scripted) -> None:
    ended = placet("form", "check", str(EXAMPLE))
    assert ended.status == 0
    assert ended.out.splitlines() == [
        f"example-biobank 1.0, sha256 {SHA}",
        "combinations of answers: 256",
        "The rules speak to each of them, and no refusal allows more.",
    ]
    assert registry.calls == []


def test_a_counterexample_is_told_and_stops_everything(
    placet: Placet, registry: Scripted, tmp_path: Path
) -> None:
    upside_down = {**LIMITED, "modifiers": [{"code": "NPU", "when": "companies"}]}
    file = written(tmp_path, small_document(rules=[upside_down]))
    told = "form_not_monotonic: yes to health, companies, then no to companies: "
    ended = placet("form", "check", file)
    assert (ended.status, ended.out.splitlines()[-1].startswith(told)) == (1, True)
    found = placet("form", "check", file, "--json").json()
    assert (found["code"], found["combinations"]) == ("form_not_monotonic", 4)
    for command in (("publish",), ("sign", "--keys", str(tmp_path / "keys"))):
        ended = placet("form", command[0], file, *command[1:])
        assert (ended.status, ended.err.startswith(told)) == (1, True)
    assert registry.calls == []


def test_missing_elements_and_faults_are_named(placet: Placet, tmp_path: Path) -> None:
    texts = {"en": text("health", "companies", without="contact")}
    ended = placet("form", "check", written(tmp_path, small_document(texts=texts)))
    assert ended.out.splitlines()[-1] == "  missing: contact (whom to ask)"
    ended = placet("form", "check", written(tmp_path, small_document(version="x")))
    assert (ended.status, ended.err.splitlines()[1]) == (2, "  /version: numbers such as 1.10")
    for broken in ("{", '{"a": 1, "a": 2}'):
        assert placet("form", "check", written(tmp_path, broken)).status == 2
    assert placet("form", "check", str(tmp_path / "none.json")).status == 2


def test_a_form_signed_here_is_taken_by_a_node_that_trusts_the_key(
    placet: Placet, tmp_path: Path
) -> None:
    file, keys = written(tmp_path, EXAMPLE.read_text()), tmp_path / "keys"
    assert placet("form", "sign", file, "--keys", str(keys)).status == 0
    signature = (tmp_path / "form.json.jws").read_text()
    trusted = tmp_path / "trusted.json"
    trusted.write_text(json.dumps(KeyStore(keys).public_jwks()))
    document = example_form().document
    signed = form_signatures(trusted, development=True)
    assert signed(document, signature)
    assert not signed(document + b" ", signature)
    assert not signed(document, "")
    stranger = KeyStore.create(tmp_path / "other", "Ed25519").public_jwks()
    trusted.write_text(json.dumps(stranger))
    assert not form_signatures(trusted, development=True)(document, signature)


@pytest.mark.parametrize("development", [True, False])
def test_without_trusted_keys_only_a_development_node_takes_a_form(development: bool) -> None:
    assert form_signatures(None, development=development)(b"", "") is development


def test_publishing_sends_the_form_and_its_signature(
    placet: Placet, registry: Scripted, tmp_path: Path
) -> None:
    registry.body = json.dumps(FORM).encode()
    file = written(tmp_path, EXAMPLE.read_text())
    ended = placet("form", "publish", file)
    assert ended.out == f"example-biobank 1.0 is published, sha256 {SHA}\n"
    (tmp_path / "form.json.jws").write_text("a.b.c\n")
    assert placet("form", "publish", file, "--json").json() == FORM
    sent = [(call.method, call.path, json.loads(call.body)) for call in registry.calls]
    drafts = ("POST", "/v1/forms", {"document": json.loads(EXAMPLE.read_text())})
    to = f"/v1/forms/{SHA}/publication"
    assert sent == [
        drafts,
        ("PUT", to, {"signature": ""}),
        drafts,
        ("PUT", to, {"signature": "a.b.c"}),
    ]


def test_forms_are_retired_listed_and_demanded(placet: Placet, registry: Scripted) -> None:
    registry.body = json.dumps({**FORM, "state": "retired"}).encode()
    assert placet("form", "retire", SHA).out == f"example-biobank 1.0 is retired, sha256 {SHA}\n"
    assert placet("form", "retire", "../x").status == 2
    registry.body = json.dumps({"forms": [FORM]}).encode()
    assert placet("form", "list").out.splitlines()[0].split() == [
        *("form", "version", "state", "sha256"),
    ]
    assert placet("form", "list", "--json").json() == {"forms": [FORM]}
    registry.body = json.dumps({"dataset": "GDI-ZZ-DATASET-1", "form": ""}).encode()
    ended = placet("form", "demand", "GDI-ZZ-DATASET-1", "")
    assert ended.out == "GDI-ZZ-DATASET-1 demands the form: none\n"
    assert placet("form", "demand", "a/b", "x").status == 2
    paths = [call.path for call in registry.calls]
    assert paths == [
        f"/v1/forms/{SHA}/retirement",
        "/v1/forms",
        "/v1/forms",
        "/v1/datasets/GDI-ZZ-DATASET-1/form",
    ]

# SPDX-License-Identifier: Apache-2.0
"""A node takes only policies that a key it trusts has signed; the worked examples load."""

import json
from pathlib import Path

import pytest

from consent_registry.adapters.resources import read_policies, read_policy
from services import cli
from shared.country_policy import PolicyFaults
from shared.keys import KeyStore
from tests.fakes.consent_factories import GOOD_POLICY

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "policies").glob("*.toml"))


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """Give a folder with a signed policy, and the trusted keys beside the folder."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "a.toml").write_text(GOOD_POLICY, encoding="utf-8")
    keys = str(tmp_path / "keys")
    assert cli.main(["consent", "policy", "sign", str(folder / "a.toml"), "--keys", keys]) == 0
    jwks = KeyStore(tmp_path / "keys").public_jwks()
    (tmp_path / "trusted.json").write_text(json.dumps(jwks), encoding="utf-8")
    return folder


def refused(folder: Path, trusted: str = "trusted.json") -> tuple[str, ...]:
    with pytest.raises(PolicyFaults) as bad:
        read_policies(folder, folder.parent / trusted)
    return bad.value.faults


def test_a_signed_policy_is_read_with_or_without_its_folder(signed: Path) -> None:
    trusted = signed.parent / "trusted.json"
    assert read_policies(signed, trusted) == read_policies(signed / "a.toml", trusted)
    assert read_policies(None, None) == (read_policy(None),)


def test_an_altered_policy_is_refused(signed: Path) -> None:
    (signed / "a.toml").write_text(GOOD_POLICY.replace("small_cell = 5", "small_cell = 1"))
    assert refused(signed) == ("a.toml: the signature is over another text",)


def test_a_policy_signed_by_a_stranger_or_by_nobody_is_refused(signed: Path) -> None:
    stranger = KeyStore.create(signed.parent / "other", "Ed25519").public_jwks()
    (signed.parent / "other.json").write_text(json.dumps(stranger), encoding="utf-8")
    assert refused(signed, "other.json") == ("a.toml: no signature of a trusted key",)
    (signed / "a.toml.jws").unlink()
    assert refused(signed) == ("a.toml: no signature of a trusted key",)


def test_every_file_names_its_faults_and_all_are_of_one_country(signed: Path) -> None:
    (signed / "b.toml").write_text(GOOD_POLICY.replace('"EE"', '"FI"'), encoding="utf-8")
    (signed / "c.toml").write_text("= =", encoding="utf-8")
    with pytest.raises(PolicyFaults) as bad:
        read_policies(signed, None)
    assert bad.value.faults[0].startswith("c.toml: not TOML")
    assert bad.value.faults[1] == "country: the files are of several countries"
    with pytest.raises(PolicyFaults):
        read_policies(signed.parent / "keys", None)


@pytest.mark.parametrize("text", ["[", "[]", "{}"])
def test_trusted_keys_that_are_none_are_refused(signed: Path, text: str) -> None:
    (signed.parent / "bad.json").write_text(text, encoding="utf-8")
    assert refused(signed, "bad.json") == ("the trusted keys are no JWK set",)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.stem)
def test_the_worked_examples_load_and_say_that_they_are_examples(file: Path) -> None:
    loaded = read_policy(file)
    assert loaded.example
    assert loaded.sources
    assert len(loaded.table) == 8
    assert file.stem == f"example-{loaded.country.lower()}"


def test_there_are_three_worked_examples() -> None:
    assert len(EXAMPLES) == 3

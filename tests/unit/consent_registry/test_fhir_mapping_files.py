# SPDX-License-Identifier: Apache-2.0
"""A node reads FHIR only by mapping files that a key it trusts has signed, as such."""

import json
from pathlib import Path

import pytest

from consent_registry.adapters.resources import read_fhir_mappings
from consent_registry.domain.fhir.mapping import MappingFaults
from services import cli
from shared.keys import KeyStore
from tests.fakes.consent_factories import GOOD_POLICY, extract
from tests.fakes.fhir import EXAMPLE, mii

TEXT = EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """Give a folder with a signed mapping, and the trusted keys beside the folder."""
    folder = tmp_path / "fhir"
    folder.mkdir()
    (folder / "a.toml").write_text(TEXT, encoding="utf-8")
    keys = str(tmp_path / "keys")
    assert cli.main(["consent", "mapping", "sign", str(folder / "a.toml"), "--keys", keys]) == 0
    jwks = KeyStore(tmp_path / "keys").public_jwks()
    (tmp_path / "trusted.json").write_text(json.dumps(jwks), encoding="utf-8")
    return folder


def refused(folder: Path) -> tuple[str, ...]:
    with pytest.raises(MappingFaults) as bad:
        read_fhir_mappings(folder, folder.parent / "trusted.json", extract())
    return bad.value.faults


def test_a_signed_mapping_is_read(signed: Path) -> None:
    trusted = signed.parent / "trusted.json"
    assert read_fhir_mappings(signed, trusted, extract()) == (mii(),)
    assert read_fhir_mappings(None, trusted, extract()) == ()


def test_what_is_altered_or_signed_by_nobody_is_refused(signed: Path) -> None:
    (signed / "a.toml").write_text(f"{TEXT}\n", encoding="utf-8")
    assert refused(signed) == ("a.toml: the signature is over another text",)
    (signed / "a.toml.jws").unlink()
    assert refused(signed) == ("a.toml: no signature of a trusted key",)


def test_the_signature_of_a_policy_is_none_of_a_mapping(signed: Path) -> None:
    (signed / "a.toml").write_text(GOOD_POLICY, encoding="utf-8")
    keys = str(signed.parent / "keys")
    assert cli.main(["consent", "policy", "sign", str(signed / "a.toml"), "--keys", keys]) == 0
    assert refused(signed) == ("a.toml: no signature of a trusted key",)


def test_every_file_names_its_faults(signed: Path) -> None:
    (signed / "b.toml").write_text("= =", encoding="utf-8")
    (signed / "c.toml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(MappingFaults) as bad:
        read_fhir_mappings(signed, None, extract())
    assert bad.value.faults[0].startswith("b.toml: not TOML")
    assert bad.value.faults[1] == "name: two files have the same"
    with pytest.raises(MappingFaults):
        read_fhir_mappings(signed.parent / "keys", None, extract())


def test_the_command_checks_before_a_node_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["consent", "mapping", "check", str(EXAMPLE)]) == 0
    assert mii().digest in capsys.readouterr().out
    bad = tmp_path / "bad.toml"
    bad.write_text(TEXT.replace('permission = "HMB"', 'permission = "XYZ"'), encoding="utf-8")
    assert cli.main(["consent", "mapping", "check", str(bad)]) == 2
    assert "alternative 1.permission" in capsys.readouterr().err
    assert cli.main(["consent", "mapping", "check", str(tmp_path / "none.toml")]) == 2

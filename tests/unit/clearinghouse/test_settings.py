# SPDX-License-Identifier: Apache-2.0
"""Settings and trust list: whole or not at all, every fault named at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from permit_service.clearinghouse.domain.trust import Binding
from permit_service.clearinghouse.settings import ClearinghouseSettings, configure
from shared.settings import SettingsError, env_example

SERVICE = Path(__file__).resolve().parents[3] / "services" / "clearinghouse"
ENTRY: dict[str, Any] = {
    "name": "own",
    "issuer": "https://permits.example",
    "jku": "https://permits.example/api/jwk",
    "permissions_url": "https://permits.example/api/permissions/{user}",
    "audience": "urn:placet:zz:permit_service",
    "subject_issuer": "https://login.example",
    "binding": "broker-bound",
    "reason": "same node",
    "dataset_prefix": "https://data.example/datasets/",
    "sources": ["https://authority.example"],
}


def environment(folder: Path, *entries: object, **changes: str) -> dict[str, str]:
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("secret")
    trusted = folder / "trusted.json"
    trusted.write_text(json.dumps(entries))
    required = dict(
        line.split("=", 1)
        for line in env_example(ClearinghouseSettings).splitlines()
        if line.startswith("PLACET_")
    )
    return {
        **required,
        "PLACET_BIND": "unix:/run/placet/c.sock",
        "PLACET_AUDIT_INTAKE_URL": "https://audit.example/v1/intake",
        "PLACET_CLIENT_SECRET_FILE": str(secret),
        "PLACET_TRUSTED_SOURCES": str(trusted),
        **changes,
    }


def faults(folder: Path, *entries: object, **changes: str) -> str:
    with pytest.raises(SettingsError) as refused:
        configure(environment(folder, *entries, **changes))
    return "\n".join(refused.value.faults)


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    strict = {**ENTRY, "name": "other", "binding": "strict-sub"}
    found = configure(environment(tmp_path, ENTRY, strict))
    assert [source.binding for source in found.trusted] == [
        Binding.BROKER_BOUND,
        Binding.STRICT_SUB,
    ]
    assert found.trusted[0].key_url == ENTRY["jku"]
    assert found.settings.stale_seconds == 60
    assert found.settings.source == "zz/clearinghouse/1"


def test_the_example_of_a_trust_list_is_one(tmp_path: Path) -> None:
    entries = json.loads((SERVICE / "trusted-sources.example.json").read_text())
    assert configure(environment(tmp_path, *entries)).trusted


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        *[
            ({name: None}, f"entry 0: {name} is missing")
            for name in sorted(set(ENTRY) - {"sources"})
        ],
        ({"sources": []}, "sources is not a list"),
        ({"sources": "https://authority.example"}, "sources is not a list"),
        ({"sources": [""]}, "sources is not a list"),
        ({"binding": "linked"}, "binding is neither"),
        ({"jku": "http://permits.example/api/jwk"}, "jku is not an https URL"),
        ({"permissions_url": "https://permits.example/api"}, "permissions_url has no {user}"),
        ({"permissions_url": "http://p.example/{user}"}, "permissions_url is not an https URL"),
        ({"dataset_prefix": "GDI-ZZ-"}, "dataset_prefix is not the beginning of a URL"),
        ({"audiense": "x"}, "audiense is not known here"),
    ],
)
def test_each_fault_of_an_entry_is_named(
    tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    assert fault in faults(tmp_path, {**ENTRY, **change})


def test_one_bad_entry_trusts_nobody(tmp_path: Path) -> None:
    assert "entry 1" in faults(tmp_path, ENTRY, "x")
    assert "two sources have one name" in faults(tmp_path, ENTRY, ENTRY)
    assert "at least one source" in faults(tmp_path)


@pytest.mark.parametrize("text", ["", "{", '{"a": 1, "a": 2}', "[NaN]", "\xff"])
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    environ = environment(tmp_path, ENTRY)
    (tmp_path / "trusted.json").write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError):
        configure(environ)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing.json")
    assert "cannot be read" in faults(tmp_path, ENTRY, PLACET_TRUSTED_SOURCES=missing)


def test_plain_http_and_tcp_are_for_development_only(tmp_path: Path) -> None:
    plain = {**ENTRY, "jku": "http://127.0.0.1:8082/api/jwk"}
    tcp = {"PLACET_BIND": "127.0.0.1:8084"}
    assert "unix socket" in faults(tmp_path, ENTRY, **tcp)
    found = configure(environment(tmp_path, plain, PLACET_ENV="development", **tcp))
    assert found.trusted[0].key_url == plain["jku"]


def test_a_producer_has_a_name_that_the_log_reads(tmp_path: Path) -> None:
    assert "PLACET_SOURCE" in faults(tmp_path, ENTRY, PLACET_SOURCE="The Clearinghouse")


def test_nothing_older_than_five_minutes_can_be_decided_on(tmp_path: Path) -> None:
    assert "PLACET_STALE_SECONDS" in faults(tmp_path, ENTRY, PLACET_STALE_SECONDS="301")
    assert "PLACET_STALE_SECONDS" in faults(tmp_path, ENTRY, PLACET_STALE_SECONDS="0")

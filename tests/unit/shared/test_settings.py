# SPDX-License-Identifier: Apache-2.0
"""Half-configured processes do not start, and say everything that is wrong at once."""

import os
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from shared.settings import (
    CommonSettings,
    Kind,
    ProcessSettings,
    Secret,
    SettingsError,
    env_example,
    json_schema,
    load,
    setting,
)


def secret_file(folder: Path, name: str, content: str = "s" * 40, mode: int = 0o600) -> str:
    path = folder / name
    path.write_text(content)
    path.chmod(mode)
    return str(path)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": "127.0.0.1:8081",
        "PLACET_PUBLIC_URL": "http://127.0.0.1:8081",
        "PLACET_TOKEN_ISSUER": "http://127.0.0.1:8090",
        "PLACET_TOKEN_JWKS_URL": "http://127.0.0.1:8090/jwks",
        "PLACET_TOKEN_ENDPOINT": "http://127.0.0.1:8090/token",
        "PLACET_AUDIENCE": "urn:placet:zz:consent_registry",
        "PLACET_CLIENT_ID": "consent_registry",
        "PLACET_CLIENT_SECRET_FILE": secret_file(tmp_path, "client"),
        "PLACET_KEYS_DIR": str(tmp_path),
        "PLACET_AUDIT_INTAKE_URL": "http://127.0.0.1:8083/v1/intake",
        "PLACET_DATABASE_URL": "postgresql://u:hunter2@db.example/consent_registry",
        "PLACET_SESSION_KEY_FILE": secret_file(tmp_path, "session"),
        "PLACET_SIGN_IN_ISSUER": "http://127.0.0.1:8090",
        "PLACET_SIGN_IN_CLIENT_ID": "consent_registry-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": secret_file(tmp_path, "sign-in"),
    }


def faults(cls: type[object], environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as refused:
        load(cls, environ)
    return {name: what for name, _, what in (f.partition(": ") for f in refused.value.faults)}


def test_a_whole_environment_loads(environ: dict[str, str]) -> None:
    loaded = load(CommonSettings, environ)
    assert loaded.development
    assert loaded.bind == "127.0.0.1:8081"
    assert loaded.client_secret.reveal() == "s" * 40
    assert loaded.audit_audience == "urn:placet:zz:audit_log"
    assert loaded.kafka_bootstrap == ()


def test_an_empty_environment_names_every_missing_setting_at_once() -> None:
    found = faults(CommonSettings, {})
    required = set(json_schema(CommonSettings)["required"])
    assert required <= set(found)
    assert "PLACET_AUDIT_INTAKE_URL" in found, "faults across settings are named in the same breath"


def test_faults_of_values_and_across_settings_come_together(environ: dict[str, str]) -> None:
    broken = {
        **environ,
        "PLACET_NODE": "zz",
        "PLACET_TRANSPORT": "kafka",
        "PLACET_LOG_LEVEL": "loud",
        "PLACET_BIND": "8081",
    }
    assert set(faults(CommonSettings, broken)) == {
        "PLACET_NODE",
        "PLACET_KAFKA_BOOTSTRAP",
        "PLACET_LOG_LEVEL",
        "PLACET_BIND",
    }


def test_credentials_of_kafka_come_whole_and_never_in_the_clear(
    environ: dict[str, str], tmp_path: Path
) -> None:
    kafka = {**environ, "PLACET_TRANSPORT": "kafka", "PLACET_KAFKA_BOOTSTRAP": "broker:9093"}
    assert load(CommonSettings, kafka).brokers.addresses == ("broker:9093",)
    secret = tmp_path / "kafka-password"
    secret.write_text("p")
    secret.chmod(0o600)
    half = {**kafka, "PLACET_KAFKA_PASSWORD_FILE": str(secret), "PLACET_KAFKA_KEY_FILE": "/k"}
    assert set(faults(CommonSettings, half)) == {
        "PLACET_KAFKA_CERTIFICATE_FILE and PLACET_KAFKA_KEY_FILE",
        "PLACET_KAFKA_USER and PLACET_KAFKA_PASSWORD_FILE",
    }
    user = {"PLACET_KAFKA_USER": "zz", "PLACET_KAFKA_PASSWORD_FILE": str(secret)}
    assert set(faults(CommonSettings, {**kafka, **user})) == {"PLACET_KAFKA_CA_FILE"}
    absent = {**kafka, **user, "PLACET_KAFKA_CA_FILE": str(tmp_path / "absent.pem")}
    assert set(faults(CommonSettings, absent)) == {"PLACET_KAFKA_CA_FILE and its neighbours"}


def test_production_speaks_to_kafka_over_tls_alone(environ: dict[str, str]) -> None:
    production = {
        **environ,
        "PLACET_ENV": "production",
        "PLACET_PUBLIC_URL": "https://zz.example",
        "PLACET_TOKEN_ISSUER": "https://login.example",
        "PLACET_TRANSPORT": "kafka",
        "PLACET_KAFKA_BOOTSTRAP": "broker:9092",
    }
    assert set(faults(CommonSettings, production)) == {"PLACET_KAFKA_CA_FILE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAfterTheNode(ProcessSettings):
    source: str = setting("PLACET_SOURCE", doc="A name.", default="{node}/service/1")

    def check(self) -> Iterable[str]:
        if self.source != "zz/service/1":
            yield "PLACET_SOURCE: is not a name"


def test_a_bad_node_is_one_fault_not_one_for_each_name_made_of_it(environ: dict[str, str]) -> None:
    assert load(NamedAfterTheNode, environ).source == "zz/service/1"
    assert set(faults(NamedAfterTheNode, {**environ, "PLACET_NODE": ""})) == {"PLACET_NODE"}
    assert set(faults(NamedAfterTheNode, {**environ, "PLACET_NODE": "zzz"})) == {"PLACET_NODE"}
    written = {**environ, "PLACET_NODE": "", "PLACET_SOURCE": "yy"}
    assert set(faults(NamedAfterTheNode, written)) == {"PLACET_NODE", "PLACET_SOURCE"}


def test_an_empty_variable_counts_as_absent(environ: dict[str, str]) -> None:
    assert set(faults(CommonSettings, {**environ, "PLACET_AUDIENCE": ""})) == {"PLACET_AUDIENCE"}


def test_no_message_repeats_a_value(environ: dict[str, str]) -> None:
    misplaced = dict.fromkeys(environ, "hunter2 hunter2")
    with pytest.raises(SettingsError) as refused:
        load(CommonSettings, misplaced)
    assert "hunter2" not in str(refused.value)


def test_production_is_the_default_and_wants_https(environ: dict[str, str]) -> None:
    del environ["PLACET_ENV"]
    assert set(faults(CommonSettings, environ)) == {"PLACET_PUBLIC_URL", "PLACET_TOKEN_ISSUER"}


def test_a_short_session_key_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    environ["PLACET_SESSION_KEY_FILE"] = secret_file(tmp_path, "short", "s" * 31)
    assert set(faults(CommonSettings, environ)) == {"PLACET_SESSION_KEY_FILE"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_that_others_may_read_is_refused(
    environ: dict[str, str], tmp_path: Path, mode: int
) -> None:
    environ["PLACET_CLIENT_SECRET_FILE"] = secret_file(tmp_path, "open", mode=mode)
    assert "0600" in faults(CommonSettings, environ)["PLACET_CLIENT_SECRET_FILE"]


def test_a_secret_file_must_be_a_full_text_file(environ: dict[str, str], tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    binary.chmod(0o600)
    for bad in (
        str(tmp_path / "absent"),
        str(tmp_path),
        str(fifo),
        str(binary),
        secret_file(tmp_path, "empty", " \n"),
        secret_file(tmp_path, "long", "x" * 70_000),
        "relative/path",
    ):
        found = faults(CommonSettings, {**environ, "PLACET_CLIENT_SECRET_FILE": bad})
        assert set(found) == {"PLACET_CLIENT_SECRET_FILE"}


@pytest.mark.parametrize(
    "url",
    [
        "consent.example",
        "ftp://consent.example",
        "https://",
        "https://consent.example/",
        "https://u:p@consent.example",
        "https://consent.example?x=1",
        "https://consent.example#x",
        "https://consent.example:port",
        "https://consent example",
        "https://[::1",
    ],
)
def test_a_bad_url_is_named(environ: dict[str, str], url: str) -> None:
    found = faults(CommonSettings, {**environ, "PLACET_PUBLIC_URL": url})
    assert set(found) == {"PLACET_PUBLIC_URL"}


@pytest.mark.parametrize(
    ("bind", "good"),
    [
        ("127.0.0.1:1", True),
        ("[::1]:65535", True),
        ("unix:/run/placet/c.sock", True),
        ("127.0.0.1:0", False),
        ("127.0.0.1:65536", False),
        (":8081", False),
        ("localhost:8081", False),
        ("::1:8081", False),
        ("[127.0.0.1]:8081", False),
        ("unix:relative.sock", False),
        ("unix:/run/../etc/c.sock", False),
        ("unix:/" + "x" * 107, False),
    ],
)
def test_where_to_listen(environ: dict[str, str], bind: str, good: bool) -> None:
    if good:
        assert load(CommonSettings, {**environ, "PLACET_BIND": bind}).bind == bind
    else:
        assert set(faults(CommonSettings, {**environ, "PLACET_BIND": bind})) == {"PLACET_BIND"}


def test_a_database_url_must_name_a_postgresql_database(environ: dict[str, str]) -> None:
    for bad in ("mysql://db.example/x", "postgresql://db.example", "postgresql://[", "x"):
        found = faults(CommonSettings, {**environ, "PLACET_DATABASE_URL": bad})
        assert set(found) == {"PLACET_DATABASE_URL"}
    local = "postgresql:///consent_registry?host=/run/postgresql"
    assert load(CommonSettings, {**environ, "PLACET_DATABASE_URL": local}).database_url == local


@dataclass(frozen=True, slots=True, kw_only=True)
class Own(ProcessSettings):
    stale_seconds: int = setting(
        "PLACET_STALE_SECONDS",
        doc="How old is too old.",
        kind=Kind.INTEGER,
        default="60",
        minimum=1,
        maximum=300,
    )
    limit: int | None = setting(
        "PLACET_LIMIT", doc="A limit, if any.", kind=Kind.INTEGER, default=""
    )
    recipients: tuple[str, ...] = setting(
        "PLACET_RECIPIENTS", doc="Who gets them.", kind=Kind.LIST, default=""
    )
    folder: Path | None = setting("PLACET_FOLDER", doc="A folder.", kind=Kind.PATH, default="")
    word: Secret = setting("PLACET_WORD", doc="A word.", secret=True, default="xyzzy")

    def check(self) -> Iterable[str]:
        if self.limit is not None and self.limit > self.stale_seconds:
            yield "PLACET_LIMIT: must not exceed PLACET_STALE_SECONDS"


def test_a_service_adds_its_own_settings_and_checks(environ: dict[str, str]) -> None:
    loaded = load(Own, environ)
    assert (loaded.stale_seconds, loaded.limit, loaded.recipients) == (60, None, ())
    assert loaded.folder is None
    assert loaded.word.reveal() == "xyzzy"
    full = load(Own, {**environ, "PLACET_RECIPIENTS": "a, b", "PLACET_LIMIT": "5"})
    assert (full.recipients, full.limit) == (("a", "b"), 5)
    for name, bad in (
        ("PLACET_STALE_SECONDS", "301"),
        ("PLACET_STALE_SECONDS", "0"),
        ("PLACET_STALE_SECONDS", "060"),
        ("PLACET_STALE_SECONDS", "1e2"),
        ("PLACET_LIMIT", "61"),
        ("PLACET_RECIPIENTS", "a,,b"),
        ("PLACET_FOLDER", "here"),
        ("PLACET_WORD", " padded"),
        ("PLACET_WORD", "two\nlines"),
    ):
        assert set(faults(Own, {**environ, name: bad})) == {name}


def test_each_class_in_the_line_is_checked(environ: dict[str, str]) -> None:
    broken = {**environ, "PLACET_TRANSPORT": "kafka", "PLACET_LIMIT": "61"}
    assert set(faults(Own, broken)) == {"PLACET_KAFKA_BOOTSTRAP", "PLACET_LIMIT"}


def test_secrets_show_in_no_repr_and_leave_in_no_pickle(environ: dict[str, str]) -> None:
    loaded = load(CommonSettings, environ)
    assert "hunter2" not in repr(loaded)
    assert "ssss" not in repr(loaded)
    assert "ssss" not in f"{loaded.client_secret} {loaded.client_secret!r}"
    with pytest.raises(TypeError):
        pickle.dumps(loaded.client_secret)
    assert loaded.client_secret == Secret("s" * 40)
    assert hash(loaded.client_secret) == hash(Secret("s" * 40))
    assert loaded.client_secret != "s" * 40


def test_the_example_names_every_setting_and_loads_where_it_can() -> None:
    text = env_example(CommonSettings)
    names = set(json_schema(CommonSettings)["properties"])
    for name in names:
        assert f"{name}=" in text
    given = dict(
        line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#")
    )
    expected = {"PLACET_AUDIT_INTAKE_URL"}  # what the example's own transport needs
    assert set(given) == set(json_schema(CommonSettings)["required"]) | expected
    assert all(name.endswith("_FILE") for name in faults(CommonSettings, given))


def test_the_schema_is_a_json_schema_and_accepts_what_loads(environ: dict[str, str]) -> None:
    schema = json_schema(CommonSettings)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(environ, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**environ, "PLACET_NODE": "zz"}, schema)


def test_only_dataclasses_declare_settings() -> None:
    with pytest.raises(TypeError):
        load(int, {})

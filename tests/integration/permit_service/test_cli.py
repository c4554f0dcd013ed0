# SPDX-License-Identifier: Apache-2.0
"""`placet permit`: a genuine permit verifies, an altered one does not, whatever was altered."""

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from services.cli import main
from tests.support.permit_node import PermitNode


class Ended(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Placet = Callable[..., Ended]


@pytest.fixture
def placet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Placet:
    """The console command's group, with only the given variables of ours in the environment."""

    def run(*arguments: str, **environ: str) -> Ended:
        for name in ("PLACET_PERMIT_URL", "PLACET_ACCESS_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        status = main(["permit", *arguments])
        return Ended(status, *capsys.readouterr())

    return run


def flip_expiry(jws: str) -> str:
    """Make the permit run longer than it was signed for."""
    head, payload, signature = jws.split(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    body["expires_at"] = "2099-01-01T00:00:00.000000Z"
    changed = base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


def retyped(jws: str) -> str:
    """Pass the permit off as another kind of token."""
    _, payload, signature = jws.split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"placet-permit+jws"}').decode()
    return f"{head.rstrip('=')}.{payload}.{signature}"


@pytest.fixture
def permit_file(node: PermitNode, tmp_path: Path) -> Path:
    file = tmp_path / "permit.jws"
    file.write_text(node.permit(node.grant())["jws"] + "\n")
    return file


def test_a_genuine_permit_verifies_from_a_url_and_from_a_file(
    node: PermitNode, placet: Placet, permit_file: Path, tmp_path: Path
) -> None:
    url = f"{node.url}/api/permit-jwk"
    ended = placet("verify", str(permit_file), "--jwks", url)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Genuine: permit ")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(node.keys("/api/permit-jwk")))
    ended = placet("verify", str(permit_file), "--jwks", str(keys), "--json")
    answer = json.loads(ended.stdout)
    assert (answer["verified"], answer["ended"]) == (True, False)
    assert answer["permit"]["iss"] == node.url
    ended = placet("verify", str(permit_file), PLACET_PERMIT_URL=node.url)
    assert ended.returncode == 0


@pytest.mark.parametrize("alter", [flip_expiry, retyped, lambda jws: jws[:-8] + "AAAAAAAA"])
def test_an_altered_permit_does_not(
    node: PermitNode, placet: Placet, permit_file: Path, alter: Callable[[str], str]
) -> None:
    permit_file.write_text(alter(permit_file.read_text().strip()))
    url = f"{node.url}/api/permit-jwk"
    ended = placet("verify", str(permit_file), "--jwks", url, "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["verified"] is False
    assert "NOT VERIFIED" in ended.stderr


def test_foreign_keys_no_keys_and_no_file_do_not_verify(
    node: PermitNode, placet: Placet, permit_file: Path, tmp_path: Path
) -> None:
    for jwks in (f"{node.url}/api/feed-jwk", "http://127.0.0.1:9/keys", str(tmp_path / "none")):
        assert placet("verify", str(permit_file), "--jwks", jwks).returncode == 1
    assert placet("verify", str(tmp_path / "none.jws")).returncode == 2


def test_listing_and_showing_ask_the_service(
    node: PermitNode, placet: Placet, tmp_path: Path
) -> None:
    permit_id = node.grant()
    token = tmp_path / "token"
    token.write_text(node.dora())
    options = ("--url", node.url, "--token-file", str(token))
    shown = placet("show", permit_id, *options)
    permit = json.loads(shown.stdout)
    assert permit["permit_id"] == permit_id
    listed = json.loads(placet("list", *options).stdout)["applications"]
    assert permit["application_id"] in {one["application_id"] for one in listed}
    refused = placet("show", permit_id, "--url", node.url, PLACET_ACCESS_TOKEN=node.rita())
    assert (refused.returncode, refused.stderr) == (1, "Refused: 403 forbidden\n")
    assert placet("list", "--url", node.url).returncode == 2
    away = placet("list", "--url", "http://127.0.0.1:9", PLACET_ACCESS_TOKEN="x")
    assert away.returncode == 1


def test_key_sets_are_made_once_and_for_their_owner_only(placet: Placet, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = placet("keys", str(folder))
    assert first.stdout == "Made: visa, permit, feed, heartbeat\n"
    assert placet("keys", str(folder)).stdout == "Every key set is there already.\n"
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(files) == 12
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}

# SPDX-License-Identifier: Apache-2.0
"""`placet consent` in this process, and a registry that answers what a test writes down."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from services.cli import main
from tests.support.scripted_server import Scripted, scripted_server

TOKEN = "the-access-token"


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Read what was printed for a script."""
        return json.loads(self.out)


Placet = Callable[..., Ended]


@pytest.fixture
def registry() -> Iterator[Scripted]:
    """A registry whose answers a test sets."""
    with scripted_server() as script:
        yield script


@pytest.fixture
def placet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, registry: Scripted
) -> Placet:
    """The console command's group `consent`, with a token and the scripted registry's address."""

    def run(*arguments: str, token: str = TOKEN, url: str = "") -> Ended:
        monkeypatch.setenv("PLACET_ACCESS_TOKEN", token)
        monkeypatch.setenv("PLACET_CONSENT_URL", url or registry.url)
        status = main(["consent", *arguments])
        return Ended(status, *capsys.readouterr())

    return run

# SPDX-License-Identifier: Apache-2.0
"""What every chapter of the story works with, and what each learns for the next."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from services.demo.country import FILE_NAME, Country, generate
from services.story.client import Client
from services.story.expectation import Expectation, expect
from services.story.ledger import Ledger
from services.story.log_view import LogView
from services.story.narrator import Narrator
from services.story.reading import Reader
from services.story.suite import Suite
from services.story.tokens import Tokens

PURPOSE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "category": "HMB",
        "diseases": [],
        "methods": False,
        "ancestry": False,
        "commercial": False,
        "clinical": False,
        "genetic_data": True,
        "organisation": {"id": None, "not_for_profit": True},
        "countries": ["FI"],
        "users": [],
        "project": None,
        "accepts": ["PUB"],
        "evidence": [],
    }
)
_PATIENCE: Final = 240.0
_PAUSE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The suite, and the player's hands, eyes and memory."""

    suite: Suite
    client: Client
    tokens: Tokens
    ledger: Ledger
    narrator: Narrator
    reader: Reader
    log: LogView

    def close(self) -> None:
        """Close every connection; what was noted stays."""
        self.client.close()
        self.reader.close()
        self.log.close()

    def url(self, service: str, path: str) -> str:
        """Give an address of a service."""
        return f"{self.suite.urls[service]}{path}"

    def operator(self, service: str, *scopes: str) -> str:
        """Give a token of the story's own client."""
        return self.tokens.service(self.suite.audiences[service], scopes)

    def person(self, login: str, service: str, *scopes: str) -> str:
        """Give a token of a person who signs in."""
        return self.tokens.person(login, self.suite.audiences[service], scopes)

    def wait(self, there: Callable[[], bool]) -> bool:
        """Look until something holds; False when it does not within four minutes."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if there():
                return True
            time.sleep(_PAUSE)
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One dataset's people, and who of them must be let in."""

    dataset: str
    country: Country
    expected: Expectation

    def path(self, local_id: str) -> str:
        """Give the path of one person's file at the gateway."""
        return f"/data/{self.dataset}/{local_id}/{FILE_NAME}"


def open_stage(suite: Suite, say: Callable[[str], None]) -> Stage:
    """Get ready to play against a running suite."""
    ledger = Ledger()
    return Stage(
        suite=suite,
        client=Client(ledger),
        tokens=Tokens(
            issuer=suite.urls["devidp"], client_id="story", secret_file=Path(suite.secret_file)
        ),
        ledger=ledger,
        narrator=Narrator(say),
        reader=Reader(suite.urls["gateway"], ledger),
        log=LogView(suite.urls["audit_log"]),
    )


def invent(dataset: str, people: int) -> Cast:
    """Invent a country with fresh pseudonyms, and work out who must be let in."""
    today = today_utc()
    tag = f"P{secrets.token_hex(4)}"
    country = generate(people=people, dataset=dataset, tag=tag, today=today)
    expected = expect(
        country.text,
        broken_lines={broken.line for broken in country.broken},
        purpose=PURPOSE,
        today=today,
    )
    return Cast(dataset=dataset, country=country, expected=expected)


def today_utc() -> date:
    """Give the day the suite reckons with."""
    return datetime.now(UTC).date()

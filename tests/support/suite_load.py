# SPDX-License-Identifier: Apache-2.0
"""Drivers that use a running suite all at once, and remember what it promised them.

Each goes on until told to stop and asks again until it is answered, as `services.story` does; every
request is in the story's ledger. What nobody may ever see is noted here: a person let in although
the gate had said before that it knows of her withdrawal.
"""

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

import requests

from services.story import permit_chapters
from services.story.client import Client
from services.story.log_view import LogView
from services.story.stage import PURPOSE, Cast, Stage
from services.story.tokens import SignInFailed, Tokens
from tests.support.waiting import wait_until

CONSENT, PERMIT, GATE = "consent_registry", "permit_service", "clearinghouse"
_REASONS = "Health research in the public interest; safeguards of the environment suffice."
_PATIENCE = 240.0  # seconds, for a token while the provider is killed
_SECONDS_TO_SETTLE = 240.0


@dataclass
class SuiteLoad:
    """The drivers of one run; `seed` says who withdraws and whose files are read."""

    stage: Stage
    cast: Cast
    seed: int
    withdrawn: dict[str, int] = field(default_factory=dict)  # by local id, the revision it got
    granted: list[str] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)
    _known: int = 0
    _counted: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _faults: list[BaseException] = field(default_factory=list)

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """Drive while the block runs; raise what stopped a driver."""
        drivers = {
            self._withdraw: 0.6,
            self._apply: 4.0,
            self._read: 0.1,
            self._look_up: 0.3,
            self._sign_in: 0.4,
            self._ask_the_visa_source: 0.4,
            self._watch_the_gate: 0.3,
            self._follow_the_log: 0.5,
        }
        with ThreadPoolExecutor(len(drivers)) as pool:
            for driver, pause in drivers.items():
                pool.submit(self._drive, driver, pause)
            try:
                yield
            finally:
                self._stop.set()
        self._raise()

    def counts(self, what: str) -> Callable[[], int]:
        """Give what reads a number that grows; it raises once a driver has failed."""

        def read() -> int:
            self._raise()
            return self._counted[what]

        return read

    def settle(self) -> None:
        """Wait until every application whose grant was acknowledged has its permit."""
        stage = self.stage
        token = stage.person("dora", PERMIT, "applications.decide", "applications.read")
        states: dict[str, object] = {}

        def settled() -> bool:
            for name in self.granted:
                if states.get(name) != "granted":
                    found = stage.client.get(
                        stage.url(PERMIT, f"/v1/applications/{name}"), token=token
                    )
                    states[name] = found.body.get("state")
            return set(states.values()) == {"granted"}

        wait_until(settled, "every grant to have its permit", _SECONDS_TO_SETTLE)

    def _drive(self, driver: Callable[[Stage, random.Random], None], pause: float) -> None:
        chance = random.Random(f"{self.seed} {driver.__name__}")  # noqa: S311  repeatable
        stage = _own(self.stage)
        try:
            while not self._stop.wait(pause):
                driver(stage, chance)
        except BaseException as fault:  # noqa: BLE001  carried to the test's own thread
            self._faults.append(fault)
        finally:
            stage.client.close()

    def _raise(self) -> None:
        if self._faults:
            raise AssertionError("a driver failed") from self._faults[0]

    def _withdraw(self, stage: Stage, chance: random.Random) -> None:
        left = sorted(self.cast.expected.admitted - {*self.withdrawn, self.cast.country.notable[0]})
        if not left:
            return
        local_id = chance.choice(left)
        pseudonym = self.cast.country.participants[local_id]
        answer = stage.client.post(
            stage.url(CONSENT, f"/v1/participants/{pseudonym}/withdrawals"),
            {"datasets": [self.cast.dataset]},
            token=stage.operator(CONSENT, "consents.write"),
            kind="withdraw",
            key=f"{chance.getrandbits(128):032x}",
        )
        assert answer.status == HTTPStatus.CREATED, answer.text
        self.withdrawn[local_id] = int(answer.body["revisions"][0]["revision"])

    def _apply(self, stage: Stage, chance: random.Random) -> None:
        """Apply and grant, and wait for nothing: `settle` asks for all of them."""
        application = permit_chapters.apply(stage, self.cast, f"Study {chance.getrandbits(32)}")
        answer = stage.client.post(
            stage.url(PERMIT, f"/v1/applications/{application}/decisions"),
            {"decision": "grant", "reasons": _REASONS},
            token=stage.person("dora", PERMIT, "applications.decide", "applications.read"),
            kind="decide",
        )
        assert answer.done(HTTPStatus.CREATED) == HTTPStatus.CREATED, answer.text
        self.granted.append(application)

    def _read(self, stage: Stage, chance: random.Random) -> None:
        """Read a file, every other time one of somebody whose withdrawal the gate says it knows."""
        barred = [one for one, revision in [*self.withdrawn.items()] if revision <= self._known]
        everybody = sorted(self.cast.country.participants)
        local_id = chance.choice(barred if barred and chance.random() < 0.5 else everybody)
        outcome = stage.reader.read(self.cast.path(local_id), stage.person("rita", GATE))
        if outcome.status == HTTPStatus.OK and local_id in barred:
            self.let_in.append(local_id)
        self._counted["reads"] += 1

    def _look_up(self, stage: Stage, chance: random.Random) -> None:
        """Ask who would be let in, once of the registry itself and once as the authority does."""
        stage.client.post(
            stage.url(CONSENT, "/v1/cohorts/evaluate"),
            {"dataset": self.cast.dataset, "purpose": {**PURPOSE, "months": 12}},
            token=stage.operator(CONSENT, "cohorts.evaluate"),
            kind="evaluate",
        )
        self._counted["evaluations"] += 1
        if self.granted:
            application = chance.choice(self.granted)
            token = stage.person("dora", PERMIT, "applications.read")
            where = stage.url(PERMIT, f"/v1/applications/{application}/cohort")
            stage.client.get(where, token=token, kind="cohort")
            self._counted["case views"] += 1

    def _ask_the_visa_source(self, stage: Stage, _: random.Random) -> None:
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(f"{stage.suite.urls['visa_source']}/healthz", timeout=30)
            self._counted["visa sources"] += answer.ok

    def _sign_in(self, stage: Stage, _: random.Random) -> None:
        """Sign in anew, with no token kept."""
        with contextlib.suppress(SignInFailed, requests.RequestException):
            _tokens(stage, 0.0).person("stella", stage.suite.audiences[CONSENT], ("consents.read",))
            self._counted["sign-ins"] += 1

    def _watch_the_gate(self, stage: Stage, _: random.Random) -> None:
        """Note the revision that the gate says it knows."""
        state = stage.client.get(stage.url("gateway", "/clearinghouse/state"), kind="state")
        held = state.body.get("registers", {}).get(f"dataset:{self.cast.dataset}", {})
        if held.get("fresh"):
            self._known = max(self._known, int(held.get("revision", -1)))

    def _follow_the_log(self, stage: Stage, _: random.Random) -> None:
        """Take every new head, which must continue the one before."""
        stage.log.refresh()
        self._counted["heads"] += 1
        self._counted["entries"] = stage.log.head.size
        sources = Counter(entry["src"] for entry in stage.log.entries)
        for service in (CONSENT, PERMIT):
            self._counted[f"entries of {service}"] = sources[f"zz/{service}/1"]


def _own(stage: Stage) -> Stage:
    """Give a driver connections and tokens of its own; the ledger is everybody's."""
    return replace(
        stage,
        client=Client(stage.ledger),
        tokens=_tokens(stage, _PATIENCE),
        log=LogView(stage.suite.urls["audit_log"]),
    )


def _tokens(stage: Stage, patience: float) -> Tokens:
    return Tokens(
        issuer=stage.suite.urls["devidp"],
        client_id="story",
        secret_file=Path(stage.suite.secret_file),
        patience=patience,
    )

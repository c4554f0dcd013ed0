# SPDX-License-Identifier: Apache-2.0
"""A registry with people in it, one of whom is to be erased: P-1, Anna, with a rare illness."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import text

from consent_registry.adapters.signers import Keys
from consent_registry.domain.approvals import Widening
from consent_registry.domain.erasure import Erasure
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.records import Channel
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.erasing import ask_erasure, confirm_erasure, get_erasure
from consent_registry.usecases.erasing_parts import erase_next
from consent_registry.usecases.opt_out import set_own_opt_out
from consent_registry.usecases.people import link_login
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from shared.ids import DatasetId
from shared.principal import Principal
from tests.fakes.audit_erasure import ForgettingLog
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, person, registry_world

PSEUDONYM, LOCAL_ID, SUBJECT = "P-ANNA-7d1f", "S-ANNA-93ac", "person-anna-e55b"
ILLNESS = "MONDO:0007254"
EVIDENCE = "5ca1ab1e" * 8
KEY = "the letter of Anna Example"
ANNA = person(SUBJECT)
SECOND = DatasetId("GDI-ZZ-DATASET-2")


def steward(name: str) -> Principal:
    """Make one of the rights desk's people."""
    return Principal(
        issuer=LOGIN,
        subject=f"person-{name}",
        client_id="pages",
        scopes=frozenset({"rights.manage"}),
        is_service=False,
    )


GRETA, HUGO = steward("greta"), steward("hugo")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasingWorld:
    """The registry, its tools with an audit log, and that log."""

    world: RegistryWorld
    tools: Tools
    log: ForgettingLog

    def ask(self, by: Principal = GRETA) -> Erasure:
        """Ask for Anna's erasure."""
        return ask_erasure(PSEUDONYM, "gdpr_17_1_b", tools=self.tools, principal=by)

    def begin(self) -> str:
        """Ask and confirm."""
        asked = self.ask()
        confirm_erasure(asked.erasure_id, tools=self.tools, principal=HUGO)
        return asked.erasure_id

    def look(self, erasure_id: str) -> Erasure:
        """Say how far it is."""
        return get_erasure(erasure_id, tools=self.tools, principal=GRETA)

    def send(self) -> None:
        """Let the relay have taken everything."""
        with self.world.engine.begin() as connection:
            connection.execute(text("DELETE FROM outbox"))

    def run(self, rounds: int = 12) -> None:
        """Work as the process `work` does, the relay too."""
        for _ in range(rounds):
            erase_next(tools=self.tools)
            self.send()

    def texts(self) -> str:
        """Give every row of every table as text, bytes as what they would read as too."""
        found: list[str] = []
        with self.world.engine.connect() as connection:
            names = connection.execute(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).scalars()
            for name in names:
                for row in connection.execute(text(f'SELECT * FROM "{name}"')):  # noqa: S608 - names of our own
                    found += [
                        bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v)
                        for v in row
                    ]
        return "\n".join(found)


@contextmanager
def erasing_world(keys: Keys | None = None, erasures: Path | None = None) -> Iterator[ErasingWorld]:
    """Open one in which Anna has done everything that leaves something of hers."""
    with registry_world(keys=keys, erasures=erasures) as world:
        world.dataset()
        world.dataset(SECOND)
        anna = {"participant": PSEUDONYM, "local_id": LOCAL_ID}
        rare = {"permission": "DS", "diseases": ILLNESS}
        rows = (
            {**anna, **rare},
            {**anna, "dataset": SECOND},
            {"participant": "P-2", "local_id": "S-2"},
        )
        assert world.load(*rows).batch.applied == 3
        log = ForgettingLog()
        tools = replace(world.tools, audit=log)
        link_login(PSEUDONYM, LOGIN, SUBJECT, tools=tools, principal=DESK)
        set_own_opt_out(
            About(), OptOutKind.REGISTERED, tools=tools, principal=ANNA, channel=Channel.PAGE
        )
        approval = NewApproval(
            pseudonym=PSEUDONYM,
            dataset=DS,
            widening=Widening.BACKDATED,
            dated=tools.clock.now(),
            evidence=EVIDENCE,
        )
        list_approval(approval, tools=tools, principal=DESK)
        wanted = WithdrawConsent(datasets=(SECOND,), idempotency_key=KEY)
        withdraw_own(wanted, tools=tools, principal=ANNA, channel=Channel.PAGE)
        yield ErasingWorld(world=world, tools=tools, log=log)

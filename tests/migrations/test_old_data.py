# SPDX-License-Identifier: Apache-2.0
"""What an earlier release wrote is still what it was after every migration since.

`old/` has a whole database of each service as the code of that time left it. Each is migrated to
the newest schema; then the commands that rebuild and verify must agree, the answers must be those
that were given then, and the service goes on from there.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from audit_log.adapters.erasures_file import ErasuresFile
from audit_log.adapters.key_files import shut_keys
from audit_log.adapters.log import transactions
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.store import PostgresSequencerStore
from audit_log.settings import AdminSettings
from audit_log.usecases.sequence import Pace, Sequencer
from consent_registry.adapters.signers import WRAPPING_KEY, create_keys, read_keys
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.projections import verify_projections
from permit_service.adapters.tables import Base
from services.audit_log import admin
from services.demo.postgres import runtime_role
from shared.db import engine, run_migrations, schema_differences
from shared.ids import Uuid7Source
from shared.keys import verify_jws
from shared.settings import load
from tests.fakes.kernel import SteppingClock
from tests.fakes.log_factories import Speaker
from tests.support.log_world import SRC, drain
from tests.support.merge_world import leave, live, within
from tests.support.postgres import empty_database, runtime_of
from tests.support.registry_world import RegistryWorld, registry_world

OLD = Path(__file__).parent / "old"
ROOT = Path(__file__).resolve().parents[2]
AT = {"audit_log": "0008", "consent_registry": "0012", "permit_service": "0002"}


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A database of an earlier release, migrated: for its owner and processes, and its story."""

    owner: str
    url: str
    said: dict[str, Any]

    def keys(self, folder: Path) -> Path:
        """Put the keys of that time into a folder."""
        for name, content in self.said["keys"].items():
            (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / name).touch(mode=0o600)
            (folder / name).write_bytes(base64.b64decode(content))
        return folder


def upgraded(service: str) -> Upgraded:
    owner = empty_database(service)
    plain = owner.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute((OLD / f"{service}.sql").read_bytes())
    with psycopg.connect(plain) as connection:
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert revision == (AT[service],)
    run_migrations(service, owner, runs_as=runtime_role(service))
    said = json.loads((OLD / f"{service}.json").read_text(encoding="utf-8"))
    return Upgraded(owner, runtime_of(owner), said)


@contextmanager
def old_registry(folder: Path) -> Iterator[tuple[RegistryWorld, dict[str, Any]]]:
    found = upgraded("consent_registry")
    (folder / "keys").mkdir()
    create_keys(folder / "keys")
    (folder / "keys" / WRAPPING_KEY).unlink()
    keys = read_keys(found.keys(folder / "keys"))
    clock = SteppingClock(wall=datetime.fromisoformat(found.said["at"]))
    with registry_world(clock, found.url, keys) as world:
        yield world, found.said


def test_old_consents_hold_rebuild_and_answer_as_they_did(tmp_path: Path) -> None:
    with old_registry(tmp_path) as (world, said):
        (chains,) = verify_chains(tools=world.tools).values()
        assert (list(chains.broken), chains.events > 0) == ([], True)
        assert verify_projections(tools=world.tools).hold
        assert sorted(within(world)) == said["within"]
        assert [sorted(one) for one in live(world)] == said["live"]
        assert world.revision() == said["revision"]


def test_after_the_upgrade_a_withdrawal_leaves_the_permits_of_before(tmp_path: Path) -> None:
    with old_registry(tmp_path) as (world, said):
        leave(world, "P-000010")
        left = set(said["live"][0]) - {10}
        assert live(world) == [left, left]
        assert within(world) == set(said["within"]) - {10}
        assert verify_projections(tools=world.tools).hold
        assert not any(one.broken for one in verify_chains(tools=world.tools).values())


def test_an_old_log_verifies_and_goes_on(tmp_path: Path) -> None:
    found = upgraded("audit_log")
    settings = load(
        AdminSettings,
        {
            "PLACET_NODE": "ZZ",
            "PLACET_DATABASE_URL": found.url,
            "PLACET_KEYS_DIR": str(found.keys(tmp_path)),
            "PLACET_LOG_ORIGIN": found.said["origin"],
        },
    )
    before = admin.verify_stored(settings)
    assert (before.size, list(before.flaws)) == (found.said["size"], [])
    clock = SteppingClock()
    own = OwnProducer(settings.src, Uuid7Source())
    store = PostgresSequencerStore(found.url, origin=settings.log_origin, own=own, clock=clock)
    database = engine(found.url, pool_size=1)
    transaction = transactions(database, own, clock)
    said = [(one.entry, one.sealed) for one in Speaker(SRC, epoch=2).say_many(5)]
    with transaction() as log:
        log.take_in(SRC, said, clock.now())
    keys = shut_keys(settings.keys_dir, ErasuresFile(settings.erasures_file, settings.log_origin))
    one = Sequencer(
        store=store,
        source=None,
        vault=keys.vault,
        pseudonyms=keys.pseudonyms,
        clock=clock,
        holder="upgraded",
        pace=Pace(wait_ms=0),
    )
    drain(one)
    one.stop()
    store.close()
    database.dispose()
    after = admin.verify_stored(settings)
    assert after.size >= before.size + len(said)
    assert list(after.flaws) == []


def test_an_old_permit_is_the_one_that_was_signed() -> None:
    found = upgraded("permit_service")
    assert schema_differences(Base.metadata, found.owner) == []
    database = engine(found.url, pool_size=1)
    with database.connect() as connection:
        wanted = text("SELECT permit_id, jws, state FROM permit ORDER BY permit_id")
        held = {row.permit_id: row for row in connection.execute(wanted)}
    database.dispose()
    assert len(held) == 2
    for kept in (found.said["live"], found.said["ended"]):
        row = held[kept["permit_id"]]
        assert (row.jws, row.state) == (kept["jws"], kept["state"])
        body = json.loads(
            verify_jws(row.jws, found.said["jwks"], typ="placet-permit+jws", algorithms=["ES256"])
        )
        assert body["permit_id"] == kept["permit_id"]


@pytest.mark.parametrize("service", sorted(AT))
def test_the_database_of_before_is_far_behind(service: str) -> None:
    newest = max(
        path.name[:4] for path in (ROOT / service / "migrations" / "versions").glob("0*.py")
    )
    assert int(newest) - int(AT[service]) >= 3

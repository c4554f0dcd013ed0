# SPDX-License-Identifier: Apache-2.0
"""R15: an altered row is named by the night's verification, a bad proof within an hour."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from audit_log.adapters.inspector import inspecting
from audit_log.adapters.rule_file import read_thresholds
from audit_log.adapters.rule_store import PostgresRuleStore
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.usecases.self_check import SelfChecker
from audit_log.usecases.verify import Verification, verify
from audit_log.usecases.verify_rows import RowVerifier
from shared.settings import SettingsError
from tests.contract.audit_log.test_publishing import TRUST, Remembered, publisher
from tests.fakes.log_factories import Speaker
from tests.support.log_world import PSEUDONYMS, VAULT, PostgresWorld, Producing, drain, sequencer
from tests.support.postgres import owner_of


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    Producing(made).send(*Speaker().say_many(300))
    drain(sequencer(made))
    publisher(made, Remembered()).step()
    yield made
    made.close()


def checker(world: PostgresWorld, *, waits: bool = False) -> SelfChecker:
    def whole() -> Verification:
        with inspecting(world.url) as inspector:
            return verify(inspector, trust=TRUST, rows=RowVerifier(VAULT, PSEUDONYMS))

    return SelfChecker(
        store=PostgresRuleStore(world.engine, world.own),
        transaction=world.transaction,
        trust=TRUST,
        verify=whole,
        draw=lambda size: 7 % size,
        clock=world.clock,
        thresholds=Thresholds(proofs_per_hour=3),
        witnessed=waits,
    )


def alter(world: PostgresWorld, statement: str) -> None:
    """Do what only somebody with all rights can: with the tables' guards off."""
    with psycopg.connect(owner_of(world.url)) as connection:
        for table in ("ev", "tile"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        connection.execute(statement.encode())


def codes(world: PostgresWorld) -> list[str]:
    with psycopg.connect(world.url) as connection:
        rows = connection.execute("SELECT code FROM finding WHERE rule = 'R15' ORDER BY id")
        return [code for (code,) in rows]


def test_a_sound_log_has_nothing_to_say(world: PostgresWorld) -> None:
    checker(world).step()
    assert codes(world) == []


def test_an_altered_row_is_named_once(world: PostgresWorld) -> None:
    alter(world, "UPDATE ev SET decision = 2 WHERE idx = 9")
    alter(world, "DELETE FROM ev WHERE idx = 11")
    one = checker(world)
    one.step()
    once = codes(world)
    assert sorted(once) == ["row_count_differs", "row_of_ev", "row_of_ev"]
    one.step()  # the same night
    world.clock.pass_time(86_400)
    one.step()
    assert codes(world) == once


def test_a_proof_that_does_not_verify_is_found_within_the_hour(world: PostgresWorld) -> None:
    one = checker(world)
    one.step()
    alter(world, "UPDATE tile SET data = decode(repeat('00', 8192), 'hex') WHERE level = 0")
    one.step()
    assert codes(world) == []  # this hour is done
    world.clock.pass_time(3_600)
    one.step()
    assert codes(world) == ["proof_failed"]


def test_thresholds_come_from_a_file_or_stay(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text('{"grace": 10}', encoding="utf-8")
    assert read_thresholds(path).grace == 10
    assert read_thresholds(None) == Thresholds()
    for bad in ("", "[]", '{"grace": 0}', '{"unknown": 1}', '{"grace": 1, "grace": 2}'):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(SettingsError, match="PLACET_RULES_FILE"):
            read_thresholds(path)
    with pytest.raises(SettingsError, match="PLACET_RULES_FILE"):
        read_thresholds(tmp_path / "absent.json")


def witnessed(world: PostgresWorld, size: int) -> None:
    """Let a quorum confirm a checkpoint."""
    with psycopg.connect(owner_of(world.url)) as connection:
        connection.execute(
            "UPDATE checkpoint SET witnessed_note = note, witnessed_at = signed_at WHERE size = %s",
            (size,),
        )


def grow(world: PostgresWorld, speaker: Speaker, head: Remembered) -> int:
    """Let the log grow and be signed; give its size."""
    Producing(world).send(speaker.say())
    drain(sequencer(world))
    publisher(world, head).step()
    with psycopg.connect(world.url) as connection:
        row = connection.execute(
            "SELECT max(size) FROM checkpoint WHERE published_at IS NOT NULL"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_witnesses_that_confirm_nothing_new_are_found_until_they_do() -> None:
    world, speaker, head = PostgresWorld(), Speaker(), Remembered()
    first = grow(world, speaker, head)
    witnessed(world, first)
    world.clock.pass_time(7_200)  # nothing happened, and nothing was late
    second = grow(world, speaker, head)
    one = checker(world, waits=True)
    one.step()
    assert lags(world) == []
    world.clock.pass_time(1_799)
    one.step()
    assert lags(world) == []
    world.clock.pass_time(2)
    one.step()
    one.step()
    assert lags(world) == [False]
    witnessed(world, second)
    one.step()
    one.step()
    assert lags(world) == [True]
    unasked = checker(world)  # a log whose policy asks nobody waits for nobody
    grow(world, speaker, head)
    world.clock.pass_time(7_200)
    unasked.step()
    assert lags(world) == [True]
    world.close()


def lags(world: PostgresWorld) -> list[bool]:
    with psycopg.connect(world.url) as connection:
        rows = connection.execute(
            "SELECT closed_at IS NOT NULL FROM finding WHERE code = 'witness_lag' ORDER BY id"
        )
        return [closed for (closed,) in rows]

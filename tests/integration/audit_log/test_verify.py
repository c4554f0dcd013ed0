# SPDX-License-Identifier: Apache-2.0
"""`placet log verify` over the database: it names table and row for each thing that was altered.

The alterations are made as only somebody with all rights can: with the tables' guards off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.sql import SQL, Composed, Identifier, Literal

from audit_log.adapters.inspector import inspecting
from audit_log.adapters.key_files import check_ed25519
from audit_log.domain.note import ed25519_key
from audit_log.ports import Trust
from audit_log.usecases.publish import Publisher
from audit_log.usecases.verify import Verification, verify
from audit_log.usecases.verify_rows import RowVerifier
from services.cli import main
from shared.events import Subject
from tests.fakes.log_factories import DATASET, Speaker, cohort_name, fact
from tests.support.log_world import (
    ORIGIN,
    PSEUDONYMS,
    VAULT,
    PostgresWorld,
    Producing,
    drain,
    erase_in,
    sequencer,
)
from tests.support.postgres import owner_of

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
KEY = ed25519_key(ORIGIN, PRIVATE.public_key().public_bytes_raw())
TRUST = Trust(origin=ORIGIN, keys=(KEY,), check=check_ed25519)


NAMES_A_COHORT = 671


class Signing:
    key = KEY

    def sign(self, message: bytes) -> bytes:
        return PRIVATE.sign(message)


class NoHead:
    def __init__(self) -> None:
        self.note: bytes | None = None

    def read(self) -> bytes | None:
        return self.note

    def write(self, note: bytes) -> None:
        self.note = note


@pytest.fixture(scope="module")
def world() -> Iterator[PostgresWorld]:
    """A log of some 670 entries with a gap, an equivocation, poison, an erasure, three heads."""
    made = PostgresWorld()
    publisher = Publisher(
        store=made.publisher, signer=Signing(), trust=TRUST, head_file=NoHead(), clock=made.clock
    )
    speaker, head = Speaker(), sequencer(made)
    for number in (300, 70, 290):
        Producing(made).send(*speaker.say_many(number))
        drain(head)
        publisher.step()
    said = speaker.say_many(4)
    Producing(made).send(said[3], said[1])
    Producing(made).send_raw((b"poison", b""), (said[0].entry, b""))
    Producing(made).send(*Speaker().say_many(1))
    Producing(made).send(
        speaker.say(fact(actor=None, subjects=(), permit={"permit_id": "p", "jti": "v"}))
    )
    drain(head)
    person = Subject(dataset=DATASET, ordinal=99)
    Producing(made).send(speaker.say(fact(subjects=(person,))))
    drain(head)
    erase_in(made, person)
    Producing(made).send(speaker.say(fact(cohort=cohort_name(1))))
    drain(head)
    publisher.step()
    yield made
    made.close()


def verified(world: PostgresWorld) -> Verification:
    with inspecting(world.url) as inspector:
        return verify(inspector, trust=TRUST, rows=RowVerifier(VAULT, PSEUDONYMS))


def test_an_untouched_log_verifies(world: PostgresWorld) -> None:
    found = verified(world)
    assert [str(flaw) for flaw in found.flaws] == []
    assert (found.size, found.root) == world.publisher.head()
    assert found.checkpoints == 4


@contextmanager
def altered(
    world: PostgresWorld, target: str, query: LiteralString | Composed, *values: object
) -> Iterator[None]:
    """Make a change in one table, and take it back afterwards by restoring it from a copy."""
    table, kept = Identifier(target), Identifier(f"kept_{target}")
    with psycopg.connect(owner_of(world.url), autocommit=True) as connection:
        connection.execute(SQL("CREATE TABLE {} AS TABLE {}").format(kept, table))
        connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        try:
            assert connection.execute(query, values).rowcount > 0
            yield
        finally:
            connection.execute(SQL("DELETE FROM {}").format(table))
            connection.execute(SQL("INSERT INTO {} SELECT * FROM {}").format(table, kept))
            connection.execute(SQL("DROP TABLE {}").format(kept))
            connection.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def flipped(table: str, column: str, where: LiteralString, at: int = 7) -> Composed:
    """Flip one bit of a column."""
    change = SQL("UPDATE {0} SET {1} = set_bit({1}, {2}, 1 - get_bit({1}, {2})) WHERE ")
    return change.format(Identifier(table), Identifier(column), Literal(at)) + SQL(where)


def bundle_with_a_flipped_bit(world: PostgresWorld, number: int) -> bytes:
    with psycopg.connect(world.url) as connection:
        row = connection.execute("SELECT data FROM bundle WHERE n = %s", (number,)).fetchone()
    assert row is not None
    plain = bytearray(zstandard.ZstdDecompressor().decompress(row[0], max_output_size=1 << 24))
    plain[500] ^= 4
    return zstandard.ZstdCompressor().compress(bytes(plain))


@dataclass(frozen=True)
class Case:
    """One alteration by SQL (of `target`, else of `table`), and what must be said about it."""

    query: LiteralString | Composed
    table: str
    row: str
    target: str = ""


CASES = {
    "tile": Case(flipped("tile", "data", "level = 0 AND n = 1"), "tile", "level=0 n=1"),
    "tile_edge": Case(flipped("tile_edge", "data", "level = 0"), "tile_edge", "level=0 n=2"),
    "tile_edge_above": Case(flipped("tile_edge", "data", "level = 1"), "tile_edge", "level=1"),
    "edge_entry": Case(flipped("edge_entry", "entry", "idx = 520", 803), "edge_entry", "idx=520"),
    "bundle_unreadable": Case("UPDATE bundle SET data = 'x' WHERE n = 0", "bundle", "n=0"),
    "bundle_gone": Case("DELETE FROM bundle WHERE n = 0", "bundle", "n=0"),
    "state_root": Case(flipped("log_state", "root", "true"), "log_state", "log_id=1"),
    "state_size": Case("UPDATE log_state SET size = size - 1", "log_state", "log_id=1"),
    "checkpoint_root": Case(
        flipped("checkpoint", "root", "size = 301"),
        "checkpoint",
        "size=301",
    ),
    "checkpoint_note": Case(
        flipped("checkpoint", "note", "size = 301", 1001),
        "checkpoint",
        "size=301",
    ),
    "ev": Case("UPDATE ev SET decision = 2 WHERE idx = 44", "ev", "idx=44"),
    "ev_actor": Case("UPDATE ev SET actor = actor # 1 WHERE idx = 310", "ev", "idx=310"),
    "ev_visa": Case("UPDATE ev SET visa = visa # 1 WHERE visa IS NOT NULL", "ev", "idx="),
    "ev_time": Case(
        "UPDATE ev SET etime = etime + interval '1 microsecond' WHERE idx = 45", "ev", "idx=45"
    ),
    "ev_gone": Case("DELETE FROM ev WHERE idx = 3", "ev", "idx=3"),
    "term": Case(
        "UPDATE term SET value = 'GDI-ZZ-DATASET-8' WHERE kind = 3", "ev", "idx=0", "term"
    ),
    "ev_person": Case("UPDATE ev_person SET ordinal = 8 WHERE idx = 100", "ev_person", "idx=100"),
    "ev_person_gone": Case("DELETE FROM ev_person WHERE idx = 101", "ev_person", "idx=101"),
    "ev_cohort": Case("UPDATE ev_cohort SET revision = 11", "ev_cohort", f"idx={NAMES_A_COHORT}"),
    "ev_cohort_gone": Case("DELETE FROM ev_cohort", "ev_cohort", f"idx={NAMES_A_COHORT}"),
    "ev_cohort_of_another": Case(
        "UPDATE ev_cohort SET cohort = 1", "ev_cohort", f"idx={NAMES_A_COHORT}"
    ),
    "sealed": Case(
        flipped("sealed", "data", "idx = 5 AND grp = 16", 200),
        "sealed",
        "idx=5 grp=16",
    ),
    "sealed_moved": Case(
        "UPDATE sealed AS s SET data = o.data FROM sealed AS o"
        " WHERE s.idx = 5 AND s.grp = 1 AND o.idx = 6 AND o.grp = 1",
        "sealed",
        "idx=5 grp=1",
    ),
    "sealed_gone": Case("DELETE FROM sealed WHERE idx = 6 AND grp = 1", "sealed", "idx=6 grp=1"),
    "dek": Case(
        flipped("dek", "wrapped", "kind = 'person' AND wrapped IS NOT NULL", 200),
        "dek",
        "kid=",
    ),
    "erased_part": Case("DELETE FROM erased_part", "sealed", "idx=669 grp=16", "erased_part"),
    "producer_run": Case(
        "UPDATE producer_run SET first_seq = first_seq + 1 WHERE first_idx = 0",
        "producer_run",
        "src=zz/clearinghouse/1 epoch=1 first_seq=2",
    ),
    "producer_state": Case(
        flipped("producer_state", "head", "src = 'zz/clearinghouse/1'"),
        "producer_state",
        "src=zz/clearinghouse/1 epoch=1",
    ),
    "gap": Case("DELETE FROM gap", "gap", "src=zz/clearinghouse/1 epoch=1"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_altered_row_is_named(world: PostgresWorld, name: str) -> None:
    case = CASES[name]
    with altered(world, case.target or case.table, case.query):
        flaws = verified(world).flaws
    assert flaws, "nothing was noticed"
    assert flaws[0].table == case.table
    assert flaws[0].row.startswith(case.row)
    assert verified(world).sound


def test_one_flipped_bit_inside_a_bundle_names_bundle_and_entry(world: PostgresWorld) -> None:
    bad = bundle_with_a_flipped_bit(world, 1)
    with altered(world, "bundle", "UPDATE bundle SET data = %s WHERE n = 1", bad):
        flaws = verified(world).flaws
    assert [(flaw.table, flaw.row) for flaw in flaws] == [("bundle", "n=1")]
    assert flaws[0].what == "entry 257 does not hash to its leaf"


def test_the_command_says_it_and_exits_1(
    world: PostgresWorld,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in (
        ("PLACET_NODE", "ZZ"),
        ("PLACET_DATABASE_URL", world.url),
        ("PLACET_LOG_ORIGIN", ORIGIN),
        ("PLACET_KEYS_DIR", str(tmp_path / "keys")),
    ):
        monkeypatch.setenv(name, value)

    def said(*words: str) -> tuple[int, str]:
        status = main(["log", *words])
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    assert said("verify") == (2, "kek: holds no wrapping key; `placet log keys` makes one\n")
    assert said("keys")[0] == 0
    assert said("vkey")[1].startswith(f"{ORIGIN}+")
    status, words = said("verify", "--json")  # other keys: neither notes nor parts are ours
    assert status == 1
    assert '"verified": false' in words
    assert said("verify")[1].splitlines()[-1].startswith("NOT VERIFIED:")
    assert said("adopt-head") == (0, "The head file was written anew.\n")
    assert said("adopt-head") == (0, "There is a head file already.\n")
    assert said("verify", "--url", "http://127.0.0.1:9")[0] == 2
    assert said("verify", "--url", "http://127.0.0.1:9", "--vkey", str(KEY))[0] == 1
    assert said("verify", "--url", "http://127.0.0.1:9", "--vkey", "nonsense")[0] == 1
    monkeypatch.delenv("PLACET_NODE")
    assert said("verify")[0] == 2

# SPDX-License-Identifier: Apache-2.0
"""The second line: the tables refuse what the log never does, also to the owner of the tables."""

from collections.abc import Iterator

import psycopg
import pytest

from shared.events import Subject
from tests.fakes.log_factories import DATASET, Speaker, cohort_name, fact
from tests.support.log_world import PostgresWorld, Producing, drain, erase_in, sequencer
from tests.support.postgres import owner_of

GUARD = "PL001"


@pytest.fixture(scope="module")
def filled() -> Iterator[PostgresWorld]:
    """A log in which every guarded table has a row."""
    world = PostgresWorld()
    one = sequencer(world)
    first, *others = Speaker().say_many(300)
    Producing(world).send(first, *others[1:])
    other = Subject(dataset=DATASET, ordinal=8)
    Producing(world, "zz/x/1").send(Speaker("zz/x/1").say(fact(subjects=(other,))))
    Producing(world, "zz/y/1").send(Speaker("zz/y/1").say(fact(cohort=cohort_name(1))))
    Producing(world).send_raw((b"poison", b""))
    drain(one)
    erase_in(world, Subject(dataset=DATASET, ordinal=7))
    drain(one)
    with psycopg.connect(owner_of(world.url)) as connection:
        connection.execute(
            "INSERT INTO kafka_offset VALUES ('audit.zz.v1', 0, 7, 'cluster', 'topic')"
        )
        connection.execute(
            "INSERT INTO checkpoint VALUES (3, 'root', 'note', now(), now(), 'witnessed', now())"
        )
        connection.execute("INSERT INTO witness_state VALUES ('o', 'd', 7, 'root', 'note', now())")
        connection.execute("INSERT INTO fork_evidence VALUES ('digest', 'se', 'note', now())")
        connection.execute(
            "INSERT INTO hold (id, kind, authority, dataset, permits, entries, placed_by,"
            " placed_at) VALUES ('h', 'dataset', 'a_1', 'GDI-ZZ-DATASET-9', '{}', '{}', 'otto',"
            " now())"
        )
        connection.execute(
            "INSERT INTO erasure_waiting (id, kind, ground, subject, pseudonyms, asked_at)"
            " VALUES ('w', 'person', 'gdpr_17', 'subject', '{}', now())"
        )
        connection.execute(
            "INSERT INTO dropped VALUES ('d', 1, 24000, 0, 9, 10, 20, 0, 'terms', now())"
        )
        connection.execute("INSERT INTO rule_cursor VALUES ('entries', 7, now())")
        connection.execute(
            "INSERT INTO finding (rule, code, detail, opened_at, closed_at, closing)"
            " VALUES ('R7', 'x', '{}', now(), now(), 'id')"
        )
    yield world
    world.close()


STATEMENTS = (
    "UPDATE bundle SET data = data",
    "DELETE FROM bundle",
    "UPDATE tile SET data = data",
    "DELETE FROM tile",
    "UPDATE edge_entry SET entry = entry",
    "DELETE FROM edge_entry",
    "UPDATE tile_edge SET data = 'x'",
    "UPDATE tile_edge SET data = substring(data FROM 2) WHERE level = 0",
    "UPDATE tile_edge SET n = n + 1, data = '' WHERE level = 0",
    "UPDATE tile_edge SET n = n - 1 WHERE level = 0",
    "DELETE FROM tile_edge",
    "UPDATE checkpoint SET note = 'other'",
    "UPDATE checkpoint SET published_at = NULL",
    "UPDATE checkpoint SET witnessed_note = NULL, witnessed_at = NULL",
    "UPDATE checkpoint SET witnessed_note = 'with'",
    "UPDATE checkpoint SET witnessed_note = 'a longer note', witnessed_at = now()",
    "DELETE FROM checkpoint",
    "UPDATE witness_state SET size = 6",
    "UPDATE witness_state SET root = 'other'",
    "UPDATE witness_state SET size = 8, note = NULL",
    "UPDATE witness_state SET origin = 'other'",
    "DELETE FROM witness_state",
    "UPDATE fork_evidence SET note = 'other'",
    "DELETE FROM fork_evidence",
    "UPDATE log_state SET size = size - 1",
    "UPDATE log_state SET epoch = epoch - 1",
    "UPDATE log_state SET erasures = erasures - 1",
    "UPDATE log_state SET origin = 'other'",
    "DELETE FROM log_state",
    "UPDATE ev SET decision = 2",
    "UPDATE ev SET actor = NULL",
    "DELETE FROM ev",
    "UPDATE ev_person SET ordinal = 3",
    "DELETE FROM ev_person",
    "UPDATE ev_cohort SET revision = NULL",
    "DELETE FROM ev_cohort",
    "UPDATE sealed SET data = 'x'",
    "DELETE FROM sealed",
    "UPDATE dek SET wrapped = 'x' WHERE wrapped IS NOT NULL",
    "UPDATE dek SET wrapped = NULL, subject = NULL, erased_at = now()",
    "DELETE FROM dek",
    "UPDATE term SET value = 'x'",
    "UPDATE hold SET authority = 'b_1'",
    "UPDATE hold SET lifted_by = 'olga', lifted_at = now()",
    "DELETE FROM hold",
    "UPDATE erasure_waiting SET ground = 'x'",
    "UPDATE erasure_waiting SET ended_at = now(), outcome = 'done'",
    "DELETE FROM erasure_waiting",
    "UPDATE dropped SET held = 1",
    "DELETE FROM dropped",
    "UPDATE quarantine SET data = 'x'",
    "UPDATE quarantine SET data = '', reason = 'x'",
    "DELETE FROM erasure",
    "UPDATE erasure SET ground = 'x'",
    "DELETE FROM erased_part",
    "UPDATE producer_run SET n = n + 1",
    "DELETE FROM producer_run",
    "UPDATE producer_state SET seq = seq - 1",
    "DELETE FROM producer_state",
    "UPDATE quarantine SET reason = 'x'",
    "DELETE FROM quarantine",
    "DELETE FROM finding",
    "UPDATE finding SET code = 'x', closed_at = now()",
    "UPDATE finding SET evidence = '{1}'",
    "UPDATE finding SET closed_at = NULL WHERE closed_at IS NOT NULL",
    "UPDATE finding SET owner = 'x' WHERE closed_at IS NOT NULL",
    "UPDATE finding SET closing = 'x' WHERE closing IS NOT NULL",
    "UPDATE rule_cursor SET next_idx = next_idx - 1",
    "UPDATE kafka_offset SET next_offset = next_offset - 1",
    "UPDATE kafka_offset SET cluster_id = 'other'",
    "DELETE FROM kafka_offset",
    *(
        f"TRUNCATE {table}"
        for table in (
            *("bundle", "tile", "ev", "ev_person", "ev_cohort", "sealed", "dek", "log_state"),
            *(
                "hold",
                "dropped",
                "erasure_waiting",
                "row_hash",
                "held_ev",
                "ev_1_default",
                "sealed_4",
            ),
        )
    ),
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_forbidden_change_is_refused(filled: PostgresWorld, statement: str) -> None:
    with psycopg.connect(owner_of(filled.url)) as connection, connection.cursor() as cursor:
        with pytest.raises(psycopg.Error) as refused:
            cursor.execute(statement.encode())
        assert refused.value.sqlstate == GUARD


def test_an_erasure_must_exist_to_erase(filled: PostgresWorld) -> None:
    with psycopg.connect(owner_of(filled.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('placet.erasure', 'made up', true)")
        with pytest.raises(psycopg.Error) as refused:
            cursor.execute("DELETE FROM sealed")
        assert refused.value.sqlstate == GUARD


def test_even_within_an_erasure_only_pseudonyms_are_cleared(filled: PostgresWorld) -> None:
    with psycopg.connect(owner_of(filled.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('placet.erasure', (SELECT id FROM erasure), true)")
        with pytest.raises(psycopg.Error) as refused:
            cursor.execute("UPDATE ev SET actor = NULL, decision = 2")
        assert refused.value.sqlstate == GUARD

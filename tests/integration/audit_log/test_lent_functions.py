# SPDX-License-Identifier: Apache-2.0
"""What the log's owner lends to its processes, called by somebody who means harm.

She has the processes' role, may make temporary tables, and calls what she may call.
"""

from collections.abc import Iterator

import psycopg
import pytest

from audit_log.domain.holds import HoldKind
from shared.events import Subject
from tests.fakes.log_factories import DATASET
from tests.support.keeping_node import KeepingNode, about, keeping_node

PERSON = Subject(dataset=DATASET, ordinal=7)
MONTH = 2026 * 12 + 10
GUARD, DENIED = "PL001", "42501"
DROP = f"SELECT log_drop_month(1, {MONTH})"
SAID = (
    f"INSERT INTO dropped VALUES ('mine', 1, {MONTH}, 0, 9, 10, 20, 0, 'terms', now());"  # noqa: S608 - a number of ours
    "SELECT set_config('placet.drop', 'mine', true);"
)
HER_OWN = f"CREATE TEMP TABLE dropped AS SELECT 'mine' AS id, 1 AS class, {MONTH} AS month;"
TRAP = (
    "CREATE TEMP TABLE hold (id text); CREATE TRIGGER mine AFTER INSERT ON hold"
    " FOR EACH ROW EXECUTE FUNCTION log_hash_row('logged', 'id')"
)


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        made.say(about(PERSON), about(PERSON, permit="p1"))
        assert made.rows("SELECT count(*) > 0 FROM ev_1_2026_11") == [(True,)]
        yield made


def refusal(node: KeepingNode, script: str) -> tuple[str | None, str]:
    with psycopg.connect(node.world.url) as connection:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(script.encode())
        return refused.value.sqlstate, str(refused.value)


@pytest.mark.parametrize(
    "script",
    [
        DROP,
        # What is searched first are the owner's tables, not hers of the same names.
        f"{HER_OWN} SELECT set_config('placet.drop', 'mine', true); {DROP}",
        f"SELECT set_config('placet.drop', 'never said', true); {DROP}",
        "SELECT log_drop_month(0, 0)",
        "SELECT log_drop_month(NULL, NULL)",
        "SELECT log_drop_month(1, NULL)",
    ],
)
def test_a_month_with_rows_is_dropped_only_when_it_is_said(node: KeepingNode, script: str) -> None:
    assert refusal(node, script)[0] == GUARD
    assert node.rows("SELECT count(*) > 0 FROM ev_1_2026_11") == [(True,)]


def test_what_a_hold_covers_is_dropped_by_nobody_whatever_was_said(node: KeepingNode) -> None:
    node.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
    state, said = refusal(node, f"{SAID} {DROP}")
    assert (state, "a legal hold covers" in said) == (GUARD, True)


def test_whoever_says_it_and_does_it_is_named_by_the_log(node: KeepingNode) -> None:
    with psycopg.connect(node.world.url) as connection:
        connection.execute(f"{SAID} {DROP}".encode())
    waiting = "SELECT tbl FROM row_hash WHERE tbl = 'dropped' AND said IS DISTINCT FROM digest"
    assert node.rows(waiting) == [("dropped",)]  # the log's next entry says it
    assert node.flaws() != []


def test_whoever_takes_away_what_a_hold_is_of_is_named_by_the_log_too(node: KeepingNode) -> None:
    """A process says whom an entry is about, and may unsay it; the log then has no word of it."""
    node.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
    with psycopg.connect(node.world.url) as connection:
        connection.execute(SAID.encode())
        connection.execute("DELETE FROM ev_person")
        connection.execute(DROP.encode())
    assert node.rows("SELECT to_regclass('ev_1_2026_11')") == [(None,)]
    assert "dropped (id=mine): no entry says it" in node.flaws()
    node.say(about(PERSON))
    assert "dropped (id=mine): no entry says it" in node.flaws()


@pytest.mark.parametrize(
    "call",
    [
        "log_add_month('bundle', 1, 24400)",
        "log_add_month('ev', 5, 24400)",
        "log_add_month('ev', 1, -1)",
        "log_add_month('ev', 1, NULL)",
        "log_add_month(NULL, 1, 24400)",
        "log_add_month('evil', 1, 24400)",
    ],
)
def test_no_other_table_gets_a_month(node: KeepingNode, call: str) -> None:
    """A view of hers in the place of a table would run with the owner's rights."""
    trap = (
        "CREATE TEMP TABLE evil (month int); CREATE TEMP TABLE evil_1 (month int);"
        "CREATE TEMP VIEW evil_1_default AS SELECT 24400 AS month;"
    )
    assert refusal(node, f"{trap} SELECT {call}")[0] == GUARD


@pytest.mark.parametrize(
    "script",
    [
        TRAP,
        "INSERT INTO row_hash (tbl, key, logged, digest) VALUES ('hold', 'x', true, '')",
        "UPDATE row_hash SET digest = ''",
    ],
)
def test_the_hash_of_a_row_is_only_ever_the_rows(node: KeepingNode, script: str) -> None:
    assert refusal(node, script)[0] == DENIED


@pytest.mark.parametrize(
    ("hers", "change"),
    [
        ("dropped", "DELETE FROM sealed"),
        ("dropped", "DELETE FROM ev_person"),
        ("erasure", "UPDATE ev SET actor = NULL, permit = NULL, visa = NULL, project = NULL"),
        ("bundle", "DELETE FROM edge_entry"),  # entries that no bundle holds yet
    ],
)
def test_no_guard_asks_a_table_of_her_own(node: KeepingNode, hers: str, change: str) -> None:
    named = "set_config('placet.drop', 'mine', true), set_config('placet.erasure', 'mine', true)"
    made = f"CREATE TEMP TABLE {hers} AS SELECT 'mine' AS id, 0 AS n; SELECT {named};"
    assert refusal(node, f"{made} {change}")[0] == GUARD

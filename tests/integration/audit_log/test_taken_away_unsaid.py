# SPDX-License-Identifier: Apache-2.0
"""Somebody who has the processes' database role lifts a hold or destroys keys, and says nothing.

She speaks SQL as that role, names officers there are not, and may take her words back again.
"""

from collections.abc import Iterator, Sequence

import psycopg
import pytest

from audit_log.domain.holds import HoldKind
from shared.events import Subject
from tests.fakes.log_factories import DATASET
from tests.support.keeping_node import KeepingNode, about, keeping_node
from tests.support.postgres import owner_of

PERSON = Subject(dataset=DATASET, ordinal=7)
OTHER = Subject(dataset=DATASET, ordinal=8)
GUARD = "PL001"
ASK = "UPDATE hold SET lift_asked_by = 'mallory', lift_asked_at = now()"
LIFT = "UPDATE hold SET lifted_by = 'eve', lifted_at = now()"
NAMED = "SELECT set_config('placet.erasure', 'mine1', true)"
DESTROY = "UPDATE dek SET wrapped = NULL, subject = NULL, erased_at = now()"
OF_EACH_KEY = (
    "INSERT INTO erasure (id, kind, ground, kid, parts, below, digest, recorded_at)"
    " SELECT 'mine' || kid, kind, 'gdpr_17', kid, 0, 9, sha256(''), now() FROM dek"
    " WHERE wrapped IS NOT NULL"
)
EACH_KEY = (
    "DO $$ DECLARE k record; BEGIN FOR k IN SELECT kid FROM dek WHERE wrapped IS NOT NULL LOOP"
    " PERFORM set_config('placet.erasure', 'mine' || k.kid, true);"
    " UPDATE dek SET wrapped = NULL, subject = NULL, erased_at = now() WHERE kid = k.kid;"
    " END LOOP; END $$"
)
SAY = "INSERT INTO intake (src, entry, sealed, received_at) VALUES (%s, %s, '', now())"
TAKE_BACK = "DELETE FROM intake WHERE src = %s"


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        made.say(about(PERSON), about(OTHER))
        made.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
        made.settle()
        assert made.flaws() == []
        yield made


def own(node: KeepingNode) -> str:
    return str(node.rows("SELECT src FROM own_head")[0][0])


def refused(node: KeepingNode, *script: str) -> bool:
    """Do it as the processes' role, to the commit."""
    with psycopg.connect(node.world.url) as connection:
        try:
            for statement in script:
                connection.execute(statement.encode())
            connection.commit()
        except psycopg.Error as error:
            return error.sqlstate == GUARD
    return False


def say_and_take_back(node: KeepingNode, words: Sequence[str], *script: str) -> None:
    """Do it with words of hers in the intake, which she removes before they are sequenced."""
    with psycopg.connect(node.world.url) as connection:
        for word in words:
            connection.execute(SAY, (own(node), word.encode()))
        for statement in script:
            connection.execute(statement.encode())
    with psycopg.connect(node.world.url) as connection:
        connection.execute(TAKE_BACK, (own(node),))


def hold_word(node: KeepingNode, reason: str) -> str:
    hold = node.rows("SELECT id FROM hold")[0][0]
    return f'{{"r":"{reason}","ty":"placet.audit.hold.v1","x":{{"hold":"{hold}"}}}}'


def test_a_hold_is_not_lifted_by_two_statements(node: KeepingNode) -> None:
    assert refused(node, ASK)
    assert refused(node, ASK, LIFT)
    assert node.rows("SELECT lift_asked_at, lifted_at FROM hold") == [(None, None)]


def test_a_lift_whose_words_were_taken_back_is_named_by_the_log(node: KeepingNode) -> None:
    """First asked, then lifted, each with its word at hand: and no entry says either."""
    say_and_take_back(node, [hold_word(node, "hold_lift_asked")], ASK)
    say_and_take_back(node, [hold_word(node, "hold_lifted")], LIFT)
    hold = node.rows("SELECT id FROM hold WHERE lifted_at IS NOT NULL")[0][0]
    for _ in range(2):
        found = node.flaws()
        for word in ("hold_lift_asked", "hold_lifted"):
            assert f"hold (id={hold}): no entry says {word}" in found
        node.say(about(PERSON))


def test_a_lift_by_two_officers_is_none_of_that(node: KeepingNode) -> None:
    hold = node.hold(HoldKind.DATASET, dataset=DATASET)
    node.lift(hold)
    assert node.flaws() == []  # said, and still waiting for its place
    node.settle()
    assert node.flaws() == []


def test_one_erasure_does_not_destroy_every_key(node: KeepingNode) -> None:
    keys = len(node.rows("SELECT kid FROM dek WHERE wrapped IS NOT NULL"))
    assert keys > 2  # each person's, and an officer's
    one = f"{OF_EACH_KEY} ORDER BY kid LIMIT 1".replace("'mine' || kid", "'mine1'")
    assert refused(node, one, NAMED, DESTROY)
    assert node.rows("SELECT count(*) FROM dek WHERE wrapped IS NOT NULL") == [(keys,)]


def test_no_key_is_destroyed_without_a_word(node: KeepingNode) -> None:
    assert refused(node, OF_EACH_KEY, EACH_KEY)
    assert node.rows("SELECT count(*) FROM dek WHERE wrapped IS NULL") == [(0,)]


def test_keys_destroyed_with_words_taken_back_are_named_and_counted(node: KeepingNode) -> None:
    kids = [one for (one,) in node.rows("SELECT kid FROM dek ORDER BY kid")]
    words = [f'{{"ty":"placet.audit.erase.v1","x":{{"erasure":"mine{kid}"}}}}' for kid in kids]
    say_and_take_back(node, words, OF_EACH_KEY, EACH_KEY)
    found = node.flaws()
    for kid in kids:
        assert f"dek (kid={kid}): was destroyed, and no entry says so" in found
    assert f"erasure (keys={len(kids)}): were destroyed, and no entry says so" in found


def test_an_erasure_by_an_officer_is_none_of_that(node: KeepingNode) -> None:
    node.erase(OTHER)
    assert node.flaws() == []
    node.settle()
    assert node.flaws() == []


def test_an_older_database_is_judged_by_its_entries_too(node: KeepingNode) -> None:
    """What was done before the guards were there: the owner can, and so could every process."""
    with psycopg.connect(owner_of(node.world.url)) as connection:
        connection.execute("ALTER TABLE hold DISABLE TRIGGER guard_said")
        connection.execute(ASK.encode())
        connection.execute(LIFT.encode())
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.execute("ALTER TABLE hold ENABLE TRIGGER guard_said")
    assert any("no entry says hold_lifted" in flaw for flaw in node.flaws())

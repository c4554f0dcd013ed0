# SPDX-License-Identifier: Apache-2.0
"""Somebody with the processes' database role puts other entries in the place of the newest ones.

The tree stays as it is; what is served as its entries is not what it was made of. Nothing is signed
over that: not the entries she replaced, and none that come after them.
"""

from collections.abc import Iterator, Sequence

import psycopg
import pytest
import zstandard

from audit_log.domain.errors import HeadMismatch
from audit_log.domain.tiles import encode_bundle
from shared.events import Subject
from tests.fakes.log_factories import DATASET
from tests.support.keeping_node import KeepingNode, about, keeping_node
from tests.support.log_world import entries_of

PERSON = Subject(dataset=DATASET, ordinal=7)
BUNDLE = "INSERT INTO bundle (n, data) VALUES (%s, %s)"


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        made.say(about(PERSON), about(PERSON, permit="p2"))
        yield made


def put(node: KeepingNode, number: int, entries: Sequence[bytes]) -> None:
    """Store a bundle as the processes' role, which may add one."""
    with psycopg.connect(node.world.url) as connection:
        data = zstandard.ZstdCompressor().compress(encode_bundle(entries))
        connection.execute(BUNDLE, (number, data))


def signed(node: KeepingNode) -> list[tuple[object, ...]]:
    return node.rows("SELECT max(size) FROM checkpoint")


def test_nothing_is_signed_over_entries_at_the_edge_that_were_replaced(node: KeepingNode) -> None:
    true = entries_of(node.world)
    before = signed(node)
    put(node, 0, [true[0].replace(b"access", b"egress"), *true[1:], b"{}"])
    with pytest.raises(HeadMismatch, match="not the one that the tree was made of"):
        node.say(about(PERSON))
    assert signed(node) == before


def test_nor_over_a_bundle_that_lacks_an_entry(node: KeepingNode) -> None:
    true = entries_of(node.world)
    before = signed(node)
    put(node, 0, true[:-1])
    with pytest.raises(HeadMismatch):
        node.say(about(PERSON))
    assert signed(node) == before


def test_a_true_bundle_is_signed_over(node: KeepingNode) -> None:
    before = signed(node)
    node.say(*(about(PERSON) for _ in range(300)))
    assert signed(node) != before
    assert node.flaws() == []

# SPDX-License-Identifier: Apache-2.0
"""No entry that a registered producer may send stops the log's own checks."""

import base64
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from shared.canonical import JSON, canonical
from shared.clock import to_rfc3339
from shared.entries import ENTRY_VERSION, leaf_hash
from shared.events import SealedEntry
from shared.sealing import SealedPart, commitment, pack_sealed
from tests.fakes.kernel import START
from tests.fakes.log_factories import IDS, TRACE, Speaker, fact
from tests.integration.audit_log.test_checks import Checked
from tests.support.log_world import SRC, PostgresWorld, Producing, drain

ENTRIES = "entries"


@pytest.fixture
def checked() -> Iterator[Checked]:
    world = PostgresWorld()
    yield Checked(world)
    world.close()


def unnamed_holder(speaker: Speaker) -> SealedEntry:
    """Say that a permit was issued to `[]`, which our own library would refuse to say."""
    speaker.seq += 1
    name = IDS.new()
    part = SealedPart(group="obo", salt=os.urandom(32), value=b"[]")
    said: dict[str, JSON] = {
        "ep": speaker.epoch,
        "id": name,
        "seq": speaker.seq,
        "src": speaker.src,
        "tr": TRACE,
        "ts": to_rfc3339(START),
        "ty": "placet.permit.issued.v1",
        "v": ENTRY_VERSION,
        "c": {"obo": base64.b64encode(commitment(part, name)).decode()},
    }
    raw = canonical(said)
    speaker.previous = base64.b64encode(leaf_hash(raw)).decode()
    return SealedEntry(
        src=speaker.src, entry=raw, sealed=pack_sealed([part]), leaf_hash=leaf_hash(raw)
    )


def at_the_end_of_time(speaker: Speaker) -> SealedEntry:
    return speaker.say(fact(at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))


def at_the_beginning_of_time(speaker: Speaker) -> SealedEntry:
    revoked = fact(
        type_="placet.permit.revoked.v1",
        at=datetime(1, 1, 1, tzinfo=UTC),
        permit={"permit_id": "P"},
        decision=None,
        subjects=(),
        reason="revoked",
    )
    return speaker.say(revoked)


@pytest.mark.parametrize("strange", [unnamed_holder, at_the_end_of_time, at_the_beginning_of_time])
def test_the_rules_go_on_after_it(
    checked: Checked, strange: Callable[[Speaker], SealedEntry]
) -> None:
    Producing(checked.world, SRC).send(
        strange(checked.node), *[checked.node.say() for _ in range(3)]
    )
    drain(checked.sequencer)
    checked.publisher.step()
    assert checked.world.quarantined() == []
    while checked.watcher.step():
        pass
    newest = checked.world.publisher.newest()
    assert newest is not None
    assert checked.store.cursor(ENTRIES) >= 4
    assert checked.store.cursor(ENTRIES) == newest.size

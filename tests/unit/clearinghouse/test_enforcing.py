# SPDX-License-Identifier: Apache-2.0
"""A node puts on record by which revision of the permits it decides, until that is recorded."""

from permit_service.clearinghouse.domain.state import PermitRegister
from permit_service.clearinghouse.usecases.board import Board, Picture
from permit_service.clearinghouse.usecases.enforce import ENFORCED, Enforcing
from shared.errors import AuditUnavailable
from shared.events import Fact
from shared.ids import Revision
from tests.fakes.kernel import SteppingClock


class Record:
    """A spool that takes facts, or does not."""

    def __init__(self) -> None:
        self.full = False
        self.facts: list[Fact] = []

    def writable(self) -> bool:
        return not self.full

    def append(self, fact: Fact) -> None:
        if self.full:
            raise AuditUnavailable
        self.facts.append(fact)

    def said(self) -> list[object]:
        return [one.extra["permits_revision"] for one in self.facts]


def at(board: Board, revision: int) -> None:
    register = PermitRegister(revision=Revision(revision), permits={})
    board.update(lambda _: Picture(permits=register))


def test_what_is_in_force_is_said_when_it_moves_and_until_it_is_recorded() -> None:
    clock, spool = SteppingClock(), Record()
    board = Board(clock, stale_seconds=60)
    enforcing = Enforcing(board, spool, clock)
    assert not enforcing.step()
    assert spool.facts == []  # before the first snapshot nothing is in force
    at(board, 7)
    spool.full = True
    assert not enforcing.step()
    spool.full = False
    enforcing.step()
    enforcing.step()
    assert spool.said() == [7]
    at(board, 9)
    enforcing.step()
    assert spool.said() == [7, 9]
    assert {one.type for one in spool.facts} == {ENFORCED}
    # Whoever starts anew says where it stands: the log knows from then on whom it waits for.
    Enforcing(board, spool, clock).step()
    assert spool.said() == [7, 9, 9]

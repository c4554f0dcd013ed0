# SPDX-License-Identifier: Apache-2.0
"""The other way back: the old log stays frozen, and a new origin's first entry names it.

For a log whose lost entries nobody has a copy of. Nothing pretends to be the old log: its last
witnessed checkpoint and the range that is lost stand in the new one for good.
"""

from base64 import b64encode

from audit_log.domain.errors import LogMismatch
from audit_log.ports import OwnChain, Transaction, Trust
from audit_log.usecases.announce import succeeds_fact
from shared.clock import Clock


def succeed(
    note: bytes, *, kept: int, old: Trust, own: OwnChain, transaction: Transaction, clock: Clock
) -> str:
    """Make the first entry of this log name the old one; give the entry's id.

    `note` is the old log's last witnessed checkpoint, `kept` how many of its first entries there is
    a copy of. Raises NoteInvalid or CheckpointInvalid when the note is not the old log's,
    LogMismatch when this log has begun already, is the old one, or nothing is lost.
    """
    last = old.open(note)
    if kept >= last.size:
        raise LogMismatch("nothing is lost: every entry of that checkpoint is kept")
    with transaction() as log:
        if log.reader.origin() == last.origin:
            raise LogMismatch("a log does not follow itself: configure a new origin")
        if own.has_begun():
            raise LogMismatch("this log has begun already: the first entry cannot be added")
        return log.record(
            succeeds_fact(
                {
                    "origin": last.origin,
                    "size": last.size,
                    "root": b64encode(last.root).decode("ascii"),
                    "lost_first": kept,
                    "lost_last": last.size - 1,
                },
                clock.now(),
            )
        )

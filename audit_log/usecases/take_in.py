# SPDX-License-Identifier: Apache-2.0
"""Taking entries in over HTTP: kept durably and in order, judged later by the sequencer.

Only who speaks is checked here: a client writes as its one source. Unreadable input is taken too,
because quarantine keeps it and a refusal would lose it.
"""

from collections.abc import Sequence

from audit_log.domain.errors import SrcNotYours
from audit_log.domain.received import claimed_source
from audit_log.ports import Transaction
from shared.clock import Clock
from shared.principal import Principal


def take_in(
    entries: Sequence[tuple[bytes, bytes]],
    *,
    principal: Principal,
    transaction: Transaction,
    clock: Clock,
) -> int:
    """Keep a batch of (entry, sealed parts); give how many. On return they are committed.

    Raises SrcNotYours, with nothing kept, when the client has no source or an entry names another.
    """
    principal.require("entries.write")
    with transaction() as log:
        producer = log.producer_of(principal.client_id)
        if producer is None:
            raise SrcNotYours("this client is no producer of the log")
        if any(claimed_source(raw) not in (None, producer.src) for raw, _ in entries):
            raise SrcNotYours("an entry names another source", context={"src": producer.src})
        log.take_in(producer.src, entries, clock.now())
    return len(entries)

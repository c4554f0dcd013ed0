# SPDX-License-Identifier: Apache-2.0
"""Consents that a source has marked as entered in error: they were never valid.

Such a mark closes what was taken in under the name of that consent, and nothing else: what the
person herself gave, and what another consent says, stay as they are.
"""

from collections.abc import Sequence, Set

from consent_registry.domain.records import Channel, EventRecord, references_of


def to_void(references: Set[str], records: Sequence[EventRecord]) -> Sequence[EventRecord]:
    """Give the imported grants of one member that came under one of these names and still count.

    Of one that can no longer be read nothing is known; it permits nothing either.
    """
    done = frozenset().union(*(record.event().voids for record in records))
    return [
        record
        for record in records
        if record.kind.grants
        and record.channel is Channel.IMPORT
        and record.event_id not in done
        and not references.isdisjoint(references_of(record.personal))
    ]

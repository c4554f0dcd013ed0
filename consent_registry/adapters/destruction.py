# SPDX-License-Identifier: Apache-2.0
"""`Destruction` on PostgreSQL: everything this database holds of a person, in one transaction.

What stays are rows without anything personal: her random id, her ordinals, when consents began and
ended, and ciphertext whose key is gone. Events are not touched: their chains go on verifying.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import (
    BAR,
    DATASET_MEMBER,
    ERASURE,
    ERASURE_ACCOUNT,
    ERASURE_PART,
    IMPORT_BATCH,
    IMPORTED_LINE,
    LISTED_APPROVAL,
    MANDATE_HOLDER,
    OUTBOX,
    PARTICIPANT,
    PARTICIPANT_LINK,
    PERSON_KEY,
    RIGHTS_REQUEST,
    STANDING,
)
from consent_registry.domain.batches import ImportState
from consent_registry.domain.destroyed import fingerprint
from consent_registry.domain.erasure import Mark, Part
from shared.ids import DatasetId, Ordinal

_WAITING: Final = (ImportState.RECEIVED.value, ImportState.APPLYING.value)
# Terms that nobody has any more: one person's illness may be among them.
_UNUSED_TERMS: Final = text(
    "DELETE FROM consent_terms AS t"
    " WHERE NOT EXISTS (SELECT 1 FROM standing AS s WHERE s.terms_id = t.terms_id)"
)
# How she stood when it was decided what the catalogue says.
_MARK: Final = text(
    "UPDATE catalogue_entry SET marks = set_byte(marks, CAST(:ordinal AS integer), 0)"
    " WHERE dataset = :dataset AND octet_length(marks) > :ordinal"
)
_FEED_LOCAL_ID: Final = text(
    "UPDATE feed_change SET items = (SELECT jsonb_agg("
    " CASE WHEN item -> 'ordinal' = to_jsonb(CAST(:ordinal AS bigint))"
    " THEN jsonb_set(item, '{local_id}',"
    " to_jsonb(CAST(:instead AS text))) ELSE item END ORDER BY place)"
    " FROM jsonb_array_elements(items) WITH ORDINALITY AS one (item, place))"
    " WHERE dataset = :dataset AND kind = 'member.added'"
    " AND items @> jsonb_build_array(jsonb_build_object('ordinal', CAST(:ordinal AS bigint)))"
)


class SqlDestruction:
    """The port `Destruction`."""

    def __init__(self, connection: Connection, src: str) -> None:
        self._connection = connection
        self._src = src

    def imports_wait(self, received_by: datetime) -> bool:
        """Look for one."""
        return bool(self.imports_from(received_by))

    def imports_from(self, received_by: datetime) -> Sequence[str]:
        """Read ids, oldest first."""
        batch = IMPORT_BATCH.c
        wanted = select(batch.import_id).where(
            batch.state.in_(_WAITING), batch.received_at <= received_by
        )
        return self._connection.execute(wanted.order_by(batch.received_at)).scalars().all()

    def still_there(self, pids: Sequence[str]) -> Set[str]:
        """Look for a name, a key, a login, or an erasure that has not come to its part."""
        person = PARTICIPANT.c
        confirmed = (
            select(ERASURE.c.pid)
            .join(ERASURE_PART, ERASURE_PART.c.erasure_id == ERASURE.c.erasure_id)
            .where(ERASURE.c.pid == person.pid, ERASURE_PART.c.part == Part.REGISTRY.value)
        )
        left = [
            select(table.c.pid).where(table.c.pid == person.pid).exists()
            for table in (PERSON_KEY, PARTICIPANT_LINK)
        ]
        wanted = select(person.pid).where(
            among(person.pid, pids), or_(person.erased_at.is_(None), ~confirmed.exists(), *left)
        )
        return set(self._connection.execute(wanted).scalars())

    def key_of(self, pid: str) -> str | None:
        """Read and hash it."""
        wanted = select(PERSON_KEY.c.wrapped).where(PERSON_KEY.c.pid == pid)
        wrapped = self._connection.execute(wanted).scalar_one_or_none()
        return None if wrapped is None else fingerprint(bytes(wrapped))

    def destroy(self, pid: str, erasure_id: str, at: datetime) -> Mapping[DatasetId, Ordinal]:
        """Delete, empty and rename, the participant's row first: every writer of hers takes it."""
        # The name has a space, which no pseudonym may have: nobody can ask for it, or be given it.
        self._connection.execute(
            update(PARTICIPANT)
            .where(PARTICIPANT.c.pid == pid)
            .values(pseudonym=f"erased {pid}", erased_at=func.coalesce(PARTICIPANT.c.erased_at, at))
        )
        self._keep_accounts(pid, erasure_id)
        for table in (PARTICIPANT_LINK, PERSON_KEY, LISTED_APPROVAL, MANDATE_HOLDER):
            self._connection.execute(delete(table).where(table.c.pid == pid))
        self._connection.execute(
            update(RIGHTS_REQUEST).where(RIGHTS_REQUEST.c.pid == pid).values(words=None)
        )
        self._connection.execute(
            update(IMPORTED_LINE).where(IMPORTED_LINE.c.pid == pid).values(pid=None)
        )
        members = self._members(pid)
        for dataset, ordinal in members.items():
            self._forget_member(dataset, ordinal)
        return members

    def drop_terms(self) -> None:
        """Delete what no standing refers to."""
        self._connection.execute(_UNUSED_TERMS)

    def mark(self) -> Mark:
        """Read the newest row and the head."""
        newest = select(func.coalesce(func.max(OUTBOX.outbox.c.id), 0))
        head = select(OUTBOX.head.c.epoch, OUTBOX.head.c.seq).where(OUTBOX.head.c.src == self._src)
        row = self._connection.execute(head).one()
        outbox_id = int(self._connection.execute(newest).scalar_one())
        return Mark(outbox_id=outbox_id, epoch=row.epoch, seq=row.seq)

    def sent(self, mark: Mark) -> bool:
        """Look for a row that is still there."""
        outbox = OUTBOX.outbox
        wanted = select(outbox.c.id).where(outbox.c.id <= mark.outbox_id).limit(1)
        return self._connection.execute(wanted).first() is None

    def _keep_accounts(self, pid: str, erasure_id: str) -> None:
        link = PARTICIPANT_LINK.c
        found = self._connection.execute(
            select(link.issuer, link.subject).where(link.pid == pid)
        ).all()
        if found:
            rows = [
                {"erasure_id": erasure_id, "issuer": row.issuer, "subject": row.subject}
                for row in found
            ]
            kept = postgresql.insert(ERASURE_ACCOUNT).on_conflict_do_nothing()
            self._connection.execute(kept, rows)

    def _members(self, pid: str) -> Mapping[DatasetId, Ordinal]:
        member = DATASET_MEMBER.c
        wanted = select(member.dataset, member.ordinal).where(member.pid == pid)
        return {
            DatasetId(row.dataset): Ordinal(row.ordinal)
            for row in self._connection.execute(wanted.order_by(member.dataset))
        }

    def _forget_member(self, dataset: DatasetId, ordinal: Ordinal) -> None:
        """Take the holder's own id off an ordinal, which stays taken for good."""
        instead = f"erased {ordinal}"
        member = DATASET_MEMBER.c
        self._connection.execute(
            update(DATASET_MEMBER)
            .where(member.dataset == dataset, member.ordinal == ordinal)
            .values(local_id=instead)
        )
        for table in (STANDING, BAR):
            hers = (table.c.dataset == dataset, table.c.ordinal == ordinal)
            self._connection.execute(delete(table).where(*hers))
        values = {"dataset": dataset, "ordinal": ordinal, "instead": instead}
        self._connection.execute(_FEED_LOCAL_ID, values)
        self._connection.execute(_MARK, {"dataset": dataset, "ordinal": ordinal})

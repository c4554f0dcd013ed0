# SPDX-License-Identifier: Apache-2.0
"""`People` on PostgreSQL: participants, logins, members."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, union
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.copy_text import instant
from consent_registry.adapters.copying import copy_behind
from consent_registry.adapters.sets import among, picked
from consent_registry.adapters.tables import DATASET_MEMBER, PARTICIPANT, PARTICIPANT_LINK
from consent_registry.domain.erasure import Account
from consent_registry.domain.errors import ParticipantUnknown
from consent_registry.domain.register import Member
from consent_registry.ports.register import Ensured
from shared.ids import DatasetId, IdSource, Ordinal


class SqlPeople:
    """The port `People`."""

    def __init__(self, connection: Connection, ids: IdSource) -> None:
        self._connection = connection
        self._ids = ids

    def pid(self, pseudonym: str) -> str | None:
        """Give the id behind a pseudonym."""
        wanted = select(PARTICIPANT.c.pid).where(PARTICIPANT.c.pseudonym == pseudonym)
        return self._connection.execute(wanted).scalar_one_or_none()

    def pids(self, pseudonyms: Sequence[str]) -> Mapping[str, str]:
        """Look pseudonyms up."""
        return self._known(pseudonyms)

    def pseudonym(self, pid: str) -> str:
        """Give a participant's pseudonym."""
        wanted = select(PARTICIPANT.c.pseudonym).where(PARTICIPANT.c.pid == pid)
        found: str = self._connection.execute(wanted).scalar_one()
        return found

    def erased(self, pid: str) -> bool:
        """Look a row up."""
        wanted = select(PARTICIPANT.c.erased_at).where(PARTICIPANT.c.pid == pid)
        return self._connection.execute(wanted).scalar_one() is not None

    def hold(self, pid: str) -> None:
        """Lock a row."""
        wanted = select(PARTICIPANT.c.erased_at).where(PARTICIPANT.c.pid == pid).with_for_update()
        if self._connection.execute(wanted).scalar_one() is not None:
            raise ParticipantUnknown

    def hold_all(self, pids: Iterable[str]) -> None:
        """Lock rows."""
        person = PARTICIPANT.c
        wanted = select(person.erased_at).where(among(person.pid, pids)).order_by(person.pid)
        found = self._connection.execute(wanted.with_for_update()).scalars().all()
        if any(erased_at is not None for erased_at in found):
            raise ParticipantUnknown

    def linked(self, issuer: str, subject: str) -> str | None:
        """Give the participant behind a login."""
        wanted = select(PARTICIPANT_LINK.c.pid).where(
            PARTICIPANT_LINK.c.issuer == issuer, PARTICIPANT_LINK.c.subject == subject
        )
        return self._connection.execute(wanted).scalar_one_or_none()

    def link(self, pid: str, issuer: str, subject: str, at: datetime) -> bool:
        """Link, unless either side has a link."""
        # Held, so that an erasure comes either before, and is seen, or after, and takes the link.
        present = select(PARTICIPANT.c.pid).where(
            PARTICIPANT.c.pid == pid, PARTICIPANT.c.erased_at.is_(None)
        )
        if self._connection.execute(present.with_for_update()).one_or_none() is None:
            return False
        values = {"pid": pid, "issuer": issuer, "subject": subject, "linked_at": at}
        statement = postgresql.insert(PARTICIPANT_LINK).values(values).on_conflict_do_nothing()
        linked = self._connection.execute(statement.returning(PARTICIPANT_LINK.c.pid))
        return linked.one_or_none() is not None

    def accounts(self, pid: str) -> Sequence[Account]:
        """Read the link."""
        link = PARTICIPANT_LINK.c
        found = self._connection.execute(select(link.issuer, link.subject).where(link.pid == pid))
        return [Account(issuer=row.issuer, subject=row.subject) for row in found]

    def memberships(self, pid: str) -> Sequence[Member]:
        """Give what a participant is a member of."""
        wanted = (
            select(DATASET_MEMBER)
            .where(DATASET_MEMBER.c.pid == pid)
            .order_by(DATASET_MEMBER.c.dataset)
        )
        return [_member(row) for row in self._connection.execute(wanted)]

    def memberships_of(self, pids: Iterable[str]) -> Sequence[Member]:
        """Look them up, each by her own."""
        wanted = set(pids)
        if not wanted:
            return []
        found = self._connection.execute(
            select(picked(DATASET_MEMBER, DATASET_MEMBER.c.pid, wanted))
        )
        return sorted(map(_member, found), key=lambda one: (one.pid, one.dataset))

    def erased_among(self, pids: Iterable[str]) -> frozenset[str]:
        """Look rows up."""
        person = PARTICIPANT.c
        wanted = select(person.pid).where(among(person.pid, pids), person.erased_at.is_not(None))
        return frozenset(self._connection.execute(wanted).scalars())

    def ensure(self, pseudonyms: Iterable[str], at: datetime, known: Mapping[str, str]) -> Ensured:
        """Copy in one order, so that two imports never wait for each other in a circle.

        Without another look: that somebody is there by now, the key tells, and whatever is asked
        next says so.
        """
        made = {one: self._ids.new() for one in sorted(set(pseudonyms)) if one not in known}
        made_at = instant(at)
        rows = [(pid, pseudonym, made_at) for pseudonym, pid in made.items()]
        columns = ("pid", "pseudonym", "created_at")
        copy_behind(self._connection, PARTICIPANT, columns, rows, looked=True)
        return Ensured(pids={**known, **made}, fresh=frozenset(made.values()))

    def _known(self, pseudonyms: Sequence[str]) -> dict[str, str]:
        if not pseudonyms:
            return {}
        wanted = select(picked(PARTICIPANT, PARTICIPANT.c.pseudonym, pseudonyms))
        return {row.pseudonym: row.pid for row in self._connection.execute(wanted)}

    def members(
        self, dataset: DatasetId, pids: Sequence[str], local_ids: Sequence[str]
    ) -> Sequence[Member]:
        """Look both ways, each by its own index: for either of two the database reads the table."""
        if not pids and not local_ids:
            return []
        member, of_dataset = DATASET_MEMBER.c, DATASET_MEMBER.c.dataset == dataset
        by_local_id = select(picked(DATASET_MEMBER, member.local_id, local_ids, of_dataset))
        by_pid = select(picked(DATASET_MEMBER, member.pid, pids, of_dataset))
        wanted = union(by_pid, by_local_id) if pids else by_local_id
        return [_member(row) for row in self._connection.execute(wanted)]

    def add_members(self, members: Sequence[Member], at: datetime) -> None:
        """Copy the rows in."""
        added_at = instant(at)
        rows = [(m.dataset, m.ordinal, m.pid, m.local_id, added_at) for m in members]
        columns = ("dataset", "ordinal", "pid", "local_id", "added_at")
        if any(m.data_categories for m in members):
            held = (list(m.data_categories) or None for m in members)
            fuller = [(*row, one) for row, one in zip(rows, held, strict=True)]
            copy_behind(self._connection, DATASET_MEMBER, (*columns, "data_categories"), fuller)
        elif rows:
            copy_behind(self._connection, DATASET_MEMBER, columns, rows, looked=True)

    def local_ids(self, dataset: DatasetId) -> Sequence[str]:
        """Give the table, by ordinal."""
        wanted = (
            select(DATASET_MEMBER.c.local_id)
            .where(DATASET_MEMBER.c.dataset == dataset)
            .order_by(DATASET_MEMBER.c.ordinal)
        )
        return list(self._connection.execute(wanted).scalars())


def _member(row: Row[Any]) -> Member:
    return Member(
        dataset=DatasetId(row.dataset),
        ordinal=Ordinal(row.ordinal),
        pid=row.pid,
        local_id=row.local_id,
        data_categories=tuple(row.data_categories or ()),
    )

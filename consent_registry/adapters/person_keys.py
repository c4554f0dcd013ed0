# SPDX-License-Identifier: Apache-2.0
"""The keys that people's personal parts are sealed under: the one place where a key is made."""

from collections.abc import Iterable, Set
from typing import Final

from sqlalchemy import Connection, Engine, select

from consent_registry.adapters.copying import copy_behind
from consent_registry.adapters.sealing import PersonSealer
from consent_registry.adapters.sets import among, picked
from consent_registry.adapters.tables import PARTICIPANT, PERSON_KEY
from consent_registry.domain.errors import KeyDamaged, ParticipantUnknown
from consent_registry.ports import OutsideErasures
from shared.keys import KeyStoreError

_NOBODY: Set[str] = frozenset()
_TRIED: Final = 20


def require_fit(database: Engine, sealer: PersonSealer) -> None:
    """See to it that the wrapping key is the one of this database.

    With another one everybody would read as unreadable, and people who come in would be sealed
    under it. Raises KeyStoreError when it opens none of the keys tried; one that is damaged among
    others is its person's trouble alone.
    """
    with database.connect() as connection:
        tried = connection.execute(select(PERSON_KEY).limit(_TRIED)).all()
    if tried and all(sealer.unwrap(row.pid, bytes(row.wrapped)) is None for row in tried):
        raise KeyStoreError(f"the wrapping key opens none of {len(tried)} keys of this database")


class PersonKeys:
    """People's keys within one transaction."""

    def __init__(
        self, connection: Connection, sealer: PersonSealer, outside: OutsideErasures
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._outside = outside
        self._made: dict[str, bytes] = {}

    def known(self, pids: Iterable[str]) -> dict[str, bytes | None]:
        """Give the keys that are there, None for one that does not open.

        Whoever was erased has none, whatever a backup holds.
        """
        wanted = set(pids)
        if not wanted:
            return {}
        rows = self._connection.execute(select(picked(PERSON_KEY, PERSON_KEY.c.pid, wanted)))
        shut = self._outside.known()
        found = ((row.pid, bytes(row.wrapped)) for row in rows)
        return {
            pid: self._sealer.unwrap(pid, wrapped)
            for pid, wrapped in found
            if not shut.destroyed(wrapped)
        }

    def to_seal(self, pids: Iterable[str], fresh: Set[str] = _NOBODY) -> dict[str, bytes]:
        """Give everybody's key; whoever has none gets her first.

        `fresh` are people whom this transaction has put on record, and nobody else can see yet.

        Raises ParticipantUnknown when one of them was erased: nothing of hers is written any more;
        KeyDamaged when the key of one does not open: a second one would hide what is lost.
        """
        wanted = set(pids)
        keys = {pid: self._made[pid] for pid in wanted if pid in self._made}
        if known := wanted - keys.keys() - fresh:
            keys |= self._opened(known)
        if unkeyed := wanted - keys.keys() - fresh:
            self._hold(unkeyed)
            keys |= self._opened(unkeyed)  # made by somebody else until they were held
            self._refuse_restored(unkeyed - keys.keys())
        made = self._make(wanted - keys.keys())
        self._made |= made
        return keys | made

    def _opened(self, pids: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for pid, key in self.known(pids).items():
            if key is None:
                raise KeyDamaged
            found[pid] = key
        return found

    def _hold(self, pids: Set[str]) -> None:
        """Lock people in one order, so that neither a key nor an erasure comes in between.

        Not against what refers to them: who adds them to a dataset need not wait.
        """
        person = PARTICIPANT.c
        wanted = select(person.erased_at).where(among(person.pid, pids)).order_by(person.pid)
        held = self._connection.execute(wanted.with_for_update(key_share=True)).scalars().all()
        if any(erased_at is not None for erased_at in held):
            raise ParticipantUnknown

    def _refuse_restored(self, pids: Set[str]) -> None:
        """Make nobody a key in the place of one that an erasure destroyed and a backup holds."""
        row = select(PERSON_KEY.c.pid).where(among(PERSON_KEY.c.pid, pids)).limit(1)
        if pids and self._outside.known().keys and self._connection.execute(row).first():
            raise ParticipantUnknown

    def _make(self, pids: Set[str]) -> dict[str, bytes]:
        made = self._sealer.new_keys(sorted(pids))
        rows = [(pid, wrapped) for pid, (_, wrapped) in made.items()]
        if rows:
            copy_behind(self._connection, PERSON_KEY, ("pid", "wrapped"), rows)
        return {pid: key for pid, (key, _) in made.items()}

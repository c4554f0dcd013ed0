# SPDX-License-Identifier: Apache-2.0
"""`ContactPoints` on PostgreSQL: rows named by a keyed hash, addresses sealed (AES-256-GCM).

Everything is derived from one key file: without it a copy of the database names nobody and says
nothing, and a copy of the registry's does not lead here.
"""

import hmac
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from consent_registry.adapters.contact.tables import CONTACT_POINT
from consent_registry.domain.contacts import MOST_TRIES, ContactPoint, Paper, confirms
from consent_registry.domain.errors import ContactsAway
from shared.keys import KeyStoreError

_NONCE_BYTES: Final = 12
_POINT: Final = CONTACT_POINT.c


class SqlContactPoints:
    """The port `ContactPoints`; `key` is the content of the key file, 32 bytes."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        self._names, self._codes = _derived(key, b"names"), _derived(key, b"codes")
        self._sealing = AESGCM(_derived(key, b"sealing"))

    def get(self, pid: str) -> ContactPoint | None:
        """Read and open a row. Raises KeyStoreError when it was sealed under another key."""
        name = self._name(pid)
        with self._transaction() as connection:
            wanted = select(CONTACT_POINT).where(_POINT.person == name)
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        waiting = self._opened(row.waiting, name)
        known = self._opened(row.sealed, name) or waiting
        if known is None:
            return None
        return ContactPoint(
            email=known["email"],
            language=known["language"],
            confirmed_at=row.confirmed_at,
            waiting=waiting["email"] if waiting else "",
            paper=_paper((waiting or known).get("paper")),
            letter=_paper((waiting or known).get("letter")),
        )

    def put(self, pid: str, point: ContactPoint, code: str, until: datetime) -> None:
        """Insert a row, or replace what waits in it."""
        name = self._name(pid)
        plain: dict[str, object] = {"email": point.email, "language": point.language}
        if point.paper is not None:
            plain["paper"] = _written(point.paper)
        values = {
            "waiting": self._sealed(plain, name),
            "code": self._code(name, code),
            "code_until": until,
            "tries": 0,
        }
        statement = postgresql.insert(CONTACT_POINT).values(person=name, **values)
        with self._transaction() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["person"], set_=values)
            )

    def confirm(self, pid: str, code: str, at: datetime) -> bool:
        """Count the try, then compare; the row is locked, so that no try goes uncounted."""
        name = self._name(pid)
        mine = _POINT.person == name
        with self._transaction() as connection:
            row = connection.execute(
                select(_POINT.code, _POINT.code_until, _POINT.tries).where(mine).with_for_update()
            ).one_or_none()
            if row is None or row.code is None or at >= row.code_until or row.tries >= MOST_TRIES:
                return False
            right = hmac.compare_digest(bytes(row.code), self._code(name, code))
            confirmed = {
                "sealed": _POINT.waiting,
                "waiting": None,
                "code": None,
                "confirmed_at": at,
            }
            values = confirmed if right else {"tries": row.tries + 1}
            connection.execute(update(CONTACT_POINT).where(mine).values(values))
        return right

    def confirm_by_letter(self, pid: str, letter: Paper, at: datetime) -> bool:
        """Seal what waits anew, with the letter; the row is locked between looking and writing."""
        name = self._name(pid)
        mine = _POINT.person == name
        with self._transaction() as connection:
            row = connection.execute(
                select(_POINT.waiting).where(mine).with_for_update()
            ).one_or_none()
            waiting = None if row is None else self._opened(row.waiting, name)
            if waiting is None or not confirms(_waiting(waiting), letter):
                return False
            values = {
                "sealed": self._sealed({**waiting, "letter": _written(letter)}, name),
                "waiting": None,
                "code": None,
                "confirmed_at": at,
            }
            connection.execute(update(CONTACT_POINT).where(mine).values(values))
        return True

    def forget(self, pid: str) -> bool:
        """Delete a row."""
        mine = _POINT.person == self._name(pid)
        with self._transaction() as connection:
            gone = connection.execute(delete(CONTACT_POINT).where(mine).returning(_POINT.person))
            return gone.one_or_none() is not None

    def _sealed(self, plain: Mapping[str, object], name: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._sealing.encrypt(nonce, orjson.dumps(plain), name)

    def _opened(self, sealed: bytes | None, name: bytes) -> dict[str, Any] | None:
        if sealed is None:
            return None
        nonce, rest = bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:])
        try:
            plain = self._sealing.decrypt(nonce, rest, name)
        except InvalidTag:
            raise KeyStoreError("a contact point was sealed under another key") from None
        found: dict[str, Any] = orjson.loads(plain)
        return found

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise ContactsAway from error

    def _name(self, pid: str) -> bytes:
        return hmac.digest(self._names, pid.encode(), "sha256")

    def _code(self, name: bytes, code: str) -> bytes:
        return hmac.digest(self._codes, name + code.encode(), "sha256")


def _waiting(plain: Mapping[str, Any]) -> ContactPoint:
    return ContactPoint(
        email=plain["email"],
        language=plain["language"],
        waiting=plain["email"],
        paper=_paper(plain.get("paper")),
    )


def _written(paper: Paper) -> dict[str, str]:
    issuer, subject = paper.by
    return {"sha256": paper.sha256, "iss": issuer, "sub": subject}


def _paper(plain: Mapping[str, str] | None) -> Paper | None:
    if plain is None:
        return None
    return Paper(sha256=plain["sha256"], by=(plain["iss"], plain["sub"]))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"placet/contact/v1/" + purpose, "sha256")

# SPDX-License-Identifier: Apache-2.0
"""Keys of people and the pseudonyms that stand for them; none of it ever leaves the log's node."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from audit_log.domain.parts import Holder


class DataKey(Protocol):
    """A key of one holder: whatever it sealed is unreadable once every copy of it is gone."""

    def seal(self, plain: bytes, binding: bytes, nonce: bytes | None = None) -> bytes:
        """Encrypt; two calls never give the same bytes, and another binding will not open them.

        Who seals many parts hands each one of `Vault.nonces`, and that to nothing else.
        """
        ...

    def open(self, sealed: bytes, binding: bytes) -> bytes:
        """Decrypt; raise Unopenable when these bytes were not sealed so with this key."""
        ...


class Vault(Protocol):
    """Makes data keys, and wraps them with a key that is not in the database."""

    @property
    def kek(self) -> str:
        """The name of the wrapping key for new data keys."""
        ...

    def fresh(self, kid: int) -> tuple[DataKey, bytes]:
        """Give a new random key numbered `kid`, and its wrapped form."""
        ...

    def unwrap(self, kid: int, kek: str, wrapped: bytes) -> DataKey:
        """Give back a key; raise Unopenable when it was not wrapped under this number and kek."""
        ...

    def nonces(self, count: int) -> Sequence[bytes]:
        """Give so many nonces, fresh from the system's random source in one draw."""
        ...


class Pseudonyms(Protocol):
    """Keyed hashes that stand for people; without the key nobody can tell whom."""

    def holder(self, holder: Holder) -> bytes:
        """Give the 16 bytes under which a holder's key is stored."""
        ...

    def search(self, year: int, kind: str, *name: str) -> int:
        """Give the signed 64-bit number under which something is searched in that year's rows."""
        ...


class StoredKey(NamedTuple):
    """A data key as stored."""

    kid: int
    kek: str
    wrapped: bytes

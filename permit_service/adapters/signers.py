# SPDX-License-Identifier: Apache-2.0
"""The three key sets of permit_service, each in a folder of its own, and what signs with them.

Visas (RS256), permits (ES256) and the feed (ES256) never share a key or a URL: real consumers
take the first key they find (architecture.md section 7, "key sets").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from shared.canonical import JSON, canonical
from shared.keys import Algorithm, KeyStore, KeyStoreError, sign_jws

VISA_KEYS: Final = "visa"
PERMIT_KEYS: Final = "permit"
FEED_KEYS: Final = "feed"
ALGORITHMS: Final[Mapping[str, Algorithm]] = MappingProxyType(
    {VISA_KEYS: "RS256", PERMIT_KEYS: "ES256", FEED_KEYS: "ES256"}
)


class JwsSigner:
    """`Signer` on a key store; `header` is added to every token, such as a visa's `jku`."""

    def __init__(self, store: KeyStore, header: Mapping[str, str] | None = None) -> None:
        self._store = store
        self._header = dict(header or {})

    def sign(self, body: Mapping[str, JSON], *, typ: str) -> str:
        """Sign the canonical bytes of the body with the active key."""
        return sign_jws(canonical(body), self._store.active(), typ=typ, header=self._header)

    def public_jwks(self) -> Mapping[str, Any]:
        """Give the key set to publish, the active key first."""
        return self._store.public_jwks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """The signers of one node."""

    visa: JwsSigner
    permit: JwsSigner
    feed: JwsSigner


def read_signers(folder: Path, *, jku: str) -> Signers:
    """Read the three stores below `folder`.

    Raises KeyStoreError for a missing, unsafe or foreign store, and for one of the wrong
    algorithm: a permit key must not end up signing visas.
    """
    stores = {name: KeyStore(folder / name) for name in ALGORITHMS}
    for name, store in stores.items():
        if store.algorithm != ALGORITHMS[name]:
            raise KeyStoreError(f"{name}: holds no {ALGORITHMS[name]} keys")
    return Signers(
        visa=JwsSigner(stores[VISA_KEYS], {"jku": jku}),
        permit=JwsSigner(stores[PERMIT_KEYS]),
        feed=JwsSigner(stores[FEED_KEYS]),
    )


def create_keys(folder: Path) -> None:
    """Make every store that is not there yet; used by the first start of a node."""
    for name, algorithm in ALGORITHMS.items():
        if not (folder / name).exists():
            KeyStore.create(folder / name, algorithm)

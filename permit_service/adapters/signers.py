# SPDX-License-Identifier: Apache-2.0
"""The key sets of permit_service, each in a folder of its own, and what signs with them.

Visas (RS256), permits (ES256) and the feed (ES256) never share a key or a URL: real consumers
take the first key they find (architecture.md section 7, "key sets"). A fourth set (Ed25519) signs
the heartbeats of this producer's chain and is published nowhere but at the log.
"""

import fcntl
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from shared.canonical import JSON, canonical
from shared.keys import Algorithm, KeyStore, KeyStoreError, sign_jws

VISA_KEYS: Final = "visa"
PERMIT_KEYS: Final = "permit"
FEED_KEYS: Final = "feed"
HEARTBEAT_KEYS: Final = "heartbeat"
ALGORITHMS: Final[Mapping[str, Algorithm]] = MappingProxyType(
    {
        VISA_KEYS: "RS256",
        PERMIT_KEYS: "ES256",
        FEED_KEYS: "ES256",
        HEARTBEAT_KEYS: "Ed25519",
    }
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
    """The signers of one node; `heartbeat` gives the raw signature of bytes."""

    visa: JwsSigner
    permit: JwsSigner
    feed: JwsSigner
    heartbeat: Callable[[bytes], bytes]


def read_signers(folder: Path, *, jku: str) -> Signers:
    """Read the stores below `folder`.

    Raises KeyStoreError for a missing, unsafe or foreign store, and for one of the wrong
    algorithm: a permit key must not end up signing visas.
    """
    stores = {name: _read(folder, name) for name in ALGORITHMS}
    return Signers(
        visa=JwsSigner(stores[VISA_KEYS], {"jku": jku}),
        permit=JwsSigner(stores[PERMIT_KEYS]),
        feed=JwsSigner(stores[FEED_KEYS]),
        heartbeat=stores[HEARTBEAT_KEYS].active().sign,
    )


def create_keys(folder: Path) -> tuple[str, ...]:
    """Make every store that is not there yet and name those made.

    Two processes that start at once make one set between them: the second waits for the first.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name, algorithm in ALGORITHMS.items():
            if not (folder / name).exists():
                # Complete before it has its name: a crash leaves no half of a store behind.
                fresh = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
                KeyStore.create(fresh, algorithm)
                fresh.rename(folder / name)
                made.append(name)
    return tuple(made)


def _read(folder: Path, name: str) -> KeyStore:
    try:
        store = KeyStore(folder / name)
    except KeyStoreError as fault:
        raise KeyStoreError(f"{name}: {fault}") from None
    if store.algorithm != ALGORITHMS[name]:
        raise KeyStoreError(f"{name}: holds no {ALGORITHMS[name]} keys")
    return store

# SPDX-License-Identifier: Apache-2.0
"""The registry's keys: ES256 for feeds and manifests, Ed25519 for the producer's heartbeat.

Each in a folder of its own below the key folder. The key under which person keys are wrapped lies
beside them and is read by `adapters.sealing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson

from consent_registry.adapters.sealing import PersonSealer, create_wrapping_key, read_wrapping_key
from shared import strict_json
from shared.canonical import JSON
from shared.keys import Algorithm, KeyStore, KeyStoreError, SigningKey, sign_jws, verify_jws

FEED_KEYS: Final = "feed"
HEARTBEAT_KEYS: Final = "heartbeat"
WRAPPING_KEY: Final = "person.key"
CONTACT_KEY: Final = "contact.key"
ALGORITHMS: Final[Mapping[str, Algorithm]] = MappingProxyType(
    {FEED_KEYS: "ES256", HEARTBEAT_KEYS: "Ed25519"}
)


class FeedSigner:
    """`Signer` on a key store."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    def sign(self, body: Mapping[str, JSON], *, typ: str) -> str:
        """Sign the sorted JSON of the body with the active key."""
        payload = orjson.dumps(dict(body), option=orjson.OPT_SORT_KEYS)
        return sign_jws(payload, self._store.active(), typ=typ)

    def verified(self, token: str, *, typ: str) -> Mapping[str, object] | None:
        """Verify against every key of the store, those that no longer sign included."""
        try:
            payload = verify_jws(
                token, self._store.public_jwks(), typ=typ, algorithms=(ALGORITHMS[FEED_KEYS],)
            )
            found = strict_json.loads(payload)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def public_jwks(self) -> Mapping[str, Any]:
        """Give the key set to publish, the active key first."""
        return self._store.public_jwks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Everything secret that the registry holds in files."""

    feed: FeedSigner
    producer: SigningKey
    people: PersonSealer


def read_keys(folder: Path) -> Keys:
    """Read the stores below `folder`.

    Raises KeyStoreError for a missing, unsafe or foreign one, and for a wrong algorithm.
    """
    stores = {name: KeyStore(folder / name) for name in ALGORITHMS}
    for name, store in stores.items():
        if store.algorithm != ALGORITHMS[name]:
            raise KeyStoreError(f"{name}: holds no {ALGORITHMS[name]} keys")
    return Keys(
        feed=FeedSigner(stores[FEED_KEYS]),
        producer=stores[HEARTBEAT_KEYS].active(),
        people=PersonSealer(read_wrapping_key(folder / WRAPPING_KEY)),
    )


def create_keys(folder: Path) -> None:
    """Make every key that is not there yet; used by the first start of a node."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, algorithm in ALGORITHMS.items():
        if not (folder / name).exists():
            KeyStore.create(folder / name, algorithm)
    for name in (WRAPPING_KEY, CONTACT_KEY):
        if not (folder / name).exists():
            create_wrapping_key(folder / name)

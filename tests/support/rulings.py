# SPDX-License-Identifier: Apache-2.0
"""An authority for tests: its key, and the statements it signs."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consent_registry.adapters.rulings import SignedRulings
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.rulings import RULING_TYP
from shared.canonical import canonical
from shared.ids import Uuid7Source
from shared.keys import KeyStore, sign_jws

_IDS = Uuid7Source()


class _Published:
    """A key set as `RemoteKeySet` gives it."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    def jwks_with(self, _: str) -> Mapping[str, Any]:
        return self._store.public_jwks()


def _store() -> KeyStore:
    folder = Path(tempfile.mkdtemp(prefix="placet-authority-"))
    KeyStore.create(folder, "ES256")
    return KeyStore(folder)


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs rulings; `reader` is what a registry that trusts it reads them with."""

    store: KeyStore = field(default_factory=_store)

    @property
    def reader(self) -> SignedRulings:
        return SignedRulings(_Published(self.store))

    def sign(self, body: Mapping[str, Any], *, typ: str = RULING_TYP) -> str:
        return sign_jws(canonical(dict(body)), self.store.active(), typ=typ)


def a_statement(asked: Purpose, **changes: str) -> dict[str, str]:
    """Make the body of a ruling on IRB for application A."""
    return {
        "iss": "https://permits.test",
        "ruling_id": _IDS.new(),
        "application_id": "A",
        "dataset": "GDI-ZZ-DATASET-1",
        "purpose_sha256": asked.digest(),
        "clause": "IRB",
        "question": "ethics_approval_pending",
        "value": "",
        "answer": "yes",
        "time": "2026-11-22T06:25:00.000000Z",
        **changes,
    }

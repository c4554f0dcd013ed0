# SPDX-License-Identifier: Apache-2.0
"""Sealing the personal parts of a batch, each under the key of the one it is about.

A holder's first part makes a new key; a batch that uses it later can only be committed after the
one that brought it. Keys are kept in memory up to a number, and all are forgotten when any was
erased.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from audit_log.domain.batch import KeyRow, Quarantined, SealedRow
from audit_log.domain.chain import ChainKey
from audit_log.domain.parts import (
    Holder,
    group_code,
    source_holder,
)
from audit_log.domain.received import CopyPlace, KafkaPlace, Poison, Sound
from audit_log.domain.retention import month_of, retention_of
from audit_log.ports import DataKey, Pseudonyms, SequencerStore, Vault
from audit_log.usecases.admit import Kept
from shared.entry_forms import REMEMBERED

KEYS_IN_MEMORY: Final = 100_000
NOBODY: Final = source_holder("")
QUARANTINE_BINDING: Final = b"placet/quarantine/v1\n"


class HeldKey(NamedTuple):
    """A data key with its number."""

    kid: int
    key: DataKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The keys of one batch: those in use, and the rows of those that are new."""

    held: Mapping[Holder, HeldKey]
    rows: Sequence[KeyRow]


class KeyRing:
    """The data keys of holders, found in memory, in the store, or made."""

    def __init__(self, store: SequencerStore, vault: Vault, pseudonyms: Pseudonyms) -> None:
        self._store = store
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._recent: dict[Holder, HeldKey] = {}
        self._older: Mapping[Holder, HeldKey] = {}

    def draw(self, holders: Iterable[Holder], at: datetime) -> Drawn:
        """Give a key for each holder; nothing new is kept before `keep`."""
        held: dict[Holder, HeldKey] = {}
        unknown: dict[bytes, Holder] = {}
        recent, older = self._recent.get, self._older.get
        for holder in dict.fromkeys(holders):
            key = recent(holder) or older(holder)
            if key is None:
                unknown[self._pseudonyms.holder(holder)] = holder
            else:
                held[holder] = key
        stored = self._store.keys(unknown) if unknown else {}
        for subject, found in stored.items():
            key = HeldKey(found.kid, self._vault.unwrap(found.kid, found.kek, found.wrapped))
            held[unknown.pop(subject)] = key
        return Drawn(rows=self._make(unknown, held, at), held=held)

    def keep(self, drawn: Drawn) -> None:
        """Remember the keys of a batch that goes on, and forget those that were not used for long.

        Those of the newest batch are remembered however many they are, because it may not be in the
        store yet; when it fails, `forget`.
        """
        if len(self._recent) + len(drawn.held) > KEYS_IN_MEMORY // 2:
            self._older, self._recent = self._recent, {}
        self._recent.update(drawn.held)

    def sealed_rows(
        self, accepted: Sequence[Sound], first_index: int, drawn: Drawn, at: datetime
    ) -> list[SealedRow]:
        """Encrypt every part of the accepted entries, the first of which gets `first_index`."""
        rows: list[SealedRow] = []
        held, month = drawn.held, month_of(at)
        nonces = iter(self._vault.nonces(sum([len(sound.parts) for sound in accepted])))
        for index, sound in enumerate(accepted, start=first_index):
            bound, retention = sound.id16, _retention(sound.type)
            for group, plain, holder in sound.parts:
                number, name = _place(group)
                kid, key = held[holder]
                data = key.seal(plain, bound + name, next(nonces))
                rows.append(SealedRow(index, number, retention, month, kid, data))
        return rows

    def forget(self) -> None:
        """Forget every key."""
        self._recent, self._older = {}, {}

    def _make(
        self, unknown: Mapping[bytes, Holder], held: dict[Holder, HeldKey], at: datetime
    ) -> list[KeyRow]:
        numbers = self._store.key_numbers(len(unknown)) if unknown else ()
        rows: list[KeyRow] = []
        for kid, (subject, holder) in zip(numbers, unknown.items(), strict=True):
            key, wrapped = self._vault.fresh(kid)
            held[holder] = HeldKey(kid, key)
            rows.append(KeyRow(kid, holder[0], subject, self._vault.kek, wrapped, at))
        return rows


def holders_of(accepted: Iterable[Sound], quarantined: Iterable[Kept]) -> Iterable[Holder]:
    """Name everybody whose key a batch needs."""
    return chain(
        [holder for sound in accepted for _, _, holder in sound.parts],
        [_quarantine_holder(kept.poison) for kept in quarantined],
    )


def quarantine_row(kept: Kept, digest: bytes, held: Mapping[Holder, HeldKey]) -> Quarantined:
    """Encrypt refused input whole: what it holds is unknown and may be personal."""
    poison = kept.poison
    received, place = poison.received, poison.received.place
    kid, key = held[_quarantine_holder(poison)]
    whole = len(received.raw).to_bytes(4, "big") + received.raw + received.sealed
    at_kafka = place.came_from if isinstance(place, CopyPlace) else place
    if not isinstance(at_kafka, KafkaPlace):
        at_kafka = None
    claims = poison.claims
    return Quarantined(
        reason=poison.fault.value,
        digest=digest,
        leaf=poison.leaf,
        kid=kid,
        data=key.seal(whole, QUARANTINE_BINDING + digest),
        claims=None if claims is None else (ChainKey(claims.src, claims.epoch), claims.seq),
        occupies=kept.occupies,
        topic=at_kafka.topic if at_kafka else None,
        partition=at_kafka.partition if at_kafka else None,
        offset=at_kafka.offset if at_kafka else None,
        received_at=received.received_at,
    )


def _quarantine_holder(poison: Poison) -> Holder:
    sources = poison.received.sources
    return source_holder(next(iter(sources))) if len(sources) == 1 else NOBODY


@lru_cache(REMEMBERED)
def _retention(entry_type: str) -> int:
    return int(retention_of(entry_type))


@lru_cache(REMEMBERED)
def _place(group: str) -> tuple[int, bytes]:
    """Give a group's stored number, and what binds a part to it."""
    return group_code(group), group.encode("ascii")

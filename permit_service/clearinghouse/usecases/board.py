# SPDX-License-Identifier: Apache-2.0
"""The picture of the registers that decisions are made on.

Readers take one reference and see one consistent picture; writers (one thread per feed) replace it.
A picture without a needed register, or with one that is too old, opens nothing.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from permit_service.clearinghouse.domain.freshness import Freshness, Heartbeat
from permit_service.clearinghouse.domain.state import (
    PERMITS,
    DatasetRegister,
    PermitRegister,
    dataset_register,
)
from shared.clock import Clock
from shared.ids import DatasetId, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything known at one moment; `datasets` is None before the first snapshot."""

    datasets: Mapping[DatasetId, DatasetRegister] | None = None
    permits: PermitRegister | None = None
    freshness: Mapping[str, Freshness] = field(default_factory=dict)

    def revision(self, register: str) -> Revision | None:
        """Give how far a register has been applied, None for one that is unknown."""
        if register == PERMITS:
            return None if self.permits is None else self.permits.revision
        for dataset in (self.datasets or {}).values():
            if dataset_register(dataset.dataset) == register:
                return dataset.revision
        return None

    def registers(self) -> Mapping[str, Revision]:
        """Give every register that is known and how far it has been applied."""
        known = {
            dataset_register(dataset): register.revision
            for dataset, register in sorted((self.datasets or {}).items())
        }
        return known if self.permits is None else {**known, PERMITS: self.permits.revision}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterState:
    """How one register stands; `age_seconds` is None before the first catch-up."""

    revision: Revision
    age_seconds: float | None
    fresh: bool


class Board:
    """Holds the present picture and says whether it may be decided on."""

    def __init__(self, clock: Clock, *, stale_seconds: float) -> None:
        self._clock: Final = clock
        self._stale_seconds: Final = stale_seconds
        self._picture = Picture()
        self._writing = threading.Lock()

    def picture(self) -> Picture:
        """Give the present picture."""
        return self._picture

    def update(self, change: Callable[[Picture], Picture]) -> None:
        """Replace the picture by `change(picture)`, and count what was caught up with.

        When `change` raises, the picture stays.
        """
        with self._writing:
            after = change(self._picture)
            known = after.registers()
            freshness = {
                name: kept.reached(known[name]) if name in known else kept
                for name, kept in after.freshness.items()
            }
            self._picture = replace(after, freshness=freshness)

    def heard(self, beat: Heartbeat) -> None:
        """Take a heartbeat of a known register; raise FeedFault for one that goes back.

        One of a register not known here is left for later: its snapshot or change is on the way.
        """
        with self._writing:
            applied = self._picture.revision(beat.register)
            if applied is None:
                return
            known = self._picture.freshness.get(beat.register, Freshness())
            taken = known.heard(
                beat,
                applied=applied,
                wall=self._clock.now(),
                monotonic=self._clock.monotonic(),
                most=self._stale_seconds,
            )
            freshness = {**self._picture.freshness, beat.register: taken}
            self._picture = replace(self._picture, freshness=freshness)

    def stale(self, picture: Picture, dataset: DatasetId) -> tuple[str, ...]:
        """Name the registers of the picture that are too old to decide about this dataset.

        A dataset that a loaded feed does not know has no register that could be old: nobody is
        its member, so nothing of it opens.
        """
        needed = [PERMITS]
        if picture.datasets is None or dataset in picture.datasets:
            needed.append(dataset_register(dataset))
        return tuple(name for name in needed if not self._fresh(picture, name))

    def state(self) -> Mapping[str, RegisterState]:
        """Say how every register stands now."""
        picture = self._picture
        now = self._clock.monotonic()
        return {
            name: RegisterState(
                revision=revision,
                age_seconds=picture.freshness.get(name, Freshness()).age(now),
                fresh=self._fresh(picture, name),
            )
            for name, revision in picture.registers().items()
        }

    def ready(self) -> bool:
        """Say whether both feeds are loaded and every register is fresh."""
        picture = self._picture
        loaded = picture.datasets is not None and picture.permits is not None
        return loaded and all(self._fresh(picture, name) for name in picture.registers())

    def _fresh(self, picture: Picture, register: str) -> bool:
        age = picture.freshness.get(register, Freshness()).age(self._clock.monotonic())
        return age is not None and age <= self._stale_seconds

# SPDX-License-Identifier: Apache-2.0
"""A person's visas: fetched once for all who wait, checked as foreign input, kept for a while.

An answer is kept no longer than the first of its visas lives, and only while the permit register
has not moved: whoever was granted a permit a moment ago, a first one or a wider one, is not judged
by what she had before. An answer that opens nothing for the dataset asked about is kept for at
most 60 s. Every answer is kept under the source and the person it was fetched for, never under a
visa or a URL alone.

What a later answer leaves out is not forgotten while it lives: a visa is good until it expires,
and a person whose permit was revoked is to be told so. When the source does not answer, what is
held goes on, as it would have without the move; whether its permits live is in the register.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, NamedTuple

from permit_service.clearinghouse.domain.decision import CheckedVisa, VerifiedVisa, VisaFault
from permit_service.clearinghouse.domain.errors import (
    SourceUnreachable,
    VisaInvalid,
    VisaIssuerUntrusted,
)
from permit_service.clearinghouse.domain.outcome import Reason, Stage
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import MAX_VISAS, read_claims, read_header
from permit_service.clearinghouse.ports import VisaSignatures, VisaSources
from shared.clock import Clock
from shared.ids import DatasetId
from shared.principal import Principal

NEGATIVE_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 1.0
MAX_KEPT: Final = 10_000
FLIGHT_SECONDS: Final = 30.0


class _Key(NamedTuple):
    source: str
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    visas: tuple[CheckedVisa, ...]
    fetched_at: float
    until: float
    permits_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A person's checked visas, and the names of the sources that did not answer."""

    visas: tuple[CheckedVisa, ...]
    unreachable: tuple[str, ...] = ()


def check_visa(
    raw: str, source: TrustedSource, subject: str, *, signatures: VisaSignatures, now: int
) -> CheckedVisa:
    """Check one visa that `source` gave for `subject`, expiry apart.

    The trust pair is compared before any key is looked up. Raises SourceUnreachable when the
    source's keys cannot be had: then nothing is known about the visa.
    """
    stage = Stage.SHAPE
    try:
        opened = signatures.open(raw)
        header = read_header(opened.header)
        stage = Stage.TRUST
        source.require_pair(header, opened.claims.get("iss"))
        stage = Stage.SIGNATURE
        signatures.require_signed(opened, source)
        visa = read_claims(opened.claims, now=now)
        source.require_authority(visa)
        source.require_holder(visa, subject)
    except (VisaInvalid, VisaIssuerUntrusted) as fault:
        return VisaFault(stage=stage, reason=Reason(fault.code))
    return VerifiedVisa(visa=visa, source=source)


class VisaDesk:
    """Gives a person's checked visas from every trusted source that knows such people."""

    def __init__(
        self,
        trusted: Sequence[TrustedSource],
        *,
        sources: VisaSources,
        signatures: VisaSignatures,
        clock: Clock,
    ) -> None:
        self._trusted: Final = tuple(trusted)
        self._sources = sources
        self._signatures = signatures
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._flights: dict[_Key, Future[_Kept]] = {}
        self._failed_at: dict[str, float] = {}

    def present(
        self, principal: Principal, dataset: DatasetId, *, permits_revision: int
    ) -> Presented:
        """Give the person's visas for a decision about `dataset`."""
        visas: list[CheckedVisa] = []
        unreachable: list[str] = []
        for source in self._trusted:
            if source.subject_issuer != principal.issuer:
                continue
            try:
                kept = self._visas(source, principal, dataset, permits_revision)
            except SourceUnreachable:
                unreachable.append(source.name)
            else:
                visas += kept.visas
        return Presented(visas=tuple(visas), unreachable=tuple(unreachable))

    def _visas(
        self, source: TrustedSource, principal: Principal, dataset: DatasetId, revision: int
    ) -> _Kept:
        key = _Key(source.name, principal.issuer, principal.subject)
        with self._lock:
            now = self._clock.monotonic()
            kept = self._kept.get(key)
            held = kept if kept is not None and now < kept.until else None
            if held is not None and _current(held, dataset, revision, now):
                self._kept.move_to_end(key)
                return held
        try:
            return self._fetched(key, source, revision, () if held is None else held.visas)
        except SourceUnreachable:
            if held is None or not _opens_any(held, dataset):
                raise
            return held

    def _fetched(
        self, key: _Key, source: TrustedSource, revision: int, held: Sequence[CheckedVisa]
    ) -> _Kept:
        """Ask the source, or wait for whoever asks it for this person already."""
        with self._lock:
            failed_at = self._failed_at.get(source.name)
            if failed_at is not None and self._clock.monotonic() - failed_at < RETRY_SECONDS:
                raise SourceUnreachable(context={"source": source.name})
            flight = self._flights.get(key)
            mine = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if mine:
            self._fly(flight, key, lambda: self._fetch(key, source, revision, held))
        try:
            return flight.result(timeout=FLIGHT_SECONDS)
        except TimeoutError:
            raise SourceUnreachable(context={"source": source.name}) from None

    def _fly(self, flight: Future[_Kept], key: _Key, fetch: Callable[[], _Kept]) -> None:
        """Fetch and check once; whoever waits for the same person gets the same outcome."""
        try:
            kept = fetch()
        except BaseException as fault:
            with self._lock:
                del self._flights[key]
                self._failed_at[key.source] = self._clock.monotonic()
            flight.set_exception(fault)
            if not isinstance(fault, SourceUnreachable):
                raise
        else:
            with self._lock:
                del self._flights[key]
                self._failed_at.pop(key.source, None)
                self._kept[key] = kept
                self._kept.move_to_end(key)
                while len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
            flight.set_result(kept)

    def _fetch(
        self, key: _Key, source: TrustedSource, revision: int, held: Sequence[CheckedVisa]
    ) -> _Kept:
        fetched_at = self._clock.monotonic()
        raws = self._sources.fetch(source, key.subject)
        now = self._clock.now().timestamp()
        given = [
            check_visa(raw, source, key.subject, signatures=self._signatures, now=int(now))
            for raw in raws[:MAX_VISAS]
        ]
        visas = (*given, *_left_out(held, given, now))[:MAX_VISAS]
        lives = [
            visa.visa.expires_at - now
            for visa in visas
            if isinstance(visa, VerifiedVisa) and visa.visa.expires_at > now
        ]
        return _Kept(
            visas=visas,
            fetched_at=fetched_at,
            until=fetched_at + min(lives, default=NEGATIVE_SECONDS),
            permits_revision=revision,
        )


def _current(kept: _Kept, dataset: DatasetId, revision: int, now: float) -> bool:
    if kept.permits_revision < revision:
        return False
    return _opens_any(kept, dataset) or now - kept.fetched_at < NEGATIVE_SECONDS


def _opens_any(kept: _Kept, dataset: DatasetId) -> bool:
    return any(
        isinstance(visa, VerifiedVisa) and visa.source.opens(visa.visa, dataset)
        for visa in kept.visas
    )


def _left_out(
    held: Sequence[CheckedVisa], given: Sequence[CheckedVisa], now: float
) -> Sequence[CheckedVisa]:
    """Give the living visas held so far for permits that no newer visa speaks of."""
    spoken_of = {visa.visa.permit for visa in given if isinstance(visa, VerifiedVisa)}
    return [
        visa
        for visa in held
        if isinstance(visa, VerifiedVisa)
        and visa.visa.expires_at > now
        and visa.visa.permit not in spoken_of
    ]

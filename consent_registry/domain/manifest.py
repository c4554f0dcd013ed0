# SPDX-License-Identifier: Apache-2.0
"""The statement that is signed about a cohort: what was asked, of which state, with what outcome.

It names no person: counts, reasons, versions, and a salted digest of the bitmap. `users` of the
purpose are left out; the purpose's own digest covers them. Signing is not done here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.bitmaps import salted_digest, to_text
from consent_registry.domain.cohort import Cohort
from consent_registry.domain.disclosure import Figures
from consent_registry.domain.duo import DUO_RELEASE
from consent_registry.domain.duties import duties_named
from consent_registry.domain.exception import applies
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.optout import OptOutRegister
from consent_registry.domain.places import PLACES_RELEASE
from consent_registry.domain.register import Dataset, FrozenCohort
from consent_registry.domain.rulings import NamedRuling
from consent_registry.domain.verdict import ENGINE_VERSION
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import DatasetId, Revision

MANIFEST_TYP: Final = "placet-manifest+jwt"
MANIFEST_LIFE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """At which instant, and as known at which."""

    effective_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The state of the register that a cohort was decided on.

    `at` is both the effective and the known time unless `as_of` says that this is a look back.
    `opt_outs` is where the opt-out register stands; a look back says nothing of it. `rulings` are
    those the decision was made with.
    """

    issuer: str
    dataset: DatasetId
    revision: Revision
    table_version: int
    regime: str
    at: datetime
    consent_role: str
    opt_outs: OptOutRegister | None
    as_of: AsOf | None = None
    rulings: tuple[NamedRuling, ...] = ()

    @property
    def times(self) -> AsOf:
        """The instant decided about, and the one whose knowledge it was decided with."""
        return self.as_of or AsOf(effective_at=self.at, known_at=self.at)


def manifest(
    basis: Basis, inquiry: Inquiry, cohort: Cohort, figures: Figures, salt: bytes
) -> dict[str, JSON]:
    """Make the statement about an evaluated cohort.

    The digest is that of exactly the people who are in; the numbers are those that may be shown.
    """
    purpose = inquiry.purpose.to_json()
    del purpose["users"]
    return {
        "iss": basis.issuer,
        "time": to_rfc3339(basis.at),
        "expires_at": to_rfc3339(basis.at + MANIFEST_LIFE),
        "dataset": basis.dataset,
        "revision": basis.revision,
        "table_version": basis.table_version,
        "regime": basis.regime,
        "consent_role": basis.consent_role,
        "binds": sorted(axis.value for axis in inquiry.rules.binds),
        "collected": list(inquiry.collected.written()) if inquiry.collected else None,
        "data_categories": {"held": [*inquiry.held], "asked": [*inquiry.asked]},
        "opt_outs": _opt_outs(basis.opt_outs),
        "effective_at": to_rfc3339(basis.times.effective_at),
        "known_at": to_rfc3339(basis.times.known_at),
        "purpose": purpose,
        "purpose_sha256": inquiry.purpose.digest(),
        "rulings": [one.to_json() for one in basis.rulings],
        "exception_71_4": {"law": inquiry.policy.exception_law} if applies(inquiry) else None,
        "versions": versions(inquiry),
        "counts": figures.counts(),
        "reasons": dict(figures.reasons),
        "awaiting_by_clause": dict(figures.awaiting_by_clause),
        "obligations": [one.to_json() for one in duties_named(inquiry, figures.duties)],
        "digest": salted_digest(cohort.within, salt),
    }


def _opt_outs(register: OptOutRegister | None) -> JSON:
    if register is None:
        return None
    return {
        "register": register.name,
        "revision": register.number,
        "root": register.root.hex(),
    }


def frozen_manifest(
    statement: Mapping[str, JSON], *, cohort_id: str, application_id: str, void_at: datetime
) -> dict[str, JSON]:
    """Add what makes a statement about a cohort the statement about a frozen one."""
    return {
        **statement,
        "cohort_id": cohort_id,
        "application_id": application_id,
        "void_at": to_rfc3339(void_at),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Who was in a live cohort at one revision of its dataset, and who is at a later one."""

    before: BitMap
    since: Revision
    members: BitMap
    revision: Revision

    @property
    def delta(self) -> BitMap:
        """Who is in one of the two sets: the holder of the first makes the second of it by XOR."""
        return self.before ^ self.members


def standing_manifest(
    issuer: str, dataset: Dataset, frozen: FrozenCohort, stretch: Stretch, at: datetime
) -> dict[str, JSON]:
    """Make the statement about a live cohort as it stands, for who holds it as it stood before.

    It binds both sets by their salted digests, the delta between them, and the statement that the
    cohort was frozen with. It has no numbers: those that may be told stand in the frozen one.
    """
    return {
        "iss": issuer,
        "time": to_rfc3339(at),
        "expires_at": to_rfc3339(at + MANIFEST_LIFE),
        "dataset": frozen.dataset,
        "table_version": dataset.table_version,
        "cohort_id": frozen.cohort_id,
        "permit_id": frozen.permit_id,
        "purpose_sha256": frozen.purpose.digest(),
        "frozen_sha256": hashlib.sha256(frozen.manifest.encode()).hexdigest(),
        "revision": stretch.revision,
        "digest": salted_digest(stretch.members, frozen.salt),
        "since": stretch.since,
        "since_digest": salted_digest(stretch.before, frozen.salt),
        "delta": to_text(stretch.delta),
    }


def versions(inquiry: Inquiry) -> dict[str, str]:
    """Name everything that a decision depends on besides consents and purpose."""
    return {
        "engine": ENGINE_VERSION,
        "duo": DUO_RELEASE,
        "mondo": inquiry.diseases.release,
        "places": PLACES_RELEASE,
        "policy": inquiry.policy.version,
        "policy_sha256": inquiry.policy.digest,
    }

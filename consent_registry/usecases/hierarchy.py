# SPDX-License-Identifier: Apache-2.0
"""Load a release of the disease hierarchy: see what it changes first, then put it into use.

A release that is no usable hierarchy (a cycle, a lost parent) is refused with its fault. Consents
are not rewritten: they keep the terms they were given in, and are read by the release in use. Whom
it covers no more then leaves the permits that run (`rechecking`); it brings nobody in.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.disease_files import Release, read_release
from consent_registry.domain.diseases import BadHierarchy
from consent_registry.domain.release_changes import CodeChange, changes
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.clock import Clock
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

ACTIVATED: Final = "placet.admin.config.change.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A release that was read, against the version in use before; `changes` by illness."""

    release: Release
    replaces: str
    changes: tuple[CodeChange, ...]


def load_release(raw: bytes, *, dry_run: bool, tools: Tools, principal: Principal) -> Loaded:
    """Compare a release with the one in use and, unless `dry_run`, store and activate it.

    Decisions that begin after this returns are made by it. Raises ValidationFailed when the bytes
    are not a usable hierarchy.
    """
    try:
        after = read_release(raw)
    except BadHierarchy as fault:
        faults = [FieldFault("", str(fault), "bad_hierarchy")]
        raise ValidationFailed("the release is not a usable hierarchy", faults=faults) from None
    before = tools.diseases
    now = tools.clock.now()
    with tools.reads() as uow:
        held = _held(uow, tools.clock)
    release = Release(
        sha256=hashlib.sha256(raw).hexdigest(),
        version=after.release,
        terms=len(after.terms),
        loaded_at=now,
        active_since=None if dry_run else now,
    )
    loaded = Loaded(
        release=release,
        replaces=before.release,
        changes=changes(held, before, after, tools.small_cell),
    )
    if not dry_run:
        _activate(loaded, raw, tools, principal)
    return loaded


def list_releases(*, tools: Tools) -> Sequence[Release]:
    """Give all stored releases, the newest first."""
    with tools.reads() as uow:
        return uow.releases.every()


def _held(uow: UnitOfWork, clock: Clock) -> Counter[str]:
    """Count memberships by the illnesses that their consents name now."""
    held: Counter[str] = Counter()
    for dataset in uow.datasets.every():
        for terms, members in uow.terms.held(dataset.dataset, dataset.now(clock.now())):
            for disease in {name for one in terms or () for name in one.diseases}:
                held[disease] += len(members)
    return held


def _activate(loaded: Loaded, raw: bytes, tools: Tools, principal: Principal) -> None:
    release = loaded.release
    with tools.units() as uow:
        uow.releases.keep(release, raw)
        uow.releases.activate(release.sha256, release.loaded_at)
        uow.record(
            fact(
                ACTIVATED,
                release.loaded_at,
                actor=principal,
                reason="mondo_activated",
                counts={"codes_changed": len(loaded.changes)},
                extra={
                    "mondo": release.version,
                    "sha256": release.sha256,
                    "replaces": loaded.replaces,
                },
            )
        )
        uow.commit()

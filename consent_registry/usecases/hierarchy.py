# SPDX-License-Identifier: Apache-2.0
"""Load a release of the disease hierarchy: see what it changes first, then put it into use.

A release that is no usable hierarchy (a cycle, a lost parent) is refused with its fault. Consents
are not rewritten: they keep the terms they were given in, and are read by the release in use. Whom
it covers no more then leaves the permits that run (`rechecking`); it brings nobody in.

An illness that few people name is not in the report, with or without a number: that it is there
would tell what one of them said (ADR 0011). Every look is on record, one without consequences too.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.disease_files import Release, read_release
from consent_registry.domain.diseases import BadHierarchy
from consent_registry.domain.register import Dataset
from consent_registry.domain.release_changes import CodeChange, changes
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cohorts import EVALUATED
from consent_registry.usecases.disclosing import discloser, remember
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact
from shared.ids import DatasetId
from shared.principal import Principal

ACTIVATED: Final = "placet.admin.config.change.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A release that was read, against the version in use before.

    `changes` by illness, with the `people` who name it, and without those that few people name.
    """

    release: Release
    replaces: str
    changes: tuple[CodeChange, ...]
    people: Mapping[str, int]


_Naming = Mapping[str, Mapping[DatasetId, BitMap]]
"""Who names each illness in a consent that is given now, by dataset."""


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
        datasets = uow.datasets.every()
        naming = _naming(uow, datasets, now)
    release = Release(
        sha256=hashlib.sha256(raw).hexdigest(),
        version=after.release,
        terms=len(after.terms),
        loaded_at=now,
        active_since=None if dry_run else now,
    )
    found = changes(naming, before, after)
    with tools.units() as uow:
        people = _told(uow, tools, datasets, {one.code: naming[one.code] for one in found})
        loaded = Loaded(
            release=release,
            replaces=before.release,
            changes=tuple(one for one in found if one.code in people),
            people=people,
        )
        if not dry_run:
            uow.releases.keep(release, raw)
            uow.releases.activate(release.sha256, release.loaded_at)
        uow.record(_fact(loaded, principal))
        uow.commit()
    return loaded


def list_releases(*, tools: Tools) -> Sequence[Release]:
    """Give all stored releases, the newest first."""
    with tools.reads() as uow:
        return uow.releases.every()


def _naming(uow: UnitOfWork, datasets: Sequence[Dataset], now: datetime) -> _Naming:
    found: dict[str, dict[DatasetId, BitMap]] = defaultdict(lambda: defaultdict(BitMap))
    for dataset in datasets:
        for terms, people in uow.terms.held(dataset.dataset, dataset.now(now)):
            for disease in {name for one in terms or () for name in one.diseases}:
                found[disease][dataset.dataset] |= people
    return found


def _told(
    uow: UnitOfWork, tools: Tools, datasets: Sequence[Dataset], naming: _Naming
) -> Mapping[str, int]:
    """Give how many name each illness, over all datasets, as far as each dataset's may be told."""
    uow.datasets.hold([one.dataset for one in datasets])  # nobody else remembers at the same time
    people: dict[str, int] = defaultdict(int)
    for dataset in datasets:
        sets = {code: by[dataset.dataset] for code, by in naming.items() if dataset.dataset in by}
        found = discloser(uow, tools, dataset.dataset, list(sets.values()), dataset.members)
        for code, figure in found.told(sets).items():
            people[code] += figure
        remember(uow, dataset.dataset, found)
    return people


def _fact(loaded: Loaded, principal: Principal) -> Fact:
    """Say that a release was put into use, or only looked at; rare illnesses are in no count."""
    release = loaded.release
    looked = release.active_since is None
    return fact(
        EVALUATED if looked else ACTIVATED,
        release.loaded_at,
        actor=principal,
        reason="mondo_compared" if looked else "mondo_activated",
        counts={"codes_changed": len(loaded.changes)},
        extra={"mondo": release.version, "sha256": release.sha256, "replaces": loaded.replaces},
    )

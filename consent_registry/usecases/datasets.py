# SPDX-License-Identifier: Apache-2.0
"""Register datasets, and say what is registered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.data_categories import ANY, Categories
from consent_registry.domain.errors import DatasetExists, DatasetUnknown
from consent_registry.domain.places import COUNTRIES
from consent_registry.domain.policy import CONSENT_ROLES, REGIMES, Policy
from consent_registry.domain.regimes import ConsentRole
from consent_registry.domain.register import ChangeKind, Dataset, RegisterChange
from consent_registry.domain.windows import Window
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, Revision, parse_dataset_id
from shared.principal import Principal

_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_FACTS: Final = (
    *("title", "controller", "country", "legal_regime", "consent_role"),
    *("collected", "data_categories"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDataset:
    """What is said about a dataset when it is registered."""

    dataset: str
    title: str
    controller: str
    country: str
    legal_regime: str
    consent_role: str = ConsentRole.LEGAL_BASIS.value
    collected: Window | None = None
    data_categories: Categories = ANY


def register_dataset(wanted: NewDataset, *, tools: Tools, principal: Principal) -> Dataset:
    """Register a dataset. The same facts again change nothing; other facts raise DatasetExists."""
    now = tools.clock.now()
    dataset_id = _checked(wanted, tools.policy_at(now))
    dataset = Dataset(
        dataset=dataset_id,
        title=wanted.title,
        controller=wanted.controller,
        country=wanted.country,
        legal_regime=wanted.legal_regime,
        consent_role=wanted.consent_role,
        created_at=now,
        revision=Revision(1),
        members=0,
        table_version=0,
        recorded_at=now,
        collected=wanted.collected,
        data_categories=wanted.data_categories,
    )
    with tools.units() as uow:
        if not uow.datasets.add(dataset):
            return _same(uow.datasets.get(dataset_id), wanted)
        uow.announce(
            RegisterChange(
                dataset=dataset_id,
                revision=dataset.revision,
                kind=ChangeKind.DATASET_ADDED,
                items=({"legal_regime": dataset.legal_regime},),
            )
        )
        uow.record(
            fact(
                "placet.admin.config.change.v1",
                now,
                actor=principal,
                dataset=dataset_id,
                reason="dataset_added",
            )
        )
        uow.commit()
    return dataset


def get_dataset(dataset: DatasetId, *, tools: Tools) -> Dataset:
    """Give one dataset. Raises DatasetUnknown."""
    with tools.reads() as uow:
        found = uow.datasets.get(dataset)
    if found is None:
        raise DatasetUnknown
    return found


def list_datasets(known_at: datetime | None = None, *, tools: Tools) -> Sequence[Dataset]:
    """Give all datasets by name, or those there were at an instant, as they stood then."""
    with tools.reads() as uow:
        every = uow.datasets.every()
        if known_at is None:
            return every
        return [seen for one in every if (seen := seen_then(uow, one, known_at)) is not None]


def seen_then(uow: UnitOfWork, dataset: Dataset, known_at: datetime) -> Dataset | None:
    """Say how a dataset stood as known at an instant; None when it was not registered yet."""
    if dataset.created_at > known_at:
        return None
    members, table_version = uow.datasets.table_then(dataset.dataset, known_at)
    return replace(
        dataset,
        revision=uow.events.revision_known(dataset.dataset, known_at),
        members=members,
        table_version=table_version,
    )


def _checked(wanted: NewDataset, policy: Policy) -> DatasetId:
    problems = {
        "/title": None if _TEXT.fullmatch(wanted.title) else "1 to 200 printable characters",
        "/controller": None if _TEXT.fullmatch(wanted.controller) else "1 to 200 characters",
        "/country": None if wanted.country in COUNTRIES else "a country code (ISO 3166-1 alpha-2)",
        "/legal_regime": None if wanted.legal_regime in REGIMES else f"one of {', '.join(REGIMES)}",
    }
    faults = [FieldFault(at, detail) for at, detail in problems.items() if detail]
    if wanted.consent_role not in CONSENT_ROLES:
        faults.append(FieldFault("/consent_role", f"one of {', '.join(CONSENT_ROLES)}"))
    elif not problems["/legal_regime"] and not policy.decides(
        wanted.legal_regime, wanted.consent_role
    ):
        faults.append(FieldFault("/legal_regime", "the policy has no rules for such a dataset"))
    try:
        dataset = parse_dataset_id(wanted.dataset)
    except ValueError:
        faults.insert(0, FieldFault("/dataset", "an identifier such as GDI-FI-DATASET-1"))
        dataset = DatasetId("")
    if faults:
        raise ValidationFailed("the dataset has faults", faults=faults)
    return dataset


def _same(held: Dataset | None, wanted: NewDataset) -> Dataset:
    if held is None or _facts(held) != _facts(wanted):
        raise DatasetExists(context={"dataset": wanted.dataset})
    return held


def _facts(dataset: Dataset | NewDataset) -> Mapping[str, object]:
    return {name: getattr(dataset, name) for name in _FACTS}

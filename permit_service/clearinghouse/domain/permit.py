# SPDX-License-Identifier: Apache-2.0
"""What a signed data permit says, read as foreign input.

The permit service's own model is not imported: this node takes from the signed body only what a
decision needs, and refuses a body in which any of it is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from permit_service.clearinghouse.domain.errors import PermitInvalid
from shared.clock import from_rfc3339
from shared.ids import CohortId, DatasetId, PermitId, Revision, parse_dataset_id

PERMIT_TYPE: Final = "placet-permit+jws"
MAX_PERMIT_BYTES: Final = 256 * 1024

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDocument:
    """The part of a permit's body that decides access; `holder` is the holder's visa subject.

    `data_categories` are the kinds of data that it was given for, none for all of the dataset's.
    """

    permit_id: PermitId
    regime: str
    holder: str
    dataset: DatasetId
    dataset_url: str
    not_before: datetime
    expires_at: datetime
    cohort_id: CohortId
    cohort_revision: Revision
    cohort_digest: str
    data_categories: frozenset[str] = frozenset()


def read_permit(body: Mapping[str, object], *, issuer: str) -> PermitDocument:
    """Read the body of a permit whose signature has been verified.

    Raises PermitInvalid when it names another issuer or lacks what a decision needs.
    """
    if _field(body, "iss", str) != issuer:
        raise PermitInvalid("the permit names another issuer")
    holder = _field(body, "holder", dict)
    cohort = _field(body, "cohort", dict)
    try:
        return PermitDocument(
            permit_id=PermitId(_field(body, "permit_id", str)),
            regime=_field(body, "regime", str),
            holder=_field(holder, "sub", str),
            dataset=parse_dataset_id(_field(body, "dataset", str)),
            dataset_url=_field(body, "dataset_url", str),
            not_before=from_rfc3339(_field(body, "not_before", str)),
            expires_at=from_rfc3339(_field(body, "expires_at", str)),
            cohort_id=CohortId(_field(cohort, "cohort_id", str)),
            cohort_revision=Revision(_field(cohort, "revision", int)),
            cohort_digest=_field(cohort, "digest", str),
            data_categories=_data_categories(_field(body, "purpose", dict)),
        )
    except ValueError:
        raise PermitInvalid("a time or a dataset id is malformed") from None


def _data_categories(purpose: Mapping[str, object]) -> frozenset[str]:
    """Read what the purpose asked for; an empty or odd list would read as no limit."""
    if "data_categories" not in purpose:
        return frozenset()
    named = _field(purpose, "data_categories", list)
    if not named or not all(isinstance(one, str) and one for one in named):
        raise PermitInvalid("data_categories are no texts")
    return frozenset(named)


def _field(body: Mapping[str, object], name: str, kind: type[_T]) -> _T:
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool) or value == "":
        raise PermitInvalid(f"{name} is missing or of the wrong type")
    return value

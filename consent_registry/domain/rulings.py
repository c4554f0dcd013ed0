# SPDX-License-Identifier: Apache-2.0
"""What an authority ruled where a clause cannot decide by itself, and what a ruling does.

A ruling answers one matter (a clause and its question) for one case: one application with one
purpose for one dataset. A yes makes what awaited permitted, a no takes it out; nothing that a
clause denies is ever touched. A ruling stands until it is withdrawn. Statements are only added,
and in whatever order they arrive they mean the same.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from consent_registry.domain.duo import Duo
from consent_registry.domain.errors import RulingUnreadable
from consent_registry.domain.identifiers import is_name, is_own_id
from consent_registry.domain.national import find_national
from consent_registry.domain.verdict import (
    DESPITE_OPT_OUT,
    Finding,
    Matter,
    Question,
    Reason,
    deny,
    permit,
)
from shared.canonical import JSON
from shared.clock import from_rfc3339
from shared.ids import ApplicationId, DatasetId, parse_dataset_id

RULING_TYP: Final = "placet-ruling+jws"
RULING_WITHDRAWN: Final = "ruling_withdrawn"
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAX_VALUE: Final = 2000

Answers = Mapping[Matter, bool]
"""What was ruled of each matter: True permits, False takes out."""


class Says(Enum):
    """What one statement of an authority says of its ruling."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingStatement:
    """One signed statement: a ruling, or that it is withdrawn. `sha256` is of the signed bytes.

    `purpose_sha256` is the digest of the purpose that was ruled on; `stated_at` is the authority's
    time, `recorded_at` this register's.
    """

    ruling_id: str
    application_id: ApplicationId
    dataset: DatasetId
    purpose_sha256: str
    matter: Matter
    says: Says
    stated_at: datetime
    recorded_at: datetime
    jws: str

    @property
    def sha256(self) -> str:
        """Name the exact bytes that were signed, in hex."""
        return hashlib.sha256(self.jws.encode()).hexdigest()


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class NamedRuling:
    """A ruling as a manifest names it."""

    ruling_id: str
    sha256: str

    def to_json(self) -> dict[str, JSON]:
        """Write the name."""
        return {"ruling_id": self.ruling_id, "sha256": self.sha256}


def standing_rulings(
    statements: Iterable[RulingStatement], dataset: DatasetId, purpose_sha256: str
) -> tuple[RulingStatement, ...]:
    """Give the rulings of one case that nobody withdrew, by id; others' are passed over."""
    about = [
        one for one in statements if (one.dataset, one.purpose_sha256) == (dataset, purpose_sha256)
    ]
    withdrawn = {one.ruling_id for one in about if one.says is Says.WITHDRAWN}
    standing = (
        one for one in about if one.says is not Says.WITHDRAWN and one.ruling_id not in withdrawn
    )
    return tuple(sorted(standing, key=lambda one: one.ruling_id))


def answers(rulings: Iterable[RulingStatement]) -> dict[Matter, bool]:
    """Give what the rulings say of each matter; where two differ the no holds."""
    found: dict[Matter, bool] = {}
    for one in rulings:
        found[one.matter] = found.get(one.matter, True) and one.says is Says.YES
    return found


def named(rulings: Iterable[RulingStatement]) -> tuple[NamedRuling, ...]:
    """Name rulings for a manifest, in order."""
    return tuple(sorted(NamedRuling(ruling_id=one.ruling_id, sha256=one.sha256) for one in rulings))


def settled(finding: Finding, ruled: Answers) -> Finding:
    """Let a ruling answer a finding that asks for one; every other finding stays as it is."""
    if finding.matter is None or finding.matter not in ruled:
        return finding
    if ruled[finding.matter]:
        return permit(finding.clause, *finding.obligations)
    return deny(finding.clause, Reason.RULED_OUT)


def settled_all(findings: Sequence[Finding], ruled: Answers) -> tuple[Finding, ...]:
    """Do the same for every finding of an alternative."""
    return tuple(settled(finding, ruled) for finding in findings)


def read_statement(body: Mapping[str, object], jws: str, recorded_at: datetime) -> RulingStatement:
    """Read the verified body of a statement. Raises RulingUnreadable when a member does not fit."""
    try:
        matter = Matter(
            clause=_clause(_text(body, "clause")),
            question=Question(_text(body, "question")),
            value=_text(body, "value"),
        )
        statement = RulingStatement(
            ruling_id=_text(body, "ruling_id"),
            application_id=ApplicationId(_text(body, "application_id")),
            dataset=parse_dataset_id(_text(body, "dataset")),
            purpose_sha256=_text(body, "purpose_sha256"),
            matter=matter,
            says=Says(_text(body, "answer")),
            stated_at=from_rfc3339(_text(body, "time")),
            recorded_at=recorded_at,
            jws=jws,
        )
    except (KeyError, ValueError) as unfit:
        raise RulingUnreadable from unfit
    fits = (
        is_own_id(statement.ruling_id)
        and is_name(statement.application_id)
        and _SHA256.fullmatch(statement.purpose_sha256)
        and len(matter.value) <= _MAX_VALUE
    )
    if not fits:
        raise RulingUnreadable
    return statement


def _clause(text: str) -> str:
    if text == DESPITE_OPT_OUT.clause:
        return text
    national = find_national(text)
    return Duo[text].name if national is None else national.name


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise ValueError(name)  # noqa: TRY004 - one kind of fault for the caller
    return value

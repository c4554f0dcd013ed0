# SPDX-License-Identifier: Apache-2.0
"""R15: what the log finds when it verifies itself."""

from hashlib import sha256
from typing import Final

from audit_log.domain.rules.raised import Raised

RULE: Final = "R15"


def flaw(table: str, row: str, what: str) -> Raised:
    """Say that a row does not belong to the tree; `what` is told apart by its hash."""
    return Raised(
        rule=RULE,
        code=f"row_of_{table}",
        cause=f"{RULE}/{table}/{row}/{sha256(what.encode()).hexdigest()[:16]}",
        evidence=(),
    )


def bad_proof(index: int) -> Raised:
    """Say that an entry's inclusion proof, as the log serves it, does not verify."""
    return Raised(rule=RULE, code="proof_failed", cause=f"{RULE}/proof/{index}", evidence=(index,))


def witness_lag(size: int) -> Raised:
    """Say that the witnesses have not confirmed anything beyond this size for too long."""
    return Raised(rule=RULE, code="witness_lag", cause=f"{RULE}/witness/{size}", evidence=())


def count_differs(size: int, rows: int) -> Raised | None:
    """Say that there are not as many search rows as leaves."""
    if size == rows:
        return None
    return Raised(
        rule=RULE, code="row_count_differs", cause=f"{RULE}/count/{size}/{rows}", evidence=()
    )

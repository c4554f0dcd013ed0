# SPDX-License-Identifier: Apache-2.0
"""Recomputing the search rows of some entries: the rows beside the tree, held against its leaves.

A bundle's entries count only when they hash to its tile; what they imply is `verify_rows`.
"""

from audit_log.domain.merkle import leaf_hash
from audit_log.domain.tiles import WIDTH, split_hashes
from audit_log.ports import Inspector
from audit_log.usecases.flaws import Flaw, Flaws
from audit_log.usecases.verify_rows import RowVerifier


def recompute(inspector: Inspector, first: int, end: int, rows: RowVerifier) -> tuple[Flaw, ...]:
    """Hold the rows of the entries `first` to below `end` against them."""
    flaws = Flaws()
    reached = first
    for table, number, entries in inspector.bundles():
        start = number * WIDTH
        if start >= end:
            break
        if entries is None or [leaf_hash(one) for one in entries] != _tile(inspector, number):
            flaws.add(table, f"n={number}", "does not hash to its tile")
            rows.skip()
            reached = start + WIDTH
            continue
        wanted = entries[max(first - start, 0) : end - start]
        rows.take(max(first, start), wanted, inspector, flaws)
        reached = start + len(entries)
    if reached < end:
        flaws.add("bundle", f"n={reached // WIDTH}", "is missing")
    rows.check_blocks(first, end, inspector, flaws)
    return tuple(flaws.found)


def _tile(inspector: Inspector, number: int) -> list[bytes] | None:
    try:
        return split_hashes(inspector.tile(0, number))
    except (LookupError, ValueError):
        return None

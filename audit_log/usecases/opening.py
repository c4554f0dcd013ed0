# SPDX-License-Identifier: Apache-2.0
"""Opening sealed parts of entries: each is checked against its commitment before anybody sees it.

Who may, and what is said about it, is the callers' business (`pack`, `cases`).
"""

from collections.abc import Collection, Sequence

from audit_log.domain.errors import Unopenable
from audit_log.domain.pack import Opened
from audit_log.domain.parts import binding, group_code, group_name, unpadded
from audit_log.domain.search import Found
from audit_log.ports import DataKey, Exports, Vault
from shared.entries import check_commitments
from shared.events import CommitmentMismatch
from shared.sealing import SealedPart


def open_groups(
    wanted: Collection[str], found: Sequence[Found], exports: Exports, vault: Vault
) -> Opened:
    """Open these groups (`subj` means every person); what was erased or is gone is counted.

    Raises Unopenable when a stored part is not what its entry commits to.
    """
    if not wanted:
        return Opened(parts=(), erased=0)
    stored = exports.parts([one.index for one in found])
    keys: dict[int, DataKey] = {}
    parts: list[tuple[int, SealedPart]] = []
    erased = gone = 0
    destroyed = exports.erased([one.index for one in found])
    for one in found:
        groups = [g for g in one.entry.commitments if g.partition("/")[0] in wanted]
        by_name = {group_name(code): sealed for code, sealed in stored.get(one.index, {}).items()}
        for group in groups:
            if group not in by_name:
                was_erased = (one.index, group_code(group)) in destroyed
                erased, gone = erased + was_erased, gone + (not was_erased)
                continue
            key, sealed = by_name[group]
            if key.kid not in keys:
                keys[key.kid] = vault.unwrap(key.kid, key.kek, key.wrapped)
            parts.append((one.index, _part(one, group, keys[key.kid], sealed)))
    return Opened(parts=tuple(parts), erased=erased, gone=gone)


def _part(one: Found, group: str, key: DataKey, sealed: bytes) -> SealedPart:
    try:
        part = unpadded(group, key.open(sealed, binding(one.entry.id, group)))
        check_commitments(one.entry, [part], complete=False)
    except (ValueError, CommitmentMismatch):
        raise Unopenable("a sealed part is not what its entry commits to") from None
    return part

# SPDX-License-Identifier: Apache-2.0
"""Packs that officers asked for about somebody who is erased end with her.

A pack names whom it is about and holds her entries, under a key of its own, for a day: her erasure
would not reach it, and it leads from her to them.
"""

from audit_log.domain.errors import Unopenable
from audit_log.domain.filters import holders_named
from audit_log.ports import Exports, Pseudonyms, Vault
from audit_log.usecases.export import question_of


def forget_packs(subject: bytes, exports: Exports, vault: Vault, pseudonyms: Pseudonyms) -> None:
    """Empty the packs that name the holder of a key, given by the pseudonym it is stored by.

    After her key is destroyed, so that no other pack is fixed meanwhile. What nobody can open leads
    nowhere.
    """
    for job in exports.kept():
        try:
            wanted = question_of(job, vault).asked.wanted
        except Unopenable:
            continue
        if wanted is not None and subject in map(pseudonyms.holder, holders_named(wanted)):
            exports.void(job.id)

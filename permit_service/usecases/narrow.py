# SPDX-License-Identifier: Apache-2.0
"""Keep the number of people still in each permit's cohort, as consent_registry reports it.

For people to see. Access is decided from the signed feeds, never from these numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from permit_service.domain.errors import SenderRefused
from permit_service.domain.reading import is_opaque_id
from permit_service.ports import PermitStore
from shared.canonical import JSON
from shared.ids import PermitId, Revision
from shared.principal import Principal

NARROWED: Final = "placet.consent.narrowed.v1"
_NOTHING_SAID: Final = ""


def require_sender(principal: Principal, registered: str) -> None:
    """Raise SenderRefused unless the caller is the client registered as consent_registry.

    A scope says what a client may do; whose register it speaks for only its name can say.
    """
    if principal.client_id != registered:
        raise SenderRefused


def narrowed(payload: Mapping[str, JSON], *, permits: PermitStore) -> None:
    """Take one message {dataset, revision, cohorts: [{permit_id, members_now}]}.

    `members_now` is a number that may be shown, null for one too small to be told.

    Runs in the transaction of the inbox, so that a repeated message changes nothing; of two
    messages out of order the higher revision wins. A permit unknown here, and a message of another
    shape, are passed over: nothing else can be done with them, and the next count repairs it.
    """
    revision, cohorts = payload.get("revision"), payload.get("cohorts")
    if not _is_count(revision) or not isinstance(cohorts, Sequence) or isinstance(cohorts, str):
        return
    for cohort in cohorts:
        if not isinstance(cohort, Mapping):
            continue
        permit_id, members = cohort.get("permit_id"), cohort.get("members_now", _NOTHING_SAID)
        if isinstance(permit_id, str) and isinstance(revision, int):
            if members is None:
                _take(permit_id, None, Revision(revision), permits)
            elif _is_count(members) and isinstance(members, int):
                _take(permit_id, members, Revision(revision), permits)


def _take(permit_id: str, members: int | None, revision: Revision, permits: PermitStore) -> None:
    permit = permits.locked(PermitId(permit_id)) if is_opaque_id(permit_id) else None
    if permit is not None:
        permits.put(permit.narrow(members, revision))


def _is_count(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

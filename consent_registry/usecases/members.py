# SPDX-License-Identifier: Apache-2.0
"""Put people in a dataset who have said nothing about it: their choices for its study decide there.

An import puts people in a dataset with what they said of it. Whoever is listed here has made no
choice for the dataset, and is in no cohort before a choice for its study reaches it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.data_categories import ANY, Categories
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.register import Dataset, Member
from consent_registry.domain.row_codes import RowCode
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.recording import record
from consent_registry.usecases.settling import again, hold, settle
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, Ordinal, Revision
from shared.principal import Principal

MAX_MEMBERS: Final = 1_000
_CHANGED: Final = "placet.admin.config.change.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A participant with the holder's own id of her sample in the dataset.

    `data_categories` are the kinds of data that there are of her, none for all of the dataset's.
    """

    pseudonym: str
    local_id: str
    data_categories: Categories = ANY


def list_members(
    dataset: DatasetId, wanted: Sequence[NewMember], *, tools: Tools, principal: Principal
) -> Revision:
    """List people as members, all or none; who is one already, under this id, stays as she is.

    Gives the revision of the dataset afterwards. Raises DatasetUnknown, and ValidationFailed with a
    pointer to every fault: an id that another person has, a person who has another id, or of whom
    other data are to be there than there were said to be, or than the dataset holds.
    """
    _check(wanted)
    return again(tools, lambda uow: _list(uow, dataset, wanted, tools, principal))


def _list(
    uow: UnitOfWork,
    name: DatasetId,
    wanted: Sequence[NewMember],
    tools: Tools,
    principal: Principal,
) -> Revision:
    pseudonyms = [one.pseudonym for one in wanted]
    known = uow.people.pids(pseudonyms)
    held = hold(uow, [name], list(known.values())).get(name)
    if held is None:
        raise DatasetUnknown
    people = uow.people.ensure(pseudonyms, tools.clock.now(), known)
    added = _new_ones(uow, held, wanted, people.pids)
    if not added:
        return held.revision
    writing = begin(tools, held, principal, added=added, fresh=people.fresh)
    uow.people.add_members(added, writing.now)
    record(uow, tools, writing, [])
    made = fact(
        _CHANGED,
        writing.recorded_at,
        actor=principal,
        dataset=name,
        reason="members_listed",
        counts={"people": len(added)},
        extra={"revision": writing.revision},
    )
    uow.record(made)
    more = uow.person_events.known(one.pid for one in added)
    made_by = settle(uow, tools, more, principal, at=writing.recorded_at) if more else {}
    uow.commit()
    return made_by[name].revision if name in made_by else writing.revision


def _new_ones(
    uow: UnitOfWork, held: Dataset, wanted: Sequence[NewMember], pids: Mapping[str, str]
) -> list[Member]:
    local_ids = [one.local_id for one in wanted]
    there = uow.people.members(held.dataset, list(pids.values()), local_ids)
    by_pid = {one.pid: one for one in there}
    by_local_id = {one.local_id: one for one in there}
    added: list[Member] = []
    faults: list[FieldFault] = []
    for number, one in enumerate(wanted):
        pid = pids[one.pseudonym]
        mine, taken = by_pid.get(pid), by_local_id.get(one.local_id)
        if not set(one.data_categories) <= set(held.data_categories):
            pointer = f"/members/{number}/data_categories"
            faults.append(FieldFault(pointer, "no others than the dataset holds"))
        elif mine is None and taken is None:
            made = Member(
                dataset=held.dataset,
                ordinal=Ordinal(held.members + len(added)),
                pid=pid,
                local_id=one.local_id,
                data_categories=_fewer(one.data_categories, held),
            )
            added.append(made)
            by_pid[pid] = by_local_id[one.local_id] = made
        elif mine is None or mine != taken:
            what = RowCode.LOCAL_ID_TAKEN
            pointer = f"/members/{number}/local_id"
            faults.append(FieldFault(pointer, what.message, what.api_code))
        elif mine.data_categories != _fewer(one.data_categories, held):
            pointer = f"/members/{number}/data_categories"
            faults.append(FieldFault(pointer, "said otherwise when she was listed"))
    if faults:
        raise ValidationFailed("some cannot be members", faults=faults)
    return added


def _fewer(there: Categories, held: Dataset) -> Categories:
    """Write what there is of a member: as nothing where it is all that the dataset holds."""
    return ANY if there == held.data_categories else there


def _check(wanted: Sequence[NewMember]) -> None:
    if not 0 < len(wanted) <= MAX_MEMBERS:
        fault = FieldFault("/members", f"1 to {MAX_MEMBERS} people")
        raise ValidationFailed("the list has faults", faults=[fault])
    named = {"participant": "pseudonym", "local_id": "local_id"}
    faults = [
        FieldFault(f"/members/{number}/{field}", "1 to 128 letters, digits or . _ - : @ +")
        for number, one in enumerate(wanted)
        for field, attribute in named.items()
        if not is_name(getattr(one, attribute))
    ]
    if faults:
        raise ValidationFailed("the list has faults", faults=faults)

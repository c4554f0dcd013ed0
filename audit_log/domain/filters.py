# SPDX-License-Identifier: Apache-2.0
"""A search filter as JSON, one form everywhere: in requests, in packs, on the command line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from audit_log.domain.parts import Holder, person_holder
from audit_log.domain.search import Account, Filter
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.entry_forms import is_entry_type, is_open_text, is_source
from shared.errors import FieldFault, ValidationFailed
from shared.events import Subject
from shared.ids import parse_dataset_id

_TEXTS: Final = ("dataset", "permit", "visa", "purpose", "src", "type", "decision")


def filter_json(wanted: Filter) -> dict[str, JSON]:
    """Write a filter; parts that are not given are left out."""
    said: dict[str, JSON] = {
        name: getattr(wanted, name) for name in _TEXTS if getattr(wanted, name) is not None
    }
    if wanted.actor is not None:
        said["actor"] = {"issuer": wanted.actor.issuer, "subject": wanted.actor.subject}
    if wanted.person is not None:
        said["person"] = {"dataset": wanted.person.dataset, "ordinal": wanted.person.ordinal}
    for name, moment in (("since", wanted.since), ("until", wanted.until)):
        if moment is not None:
            said[name] = to_rfc3339(moment)
    return said


def holders_named(wanted: Filter) -> tuple[Holder, ...]:
    """Name whose keys a filter is about."""
    found: list[Holder] = []
    if wanted.actor is not None:
        found.append(("actor", (wanted.actor.issuer, wanted.actor.subject)))
    if wanted.person is not None:
        found.append(person_holder(wanted.person.dataset, wanted.person.ordinal))
    return tuple(found)


def filter_of(body: Mapping[str, Any]) -> Filter:
    """Read a filter whose shape was checked; raise ValidationFailed for a time that is none."""
    actor, person = body.get("actor"), body.get("person")
    return Filter(
        actor=Account(issuer=actor["issuer"], subject=actor["subject"]) if actor else None,
        dataset=body.get("dataset"),
        permit=body.get("permit"),
        visa=body.get("visa"),
        purpose=body.get("purpose"),
        src=body.get("src"),
        person=Subject(dataset=person["dataset"], ordinal=person["ordinal"]) if person else None,
        type=body.get("type"),
        decision=body.get("decision"),
        since=_time(body, "since"),
        until=_time(body, "until"),
    )


def filter_faults(wanted: Filter) -> list[FieldFault]:
    """Name what keeps a filter from matching anything."""
    faults: list[FieldFault] = []
    if wanted.dataset is not None and not is_open_text(wanted.dataset):
        faults.append(FieldFault("/dataset", "not a dataset identifier"))
    if wanted.purpose is not None and not is_open_text(wanted.purpose):
        faults.append(FieldFault("/purpose", "not a purpose code"))
    if wanted.src is not None and not is_source(wanted.src):
        faults.append(FieldFault("/src", "not a producer's name"))
    if wanted.type is not None and not is_entry_type(wanted.type):
        faults.append(FieldFault("/type", "not an entry type"))
    if wanted.person is not None and not _is_person(wanted.person):
        faults.append(FieldFault("/person", "a dataset identifier and an ordinal from 0"))
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        faults.append(FieldFault("/until", "not after since"))
    return faults


def _is_person(person: Subject) -> bool:
    try:
        parse_dataset_id(person.dataset)
    except ValueError:
        return False
    return 0 <= person.ordinal < 1 << 53


def _time(body: Mapping[str, Any], name: str) -> datetime | None:
    text = body.get(name)
    if text is None:
        return None
    try:
        return from_rfc3339(text)
    except ValueError:
        fault = FieldFault(f"/{name}", "an RFC 3339 time in UTC")
        raise ValidationFailed("the search has faults", faults=[fault]) from None

# SPDX-License-Identifier: Apache-2.0
"""Choices for studies out of a file: judged with what is known of each person, and recorded.

A yes counts from when it is recorded, however early the file says that it does, and for the
datasets that she was told of (ADR 0038). People are asked for together, never one by one.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.batches import FaultAt, ImportBatch
from consent_registry.domain.history import Kind
from consent_registry.domain.mandates import MandateKind, mandates
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.records import Channel
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import Row
from consent_registry.domain.studies import version_at
from consent_registry.domain.study_choices import KINDS, said_otherwise
from consent_registry.domain.terms import canonical_text
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import left_everything, ring_memberships
from consent_registry.usecases.import_consents import Consent, source_of
from consent_registry.usecases.mandated import records_of_each
from consent_registry.usecases.people_changes import PersonDraft, Recording, recorded_at_of
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import to_rfc3339

SAID_OTHERWISE: Final = Fault("state", RowCode.SAID_OTHERWISE)
_GUARDED: Final = Fault("signed_on", RowCode.GUARDIAN_MISSING)
_OVER: Final = Fault("effective_to", RowCode.DATE_ORDER)
_KINDS: Final[Mapping[Kind, PersonKind]] = {kind: one for one, kind in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is on record of people, and when each last withdrew from everything."""

    records: Mapping[str, Sequence[PersonRecord]]
    left: Mapping[str, datetime]

    def fault(self, row: Row, pid: str, at: datetime) -> Fault | None:
        """Say why a choice may not be taken from a file; a no always may."""
        if not row.kind.grants:
            return None
        records = self.records.get(pid, ())
        if said_otherwise(records, row.study, row.expressed_at, self.left.get(pid)):
            return SAID_OTHERWISE
        guardians = [one for one in mandates(records) if one.kind is MandateKind.GUARDIAN]
        if any(one.in_force(then) for one in guardians for then in (row.expressed_at, at)):
            return _GUARDED
        return _OVER if row.effective_to is not None and row.effective_to <= at else None


def note_said_otherwise(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Refuse in the dry run what would be refused in earnest of those who are known already."""
    for rows in uow.imports.about_studies(batch):
        pids = uow.people.pids([staged.row.participant for staged in rows])
        known = _known(uow, frozenset(pids.values()))
        found: list[FaultAt] = []
        for staged in rows:
            pid = pids.get(staged.row.participant, "")
            fault = known.fault(staged.row, pid, batch.received_at)
            if fault is not None:
                found.append(FaultAt(staged.line, fault))
        uow.imports.put_faults(batch.import_id, found)
        uow.imports.set_aside(batch.import_id, [fault.line for fault in found])


def record_for_studies(
    uow: UnitOfWork, batch: ImportBatch, consents: Sequence[Consent], *, tools: Tools
) -> list[FaultAt]:
    """Record one choice of each of these people for a study; gives a fault for each refused row.

    The caller holds every dataset that these people are members of.
    """
    pids = frozenset(consent.pid for consent in consents)
    uow.people.hold_all(pids)
    reached = {member.dataset for member in ring_memberships(uow, pids)}
    recording = Recording(
        uow=uow,
        tools=tools,
        principal=batch.actor,
        channel=Channel.IMPORT,
        recorded_at=recorded_at_of(uow, tools, sorted(pids), reached),
        extra={"import_id": batch.import_id},
    )
    known, at = _known(uow, pids), recording.recorded_at
    versions = {name: uow.studies.versions(name) for name in {c.first.row.study for c in consents}}
    drafts: list[PersonDraft] = []
    faults: list[FaultAt] = []
    taken: list[Consent] = []
    for consent in consents:
        row = consent.first.row
        fault = known.fault(row, consent.pid, at)
        if fault is not None:
            faults += [FaultAt(staged.line, fault) for staged in consent.rows]
            continue
        taken.append(consent)
        drafts.append(_draft(consent, version_at(versions[row.study], row.expressed_at), at))
    if drafts:
        recording.add_all(drafts)
        uow.events.taken_in([(one.pid, source_of(batch, one)) for one in taken])
    return faults


def _known(uow: UnitOfWork, pids: Set[str]) -> _Known:
    return _Known(records=records_of_each(uow, pids), left=left_everything(uow, pids))


def _draft(consent: Consent, version: int, at: datetime) -> PersonDraft:
    row = consent.first.row
    written: JSON = json.loads(canonical_text(consent.terms)) if consent.terms else None
    return PersonDraft(
        pids=(consent.pid,),
        kind=_KINDS[row.kind],
        study=row.study,
        body={
            "terms": written,
            "form_version": row.form_version,
            "version": version,
            "datasets": list(row.told_of or ()),
            "signed_on": to_rfc3339(row.expressed_at),
        },
        effective_from=max(row.effective_from, at) if row.kind.grants else row.effective_from,
        effective_to=row.effective_to if row.kind.grants else None,
    )

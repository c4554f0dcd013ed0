# SPDX-License-Identifier: Apache-2.0
"""Record the consents of a judged file, at most 2,000 rows in a transaction.

Short transactions let a withdrawal through between any two of them. Where to go on stands in the
same transaction as the consents, so that nothing is lost or doubled however often the worker is
killed. What happened since the rows were judged is judged again here, by the same rules.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from consent_registry.domain.approvals import ends_in_a_no
from consent_registry.domain.batches import (
    ROWS_PER_TRANSACTION,
    FaultAt,
    ImportBatch,
    ImportState,
    NextRows,
    StagedRow,
)
from consent_registry.domain.history import Segment, has_said_no, is_corrected, timeline
from consent_registry.domain.records import Channel, EventRecord
from consent_registry.domain.register import Dataset, LiveCohort, Member
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.voids import to_void
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import left_everything
from consent_registry.usecases.import_cancelling import end_if_wished
from consent_registry.usecases.import_consents import (
    Consent,
    against_leaving,
    consents_of,
    in_error,
    rounds_of,
    source_of,
)
from consent_registry.usecases.import_studies import SAID_OTHERWISE, record_for_studies
from consent_registry.usecases.imports import record_end
from consent_registry.usecases.mandated import guarded_then
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.ids import DatasetId, Ordinal


def apply_next(*, tools: Tools) -> bool:
    """Record the next consents of the longest waiting import; False when none is waiting."""
    return again(tools, lambda uow: _apply_next(uow, tools))


def _apply_next(uow: UnitOfWork, tools: Tools) -> bool:
    batch = uow.imports.claim(ImportState.APPLYING)
    if batch is None:
        return False
    if not end_if_wished(uow, batch, tools):
        following = uow.imports.next_rows(batch, ROWS_PER_TRANSACTION)
        if following.rows:
            after = _apply(uow, batch, following, tools)
        else:
            after = _finish(uow, batch, tools)
        uow.imports.keep(after)
    uow.commit()
    return True


def _finish(uow: UnitOfWork, batch: ImportBatch, tools: Tools) -> ImportBatch:
    done = replace(batch, state=ImportState.FINISHED, finished_at=tools.clock.now())
    uow.imports.clear(batch.import_id, rows=True, file=True)
    record_end(uow, done, tools.clock.now())
    return done


def _apply(uow: UnitOfWork, batch: ImportBatch, following: NextRows, tools: Tools) -> ImportBatch:
    rows = following.rows
    named = [] if following.new else list({staged.row.participant for staged in rows})
    known = uow.people.pids(named)
    shut = uow.person_events.shut(known.values())
    by_dataset: dict[DatasetId, list[StagedRow]] = {}
    of_studies: list[StagedRow] = []
    faults: list[FaultAt] = []
    for staged in rows:
        if known.get(staged.row.participant) in shut:
            faults.append(FaultAt(staged.line, _SHUT))
        elif staged.row.study:
            of_studies.append(staged)
        else:
            by_dataset.setdefault(DatasetId(staged.row.dataset), []).append(staged)
    speaking = {one.row.participant for one in of_studies} & known.keys()
    held = hold(
        uow,
        sorted(by_dataset),
        list(known.values()),
        speaking={known[pseudonym] for pseudonym in speaking},
    )
    # Asked before people are being stored: whatever is asked after that waits for them.
    live = {name: uow.cohorts.live(name) for name in list(by_dataset)[:1]}
    # An error in a consent of somebody of whom nothing was taken in makes nobody known.
    meant = {staged.row.participant for staged in rows if not in_error(staged)}
    people = uow.people.ensure(meant | known.keys(), tools.clock.now(), known)
    for name, of_dataset in by_dataset.items():
        fresh: Set[str] = people.fresh
        known_rows = [one for one in of_dataset if one.row.participant in people.pids]
        for rows_at_once in rounds_of(batch.format, known_rows):
            consents = consents_of(rows_at_once, people.pids)
            cohorts = live.pop(name, None)
            # It may have moved by what was recorded before.
            dataset = None if cohorts is not None else uow.datasets.get(name)
            faults += _record_dataset(
                uow,
                batch,
                dataset=dataset or held[name],
                cohorts=cohorts,
                new=following.new and bool(fresh),
                consents=consents,
                fresh=fresh,
                tools=tools,
            )
            fresh = frozenset()
    for rows_at_once in rounds_of(batch.format, of_studies):
        consents = consents_of(rows_at_once, people.pids)
        faults += record_for_studies(uow, batch, consents, tools=tools)
    uow.imports.put_faults(batch.import_id, faults)
    return replace(
        batch,
        done_line=max(staged.first_line for staged in rows),
        applied=batch.applied + len(rows) - len(faults),
        bad=batch.bad + len(faults),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What is on record of members: their consents' events, and what stands for whom more is known.

    Read for all of a transaction at once: to ask for each of a million is what an import cannot do.
    """

    events: Mapping[Ordinal, Sequence[EventRecord]]
    beside: Mapping[Ordinal, Sequence[Segment]]


def _record_dataset(
    uow: UnitOfWork,
    batch: ImportBatch,
    *,
    dataset: Dataset,
    cohorts: Sequence[LiveCohort] | None,
    new: bool,
    consents: Sequence[Consent],
    fresh: Set[str],
    tools: Tools,
) -> list[FaultAt]:
    """Record consents for one dataset; gives a fault for each row that no longer may be."""
    # Asked before members are being stored: whatever is asked after that waits for them.
    uow.events.seek([consent.terms for consent in consents if consent.terms is not None])
    earlier = [consent for consent in consents if consent.pid not in fresh]
    barred = _guarded(uow, dataset, earlier)
    local_ids = [] if new else [consent.first.row.local_id for consent in consents]
    there = uow.people.members(dataset.dataset, [one.pid for one in earlier], local_ids)
    members, added = _members(uow, dataset, consents, barred, known=there, fresh=fresh)
    known = [m.ordinal for m in members.values() if m.ordinal < dataset.members]
    before = uow.events.of_members(dataset.dataset, known)
    earlier_members = [member for pid, member in members.items() if pid not in fresh]
    past = _Past(events=before, beside=_beside(uow, dataset.dataset, earlier_members))
    drafts: list[Draft] = []
    faults: list[FaultAt] = []
    for consent in consents:
        member = members.get(consent.pid)
        # The approval is used up last: only what is recorded uses one.
        if in_error(consent.first):
            drafts += _voiding(batch, consent, member, before)
            continue
        fault = barred.get(consent.pid)
        fault = fault or _fault(uow, dataset.dataset, consent, member, past)
        if fault is not None or member is None:
            faults += [FaultAt(staged.line, fault or _TAKEN) for staged in consent.rows]
            continue
        drafts.append(_draft(batch, consent, member))
    extra = {"import_id": batch.import_id}
    writing = begin(tools, dataset, batch.actor, added=added, fresh=fresh, extra=extra)
    uow.people.add_members(added, writing.now)
    if drafts:
        record(uow, tools, writing, drafts, before, cohorts=cohorts)
    return faults


_TAKEN = Fault("local_id", RowCode.LOCAL_ID_TAKEN)
_SHUT = Fault("participant", RowCode.PERSON_UNREADABLE)


def _members(
    uow: UnitOfWork,
    dataset: Dataset,
    consents: Sequence[Consent],
    barred: dict[str, Fault],
    *,
    known: Sequence[Member],
    fresh: Set[str],
) -> tuple[dict[str, Member], list[Member]]:
    """Give the member of each consent that has or may get one, and the members to be added.

    `known` are those there already, `fresh` the people whom nobody knew. Whoever is `barred` joins
    nothing, and whoever may not join is barred here: nobody is a member by a consent that is not
    recorded.
    """
    by_pid = {member.pid: member for member in known}
    taken = {member.local_id for member in known}
    joining = [one for one in consents if one.pid not in fresh and one.pid not in by_pid]
    left = _left_everything(uow, joining)
    added: list[Member] = []
    for consent in consents:
        pid, local_id = consent.pid, consent.first.row.local_id
        if pid in by_pid or pid in barred or local_id in taken or in_error(consent.first):
            continue
        row = consent.first.row
        approved = partial(uow.approvals.use_for, dataset.dataset, pid, row.expressed_at)
        fault = against_leaving(row, left.get(pid), approved)
        if fault is not None:
            barred[pid] = fault
            continue
        ordinal = Ordinal(dataset.members + len(added))
        member = Member(dataset=dataset.dataset, ordinal=ordinal, pid=pid, local_id=local_id)
        added.append(member)
        by_pid[pid] = member
        taken.add(local_id)
    return by_pid, added


def _left_everything(uow: UnitOfWork, consents: Sequence[Consent]) -> Mapping[str, datetime]:
    """Say when those who are to join with a yes last withdrew from everything."""
    joining = [one.pid for one in consents if one.first.row.kind.grants]
    return left_everything(uow, joining) if joining else {}


def _guarded(uow: UnitOfWork, dataset: Dataset, consents: Sequence[Consent]) -> dict[str, Fault]:
    """Give a fault for each grant that somebody else had to sign when it was signed."""
    signed_on = {c.pid: c.first.row.expressed_at for c in consents if c.first.row.kind.grants}
    found = guarded_then(uow, dataset.dataset, signed_on)
    return dict.fromkeys(found, Fault("signed_on", RowCode.GUARDIAN_MISSING))


def _fault(
    uow: UnitOfWork,
    dataset: DatasetId,
    consent: Consent,
    member: Member | None,
    past: _Past,
) -> Fault | None:
    """Judge a consent again, and use up the approval that lets it turn a no into a yes."""
    row = consent.first.row
    if member is None or member.local_id != row.local_id:
        return _TAKEN
    if not row.kind.grants:
        return None
    said, beside = past.events.get(member.ordinal, ()), past.beside.get(member.ordinal, ())
    if not said and not beside:  # as for most people of a file
        return None
    events = [record.event() for record in said]
    no = has_said_no(events, row.expressed_at)
    if no or is_corrected(events, row.expressed_at):
        return Fault("state", RowCode.NO_TO_YES) if no else SAID_OTHERWISE
    # Beside her own word stands what she said of the study, or under another name of hers.
    widens = ends_in_a_no(timeline(events)) or ends_in_a_no(beside)
    if widens and not uow.approvals.use_for(dataset, consent.pid, row.expressed_at):
        return Fault("state", RowCode.APPROVAL_MISSING)
    return None


def _beside(
    uow: UnitOfWork, dataset: DatasetId, members: Sequence[Member]
) -> Mapping[Ordinal, Sequence[Segment]]:
    """Give what stands for those members of whom more is known than their consents."""
    known = uow.person_events.known([one.pid for one in members])
    return uow.events.timelines(dataset, [one.ordinal for one in members if one.pid in known])


def _draft(batch: ImportBatch, consent: Consent, member: Member) -> Draft:
    row = consent.first.row
    return Draft(
        member=member,
        kind=row.kind,
        channel=Channel.IMPORT,
        expressed_at=row.expressed_at,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        terms=consent.terms,
        form_version=row.form_version,
        source=source_of(batch, consent),
        references=row.references,
    )


def _voiding(
    batch: ImportBatch,
    consent: Consent,
    member: Member | None,
    before: Mapping[Ordinal, Sequence[EventRecord]],
) -> list[Draft]:
    """Close what came under the name of a consent entered in error, from where that began."""
    row = consent.first.row
    past = before.get(member.ordinal, ()) if member is not None else ()
    found = to_void(frozenset(row.references), past)
    if member is None or not found:
        return []
    draft = Draft(
        member=member,
        kind=row.kind,
        channel=Channel.IMPORT,
        expressed_at=row.expressed_at,
        effective_from=min(one.effective_from for one in found),
        source=source_of(batch, consent),
        voids=frozenset(one.event_id for one in found),
    )
    return [draft]

# SPDX-License-Identifier: Apache-2.0
"""Asking for an evidence pack, and fetching it.

The question is kept encrypted under a key of its own, because it may name people. What is exported
is said in the log before anybody gets it (see `pack`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from audit_log.domain.cases import Officer
from audit_log.domain.errors import (
    CaseClosed,
    ExportGone,
    ExportNotReady,
    ExportUnknown,
    SizeNotPublished,
)
from audit_log.domain.filters import filter_faults, filter_json, filter_of
from audit_log.domain.pack import MAX_PACK_ENTRIES, Asked
from audit_log.domain.rules.insider import REVEAL, SEARCH
from audit_log.domain.search import Filter
from audit_log.ports import Log, LogReader, Pseudonyms, StoredKey, Transaction, Vault
from audit_log.ports.exporting import ExportJob, Exports, ExportState
from audit_log.usecases import read
from audit_log.usecases.agreed import require_agreed
from audit_log.usecases.look import marks_of
from audit_log.usecases.resolving import CohortDesk, Resolved, basis_of, resolve
from shared import strict_json
from shared.canonical import JSON, canonical
from shared.clock import Clock
from shared.entries import SINGLE_GROUPS
from shared.entry_forms import is_code
from shared.errors import FieldFault, ValidationFailed
from shared.events import Actor, Fact
from shared.ids import IdSource
from shared.principal import Principal
from shared.tracing import current_trace_id

GROUPS: Final = (*SINGLE_GROUPS, "subj")
_BINDING: Final = b"placet/export/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked and by whom, as kept in a job."""

    asked: Asked
    asker: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An export as its asker sees it."""

    id: str
    state: ExportState
    asked_at: datetime
    as_of: int
    count: int | None
    opened: int
    entry_id: str | None
    fault: str | None


def ask(
    asked: Asked,
    *,
    as_of: int | None,
    principal: Principal,
    transaction: Transaction,
    vault: Vault,
    pseudonyms: Pseudonyms,
    cohorts: CohortDesk,
    ids: IdSource,
    clock: Clock,
) -> Seen:
    """Ask for a pack as of the newest published size, or an earlier one.

    Opening sealed parts needs the scope `log.reveal`, a reason, and an open case in which a second
    officer approved it (`agreed`); that is looked at again when the pack is made.
    Raises ValidationFailed for a question without sense, SizeNotPublished for a size or an index
    that was not published, CaseUnknown, CaseClosed and RevealNotApproved.
    """
    principal.require("log.search")
    if asked.groups:
        principal.require("log.reveal")
    _require_sense(asked)
    now = clock.now()
    resolved = _resolved(asked, as_of, transaction, cohorts)
    asker = Actor(issuer=principal.issuer, subject=principal.subject, client_id=principal.client_id)
    with transaction() as log:
        newest = read.checkpoint(log.reader)
        basis = basis_of(newest, resolved.as_of, log.reader)
        if not basis.size:
            raise SizeNotPublished("no checkpoint of that size is published")
        if any(index >= basis.size for index in asked.indexes or ()):
            raise SizeNotPublished("an index is not below the published size")
        if asked.groups:
            require_agreed(
                asked.case,
                Officer(issuer=asker.issuer, subject=asker.subject),
                indexes=_indexes(asked, basis.size, log.reader, pseudonyms, resolved),
                groups=asked.groups,
                at=now,
                log=log,
            )
        question = Question(asked=_as_of(asked, basis.size), asker=asker)
        job = _fresh(question, log.exports, vault, job_id=ids.new(), at=now)
        log.exports.add(job)
    return _seen(job)


def state(job_id: str, *, principal: Principal, transaction: Transaction, vault: Vault) -> Seen:
    """Give how far an export has come; raise ExportUnknown to all but its asker."""
    return _seen(_own_job(job_id, principal, transaction, vault))


def fetch(
    job_id: str, *, principal: Principal, transaction: Transaction, vault: Vault, clock: Clock
) -> bytes:
    """Give a finished pack to its asker; each time is an entry, as every look is.

    One with opened parts still needs the scope `log.reveal` and its open case. Raises
    ExportUnknown, ExportNotReady while it is being made, ExportGone when it failed, was
    voided by an erasure, or is older than a day; CaseClosed.
    """
    job = _own_job(job_id, principal, transaction, vault)
    if job.opened:
        principal.require("log.reveal")
    if job.unfinished:
        raise ExportNotReady("the pack is being made")
    if job.state is not ExportState.READY or not job.key.wrapped:
        raise ExportGone("there is no pack any more; ask again")
    content, question = opened_with(job, vault, job.content, "content"), question_of(job, vault)
    with transaction() as log:
        if job.opened:
            _require_open(question.asked.case or "", log)
        _require_there(job, log)
        log.record(_fetched(job, question, clock.now()))
    return content


def _require_open(case_id: str, log: Log) -> None:
    case = log.cases.get(case_id)
    if case is None or not case.is_open:
        raise CaseClosed("the case is closed")


def _require_there(job: ExportJob, log: Log) -> None:
    """Pass while no erasure has emptied the pack since it was read."""
    log.exports.erasures(hold=True)  # none happens until this look is on record
    now = log.exports.get(job.id)
    if now is None or now.state is not ExportState.READY:
        raise ExportGone("there is no pack any more; ask again")


def _fetched(job: ExportJob, question: Question, at: datetime) -> Fact:
    """Say that a pack was fetched: sealed parts are looked at, or search results."""
    said: dict[str, JSON] = {"export": job.id}
    if job.opened:
        said |= {"case": question.asked.case or "", "groups": list(question.asked.groups)}
    return Fact(
        type=REVEAL if job.opened else SEARCH,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason="pack_fetched",
        counts={"opened": job.opened},
        extra=said,
        actor=question.asker,
    )


def question_of(job: ExportJob, vault: Vault) -> Question:
    """Read what was asked for; raise Unopenable when it was altered."""
    return _question(strict_json.loads(opened_with(job, vault, job.request, "request")))


def ended(job: ExportJob, fault: str, at: datetime) -> ExportJob:
    """Give a job as it stands when it failed: nothing of it is kept but its code."""
    key = StoredKey(job.key.kid, job.key.kek, b"")
    return replace(
        job,
        key=key,
        state=ExportState.FAILED,
        changed_at=at,
        request=b"",
        content=b"",
        fault=fault,
    )


def sealed_with(job_key: StoredKey, job_id: str, vault: Vault, plain: bytes, what: str) -> bytes:
    """Encrypt a piece of a job under the job's key."""
    key = vault.unwrap(job_key.kid, job_key.kek, job_key.wrapped)
    return key.seal(plain, _bound(job_id, what))


def opened_with(job: ExportJob, vault: Vault, sealed: bytes, what: str) -> bytes:
    """Decrypt a piece of a job."""
    key = vault.unwrap(job.key.kid, job.key.kek, job.key.wrapped)
    return key.open(sealed, _bound(job.id, what))


def _require_sense(asked: Asked) -> None:
    faults: list[FieldFault] = []
    if (asked.wanted is None) == (asked.indexes is None):
        faults.append(FieldFault("/filter", "give either a filter or indexes"))
    if asked.indexes is not None and not 0 < len(asked.indexes) <= MAX_PACK_ENTRIES:
        faults.append(FieldFault("/indexes", f"between 1 and {MAX_PACK_ENTRIES} indexes"))
    if not set(asked.groups) <= set(GROUPS):
        faults.append(FieldFault("/open", f"groups are {', '.join(GROUPS)}"))
    if asked.groups and not (asked.reason and is_code(asked.reason)):
        faults.append(FieldFault("/reason", "opening needs a reason: a code such as complaint"))
    if asked.groups and not asked.case:
        faults.append(FieldFault("/case", "opening needs a case with an approved request"))
    if asked.wanted is not None:
        faults += [
            replace(one, pointer=f"/filter{one.pointer}") for one in filter_faults(asked.wanted)
        ]
    if faults:
        raise ValidationFailed("the export has faults", faults=faults)


def _resolved(
    asked: Asked, as_of: int | None, transaction: Transaction, desk: CohortDesk
) -> Resolved:
    """Ask about the person's cohorts where it must be known now which entries are to be opened."""
    if not asked.groups or asked.wanted is None:
        return Resolved(as_of=as_of)
    return resolve(asked.wanted, as_of, transaction=transaction, desk=desk)


def _indexes(
    asked: Asked, below: int, reader: LogReader, pseudonyms: Pseudonyms, resolved: Resolved
) -> Sequence[int]:
    if asked.indexes is not None:
        return asked.indexes
    wanted = asked.wanted or Filter()
    marks = resolved.among(marks_of(wanted, reader, pseudonyms))
    return reader.search(wanted, marks=marks, below=below, limit=MAX_PACK_ENTRIES + 1)


def _as_of(asked: Asked, size: int) -> Asked:
    indexes = None if asked.indexes is None else tuple(sorted(set(asked.indexes)))
    return Asked(
        wanted=asked.wanted,
        indexes=indexes,
        as_of=size,
        groups=tuple(group for group in GROUPS if group in asked.groups),
        reason=asked.reason if asked.groups else None,
        case=asked.case if asked.groups else None,
    )


def _fresh(
    question: Question, exports: Exports, vault: Vault, *, job_id: str, at: datetime
) -> ExportJob:
    kid = exports.number()
    _, wrapped = vault.fresh(kid)
    key = StoredKey(kid, vault.kek, wrapped)
    return ExportJob(
        id=job_id,
        key=key,
        state=ExportState.WAITING,
        asked_at=at,
        changed_at=at,
        request=sealed_with(key, job_id, vault, canonical(_kept(question)), "request"),
        as_of=question.asked.as_of,
    )


def _bound(job_id: str, what: str) -> bytes:
    return _BINDING + f"{what} {job_id}".encode("ascii")


def _own_job(
    job_id: str, principal: Principal, transaction: Transaction, vault: Vault
) -> ExportJob:
    principal.require("log.search")
    with transaction() as log:
        job = log.exports.get(job_id)
    if job is None:
        raise ExportUnknown("there is no such export")
    if not job.key.wrapped:
        raise ExportGone("there is no pack any more; ask again")
    asker = question_of(job, vault).asker
    if (asker.issuer, asker.subject) != (principal.issuer, principal.subject):
        raise ExportUnknown("there is no such export")
    return job


def _kept(question: Question) -> JSON:
    asked, asker = question.asked, question.asker
    return {
        "as_of": asked.as_of,
        "case": asked.case,
        "asker": {"client": asker.client_id, "iss": asker.issuer, "sub": asker.subject},
        "filter": None if asked.wanted is None else filter_json(asked.wanted),
        "groups": list(asked.groups),
        "indexes": None if asked.indexes is None else list(asked.indexes),
        "reason": asked.reason,
    }


def _question(kept: Mapping[str, Any]) -> Question:
    asker, wanted, indexes = kept["asker"], kept["filter"], kept["indexes"]
    return Question(
        asked=Asked(
            wanted=None if wanted is None else filter_of(wanted),
            indexes=None if indexes is None else tuple(indexes),
            as_of=kept["as_of"],
            groups=tuple(kept["groups"]),
            reason=kept["reason"],
            case=kept.get("case"),
        ),
        asker=Actor(issuer=asker["iss"], subject=asker["sub"], client_id=asker["client"]),
    )


def _seen(job: ExportJob) -> Seen:
    return Seen(
        id=job.id,
        state=job.state,
        asked_at=job.asked_at,
        as_of=job.as_of,
        count=job.count,
        opened=job.opened,
        entry_id=job.entry_id,
        fault=job.fault,
    )

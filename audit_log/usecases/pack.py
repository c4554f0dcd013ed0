# SPDX-License-Identifier: Apache-2.0
"""Making evidence packs, in two steps with the log's own word between them.

First the content is fixed and the export's entry, which names its hashes, is said in the same
transaction. When a published checkpoint covers that entry, the proofs are added. No pack leaves
before the log has said so, and nothing can be left out of it afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain import pack
from audit_log.domain.cases import Officer
from audit_log.domain.checkpoint import CheckpointInvalid
from audit_log.domain.cohorts import CohortAnswers
from audit_log.domain.errors import (
    CohortsUnresolved,
    ExportTooLarge,
    KeysErased,
    NotPublished,
    ProofFailed,
)
from audit_log.domain.merkle import (
    HashSource,
    ProofInvalid,
    consistency_proof,
    inclusion_proof,
    verify_inclusion,
)
from audit_log.domain.note import NoteInvalid
from audit_log.domain.pack import MAX_PACK_ENTRIES, Asked, Opened
from audit_log.domain.proof import TlogProof
from audit_log.domain.search import Filter, Found, Marks
from audit_log.domain.statement import dropped_json, integrity_json
from audit_log.domain.tiles import WIDTH, hashes_from
from audit_log.ports import (
    ExportJob,
    ExportState,
    Log,
    LogReader,
    Pseudonyms,
    Transaction,
    Trust,
    Vault,
)
from audit_log.usecases.agreed import require_agreed
from audit_log.usecases.export import Question, ended, opened_with, question_of, sealed_with
from audit_log.usecases.look import dropped_within, entries_at, marks_of, said_of
from audit_log.usecases.opening import open_groups
from audit_log.usecases.resolving import CohortDesk, Resolved
from shared.canonical import JSON
from shared.clock import Clock
from shared.entries import leaf_hash
from shared.errors import AppError
from shared.events import Fact
from shared.tracing import current_trace_id

KEPT_FOR: Final = timedelta(days=1)
INTEGRITY_WAIT: Final = timedelta(minutes=1)
_EXPORT: Final = "placet.audit.export.v1"
_REVEAL: Final = "placet.audit.reveal.v1"
_LOOKED_THROUGH: Final = 1_000
_NONCE_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What every pack carries: the policy, and files such as the verifier by their names.

    With `witnessed` a pack ends at a checkpoint that the policy's quorum has cosigned, and waits
    for one.
    """

    policy: str
    files: Mapping[str, bytes]
    witnessed: bool = False


class Exporter:
    """Makes packs one after another; call `step` again and again."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        vault: Vault,
        pseudonyms: Pseudonyms,
        cohorts: CohortDesk,
        trust: Trust,
        enclosed: Enclosed,
        src: str,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        """Keep what packs are made of; `src` is the source under which the log speaks."""
        self._transaction = transaction
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._cohorts = cohorts
        self._trust = trust
        self._enclosed = enclosed
        self._src = src
        self._clock = clock
        self._random = random
        self._after = ""

    def step(self) -> bool:
        """Bring the next job one step on; False when all were looked at.

        Raises KeysErased when somebody was erased while parts were opened: nothing was kept, and
        the job is taken up again in the next round.
        """
        now = self._clock.now()
        with self._transaction() as log:
            job = log.exports.next(self._after)
            if job is None:
                self._after = ""
                log.exports.end(now - KEPT_FOR)
                return False
            self._after = job.id
            changed = self._advanced(job, log, now)
            if changed is not None:
                log.exports.change(changed)
        return True

    def _advanced(self, job: ExportJob, log: Log, now: datetime) -> ExportJob | None:
        try:
            if job.state is ExportState.WAITING:
                return None if _comes_too_early(job, log, now) else self._record(job, log, now)
            return self._assemble(job, log, now)
        except KeysErased:
            raise
        except AppError as fault:
            return ended(job, fault.code, now)

    def _record(self, job: ExportJob, log: Log, now: datetime) -> ExportJob:
        """Fix what the pack holds and say it in the log."""
        question = question_of(job, self._vault)
        before = log.exports.erasures(hold=False)
        cohorts = self._resolved(question.asked, log.reader)
        found = self._found(question.asked, cohorts, log.reader)
        _require_agreed(question, found, log, now)
        opened = open_groups(question.asked.groups, found, log.exports, self._vault)
        said = pack.statement(
            question.asked,
            origin=log.reader.origin(),
            made_at=now,
            count=len(found),
            opened=opened,
            producers=log.exports.standing(*_times(question.asked.wanted)),
            dropped=_dropped(question.asked, log.reader),
            integrity=_integrity(log, question.asked.as_of),
            cohorts=None if cohorts is None else cohorts.written(),
            nonce=self._random(_NONCE_BYTES),
        )
        files = {
            pack.STATEMENT: said,
            pack.ENTRIES: pack.entries_file(found),
            pack.OPENINGS: pack.openings_file(opened),
        }
        content = sealed_with(job.key, job.id, self._vault, pack.zipped(files), "content")
        if log.exports.erasures(hold=True) != before:
            raise KeysErased("somebody was erased while parts were opened")
        entry_id = log.record(
            _exported(
                job.id,
                question,
                cohorts,
                files=files,
                opened=opened,
                count=len(found),
                at=now,
            )
        )
        if opened.parts:
            log.record(_revealed(job.id, question, opened, now))
        return replace(
            job,
            state=ExportState.RECORDED,
            changed_at=now,
            content=content,
            count=len(found),
            opened=len(opened.parts),
            entry_id=entry_id,
        )

    def _resolved(self, asked: Asked, reader: LogReader) -> CohortAnswers | None:
        """Ask about the person's cohorts; raise CohortsUnresolved when nobody answers.

        A pack outlives its moment, so none is made that a later one would contradict.
        """
        person = None if asked.wanted is None else asked.wanted.person
        if person is None:
            return None
        named = tuple(reader.cohorts_named(person.dataset, asked.as_of))
        cohorts = self._cohorts.ask(person, named)
        if not cohorts.reached:
            raise CohortsUnresolved("consent_registry does not say which cohorts hold the person")
        return cohorts

    def _found(
        self, asked: Asked, cohorts: CohortAnswers | None, reader: LogReader
    ) -> Sequence[Found]:
        if asked.indexes is not None:
            return bounded(asked.indexes, reader)
        wanted = asked.wanted or Filter()
        resolved = Resolved(as_of=asked.as_of, cohorts=cohorts)
        marks = resolved.among(marks_of(wanted, reader, self._pseudonyms))
        indexes = reader.search(wanted, marks=marks, below=asked.as_of, limit=MAX_PACK_ENTRIES + 1)
        if len(indexes) > MAX_PACK_ENTRIES:
            raise ExportTooLarge(f"more than {MAX_PACK_ENTRIES} entries match")
        return bounded(sorted(indexes), reader)

    def _assemble(self, job: ExportJob, log: Log, now: datetime) -> ExportJob | None:
        """Add the proofs, once the export's own entry is published; None before that."""
        reader = log.reader
        newest = reader.witnessed() if self._enclosed.witnessed else reader.newest()
        if newest is None:
            return None
        basis, own = reader.published(job.as_of), _entry_of(job, self._src, newest.size, reader)
        if basis is None:
            raise NotPublished("the checkpoint of that size is not there")
        if own is None:
            return None
        files = pack.unzipped(opened_with(job, self._vault, job.content, "content"))
        found = [*entries_at(_indexes(files[pack.ENTRIES]), reader), own]
        source = remembered(hashes_from(reader.tile))
        files |= {
            pack.EXPORT: pack.entries_file([own]),
            pack.AS_OF: basis.note,
            pack.CHECKPOINT: newest.note,
            pack.CONSISTENCY: pack.consistency_file(
                basis.size, newest.size, consistency_proof(basis.size, newest.size, source)
            ),
            pack.POLICY: self._enclosed.policy.encode(),
            pack.VKEY: f"{self._trust.keys[0]}\n".encode(),
            **self._enclosed.files,
        }
        files |= self._proofs(found, newest.note, source)
        files[pack.MANIFEST] = pack.manifest_file(files, (one.index for one in found))
        content = sealed_with(job.key, job.id, self._vault, pack.zipped(files), "content")
        return replace(job, state=ExportState.READY, changed_at=now, content=content)

    def _proofs(self, found: Sequence[Found], note: bytes, source: HashSource) -> dict[str, bytes]:
        """Make a proof for each entry, each verified against the checkpoint."""
        files: dict[str, bytes] = {}
        try:
            checkpoint = self._trust.open(note)
            for one in found:
                path = inclusion_proof(one.index, checkpoint.size, source)
                leaf = leaf_hash(one.entry.raw)
                verify_inclusion(leaf, one.index, checkpoint.size, path, checkpoint.root)
                proof = TlogProof(index=one.index, path=path, checkpoint=note)
                files[pack.proof_name(one.index)] = str(proof).encode()
        except (NoteInvalid, CheckpointInvalid, ProofInvalid) as fault:
            raise ProofFailed(str(fault)) from fault
        return files


def _comes_too_early(job: ExportJob, log: Log, now: datetime) -> bool:
    """Tell whether the integrity run that this pack can name is about to be made.

    A pack waits for it a minute at most; where no run was ever made, it does not wait.
    """
    run = log.integrity.covering(job.as_of)
    return run is not None and run.size < job.as_of and now - job.asked_at < INTEGRITY_WAIT


def _times(wanted: Filter | None) -> tuple[datetime | None, datetime | None]:
    return (None, None) if wanted is None else (wanted.since, wanted.until)


def bounded(indexes: Sequence[int], reader: LogReader) -> Sequence[Found]:
    """Give these entries; raise ExportTooLarge as soon as they are too many bytes."""
    found: list[Found] = []
    held = 0
    for start in range(0, len(indexes), WIDTH):
        few = entries_at(indexes[start : start + WIDTH], reader)
        held += sum(len(one.entry.raw) for one in few)
        if held > pack.MAX_PACK_BYTES:
            raise ExportTooLarge(f"the entries are more than {pack.MAX_PACK_BYTES} bytes")
        found += few
    return found


def _dropped(asked: Asked, reader: LogReader) -> Sequence[JSON]:
    """Give the ranges that a filter could not look into; a list of entries names what it wants."""
    if asked.wanted is None:
        return ()
    return [dropped_json(one) for one in dropped_within(asked.wanted, reader, asked.as_of)]


def _integrity(log: Log, as_of: int) -> JSON:
    said = integrity_json(log.integrity.covering(as_of), as_of)
    return None if said is None else dict(said)


def remembered(source: HashSource) -> HashSource:
    """Give a source that computes each hash once: proofs of neighbours share most of theirs."""
    known: dict[tuple[int, int], bytes] = {}

    def find(height: int, index: int) -> bytes:
        place = (height, index)
        if place not in known:
            known[place] = source(height, index)
        return known[place]

    return find


def _entry_of(job: ExportJob, own: str, size: int, reader: LogReader) -> Found | None:
    """Find the export's own entry among those of the log's own exports that came after it."""
    wanted, below = Filter(type=_EXPORT, src=own), size
    while True:
        indexes = reader.search(
            wanted, marks=Marks(), below=below, above=job.as_of, limit=_LOOKED_THROUGH
        )
        for found in entries_at(indexes, reader):
            if found.entry.id == job.entry_id:
                return found
        if len(indexes) < _LOOKED_THROUGH:
            return None
        below = indexes[-1]


def _indexes(entries: bytes) -> list[int]:
    lines = entries.split(b"\n")[:-1]
    return [int(line[line.rindex(b":") + 1 : -1]) for line in lines]


def _require_agreed(question: Question, found: Sequence[Found], log: Log, at: datetime) -> None:
    asked, asker = question.asked, question.asker
    if asked.groups:
        require_agreed(
            asked.case,
            Officer(issuer=asker.issuer, subject=asker.subject),
            indexes=[one.index for one in found],
            groups=asked.groups,
            at=at,
            log=log,
        )


def _exported(
    job_id: str,
    question: Question,
    cohorts: CohortAnswers | None,
    *,
    files: Mapping[str, bytes],
    opened: Opened,
    count: int,
    at: datetime,
) -> Fact:
    asked = question.asked
    wanted = asked.wanted
    said: dict[str, JSON] = {
        **said_of(cohorts),
        "as_of": asked.as_of,
        "entries": pack.digest(files[pack.ENTRIES]),
        "export": job_id,
        "openings": pack.digest(files[pack.OPENINGS]),
        "statement": pack.digest(files[pack.STATEMENT]),
    }
    if wanted is not None and wanted.named():
        said["filter"] = list(wanted.named())
    if asked.groups:
        said["groups"] = list(asked.groups)
        said["case"] = asked.case or ""
    return Fact(
        type=_EXPORT,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=asked.reason or "exported",
        dataset=None if wanted is None else wanted.dataset,
        counts={"opened": len(opened.parts), "results": count},
        extra=said,
        actor=question.asker,
        subjects=(wanted.person,) if wanted is not None and wanted.person else (),
    )


def _revealed(job_id: str, question: Question, opened: Opened, at: datetime) -> Fact:
    return Fact(
        type=_REVEAL,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=question.asked.reason,
        counts={"opened": len(opened.parts)},
        extra={
            "case": question.asked.case or "",
            "export": job_id,
            "groups": list(question.asked.groups),
        },
        actor=question.asker,
    )

# SPDX-License-Identifier: Apache-2.0
"""Withdraw: end what one participant allows, at once, without a reason.

Never depends on anything downstream. What was allowed or done before stays lawful and visible; what
was recorded before, future-dated consents included, is closed. Where her key does not open, nothing
can be written down for her: her data are stopped, and she is told so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.dating import too_far
from consent_registry.domain.errors import (
    IdempotencyClash,
    KeyDamaged,
    LevelNotOffered,
    NothingToWithdraw,
    StoppedInstead,
    StudyUnknown,
    TryAgain,
    WithdrawalUnknown,
)
from consent_registry.domain.history import Kind
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.levels import Level
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.records import Channel
from consent_registry.domain.regimes import Moment, No
from consent_registry.domain.register import Dataset, Member, Withdrawal
from consent_registry.domain.stops import StopKind
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.assenting import say_no_too
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.mandated import acting_for
from consent_registry.usecases.notifying import notify
from consent_registry.usecases.people_changes import hold_people
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.stopping import hold_person, set_stop
from consent_registry.usecases.study_consents import studies_spoken_of, withdraw_from_studies
from consent_registry.usecases.tasks import make_tasks
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"
_MAX_KEY_CHARS: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent:
    """Which datasets to withdraw from; None means all. A repeated key repeats nothing.

    `study` means a whole study instead: every dataset in it now, and whatever it gets later.
    `effective_from` is the date of a letter that came by post (what narrows may be dated back), or
    a date at most a year ahead; None means now. `level` says how far it goes (law.md C-3).
    """

    datasets: tuple[DatasetId, ...] | None = None
    idempotency_key: str | None = None
    effective_from: datetime | None = None
    level: Level = Level.NO_FURTHER_USE
    study: str = ""

    @property
    def everywhere(self) -> bool:
        """Say whether everything is meant."""
        return self.datasets is None and not self.study

    def digest(self) -> bytes:
        """Tell requests under one key apart."""
        named = "*" if self.datasets is None else "\n".join(sorted(set(self.datasets)))
        named = f"study\n{self.study}" if self.study else named
        dated = f"\n@{self.effective_from.isoformat()}" if self.effective_from else ""
        far = "" if self.level is Level.NO_FURTHER_USE else f"\n{self.level.value}"
        return hashlib.sha256(f"{named}{dated}{far}".encode()).digest()


def withdraw(
    pseudonym: str,
    wanted: WithdrawConsent,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Withdrawal:
    """Withdraw for a participant named by a desk or by herself."""
    with tools.reads() as uow:
        pid = acting_for(uow, tools, principal, pseudonym, DESK, datasets=wanted.datasets)
        herself = uow.people.linked(principal.issuer, principal.subject) == pid
    if herself and DESK not in principal.scopes:
        return withdraw_own(wanted, tools=tools, principal=principal, channel=channel)
    return _withdraw(pid, wanted, tools=tools, principal=principal, channel=channel)


def withdraw_own(
    wanted: WithdrawConsent, *, tools: Tools, principal: Principal, channel: Channel
) -> Withdrawal:
    """Withdraw for the participant this login is linked to. Raises NotLinked.

    In whose place others decide, it is her no as well: what they allow next does not lift it.
    """
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
    began = tools.clock.now()
    done = _withdraw(pid, wanted, tools=tools, principal=principal, channel=channel)
    at_once = wanted.effective_from is None or wanted.effective_from <= done.recorded_at
    # What an earlier request recorded under the same key is not said once more.
    if at_once and done.revisions and done.recorded_at >= began:
        ended = None if done.everywhere else [name for name, _ in done.revisions]
        say_no_too(ended, tools=tools, principal=principal, channel=channel)
    return done


def own_withdrawal(withdrawal_id: str, *, tools: Tools, principal: Principal) -> Withdrawal:
    """Give a withdrawal of the participant this login is linked to; else WithdrawalUnknown."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        found = uow.withdrawals.get(withdrawal_id) if is_own_id(withdrawal_id) else None
    if found is None or found.pid != pid:
        raise WithdrawalUnknown
    return found


def _withdraw(
    pid: str, wanted: WithdrawConsent, *, tools: Tools, principal: Principal, channel: Channel
) -> Withdrawal:
    _check_time(wanted, tools.clock.now())
    try:
        return again(
            tools,
            lambda uow: _record(
                uow, pid, wanted, tools=tools, principal=principal, channel=channel
            ),
        )
    except KeyDamaged:
        again(tools, lambda uow: _stop(uow, pid, tools=tools, principal=principal))
        raise StoppedInstead from None


def _stop(uow: UnitOfWork, pid: str, *, tools: Tools, principal: Principal) -> None:
    """Restrict all her data: a stop holds nothing that would have to be sealed."""
    held = hold_person(uow, pid)
    if held is None:
        raise TryAgain
    set_stop(uow, tools, held, StopKind.RESTRICTION, begins=True, principal=principal)
    uow.commit()


def _record(
    uow: UnitOfWork,
    pid: str,
    wanted: WithdrawConsent,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> Withdrawal:
    if wanted.level not in tools.policy_at(tools.clock.now()).levels:
        raise LevelNotOffered
    if wanted.datasets is not None and wanted.study:
        fault = FieldFault("/study", "either datasets or a study")
        raise ValidationFailed("the withdrawal has faults", faults=[fault])
    studies = _studies(uow, pid, wanted)
    members = _chosen(uow, pid, wanted, studies)
    # Holding comes first: of two requests with one key the second sees what the first did.
    held = hold(uow, [member.dataset for member in members], [pid])
    repeated = _repeated(uow, pid, wanted)
    if repeated is not None:
        return repeated
    withdrawal_id = tools.ids.new()
    writings: dict[DatasetId, Writing] = {}
    stops = wanted.level is not Level.NO_FURTHER_CONTACT
    for member in members if stops else []:
        # A dataset may have moved by what was recorded in the one before.
        dataset = uow.datasets.get(member.dataset) or held[member.dataset]
        writings[member.dataset] = writing = begin(tools, dataset, principal)
        record(uow, tools, writing, [_draft(member, wanted, writing, channel, withdrawal_id)])
    recorded_at = [tools.clock.now(), *(one.recorded_at for one in writings.values())]
    if studies and stops:
        names = [member.dataset for member in members]
        recording = hold_people(
            uow, [pid], tools=tools, principal=principal, channel=channel, datasets=names
        )
        withdraw_from_studies(recording, pid, studies, wanted.effective_from)
        recorded_at.append(recording.recorded_at)
    done = Withdrawal(
        withdrawal_id=withdrawal_id,
        pid=pid,
        recorded_at=max(recorded_at),
        revisions=tuple((name, one.revision) for name, one in writings.items()),
        idempotency_key=_kept_key(pid, wanted.idempotency_key),
        request_sha256=wanted.digest(),
        everywhere=wanted.everywhere,
    )
    uow.withdrawals.add(done)
    make_tasks(
        uow,
        tools,
        [member for member in members if _reaches(tools, held[member.dataset], wanted.level)],
        wanted.level,
        withdrawal_id=withdrawal_id,
        at=done.recorded_at,
    )
    notify(uow, tools, pid, NoticeKind.WITHDRAWAL, withdrawal_id)
    uow.commit()
    return done


def _draft(
    member: Member,
    wanted: WithdrawConsent,
    writing: Writing,
    channel: Channel,
    withdrawal_id: str,
) -> Draft:
    begins = wanted.effective_from or writing.now
    return Draft(
        member=member,
        kind=Kind.WITHDRAWN,
        channel=channel,
        expressed_at=min(begins, writing.now),
        effective_from=begins,
        withdrawal_id=withdrawal_id,
    )


def _reaches(tools: Tools, dataset: Dataset, level: Level) -> bool:
    """Say whether somebody has to do something in a dataset: not where its law lets use go on."""
    if level not in {Level.NO_FURTHER_ACCESS, Level.NO_FURTHER_USE}:
        return True
    rules = tools.rules(dataset, dataset.now(tools.clock.now()))
    return rules.says(No.WITHDRAWAL, Moment.RUNNING)


def _check_time(wanted: WithdrawConsent, now: datetime) -> None:
    if wanted.effective_from is not None and too_far(wanted.effective_from, now):
        fault = FieldFault("/effective_from", "at most one year ahead")
        raise ValidationFailed("the time has faults", faults=[fault])


def _studies(uow: UnitOfWork, pid: str, wanted: WithdrawConsent) -> list[str]:
    """Name the studies that are meant: the one named, or all that she has said anything of."""
    if not wanted.study:
        return studies_spoken_of(uow, pid) if wanted.everywhere else []
    if uow.studies.get(wanted.study) is None:
        raise StudyUnknown
    return [wanted.study]


def _chosen(
    uow: UnitOfWork, pid: str, wanted: WithdrawConsent, studies: Sequence[str]
) -> list[Member]:
    named = wanted.datasets
    members = memberships(uow, pid)
    if wanted.study:
        placed = uow.studies.datasets(wanted.study)
        return [m for m in members if m.dataset in placed]
    chosen = [m for m in members if named is None or m.dataset in named]
    if named is not None and {m.dataset for m in chosen} != set(named):
        raise NothingToWithdraw
    if not chosen and not studies:
        raise NothingToWithdraw
    return chosen


def _kept_key(pid: str, key: str | None) -> str | None:
    """Give the form in which a caller's key is kept: it may say more than the caller should."""
    return None if key is None else hashlib.sha256(f"{pid}\n{key}".encode()).hexdigest()


def _repeated(uow: UnitOfWork, pid: str, wanted: WithdrawConsent) -> Withdrawal | None:
    key = wanted.idempotency_key
    if key is None:
        return None
    if not 0 < len(key) <= _MAX_KEY_CHARS or not key.isprintable():
        fault = FieldFault("/headers/Idempotency-Key", "1 to 128 printable characters")
        raise ValidationFailed("the idempotency key has the wrong form", faults=[fault])
    found = uow.withdrawals.by_key(pid, _kept_key(pid, key) or key)
    if found is not None and found.request_sha256 != wanted.digest():
        raise IdempotencyClash
    return found

# SPDX-License-Identifier: Apache-2.0
"""What use cases need to erase a participant: its record, what destroys, and the audit log."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from typing import Protocol

from consent_registry.domain.destroyed import Destroyed, Outside
from consent_registry.domain.erasure import Account, Erasure, Forgetting, LegalHold, Mark, Part
from shared.events import Subject
from shared.ids import DatasetId, Ordinal


class Erasures(Protocol):
    """The erasures and the legal holds."""

    def add(self, erasure: Erasure) -> None:
        """Keep a new erasure."""
        ...

    def get(self, erasure_id: str) -> Erasure | None:
        """Give an erasure."""
        ...

    def hold(self, erasure_id: str) -> Erasure | None:
        """Give an erasure as last committed, and keep everyone else from moving it on."""
        ...

    def of(self, pid: str) -> Erasure | None:
        """Give a person's erasure."""
        ...

    def unfinished(self) -> Sequence[str]:
        """Give the confirmed erasures with a part that has not confirmed, oldest first."""
        ...

    def waiting(self) -> Sequence[Erasure]:
        """Give every erasure that is not complete, oldest first."""
        ...

    def destroyed(self) -> Sequence[Destroyed]:
        """Give what was destroyed here, in order; which keys these were, nobody knows here."""
        ...

    def confirm(self, erasure_id: str, by: Account, at: datetime) -> None:
        """Note the second person."""
        ...

    def done(self, erasure_id: str, part: Part, at: datetime) -> None:
        """Note that a part has confirmed."""
        ...

    def mark(self, erasure_id: str, mark: Mark) -> None:
        """Note how far the outbox was."""
        ...

    def asked_log(self, erasure_id: str, names: Sequence[str]) -> None:
        """Note what the audit log was asked for and has still to settle; empty for nothing."""
        ...

    def settle(self, erasure_id: str, complete_on: date) -> None:
        """State the day."""
        ...

    def accounts(self, erasure_id: str) -> Sequence[Account]:
        """Give the logins that the audit log has still to forget."""
        ...

    def forget_account(self, erasure_id: str, account: Account) -> None:
        """Drop one that it has forgotten."""
        ...

    def add_hold(self, hold: LegalHold) -> None:
        """Keep a legal hold."""
        ...

    def holds(self, pid: str) -> Sequence[LegalHold]:
        """Give a person's legal holds."""
        ...

    def get_hold(self, hold_id: str) -> LegalHold | None:
        """Give a legal hold."""
        ...

    def lift_hold(self, hold_id: str, at: datetime) -> None:
        """End a legal hold."""
        ...


class Destruction(Protocol):
    """Takes apart what the registry itself holds of a person."""

    def still_there(self, pids: Sequence[str]) -> Set[str]:
        """Give those of whom something is here that the registry's part of an erasure destroys."""
        ...

    def key_of(self, pid: str) -> str | None:
        """Give the SHA-256 of somebody's wrapped key, None when there is none."""
        ...

    def imports_from(self, received_by: datetime) -> Sequence[str]:
        """Give the files that came by then and are still to be judged or applied."""
        ...

    def imports_wait(self, received_by: datetime) -> bool:
        """Say whether a file that came by then is still to be judged or applied."""
        ...

    def destroy(self, pid: str, erasure_id: str, at: datetime) -> Mapping[DatasetId, Ordinal]:
        """Destroy keys, link, names, evidence, words and projections; gives where she was a member.

        The caller holds every dataset. Her logins are kept under the erasure for the audit log.
        Doing it again destroys nothing more.
        """
        ...

    def drop_terms(self) -> None:
        """Destroy the terms that nobody's projection has any more."""
        ...

    def mark(self) -> Mark:
        """Say how far the outbox and this producer's chain are."""
        ...

    def sent(self, mark: Mark) -> bool:
        """Say whether everything up to a mark has left the outbox."""
        ...


class OutsideErasures(Protocol):
    """What is remembered of erasures where no backup of the database brings back an older state."""

    def known(self) -> Outside:
        """Give all that is remembered; raises ErasuresUnreadable."""
        ...

    def remember(self, erasures: Sequence[Destroyed]) -> None:
        """Keep what is not kept yet, durably, before this returns.

        Raises ErasuresUnreadable when it cannot be kept.
        """
        ...


class AuditErasure(Protocol):
    """How the audit log is asked to forget somebody.

    All raise AuditLogAway when there is no clear answer: what was asked may have been done.
    """

    def sequenced(self, mark: Mark) -> bool:
        """Say whether the log has sequenced this producer's chain up to a mark."""
        ...

    def forget(self, whom: Account | Subject, ground: str) -> Forgetting:
        """Have the key of a login or a member destroyed. Under a legal hold there it waits.

        What waits is done by the log itself when the hold is lifted: ask once, then look.
        """
        ...

    def forgetting(self, erasure_id: str) -> Forgetting:
        """Look how far something asked for is, by the log's own name for it."""
        ...

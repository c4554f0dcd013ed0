# SPDX-License-Identifier: Apache-2.0
"""Say no to some kinds of data, or some activities, in one dataset: the rest goes on as allowed.

Recorded as a changed consent with narrower terms, expressed now. So it stands over every older
paper that comes in later, and over a consent that was to begin later: like any no it closes that.
Nothing is left of a consent that was for these alone: that is a withdrawal.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.activities import is_activity, scopes_of
from consent_registry.domain.data_categories import CATEGORIES, Categories
from consent_registry.domain.errors import DatasetUnknown, NothingToWithdraw
from consent_registry.domain.history import Kind, standing_in
from consent_registry.domain.records import Channel, references_of
from consent_registry.domain.register import Member
from consent_registry.domain.stopping import Closed, Left, left_without
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.consents import Recorded
from consent_registry.usecases.mandated import (
    acting_for,
    records_of,
    require_nobody_else_decides,
)
from consent_registry.usecases.reading import Choices
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSome:
    """Of whom, in which dataset, and what is not to go on."""

    pseudonym: str
    dataset: DatasetId
    closed: Closed

    def refused(self, why: str, message: str) -> ValidationFailed:
        """Make the refusal that says why it cannot be done, at the field that was asked."""
        name = "activities" if self.closed.activities else "data_categories"
        return ValidationFailed(message, faults=[FieldFault(f"/{name}", why)])


def stop_some(
    wanted: StopSome, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> Recorded:
    """End the use of some data, or some activities, at once: for a desk, herself, or who acts.

    Raises NothingToWithdraw where nothing that is allowed covers them, DatasetUnknown, and
    ValidationFailed where nothing is named or an activity is none; where a project would go on
    under consent to secondary use, which covers every project; or where the dataset's law does not
    look at the terms: there only a no to everything counts, and this one would change nothing.
    """
    if wanted.closed == Closed():
        raise wanted.refused("at least one", "nothing is named that is to end")
    if not all(map(is_activity, wanted.closed.activities)):
        why = "af_aggregate, subject_query, edic_secondary_use or project:<id>, each without an end"
        raise wanted.refused(why, "an activity is not known")
    return again(tools, lambda uow: _stop(uow, wanted, tools, principal, channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """A dataset of somebody's, and what a no to some would end in it: data, and activities."""

    title: str
    data_categories: Categories
    activities: tuple[str, ...]


def stoppable(choices: Choices, dataset: str, tools: Tools) -> Stoppable | None:
    """Say it of what holds for somebody now; None for a dataset that is not among that."""
    found = next((one for one in choices.choices if one.dataset.dataset == dataset), None)
    if found is None:
        return None
    about, terms = found.dataset, found.standing.terms or ()
    if not tools.rules(about, about.now(tools.clock.now())).matches_terms:
        terms = ()
    named = {scope.name for one in terms for scope in scopes_of(one.activities)}
    return Stoppable(
        title=about.title,
        data_categories=tuple(
            name
            for name in about.data_categories or CATEGORIES
            if _would_end(Closed(data_categories=(name,)), terms)
        ),
        activities=tuple(
            name for name in sorted(named) if _would_end(Closed(activities=(name,)), terms)
        ),
    )


def _would_end(closed: Closed, terms: Terms) -> bool:
    left = closed.out_of(terms)
    return left != terms and not closed.goes_on(left)


def _stop(
    uow: UnitOfWork, wanted: StopSome, tools: Tools, principal: Principal, channel: Channel
) -> Recorded:
    pid = acting_for(uow, tools, principal, wanted.pseudonym, DESK, datasets=[wanted.dataset])
    members = [one for one in memberships(uow, pid) if one.dataset == wanted.dataset]
    dataset = hold(uow, [wanted.dataset], [pid]).get(wanted.dataset)
    if dataset is None:
        raise DatasetUnknown
    herself = uow.people.linked(principal.issuer, principal.subject) == pid
    if herself and DESK not in principal.scopes:
        require_nobody_else_decides(uow, tools, pid, wanted.dataset)
    writing = begin(tools, dataset, principal)
    if not tools.rules(dataset, writing.now).matches_terms:
        why = "here only a no to all of the data counts"
        raise wanted.refused(why, "the terms of a consent do not count here")
    drafts = [
        draft
        for member in members
        if (draft := _draft(uow, member, wanted, writing.now, channel)) is not None
    ]
    if not drafts:
        raise NothingToWithdraw
    done = record(uow, tools, writing, drafts)[0]
    uow.commit()
    return Recorded.of(done)


def _draft(
    uow: UnitOfWork, member: Member, wanted: StopSome, now: datetime, channel: Channel
) -> Draft | None:
    """Narrow what is allowed of one member now; None where that covers nothing that is closed."""
    name, ordinals = member.dataset, [member.ordinal]
    segments = uow.events.timelines(name, ordinals).get(member.ordinal, ())
    own = uow.events.of_members(name, ordinals).get(member.ordinal, ())
    left = left_without(wanted.closed, segments, [one.event() for one in own], now)
    if wanted.closed.goes_on(left.terms if left else standing_in(segments, now).terms or ()):
        why = "secondary use is allowed, which covers every project"
        raise wanted.refused(why, "the project would go on")
    if left is None:
        return None
    # What stands against that consent, a forged paper or a child's no, stands against what is left.
    # What came from elsewhere keeps its name: an "entered in error" by it reaches this as well.
    of = next((one for one in own if one.event_id == left.of.event_id), None)
    return Draft(
        member=member,
        kind=Kind.GIVEN if left.terms else Kind.WITHDRAWN,
        channel=channel,
        expressed_at=left.expressed_at,
        effective_from=now,
        effective_to=left.ends_at,
        terms=left.terms or None,
        form_version=of.form_version if of else _form_of_study(uow, member, left),
        references=tuple(sorted(references_of(of.personal))) if of and left.terms else (),
        narrows=left.of.event_id if left.terms else None,
    )


def _form_of_study(uow: UnitOfWork, member: Member, left: Left) -> str:
    """Give the form of the choice for a study that decides here, empty where that named none."""
    said = (one for one in records_of(uow, member.pid) if one.event_id == left.of.event_id)
    return next((str(one.body.get("form_version", "")) for one in said), "")

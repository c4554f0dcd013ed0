# SPDX-License-Identifier: Apache-2.0
"""Say no to some kinds of data in one dataset: what is allowed goes on without them.

Recorded as a changed consent with narrower terms, expressed now. So it stands over every older
paper that comes in later, and over a consent that was to begin later: like any no it closes that.
Nothing is left of a consent that was for these kinds alone: that is a withdrawal.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.data_categories import CATEGORIES, Categories
from consent_registry.domain.errors import DatasetUnknown, NothingToWithdraw
from consent_registry.domain.history import Kind
from consent_registry.domain.records import Channel, references_of
from consent_registry.domain.register import Member
from consent_registry.domain.stopping import Left, left_without, without_data
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.consents import Recorded
from consent_registry.usecases.mandated import (
    acting_for,
    records_of,
    require_nobody_else_decides,
)
from consent_registry.usecases.reading import own_consents
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSomeData:
    """Of whom, in which dataset, and the kinds of data that are not to be used any more."""

    pseudonym: str
    dataset: DatasetId
    data_categories: Categories


def stop_some_data(
    wanted: StopSomeData, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> Recorded:
    """End the use of some kinds of data at once, for a desk, herself, or who acts for her.

    Raises NothingToWithdraw where nothing that is allowed covers them, DatasetUnknown, and
    ValidationFailed where no kind is named or the dataset's law does not look at the terms: there
    only a no to all of the data counts, and this one would change nothing.
    """
    if not wanted.data_categories:
        fault = FieldFault("/data_categories", "at least one")
        raise ValidationFailed("no data are named", faults=[fault])
    return again(tools, lambda uow: _stop(uow, wanted, tools, principal, channel))


def stop_own_data(
    dataset: str,
    data_categories: Categories,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> Recorded:
    """Do it for the participant this login is linked to. Raises NotLinked, and what that does."""
    with tools.reads() as uow:
        pseudonym = uow.people.pseudonym(access.oneself(uow, principal))
    wanted = StopSomeData(
        pseudonym=pseudonym, dataset=DatasetId(dataset), data_categories=data_categories
    )
    return stop_some_data(wanted, tools=tools, principal=principal, channel=channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """A dataset of somebody's, and the kinds of data whose use a no to some would end."""

    title: str
    data_categories: Categories


def own_stoppable(dataset: str, *, tools: Tools, principal: Principal) -> Stoppable | None:
    """Say it of the participant this login is linked to; None for a dataset that is not hers."""
    choices = own_consents(tools=tools, principal=principal).choices
    found = next((one for one in choices if one.dataset.dataset == dataset), None)
    if found is None:
        return None
    about, terms = found.dataset, found.standing.terms or ()
    if not tools.rules(about, about.now(tools.clock.now())).matches_terms:
        terms = ()
    kinds = tuple(
        name for name in about.data_categories or CATEGORIES if without_data(terms, [name]) != terms
    )
    return Stoppable(title=about.title, data_categories=kinds)


def _stop(
    uow: UnitOfWork, wanted: StopSomeData, tools: Tools, principal: Principal, channel: Channel
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
        fault = FieldFault("/data_categories", "here only a no to all of the data counts")
        raise ValidationFailed("the terms of a consent do not count here", faults=[fault])
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
    uow: UnitOfWork, member: Member, wanted: StopSomeData, now: datetime, channel: Channel
) -> Draft | None:
    """Narrow what is allowed of one member now; None where that covers none of these data."""
    name, ordinals = member.dataset, [member.ordinal]
    segments = uow.events.timelines(name, ordinals).get(member.ordinal, ())
    own = uow.events.of_members(name, ordinals).get(member.ordinal, ())
    left = left_without(wanted.data_categories, segments, [one.event() for one in own], now)
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

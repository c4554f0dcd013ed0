# SPDX-License-Identifier: Apache-2.0
"""Whether an entry is one that a filter asks for, judged from the entry and its openings alone.

Of people whom an entry names by their cohort, answers about that cohort tell.

The search rows answer the same question from the database; whoever doubts them asks here.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import TypeAlias

from audit_log.domain.cohorts import CohortAnswer, CohortKey
from audit_log.domain.received import cohort_of
from audit_log.domain.search import Filter
from shared.entries import Entry
from shared.events import Subject, actor_of, subject_of
from shared.sealing import SealedPart


class Match(Enum):
    """Whether an entry matches; UNKNOWN when what would tell is sealed and was not opened."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


Cohorts: TypeAlias = Mapping[CohortKey, CohortAnswer]
"""What was answered about the person asked for, by cohort."""


def match(
    wanted: Filter,
    entry: Entry,
    parts: Sequence[SealedPart] = (),
    cohorts: Cohorts = MappingProxyType({}),
) -> Match:
    """Judge an entry; `parts` are openings of it that were checked against its commitments."""
    if not _open_parts_match(wanted, entry):
        return Match.NO
    answers = [
        _actor(wanted, entry, parts),
        _person(wanted, entry, parts, cohorts),
        _permit(wanted, entry, parts),
    ]
    if Match.NO in answers:
        return Match.NO
    return Match.UNKNOWN if Match.UNKNOWN in answers else Match.YES


def _open_parts_match(wanted: Filter, entry: Entry) -> bool:
    return (
        wanted.dataset in (None, entry.dataset)
        and wanted.type in (None, entry.type)
        and wanted.decision in (None, entry.decision)
        and wanted.src in (None, entry.src)
        and (wanted.purpose is None or wanted.purpose in entry.purposes)
        and (wanted.since is None or entry.occurred_at >= wanted.since)
        and (wanted.until is None or entry.occurred_at < wanted.until)
    )


def _actor(wanted: Filter, entry: Entry, parts: Sequence[SealedPart]) -> Match:
    if wanted.actor is None:
        return Match.YES
    if "actor" not in entry.commitments:
        return Match.NO
    for part in parts:
        if part.group == "actor":
            actor = actor_of(part)
            found = (actor.issuer, actor.subject)
            same = found == (wanted.actor.issuer, wanted.actor.subject)
            return Match.YES if same else Match.NO
    return Match.UNKNOWN


def _permit(wanted: Filter, entry: Entry, parts: Sequence[SealedPart]) -> Match:
    names = {"permit_id": wanted.permit, "jti": wanted.visa}
    asked = {key: name for key, name in names.items() if name is not None}
    if not asked:
        return Match.YES
    if "permit" not in entry.commitments:
        return Match.NO
    for part in parts:
        if part.group == "permit":
            said = part.opened()
            same = all(said.get(key) == name for key, name in asked.items())
            return Match.YES if same else Match.NO
    return Match.UNKNOWN


def _person(wanted: Filter, entry: Entry, parts: Sequence[SealedPart], cohorts: Cohorts) -> Match:
    if wanted.person is None:
        return Match.YES
    people = [subject_of(part) for part in parts if part.group.startswith("subj/")]
    if wanted.person in people:
        return Match.YES
    among = _among(wanted.person, entry, cohorts)
    if among is not Match.NO:
        return among
    named = sum(group.startswith("subj/") for group in entry.commitments)
    return Match.NO if named == len(people) else Match.UNKNOWN


def _among(person: Subject, entry: Entry, cohorts: Cohorts) -> Match:
    """Tell whether a person is among those whom an entry names by their cohort."""
    cohort = cohort_of(entry)
    if cohort is None or entry.dataset != person.dataset:
        return Match.NO
    answer = cohorts.get(CohortKey(cohort.cohort_id, cohort.digest))
    if answer is None or not answer.told:
        return Match.UNKNOWN
    return Match.YES if answer.holds_at(cohort.revision) else Match.NO

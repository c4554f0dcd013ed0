# SPDX-License-Identifier: Apache-2.0
"""The permits of somebody's datasets as cards: whose project, for what, and whether she is in it.

Wording only; who is in and why not was decided elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from consent_registry.domain.projects import ProjectOf
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.verdict import Reason
from consent_registry.http.pages.saying import Speaker
from consent_registry.http.pages.words import ONLY_DATA
from shared.ids import DatasetId

_CATEGORIES: Final[Mapping[Category, str]] = MappingProxyType(
    {
        Category.GRU: "Research of any kind",
        Category.HMB: "Research on health and illness",
        Category.DS: "Research on particular illnesses",
        Category.POA: "Research on where groups of people come from",
        Category.MDS: "Developing methods of research",
        Category.CC: "Care of patients",
    }
)
WHY: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.NEVER_ASKED: "you had not been asked",
        Reason.REFUSED: "you said no",
        Reason.WITHDRAWN: "you had stopped the use of your data",
        Reason.EXPIRED: "the time of your consent had passed",
        Reason.INVALID: "your consent was not valid",
        Reason.PENDING_RECONSENT: "you have to be asked again first",
        Reason.UNREADABLE: "your consent could not be read",
        Reason.IDENTITY_UNSETTLED: "it was not settled which of two records are yours",
        Reason.DECEASED: "a death was recorded",
        Reason.EVIDENCE_DOUBTFUL: "the paper of your consent was in doubt",
        Reason.ASSENT_MISSING: "your own agreement was missing",
        Reason.PURPOSE_NOT_PERMITTED: "you allow other kinds of use, not this one",
        Reason.CLINICAL_NOT_PERMITTED: "you allow no use in the care of patients",
        Reason.ANCESTRY_NOT_PERMITTED: "you allow no research on where groups of people come from",
        Reason.DISEASE_NOT_PERMITTED: "you allow research on other illnesses, not on these",
        Reason.PURPOSE_NOT_RESEARCH: "you allow research, and this is none",
        Reason.USE_PROHIBITED: "the law prohibits this use",
        Reason.ACTIVITY_NOT_PERMITTED: "you allow other activities, not this one",
        Reason.DATA_NOT_COVERED: "you allow data that were collected at another time",
        Reason.CATEGORY_NOT_PERMITTED: "you allow some kinds of data, and others were asked for",
        Reason.PURPOSE_RESERVED: "the law reserves this use to public bodies",
        Reason.METHODS_NOT_PERMITTED: "you allow no developing of methods",
        Reason.PHENOTYPE_ONLY: "you allow only studies that use genetic data",
        Reason.ORGANISATION_FOR_PROFIT: "you allow only organisations that are not for profit",
        Reason.COMMERCIAL_USE: "you allow no commercial use",
        Reason.USER_NOT_LISTED: "you allow only the users you named",
        Reason.PROJECT_NOT_LISTED: "you allow only the projects you named",
        Reason.INSTITUTION_NOT_LISTED: "you allow only the institutions you named",
        Reason.PLACE_NOT_PERMITTED: "you allow use in other places only",
        Reason.DURATION_TOO_LONG: "you allow use for a shorter time",
        Reason.PUBLICATION_NOT_ACCEPTED: "you ask that results are published",
        Reason.COLLABORATION_NOT_ACCEPTED: "you ask that they work with those who hold your data",
        Reason.MORATORIUM_NOT_ACCEPTED: "you ask to wait with publishing",
        Reason.RETURN_NOT_ACCEPTED: "you ask that results are returned",
        Reason.NATIONAL_CONDITION: "you ask for something by a national rule that was not shown",
        Reason.NATIONAL_DUTY: "you ask for a duty by a national rule that was not accepted",
        Reason.OPTED_OUT: "you had opted out",
        Reason.OBJECTED: "you had objected",
        Reason.RESTRICTED: "the use of your data was restricted",
        Reason.ERASED: "your data was erased",
        Reason.CATEGORY_NOT_HELD: "some of the data that were asked for do not exist of you",
        Reason.RULED_OUT: "the authority ruled that your consent does not cover it",
    }
)
"""Why her data was left out, to be read after "because"."""
_OPEN: Final = "it is open whether your consent covers it, and until that is decided you are out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCard:
    """One permit in words. `state` is said in a tag, `sentences` below it."""

    permit_id: str
    title: str
    state: str
    sentences: tuple[str, ...]
    organisation: str
    dataset: str
    purpose: str
    when: str


def cards(
    found: Sequence[ProjectOf], titles: Mapping[DatasetId, str], speaker: Speaker
) -> tuple[ProjectCard, ...]:
    """Put permits into words, in the order given."""
    return tuple(_card(one, titles.get(one.dataset, one.dataset), speaker) for one in found)


def _card(one: ProjectOf, dataset: str, speaker: Speaker) -> ProjectCard:
    state, sentences = _inclusion(one, speaker)
    project = one.project
    begun = f"from {speaker.day(one.begun_at)}"
    if one.ended_at is not None:
        until = f"{begun} to {speaker.day(one.ended_at)}"
    elif project is None:
        until = begun
    else:
        until = f"{begun} to {speaker.day(project.until)} at the latest"
    return ProjectCard(
        permit_id=one.permit_id,
        title="A project that was not named to us" if project is None else project.title,
        state=state,
        sentences=sentences,
        organisation="" if project is None else project.organisation,
        dataset=dataset,
        purpose=_purpose(one.purpose, speaker),
        when=until,
    )


def _inclusion(one: ProjectOf, speaker: Speaker) -> tuple[str, tuple[str, ...]]:
    if one.within and one.left_at is None and one.ended_at is not None:
        ended = f"The authority ended this permit early, on {speaker.day(one.ended_at)}."
        return "Ended early", (f"{ended} Until then it included your data.",)
    if one.within and one.left_at is None:
        return "Includes your data", ()
    if one.within and one.left_at is not None:
        return "Your data was taken out", (f"Taken out on {speaker.day(one.left_at)}.",)
    if one.awaiting:
        return "Without your data", (f"Your data was left out because {_OPEN}.",)
    if one.why is None:
        return "Without your data", ("Why your data was left out cannot be told any more.",)
    return "Without your data", (f"Your data was left out because {WHY[one.why]}.",)


def _purpose(purpose: Purpose, speaker: Speaker) -> str:
    said = _CATEGORIES[purpose.category]
    if purpose.diseases:
        said += f": {speaker.every([speaker.diseases.label(one) for one in purpose.diseases])}"
    if purpose.data_categories:
        said += f". {ONLY_DATA.format(value=speaker.data(purpose)).rstrip('.')}"
    if purpose.commercial is not None:
        said += ". Commercial use" if purpose.commercial else ". No commercial use"
    if purpose.countries:
        said += f". In {speaker.every([speaker.place(one) for one in purpose.countries])}"
    if purpose.partners:
        named = [one.id or "one that was not named" for one in purpose.partners]
        said += f". With partners: {speaker.every(named)}"
    return said

# SPDX-License-Identifier: Apache-2.0
"""What a guardian's and a minor's templates show: texts made from the answers of the use cases."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from consent_registry.domain.history import State
from consent_registry.domain.mandates import Mandate
from consent_registry.domain.studies import Study
from consent_registry.http.pages import study_views, views, words
from consent_registry.http.pages.saying import Said, Speaker
from consent_registry.usecases.guarding import Guarded, Waiting, Ward
from consent_registry.usecases.reading import Choice, Choices
from consent_registry.usecases.will import MinorWill


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateView:
    """One mandate in words; `about` is empty where it is about everything."""

    who: str
    together: bool
    about: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedView:
    """One person she decided for, and since when and why she does no longer."""

    who: str
    since: str
    grown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """For whom she decides, and for whom she did."""

    acting: tuple[MandateView, ...]
    ended: tuple[EndedView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One dataset: what holds there. `will_missing` says that her own agreement is missing."""

    dataset: str
    title: str
    controller: str
    state: str
    since: str
    until: str
    said: tuple[Said, ...]
    will_missing: bool
    permits: int
    can_stop: bool
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlaceView:
    """One study: what was said for all of it, `state` empty for nothing."""

    study: str
    title: str
    purpose: str
    controller: str
    state: str
    said: tuple[Said, ...]
    datasets: str
    asks: bool
    can_stop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """One proposal that waits; `readable` is false for what cannot be read any more."""

    decision_id: str
    title: str
    since: str
    said: tuple[Said, ...]
    readable: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WardView:
    """One person's page."""

    who: str
    mandates: tuple[MandateView, ...]
    studies: tuple[StudyPlaceView, ...]
    places: tuple[PlaceView, ...]
    proposals: tuple[ProposalView, ...]
    can_stop_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SayView:
    """One dataset, or one proposal, about which a minor may say yes or no.

    `datasets` are those that a no is to: of a proposal for a study, all that it would decide about.
    `about` is what a yes is to, empty where there is nothing to say yes to; `answer` is how it
    stands: "yes", "no", or empty.
    """

    datasets: tuple[str, ...]
    title: str
    about: str
    waits: bool
    said: tuple[Said, ...]
    answer: str
    needed: bool


def listing(found: Sequence[Ward], speaker: Speaker) -> ListingView:
    """Format for whom she decides."""
    return ListingView(
        acting=tuple(
            _mandate(one.pseudonym, mandate, speaker) for one in found for mandate in one.acting
        ),
        ended=tuple(
            EndedView(who=one.pseudonym, since=speaker.day(one.ended_at), grown=one.grown)
            for one in found
            if one.ended_at is not None
        ),
    )


def ward(found: Guarded, speaker: Speaker) -> WardView:
    """Format one person's page."""
    places = tuple(_place(one, found, speaker) for one in found.choices.choices)
    who = found.ward.pseudonym
    return WardView(
        who=who,
        mandates=tuple(_mandate(who, one, speaker) for one in found.ward.acting),
        studies=_studies(found, speaker),
        places=places,
        proposals=tuple(_proposal(one, speaker) for one in found.waiting),
        can_stop_all=len(places) > 1 and any(one.can_stop for one in places),
    )


def own_say(
    will: MinorWill, choices: Choices, waiting: Sequence[Waiting], speaker: Speaker
) -> tuple[SayView, ...]:
    """Format what a minor may say something about: what waits first, then what holds."""
    here = {one.dataset: one for one in will.datasets if one.guarded}
    asked = [
        SayView(
            datasets=one.datasets,
            title=one.place.title,
            about=one.decision_id,
            waits=True,
            said=speaker.terms(one.terms or ()),
            answer=_answer_to(
                will, one.decision_id, any(here[name].dissent for name in one.datasets)
            ),
            needed=will.needed is not False,
        )
        for one in waiting
        if one.datasets and here.keys() >= set(one.datasets)
    ]
    held = [
        SayView(
            datasets=(one.dataset.dataset,),
            title=one.dataset.title,
            about=here[one.dataset.dataset].consent or "",
            waits=False,
            said=speaker.terms(one.standing.terms or ()),
            answer=_answer_held(one, will),
            needed=will.needed is not False,
        )
        for one in choices.choices
        if one.dataset.dataset in here
    ]
    return (*asked, *held)


def own_words(will: MinorWill, speaker: Speaker) -> tuple[tuple[str, str, str], ...]:
    """Format what she said, the newest first: the day, the word, and where it counts."""
    return tuple(
        (
            speaker.day(one.said_at),
            words.WILL_WORDS[one.will],
            "" if one.datasets is None else ", ".join(one.datasets),
        )
        for one in reversed(will.words)
    )


def picture_text() -> str:
    """Say what the picture on a receipt is."""
    return str(gettext("The QR code of this receipt"))


def _answer_to(will: MinorWill, about: str, dissent: bool) -> str:
    if dissent:
        return "no"
    return "yes" if any(one.about == about for one in will.words) else ""


def _answer_held(choice: Choice, will: MinorWill) -> str:
    here = next(one for one in will.datasets if one.dataset == choice.dataset.dataset)
    if here.dissent:
        return "no"
    return "yes" if here.agreed else ""


def _mandate(who: str, one: Mandate, speaker: Speaker) -> MandateView:
    return MandateView(
        who=who,
        together=one.joint,
        about="" if one.datasets is None else ", ".join(one.datasets),
        until="" if one.ends is None else speaker.day(one.ends),
    )


def _place(choice: Choice, found: Guarded, speaker: Speaker) -> PlaceView:
    outlook = found.outlooks.get(choice.dataset.dataset)
    standing = choice.standing
    return PlaceView(
        dataset=choice.dataset.dataset,
        title=choice.dataset.title,
        controller=choice.dataset.controller,
        state=_state(choice),
        since=speaker.day(choice.since) if choice.since else "",
        until=speaker.day(choice.until) if choice.until else "",
        said=speaker.terms(standing.terms or ()),
        will_missing=views.will_missing(choice),
        permits=0 if outlook is None else outlook.permits,
        can_stop=outlook is None or outlook.can_stop,
        asks=bool(choice.dataset.form),
    )


def _studies(found: Guarded, speaker: Speaker) -> tuple[StudyPlaceView, ...]:
    """Format her studies: those that her datasets here are in, and those she has spoken of."""
    hers = [*found.studies.values(), *(one.study for one in found.said if one.study is not None)]
    by_name = {one.study: one for one in hers}
    return tuple(_study(by_name[name], found, speaker) for name in sorted(by_name))


def _study(study: Study, found: Guarded, speaker: Speaker) -> StudyPlaceView:
    said = study_views.said_of(found.said, study.study)
    within = [
        one.dataset
        for one in found.choices.choices
        if (of := found.studies.get(one.dataset.dataset)) and of.study == study.study
    ]
    allowed = study_views.allows(said) or any(
        found.outlooks[one.dataset].can_stop for one in within if one.dataset in found.outlooks
    )
    return StudyPlaceView(
        study=study.study,
        title=study.title,
        purpose=study.purpose,
        controller=study.controller,
        state=words.STATE_WORDS[said.standing.state][0] if said else "",
        said=speaker.terms(said.standing.terms or ()) if said else (),
        datasets=", ".join(one.title for one in within),
        asks=study.study in found.asking,
        can_stop=allowed and found.ward.everything,
    )


def _state(choice: Choice) -> str:
    """Name a state in the words of its tag; a consent that cannot be read allows nothing."""
    if views.will_missing(choice):
        return words.WILL_MISSING_FOR
    unreadable = choice.standing.state is State.GIVEN and choice.standing.terms is None
    return words.STATE_WORDS[State.INVALID if unreadable else choice.standing.state][0]


def _proposal(one: Waiting, speaker: Speaker) -> ProposalView:
    return ProposalView(
        decision_id=one.decision_id,
        title=one.place.title,
        since=speaker.day(one.proposed_at),
        said=speaker.terms(one.terms or ()),
        readable=one.terms is not None,
        mine=one.mine,
    )

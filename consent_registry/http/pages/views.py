# SPDX-License-Identifier: Apache-2.0
"""What the templates show: texts made from the answers of the use cases. Formats only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.bars import Bar
from consent_registry.domain.history import State
from consent_registry.domain.register import Withdrawal
from consent_registry.domain.studies import Study
from consent_registry.http.pages import study_views, words
from consent_registry.http.pages.despite_views import despite_lines
from consent_registry.http.pages.receipt_views import SignedView, signed_view
from consent_registry.http.pages.saying import Said, Speaker
from consent_registry.usecases.opt_out import OptOutStatus
from consent_registry.usecases.outlook import Outlook
from consent_registry.usecases.reading import Choice, Choices, Step
from consent_registry.usecases.study_consents import StudyChoice
from shared.ids import DatasetId

WILL: Final = frozenset({Bar.ASSENT_MISSING, Bar.DISSENT, Bar.DISSENT_OVERRULED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the use cases say of today; all were asked in one request."""

    choices: Choices
    outlooks: Mapping[DatasetId, Outlook]
    studies: Mapping[DatasetId, Study]
    said: tuple[StudyChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a question is about: one dataset, all of a study, or with neither all there are."""

    dataset: str | None = None
    study: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What changes by itself later: a sentence, and what is allowed from then on."""

    sentence: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """One dataset on the home page."""

    dataset: str
    title: str
    controller: str
    state: str
    sentences: tuple[str, ...]
    said: tuple[Said, ...]
    coming: tuple[Coming, ...]
    permits: int
    can_stop: bool
    asks: bool
    has_say: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """One study on the home page with its datasets; without a name, those that are in none."""

    study: str
    title: str
    controller: str
    purpose: str
    until: str
    datasets: tuple[DatasetView, ...]
    can_stop: bool
    choice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """The home page: one sentence for all, then each study with its datasets."""

    status: str
    studies: tuple[StudyView, ...]
    can_stop_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One line of the table: about what, what becomes of it, in words."""

    about: str
    outcome: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """The one page that asks."""

    about: About
    titles: tuple[str, ...]
    permits: int
    can_stop: bool
    goes_on: tuple[str, ...]
    consequences: tuple[Consequence, ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedView:
    """One dataset on the receipt, the revision that made it final, and the event of it."""

    dataset: str
    title: str
    revision: int
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """The receipt of a withdrawal."""

    withdrawal_id: str
    participant: str
    recorded_at: datetime
    stopped: tuple[StoppedView, ...]
    goes_on: tuple[str, ...]
    consequences: tuple[Consequence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutView:
    """The opt-out's page; `since` is empty while nothing is opted out of, `steps` newest first."""

    since: str
    consequences: tuple[Consequence, ...]
    despite: tuple[str, ...]
    steps: tuple[SignedView, ...]


def home(present: Present, speaker: Speaker) -> HomeView:
    """Format what she allows."""
    by_study: dict[str, list[Choice]] = {}
    for choice in present.choices.choices:
        by_study.setdefault(_study_of(present, choice), []).append(choice)
    # Those in no study come last.
    ordered = sorted(by_study.items(), key=lambda one: (not one[0], one[0]))
    studies = tuple(_study(present, choices, speaker) for _, choices in ordered)
    studies += tuple(
        _study(present, (), speaker, one.study)
        for one in present.said
        if one.study is not None and one.name not in by_study
    )
    datasets = [one for study in studies for one in study.datasets]
    return HomeView(
        status=_status(present.choices.choices),
        studies=studies,
        can_stop_all=len(datasets) > 1 and any(one.can_stop for one in datasets),
    )


def question(present: Present, about: About, speaker: Speaker, *, key: str) -> QuestionView | None:
    """Format the question whether to stop; None when nothing of hers is meant."""
    asked = [
        choice
        for choice in present.choices.choices
        if about.dataset in {None, choice.dataset.dataset}
        and about.study in {None, _study_of(present, choice)}
    ]
    said = study_views.said_of(present.said, about.study)
    if not asked and said is None:
        return None
    outlooks = [_outlook(present, choice) for choice in asked]
    return QuestionView(
        about=about,
        titles=(*study_views.whole(said), *(choice.dataset.title for choice in asked)),
        permits=sum(outlook.permits for outlook in outlooks),
        can_stop=study_views.allows(said) or any(outlook.can_stop for outlook in outlooks),
        goes_on=goes_on(asked),
        consequences=_consequences(asked, speaker),
        key=key,
    )


def receipt(
    done: Withdrawal, choices: Choices, steps: Sequence[Step], speaker: Speaker
) -> ReceiptView:
    """Format a receipt."""
    events = {
        step.dataset.dataset: step.record.event_id
        for step in steps
        if step.record.withdrawal_id == done.withdrawal_id
    }
    known = {choice.dataset.dataset: choice.dataset for choice in choices.choices}
    stopped = {name for name, _ in done.revisions}
    about = [choice for choice in choices.choices if choice.dataset.dataset in stopped]
    return ReceiptView(
        withdrawal_id=done.withdrawal_id,
        participant=choices.pseudonym,
        recorded_at=done.recorded_at,
        stopped=tuple(
            StoppedView(
                dataset=name,
                title=known[name].title if name in known else name,
                revision=revision,
                event_id=events.get(name, ""),
            )
            for name, revision in done.revisions
        ),
        goes_on=goes_on(about),
        consequences=_consequences(about, speaker),
    )


def opt_out(status: OptOutStatus, speaker: Speaker) -> OptOutView:
    """Format how her opt-out stands."""
    lines = [*words.OPT_OUT_CONSEQUENCES]
    if status.exception_law:
        about, outcome, text = words.OPT_OUT_EXCEPTION
        lines.append((about, outcome, text.format(law=status.exception_law)))
    return OptOutView(
        since=speaker.day(status.since) if status.since else "",
        consequences=tuple(
            Consequence(about=about, outcome=outcome, text=text) for about, outcome, text in lines
        ),
        despite=despite_lines(status.despite, speaker),
        steps=tuple(signed_view(event, speaker) for event in reversed(status.events)),
    )


def _study_of(present: Present, choice: Choice) -> str:
    """Name the study of a choice's dataset; empty for none."""
    found = present.studies.get(choice.dataset.dataset)
    return "" if found is None else found.study


def _study(
    present: Present, choices: Sequence[Choice], speaker: Speaker, study: Study | None = None
) -> StudyView:
    """Format a study: that of these choices' datasets, or one that she has no data in."""
    study = present.studies.get(choices[0].dataset.dataset) if choices else study
    datasets = tuple(_dataset(one, _outlook(present, one), speaker) for one in choices)
    until = study.data_until if study is not None else None
    said = study_views.said_of(present.said, study.study if study else None)
    several = study is not None and len(datasets) > 1 and any(d.can_stop for d in datasets)
    return StudyView(
        study=study.study if study else "",
        title=study.title if study else "",
        controller=study.controller if study else "",
        purpose=study.purpose if study else "",
        until=speaker.day(until) if until else "",
        datasets=datasets,
        can_stop=several or study_views.allows(said),
        choice="" if said is None else words.STUDY_WORDS[said.standing.state],
    )


def _outlook(present: Present, choice: Choice) -> Outlook:
    """Give the outlook; a membership added between the two questions has none yet."""
    found = present.outlooks.get(choice.dataset.dataset)
    return found or Outlook(later=(), permits=0, can_stop=True)


def _status(choices: Sequence[Choice]) -> str:
    allowed = sum(_shown(choice) is State.GIVEN and not choice.barring for choice in choices)
    if not choices:
        return words.IN_NO_DATASET
    if len(choices) == 1:
        return words.ONE_ALLOWED if allowed else words.ONE_NOT_ALLOWED
    return words.SEVERAL.format(allowed=allowed, datasets=len(choices))


def _dataset(choice: Choice, outlook: Outlook, speaker: Speaker) -> DatasetView:
    state, _ = words.STATE_WORDS[_shown(choice)]
    if will_missing(choice):
        state, _ = words.WILL_MISSING
    return DatasetView(
        dataset=choice.dataset.dataset,
        title=choice.dataset.title,
        controller=choice.dataset.controller,
        state=state,
        sentences=tuple(_sentences(choice, speaker)),
        said=speaker.terms(choice.standing.terms or ()),
        coming=_coming(outlook, speaker),
        permits=outlook.permits,
        can_stop=outlook.can_stop,
        asks=bool(choice.dataset.form),
        has_say=not WILL.isdisjoint(choice.bars),
    )


def will_missing(choice: Choice) -> bool:
    """Say whether a consent does not count because her own agreement is missing."""
    return _shown(choice) is State.GIVEN and not WILL.isdisjoint(choice.barring)


def _sentences(choice: Choice, speaker: Speaker) -> list[str]:
    since = speaker.day(choice.since) if choice.since else ""
    until = speaker.day(choice.until) if choice.until else ""
    if will_missing(choice):
        return [words.WILL_MISSING[1]]
    _, sentence = words.STATE_WORDS[_shown(choice)]
    said = [sentence.format(since=since, until=until)]
    if not choice.stops_new and _shown(choice) is not State.GIVEN:
        said = [said[0].replace(words.NOT_USED, "").strip(), words.USED_BY_LAW]
    if choice.by_study is not None:
        said.insert(0, words.BY_STUDY)
    if _shown(choice) is State.GIVEN:
        said.append(words.HAS_END.format(until=until) if until else words.NO_END)
    return said


def _shown(choice: Choice) -> State:
    """Give the state to show: a consent whose terms cannot be read allows nothing."""
    unreadable = choice.standing.state is State.GIVEN and choice.standing.terms is None
    return State.INVALID if unreadable else choice.standing.state


def _coming(outlook: Outlook, speaker: Speaker) -> tuple[Coming, ...]:
    """Say what changes later; the end of a consent is said beside its beginning."""
    return tuple(
        Coming(
            sentence=(
                words.BEGINS if segment.standing.state is State.GIVEN else words.STOPS
            ).format(since=speaker.day(segment.starts_at)),
            said=speaker.terms(segment.standing.terms or ()),
        )
        for segment in outlook.later
        if segment.standing.state is not State.EXPIRED
    )


def goes_on(asked: Sequence[Choice]) -> tuple[str, ...]:
    """Name the datasets where the law lets some use go on whatever a consent says."""
    return tuple(one.dataset.title for one in asked if not (one.stops_new and one.stops_running))


def _consequences(asked: Sequence[Choice], speaker: Speaker) -> tuple[Consequence, ...]:
    """Say what stopping does; a line says that use goes on when it does for all that is asked."""
    names = speaker.every(sorted({choice.dataset.controller for choice in asked}))
    new, running, *others = words.CONSEQUENCES
    lines = (
        new if not asked or any(one.stops_new for one in asked) else words.NEW_GOES_ON,
        running if not asked or any(one.stops_running for one in asked) else words.RUNNING_GOES_ON,
        *others,
    )
    return tuple(
        Consequence(about=about, outcome=outcome, text=text.format(controllers=names))
        for about, outcome, text in lines
    )

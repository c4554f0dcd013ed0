# SPDX-License-Identifier: Apache-2.0
"""What the templates of a form show: its texts, the answers in words, and what they would grant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from babel import Locale

from consent_registry.domain.answers import Answer, RawAnswer
from consent_registry.domain.form import Form, FormQuestion, FormText, QuestionText
from consent_registry.domain.studies import Study
from consent_registry.http.pages import views, words
from consent_registry.http.pages.saying import Said, Speaker
from consent_registry.usecases.answering import Asked, Preview
from consent_registry.usecases.reading import Choice
from shared.errors import FieldFault

_ANSWER: Final = re.compile(r"/answers/([0-9]+)/", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """One question. `value` is what she sent just now and nothing else: no answer is suggested."""

    field: str
    question: str
    options: tuple[tuple[str, str, str], ...]
    value: str
    more: str
    today: str
    illness_field: str
    illnesses: tuple[tuple[str, str], ...]
    value_field: str
    values: tuple[tuple[str, str], ...]
    takes_one: bool
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsView:
    """The page that asks."""

    about: views.About
    place_title: str
    form: str
    language: str
    languages: tuple[tuple[str, str], ...]
    text: FormText
    introduction: tuple[str, ...]
    elements: tuple[str, ...]
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAnswer:
    """One answer in words, and what it means."""

    question: str
    answer: str
    meaning: str
    left_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """The page before she confirms: her answers, what holds today, what would hold then.

    Of a whole study, `decides` and `stays` are the datasets for which it decides, and those for
    which a choice of their own stays.
    """

    about: views.About
    place_title: str
    form: str
    language: str
    answers: tuple[SaidAnswer, ...]
    hidden: tuple[tuple[str, str], ...]
    today: tuple[Said, ...]
    then: tuple[Said, ...]
    goes_on: tuple[str, ...]
    decides: tuple[str, ...]
    stays: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredView:
    """The page after it."""

    dataset: str
    dataset_title: str
    state: str
    said: tuple[Said, ...]
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form to be read."""

    sha256: str
    version: str
    language: str
    languages: tuple[tuple[str, str], ...]
    text: FormText
    introduction: tuple[str, ...]
    elements: tuple[str, ...]
    questions: tuple[QuestionText, ...]


def whole(form: Form, language: str) -> FormView:
    """Format a form to be read."""
    text = form.text(language)
    return FormView(
        sha256=form.sha256,
        version=form.version,
        language=language,
        languages=_others(form, language),
        text=text,
        introduction=tuple(text.introduction.split("\n")),
        elements=tuple(text.elements.values()),
        questions=tuple(text.questions.values()),
    )


def _others(form: Form, language: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, _own_name(code)) for code in sorted(form.texts) if code != language)


def field(key: str) -> str:
    """Name the field of a question."""
    return f"answer-{key}"


def illness_field(key: str) -> str:
    """Name the field of the illnesses of a question."""
    return f"illnesses-{key}"


def value_field(key: str) -> str:
    """Name the field of the values of a question's parameter."""
    return f"values-{key}"


def questions(
    asked: Asked, language: str, sent: Sequence[RawAnswer], speaker: Speaker
) -> QuestionsView:
    """Format the questions in one language, with what she sent just now."""
    form, now = asked.form.form, {one.question: one for one in sent}
    text = form.text(language)
    # What she said to another version may have been another question under the same key.
    same = asked.last is not None and asked.last.form == form.sha256
    last = {one.question: one for one in asked.last.answers} if asked.last and same else {}
    return QuestionsView(
        about=_about(asked),
        place_title=_place_title(asked),
        form=form.sha256,
        language=language,
        languages=_others(form, language),
        text=text,
        introduction=tuple(text.introduction.split("\n")),
        elements=tuple(text.elements.values()),
        questions=tuple(
            _question(one, text, now.get(one.key), last.get(one.key), speaker)
            for one in form.questions
        ),
    )


def _question(
    question: FormQuestion,
    text: FormText,
    sent: RawAnswer | None,
    last: Answer | None,
    speaker: Speaker,
) -> AskedQuestion:
    said = text.questions[question.key]
    return AskedQuestion(
        field=field(question.key),
        question=said.question,
        options=(("yes", text.yes, said.yes), ("no", text.no, said.no)),
        value=sent.answer if sent else "",
        more=said.more,
        today=_today(last, text),
        illness_field=illness_field(question.key),
        illnesses=tuple((term, speaker.diseases.label(term)) for term in question.illnesses),
        value_field=value_field(question.key),
        values=tuple((value, said.values[value]) for value in question.values),
        takes_one=question.takes_one,
        chosen=(sent.illnesses or sent.values) if sent else (),
    )


def _today(last: Answer | None, text: FormText) -> str:
    if last is None or last.yes is None:
        return ""
    return text.yes if last.yes else text.no


def _own_name(language: str) -> str:
    """Name a language in itself."""
    try:
        locale = Locale.parse(language, sep="-")
    except ValueError:
        return language
    return locale.display_name or language


def outcome(
    asked: Asked,
    preview: Preview,
    decides: Sequence[Choice],
    stays: Sequence[Choice],
    speaker: Speaker,
) -> OutcomeView:
    """Format what the answers mean; what holds until now, where one dataset is decided about."""
    answers, form = preview.answers, asked.form.form
    text = form.text(answers.language)
    return OutcomeView(
        about=_about(asked),
        place_title=_place_title(asked),
        form=form.sha256,
        language=answers.language,
        answers=tuple(_said(one, text, speaker) for one in answers.answers),
        hidden=tuple(_hidden(answers.answers)),
        today=tuple(said for one in decides for said in speaker.terms(one.standing.terms or ())),
        then=speaker.terms(preview.terms),
        goes_on=views.goes_on(decides),
        decides=tuple(one.dataset.title for one in decides),
        stays=tuple(one.dataset.title for one in stays),
    )


def _about(asked: Asked) -> views.About:
    """Say what a form is answered about: a dataset, or all of a study."""
    place = asked.place
    if isinstance(place, Study):
        return views.About(study=place.study)
    return views.About(dataset=place.dataset)


def _place_title(asked: Asked) -> str:
    place = asked.place
    if not isinstance(place, Study):
        return place.title
    wording = words.WHOLE_STUDY if place.later_datasets else words.STUDY_AS_IT_IS
    return wording.format(title=place.title)


def _said(answer: Answer, text: FormText, speaker: Speaker) -> SaidAnswer:
    said = text.questions[answer.question]
    names = [speaker.diseases.label(term) for term in answer.illnesses]
    named = speaker.every(names + [said.values[value] for value in answer.values])
    word = text.yes if answer.yes else text.no
    return SaidAnswer(
        question=said.question,
        answer=f"{word}: {named}" if named else word,
        meaning=said.yes if answer.yes else said.no,
        left_open=answer.yes is None,
    )


def _hidden(answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """Give the fields that send the same answers again; what was left open stays left open."""
    fields: list[tuple[str, str]] = []
    for one in answers:
        if one.yes is not None:
            fields.append((field(one.question), "yes" if one.yes else "no"))
            fields += [(illness_field(one.question), term) for term in one.illnesses]
            fields += [(value_field(one.question), value) for value in one.values]
    return fields


def recorded(asked: Asked, choice: Choice, speaker: Speaker) -> AnsweredView:
    """Format what holds after she answered."""
    state, _ = words.STATE_WORDS[choice.standing.state]
    return AnsweredView(
        dataset=choice.dataset.dataset,
        dataset_title=choice.dataset.title,
        state=state,
        said=speaker.terms(choice.standing.terms or ()),
        form=asked.last.form if asked.last else "",
    )


def faults_by_field(
    faults: Sequence[FieldFault], sent: Sequence[RawAnswer]
) -> tuple[FieldFault, ...]:
    """Point at the fields of the page instead of at the places in what was sent, in its words."""
    return tuple(replace(fault, **_place(fault, sent)) for fault in faults)


def _place(fault: FieldFault, sent: Sequence[RawAnswer]) -> dict[str, str]:
    found = _ANSWER.match(fault.pointer)
    if found:
        key = sent[int(found[1])].question
        if fault.pointer.endswith("/illnesses"):
            return {
                "pointer": f"/{illness_field(key)}",
                "detail": words.CHOOSE_ILLNESSES,
            }
        if fault.pointer.endswith("/values"):
            return {"pointer": f"/{value_field(key)}", "detail": words.CHOOSE_VALUES}
        return {"pointer": f"/{field(key)}", "detail": words.CHOOSE_ANSWER}
    return {"detail": words.CHOOSE_ANSWER}

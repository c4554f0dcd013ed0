# SPDX-License-Identifier: Apache-2.0
"""What somebody answered to a form, and what that grants.

Answers are kept as they were given, a question left open as left open. They stand in the sealed
personal part of an event, so that the event's salted commitment binds them too; grants are derived
from them by the rules of the form, then and whenever they are derived again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.form import Form, FormQuestion
from consent_registry.domain.terms import Alternative, Terms, read_alternative
from shared.canonical import JSON
from shared.errors import FieldFault, ValidationFailed

YES: Final = "yes"
NO: Final = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """An answer as handed in: any texts, unchecked."""

    question: str
    answer: str
    illnesses: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question's answer: yes, no, or None while it was left open, which counts as no.

    A yes names illnesses, or values of a modifier, where the question asks for them.
    """

    question: str
    yes: bool | None
    illnesses: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to one form in the order of its questions, and the language they were given in.

    `form` is the form's SHA-256.
    """

    form: str
    language: str
    answers: tuple[Answer, ...]

    @property
    def yes(self) -> frozenset[str]:
        """The questions said yes to."""
        return frozenset(one.question for one in self.answers if one.yes)

    def to_json(self) -> dict[str, JSON]:
        """Write them as they are kept."""
        return {
            "form": self.form,
            "language": self.language,
            "answers": [
                {
                    "question": one.question,
                    "answer": None if one.yes is None else YES if one.yes else NO,
                    **({"illnesses": list(one.illnesses)} if one.illnesses else {}),
                    **({"values": list(one.values)} if one.values else {}),
                }
                for one in self.answers
            ],
        }


def read_answers(form: Form, language: str, raw: Sequence[RawAnswer]) -> Answers:
    """Check answers against a form. Raises ValidationFailed with every fault."""
    faults: list[FieldFault] = []
    if language not in form.texts:
        faults.append(FieldFault("/language", "not a language of the form"))
    by_key = {question.key: question for question in form.questions}
    given: dict[str, Answer] = {}
    for number, one in enumerate(raw):
        at, question = f"/answers/{number}", by_key.get(one.question)
        if question is None or one.question in given:
            faults.append(FieldFault(f"{at}/question", "a question of the form, once"))
            continue
        if one.answer not in {YES, NO}:
            faults.append(FieldFault(f"{at}/answer", "yes or no"))
        faults += _illness_faults(question, one, at) + _value_faults(question, one, at)
        given[one.question] = Answer(
            question=one.question,
            yes=one.answer == YES,
            illnesses=tuple(sorted(set(one.illnesses))) if one.answer == YES else (),
            values=tuple(sorted(set(one.values))) if one.answer == YES else (),
        )
    if faults:
        raise ValidationFailed("the answers have faults", faults=faults)
    open_one = {key: Answer(question=key, yes=None) for key in by_key}
    return Answers(
        form=form.sha256, language=language, answers=tuple({**open_one, **given}.values())
    )


def _illness_faults(question: FormQuestion, one: RawAnswer, at: str) -> list[FieldFault]:
    if one.answer != YES:
        return []
    if question.illnesses and not one.illnesses:
        return [FieldFault(f"{at}/illnesses", "a yes names at least one illness", "value_missing")]
    if not set(one.illnesses) <= set(question.illnesses):
        return [FieldFault(f"{at}/illnesses", "only illnesses that the question offers")]
    return []


def _value_faults(question: FormQuestion, one: RawAnswer, at: str) -> list[FieldFault]:
    if one.answer != YES:
        return []
    named = set(one.values)
    if question.values and not named:
        return [FieldFault(f"{at}/values", "a yes names a value", "value_missing")]
    if not named <= set(question.values):
        return [FieldFault(f"{at}/values", "only values that the question offers")]
    if question.takes_one and len(named) > 1:
        return [FieldFault(f"{at}/values", "only one value")]
    return []


def derive(form: Form, answers: Answers, diseases: Diseases) -> Terms:
    """Make the grants of these answers by the form's rules; none is a refusal.

    Raises ValidationFailed where a grant is not usable any more, because the hierarchy of illnesses
    has changed since the form was published.
    """
    chosen = {one.question: one.illnesses or one.values for one in answers.answers}
    terms: list[Alternative] = []
    for raw in form.grants(answers.yes, chosen):
        alternative, faults = read_alternative(raw, diseases)
        if alternative is None:
            detail = faults[0].what.message
            fault = FieldFault("/answers", detail, faults[0].what.api_code)
            raise ValidationFailed("the form's rules cannot be used any more", faults=[fault])
        terms.append(alternative)
    return tuple(terms)


def stored_answers(value: object) -> Answers | None:
    """Read what `to_json` wrote; None when there is none or it cannot be read."""
    try:
        return _stored(value) if isinstance(value, Mapping) else None
    except (KeyError, TypeError, AttributeError):
        return None


def _stored(value: Mapping[str, Any]) -> Answers:
    return Answers(
        form=str(value["form"]),
        language=str(value["language"]),
        answers=tuple(
            Answer(
                question=one["question"],
                yes=None if one["answer"] is None else one["answer"] == YES,
                illnesses=tuple(one.get("illnesses", ())),
                values=tuple(one.get("values", ())),
            )
            for one in value["answers"]
        ),
    )

# SPDX-License-Identifier: Apache-2.0
"""Reads a form from JSON. A form with any fault is not read, and every fault is named.

Nothing is added to what was written and nothing is left out: what is hashed is what was read. An
unknown field is a fault, so that there is no place where a default answer could be written.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from consent_registry.domain.activities import SECONDARY_USE, is_scope
from consent_registry.domain.conditions import KEY, WORDS, BadCondition, Condition, read_condition
from consent_registry.domain.data_categories import CATEGORIES
from consent_registry.domain.diseases import MONDO_ID
from consent_registry.domain.form import (
    ELEMENTS,
    FORM_FORMAT,
    MAX_COMBINATIONS,
    MAX_QUESTIONS,
    Form,
    FormQuestion,
    FormText,
    GrantRule,
    ModifierRule,
    QuestionText,
)
from consent_registry.domain.form_parameters import (
    MAX_BOUNDS,
    choice_faults,
    offer_faults,
    parameter_of,
)
from consent_registry.domain.terms import RawModifier
from shared.canonical import MalformedEntry, canonical, parse_canonical
from shared.errors import FieldFault, ValidationFailed

# With its signature, which repeats it in base64, it fits into one request.
MAX_FORM_BYTES: Final = 500_000
_MAX_LANGUAGES: Final = 30
_MAX_RULES: Final = 10
_RULE_KEYS: Final = frozenset(
    {
        *("when", "permission", "activities", "modifiers", "diseases", "diseases_from"),
        "data_categories",
    }
)
_MAX_ILLNESSES: Final = 20
_MAX_MODIFIERS: Final = 18
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,4})(\.(0|[1-9][0-9]{0,4})){1,2}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", re.ASCII)
_LINE: Final = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,400}")
_PROSE: Final = re.compile(r"(?=[\s\S]*\S)[^\x00-\x09\x0b-\x1f\x7f]{1,8000}")
_TEXT: Final = frozenset({"title", "introduction", "yes", "no", "elements", "questions"})
_TOP: Final = frozenset(
    {
        *("format", "form", "version", "ethics_reference", "questions", "rules", "refused_when"),
        "texts",
    }
)


def read_form(value: object) -> Form:
    """Read a form from a JSON value. Raises ValidationFailed with a pointer to every fault."""
    reader = _Reader()
    form = reader.form(value)
    if reader.faults or form is None:
        raise ValidationFailed("the form has faults", faults=reader.faults)
    return form


@lru_cache(maxsize=64)
def form_of(document: bytes) -> Form:
    """Read a form from the canonical bytes that were stored of it."""
    return read_form(parse_canonical(document))


class _Reader:
    def __init__(self) -> None:
        self.faults: list[FieldFault] = []

    def form(self, value: object) -> Form | None:
        raw = self._object(value, "", _TOP)
        if not raw and self.faults:
            return None
        if raw.get("format") != FORM_FORMAT:
            self._fault("/format", f"must be {FORM_FORMAT}")
        name = self._text(raw, "form", "", _NAME, "lower-case letters, digits and -")
        version = self._text(raw, "version", "", _VERSION, "numbers such as 1.10")
        ethics = ""
        if "ethics_reference" in raw:
            ethics = self._text(raw, "ethics_reference", "", _LINE, "one line of text")
        questions = self._questions(raw.get("questions"))
        keys = frozenset(question.key for question in questions)
        rules = self._rules(raw.get("rules"), questions)
        refused = self._condition(raw.get("refused_when"), "/refused_when", keys)
        texts = self._texts(raw.get("texts"), questions)
        self._unused(questions, rules)
        document = self._canonical(raw)
        if self.faults or refused is None:
            return None
        return Form(
            name=name,
            version=version,
            ethics_reference=ethics,
            questions=questions,
            rules=rules,
            refused_when=refused,
            texts=texts,
            document=document,
        )

    def _fault(self, at: str, detail: str, code: str = "invalid") -> None:
        self.faults.append(FieldFault(at, detail, code))

    def _canonical(self, raw: Mapping[str, object]) -> bytes:
        try:
            document = canonical(raw)  # type: ignore[arg-type] # checked by `canonical` itself
        except MalformedEntry as odd:
            self._fault("", str(odd))
            return b""
        if len(document) > MAX_FORM_BYTES:
            self._fault("", f"at most {MAX_FORM_BYTES} bytes", "form_too_large")
        return document

    def _object(self, value: object, at: str, known: frozenset[str]) -> Mapping[str, object]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            self._fault(at, "an object is needed")
            return {}
        for key in value:
            if key not in known:
                self._fault(at, "an unknown field", "unknown_field")
        return value

    def _list(self, value: object, at: str, most: int) -> list[object]:
        if isinstance(value, list) and 1 <= len(value) <= most:
            return value
        self._fault(at, f"a list of 1 to {most} is needed")
        return []

    def _text(
        self, raw: Mapping[str, object], key: str, at: str, shape: re.Pattern[str], what: str
    ) -> str:
        value = raw.get(key)
        if isinstance(value, str) and shape.fullmatch(value):
            return value
        code = "missing" if key not in raw else "invalid"
        self._fault(f"{at}/{key}", what, code)
        return ""

    def _strings(self, raw: Mapping[str, object], key: str, at: str, most: int) -> tuple[str, ...]:
        if key not in raw:
            return ()
        items = self._list(raw[key], f"{at}/{key}", most)
        if not all(isinstance(item, str) for item in items) or len(set(items)) < len(items):
            self._fault(f"{at}/{key}", "different texts are needed")
            return ()
        return tuple(str(item) for item in items)

    def _questions(self, value: object) -> tuple[FormQuestion, ...]:
        if isinstance(value, list) and len(value) > MAX_QUESTIONS:
            detail = f"{MAX_QUESTIONS} questions are {MAX_COMBINATIONS} combinations, the most here"
            self._fault("/questions", detail, "form_too_large")
            return ()
        questions: list[FormQuestion] = []
        for number, item in enumerate(self._list(value, "/questions", MAX_QUESTIONS)):
            at = f"/questions/{number}"
            raw = self._object(item, at, frozenset({"key", "illnesses", "parameter", "values"}))
            key = self._text(raw, "key", at, KEY, "lower-case letters, digits and _")
            if key in WORDS or any(key == one.key for one in questions):
                self._fault(f"{at}/key", "a key of its own")
            illnesses = self._strings(raw, "illnesses", at, _MAX_ILLNESSES)
            if not all(MONDO_ID.fullmatch(term) for term in illnesses):
                self._fault(f"{at}/illnesses", "MONDO identifiers")
            values = self._strings(raw, "values", at, _MAX_ILLNESSES)
            parameter = parameter_of(raw.get("parameter"))
            self.faults += offer_faults(raw, at, parameter, values)
            questions.append(
                FormQuestion(key=key, illnesses=illnesses, parameter=parameter, values=values)
            )
        if sum(one.takes_one for one in questions) > MAX_BOUNDS:
            detail = f"at most {MAX_BOUNDS} questions may ask for a time limit or a date"
            self._fault("/questions", detail, "form_too_large")
        return tuple(questions)

    def _condition(self, value: object, at: str, keys: frozenset[str]) -> Condition | None:
        if not isinstance(value, str):
            self._fault(at, "a condition is needed")
            return None
        try:
            condition = read_condition(value)
        except BadCondition as bad:
            self._fault(at, str(bad))
            return None
        if not condition.keys <= keys:
            self._fault(at, "it names a question that the form does not have")
        return condition

    def _rules(self, value: object, questions: tuple[FormQuestion, ...]) -> tuple[GrantRule, ...]:
        rules = (
            self._rule(item, f"/rules/{number}", questions)
            for number, item in enumerate(self._list(value, "/rules", _MAX_RULES))
        )
        return tuple(rule for rule in rules if rule is not None)

    def _rule(
        self, value: object, at: str, questions: tuple[FormQuestion, ...]
    ) -> GrantRule | None:
        raw = self._object(value, at, _RULE_KEYS)
        keys = frozenset(question.key for question in questions)
        when = self._condition(raw.get("when"), f"{at}/when", keys)
        permission = self._text(raw, "permission", at, _LINE, "a DUO permission")
        asked = raw.get("diseases_from", "")
        naming = {question.key for question in questions if question.illnesses}
        if asked != "" and asked not in naming:
            self._fault(f"{at}/diseases_from", "the key of a question that has illnesses")
        activities = self._strings(raw, "activities", at, 16)
        if not activities or not all(map(is_scope, activities)):
            self._fault(f"{at}/activities", f"activity scopes such as {SECONDARY_USE}")
        categories = self._strings(raw, "data_categories", at, len(CATEGORIES))
        if ("data_categories" in raw and not categories) or not set(categories) <= set(CATEGORIES):
            self._fault(
                f"{at}/data_categories", f"some of {', '.join(CATEGORIES)}; or leave it out"
            )
        modifiers = self._modifiers(raw, at, questions)
        diseases = self._strings(raw, "diseases", at, _MAX_ILLNESSES)
        if when is None:
            return None
        return GrantRule(
            when=when,
            permission=permission,
            diseases=diseases,
            diseases_from=str(asked),
            activities=activities,
            data_categories=categories,
            modifiers=modifiers,
        )

    def _modifiers(
        self, raw: Mapping[str, object], at: str, questions: tuple[FormQuestion, ...]
    ) -> tuple[ModifierRule, ...]:
        if "modifiers" not in raw:
            return ()
        keys = frozenset(question.key for question in questions)
        found: list[ModifierRule] = []
        items = self._list(raw["modifiers"], f"{at}/modifiers", _MAX_MODIFIERS)
        for number, item in enumerate(items):
            here = f"{at}/modifiers/{number}"
            rule = self._object(item, here, frozenset({"code", "values", "values_from", "when"}))
            code = self._text(rule, "code", here, _LINE, "a DUO modifier")
            values = self._strings(rule, "values", here, 64)
            when = None
            if "when" in rule:
                when = self._condition(rule["when"], f"{here}/when", keys)
            made = ModifierRule(
                modifier=RawModifier(code=code, values=values),
                when=when,
                values_from=str(rule.get("values_from", "")),
            )
            if "values_from" in rule:
                self.faults += choice_faults(made, here, questions)
            found.append(made)
        return tuple(found)

    def _unused(self, questions: tuple[FormQuestion, ...], rules: tuple[GrantRule, ...]) -> None:
        """Name questions that decide nothing, and illnesses or values that no grant takes up."""
        conditions = [rule.when for rule in rules]
        conditions += [m.when for rule in rules for m in rule.modifiers if m.when is not None]
        used = frozenset().union(*(condition.keys for condition in conditions))
        taken = {rule.diseases_from for rule in rules}
        taken |= {one.values_from for rule in rules for one in rule.modifiers}
        for number, question in enumerate(questions):
            if question.key not in used | taken:
                self._fault(f"/questions/{number}", "no rule asks for it", "question_unused")
            elif (question.illnesses or question.parameter) and question.key not in taken:
                detail = "what a yes names goes nowhere"
                self._fault(f"/questions/{number}", detail, "question_unused")

    def _texts(self, value: object, questions: tuple[FormQuestion, ...]) -> Mapping[str, FormText]:
        if not isinstance(value, Mapping) or not 1 <= len(value) <= _MAX_LANGUAGES:
            self._fault("/texts", "at least one language is needed", "language_missing")
            return {}
        texts: dict[str, FormText] = {}
        for language, item in value.items():
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                self._fault("/texts", "a language is a code such as fi (BCP 47)")
                continue
            texts[language] = self._one_text(language, item, questions)
        stated = [set(text.elements) for text in texts.values()]
        for language, text in texts.items():
            for element in sorted(set().union(*stated) - set(text.elements)):
                detail = "another language states it"
                self._fault(
                    f"/texts/{language}/elements/{element}", detail, "translation_incomplete"
                )
        return texts

    def _one_text(
        self, language: str, value: object, questions: tuple[FormQuestion, ...]
    ) -> FormText:
        at = f"/texts/{language}"
        raw = self._object(value, at, _TEXT)
        elements = self._object(raw.get("elements", {}), f"{at}/elements", frozenset(ELEMENTS))
        asked = self._object(
            raw.get("questions"), f"{at}/questions", frozenset(one.key for one in questions)
        )
        return FormText(
            language=language,
            title=self._words(raw, "title", at, _LINE),
            introduction=self._words(raw, "introduction", at, _PROSE),
            yes=self._words(raw, "yes", at, _LINE),
            no=self._words(raw, "no", at, _LINE),
            elements={
                element: self._words(elements, element, f"{at}/elements", _PROSE)
                for element in ELEMENTS
                if element in elements
            },
            questions={
                one.key: self._question_text(asked, one, f"{at}/questions") for one in questions
            },
        )

    def _question_text(
        self, asked: Mapping[str, object], question: FormQuestion, at: str
    ) -> QuestionText:
        key, here = question.key, f"{at}/{question.key}"
        if key not in asked:
            self._fault(here, "the question is not translated", "translation_incomplete")
            return QuestionText(question="", yes="", no="")
        raw = self._object(asked[key], here, frozenset({"question", "yes", "no", "more", "values"}))
        named: Mapping[str, object] = {}
        if question.values or "values" in raw:
            offered = frozenset(question.values)
            named = self._object(raw.get("values"), f"{here}/values", offered)
        return QuestionText(
            question=self._words(raw, "question", here, _LINE),
            yes=self._words(raw, "yes", here, _LINE),
            no=self._words(raw, "no", here, _LINE),
            more=self._words(raw, "more", here, _PROSE) if "more" in raw else "",
            values={
                value: self._words(named, value, f"{here}/values", _LINE)
                for value in question.values
            },
        )

    def _words(self, raw: Mapping[str, object], key: str, at: str, shape: re.Pattern[str]) -> str:
        value = raw.get(key)
        if isinstance(value, str) and shape.fullmatch(value):
            return value
        self._fault(f"{at}/{key}", "a text is needed here", "translation_incomplete")
        return ""

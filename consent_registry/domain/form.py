# SPDX-License-Identifier: Apache-2.0
"""A consent form: questions in several languages, and rules that make grants out of answers.

A form is its canonical JSON, and its SHA-256 is its name for ever. Every question is answered yes
or no; there is no place for a default answer, and what is not answered is a no. The rules alone
decide what the answers grant; nobody enters codes beside them.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from consent_registry.domain.conditions import Condition
from consent_registry.domain.duo import Duo
from consent_registry.domain.terms import RawAlternative, RawModifier

FORM_FORMAT: Final = "placet/consent-form/v1"
MAX_QUESTIONS: Final = 12
MAX_COMBINATIONS: Final = 1 << MAX_QUESTIONS

# Modifiers whose values a person may choose. Of a list she names those whom she lets in; of a bound
# exactly one. Of research types (RS) choosing fewer would allow more, so a form only fixes them.
CHOSEN_LISTS: Final = frozenset({Duo.GS, Duo.IS, Duo.US, Duo.PS})
CHOSEN_BOUNDS: Final = frozenset({Duo.TS, Duo.MOR})

# What a person named in her answers, by question: illnesses, or values of a modifier.
Chosen = Mapping[str, tuple[str, ...]]

ELEMENTS: Final[Mapping[str, str]] = {
    "purposes": "what the data may be used for",
    "data_types": "which data these are",
    "recipients": "who can get access, and who decides on it",
    "cross_border_access": "whether people in other countries can get access",
    "commercial_users": "whether companies can get access",
    "withdrawal": "how to withdraw, and what cannot be undone",
    "retention": "how long the data are kept",
    "recontact": "whether and why people may be contacted again",
    "incidental_findings": "what happens with findings that matter to a person's health",
    "risks": "the risks, being recognised and the family's share in them included",
    "contact": "whom to ask",
}
"""What every form says: the minimum elements of the 1+MG guidance on transparency and consent.

A form without one can be published, so that old papers can be registered as they were; no dataset
takes a consent under it.
"""


class FormState(Enum):
    """A draft may be thrown away, a published form is used, a retired one takes no new answer."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """One question. With `illnesses`, a yes names some of these; that is what it asks for.

    With `parameter`, a yes names `values` of that modifier: one of a bound, some of a list.
    """

    key: str
    illnesses: tuple[str, ...] = ()
    parameter: Duo | None = None
    values: tuple[str, ...] = ()

    @property
    def takes_one(self) -> bool:
        """Whether a yes names exactly one of the values."""
        return self.parameter in CHOSEN_BOUNDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierRule:
    """A modifier that a grant has when the condition holds; None: always.

    `values_from` names the question whose chosen values it has, beside those written in the form.
    """

    modifier: RawModifier
    when: Condition | None = None
    values_from: str = ""

    def made(self, chosen: Chosen) -> RawModifier:
        """Make the modifier of somebody who chose these values."""
        if not self.values_from:
            return self.modifier
        values = {*self.modifier.values, *chosen.get(self.values_from, ())}
        return RawModifier(code=self.modifier.code, values=tuple(sorted(values)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRule:
    """One grant, made when the condition holds.

    `diseases_from` names the question whose illnesses are the grant's.
    """

    when: Condition
    permission: str
    diseases: tuple[str, ...] = ()
    diseases_from: str = ""
    activities: tuple[str, ...]
    data_categories: tuple[str, ...] = ()
    modifiers: tuple[ModifierRule, ...] = ()

    def holding(self, yes: Set[str]) -> tuple[ModifierRule, ...]:
        """Give the modifiers that the grant has for somebody who said yes to these questions."""
        return tuple(one for one in self.modifiers if one.when is None or one.when.holds(yes))

    def grant(self, yes: Set[str], chosen: Chosen) -> RawAlternative:
        """Make the grant of somebody who said yes to these questions and chose these values."""
        return RawAlternative(
            permission=self.permission,
            modifiers=tuple(one.made(chosen) for one in self.holding(yes)),
            diseases=tuple(sorted({*self.diseases, *chosen.get(self.diseases_from, ())})),
            activities=self.activities,
            data_categories=self.data_categories,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText:
    """A question in one language, what each answer means, and more for whoever wants to know.

    `values` names each value that the question offers.
    """

    question: str
    yes: str
    no: str
    more: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormText:
    """A whole form in one language (BCP 47); `yes` and `no` are the words on the two answers."""

    language: str
    title: str
    introduction: str
    yes: str
    no: str
    elements: Mapping[str, str]
    questions: Mapping[str, QuestionText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One version of a form, read from its canonical JSON."""

    name: str
    version: str
    ethics_reference: str
    questions: tuple[FormQuestion, ...]
    rules: tuple[GrantRule, ...]
    refused_when: Condition
    texts: Mapping[str, FormText]
    document: bytes

    def __hash__(self) -> int:
        return hash(self.document)

    @property
    def sha256(self) -> str:
        """Its name: SHA-256 over the canonical JSON, in hex."""
        return hashlib.sha256(self.document).hexdigest()

    @property
    def missing_elements(self) -> tuple[str, ...]:
        """The minimum elements that at least one of its languages does not state."""
        return tuple(
            element
            for element in ELEMENTS
            if not all(element in text.elements for text in self.texts.values())
        )

    @property
    def combinations(self) -> int:
        """How many ways there are of saying yes and no to its questions."""
        return 1 << len(self.questions)

    def grants(self, yes: Set[str], chosen: Chosen) -> tuple[RawAlternative, ...]:
        """Give what somebody grants who said yes to exactly these questions, each grant once."""
        found = (rule.grant(yes, chosen) for rule in self.rules_for(yes))
        return tuple(dict.fromkeys(found))

    def rules_for(self, yes: Set[str]) -> tuple[GrantRule, ...]:
        """Give the rules that speak to somebody who said yes to exactly these questions."""
        return tuple(rule for rule in self.rules if rule.when.holds(yes))

    def text(self, language: str) -> FormText:
        """Give the form in this language, or in its first one."""
        return self.texts.get(language) or self.texts[min(self.texts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredForm:
    """A form as the registry holds it; `signature` is the JWS over its bytes under its rules."""

    form: Form
    recorded_at: datetime
    published_at: datetime | None = None
    retired_at: datetime | None = None
    signature: str = ""

    @property
    def state(self) -> FormState:
        """Where it is on its way."""
        if self.retired_at is not None:
            return FormState.RETIRED
        return FormState.DRAFT if self.published_at is None else FormState.PUBLISHED


def version_key(version: str) -> tuple[int, ...]:
    """Order versions as numbers: 1.10 comes after 1.9."""
    return tuple(int(part) for part in version.split("."))

# SPDX-License-Identifier: Apache-2.0
"""The plain sentences: none is missing, none says more or less than its term, all are easy to read.

Readability is measured on the sentences as people see them, parameters filled in. The measures are
the words in a sentence and the grade of Flesch and Kincaid (1975) with vowel groups as syllables.
"""

import re
import string
from collections.abc import Iterable
from pathlib import Path

import pytest

from consent_registry.domain import duo
from consent_registry.domain.duo import Duo, ValueKind
from consent_registry.domain.history import Kind, State
from consent_registry.domain.records import Channel
from consent_registry.domain.terms import Alternative, Modifier
from consent_registry.http import pages
from consent_registry.http.pages import words
from consent_registry.http.pages.saying import Speaker
from tests.fakes.consent_factories import extract

MAX_WORDS = 20
MAX_GRADE_FIRST = 6.0
MAX_GRADE_MORE = 8.0
VALUES = {
    ValueKind.DISEASES: ("MONDO:0004979", "MONDO:0004992"),
    ValueKind.RESEARCH_TYPES: ("long-term studies",),
    ValueKind.REGIONS: ("EE", "FI"),
    ValueKind.INSTITUTIONS: ("https://ror.org/00aaaaa00",),
    ValueKind.USERS: ("rita",),
    ValueKind.PROJECTS: ("P-1",),
    ValueKind.MONTHS: ("18",),
    ValueKind.DATE: ("2027-03-31",),
    ValueKind.NOTE: ("the heart team",),
    ValueKind.NONE: (),
}
POLARITY = {
    Duo.NRES: {"any", "no"},
    Duo.GRU: {"any"},
    Duo.HMB: {"not"},
    Duo.DS: {"only"},
    Duo.POA: {"only"},
    Duo.CC: {"also"},
    Duo.RS: {"only"},
    Duo.NMDS: {"not"},
    Duo.GSO: {"only", "not"},
    Duo.NPUNCU: {"only", "must", "not", "and"},
    Duo.NPU: {"only", "not"},
    Duo.NCU: {"only", "not"},
    Duo.PUB: {"must"},
    Duo.COL: {"must"},
    Duo.IRB: {"must"},
    Duo.GS: {"only"},
    Duo.MOR: {"must", "not", "before"},
    Duo.TS: {"after", "must", "stop"},
    Duo.US: {"only"},
    Duo.PS: {"only"},
    Duo.IS: {"only"},
    Duo.RTN: {"must"},
    Duo.NPOA: {"not"},
}
TEMPLATES = Path(pages.__file__).parent / "templates" / "consent_registry"
PRESSURE = (
    *("are you sure", "sorry", "unfortunately", "please", "regret", "help save", "valuable"),
    *("important that you", "we need you", "miss you", "lose", "harm", "why are you", "reason"),
    *("think again", "stay with", "lives", "others depend", "too bad", "warning"),
)


def alternative(code: Duo) -> Alternative:
    """Give an alternative that speaks of a term, with values where it takes any."""
    values = VALUES[duo.TERMS[code].values]
    if code in duo.PERMISSIONS:
        return Alternative(permission=code, diseases=values)
    return Alternative(permission=Duo.GRU, modifiers=(Modifier(code=code, values=values),))


def spoken(code: Duo) -> tuple[str, tuple[str, ...]]:
    """Give the term's own sentence as a participant reads it, and what it means."""
    (said,) = Speaker(extract()).terms((alternative(code),))
    sentences = [*said.uses, *said.limits, *said.rules]
    own = words.TERM_WORDS[code].plain.partition("{")[0].strip()
    (sentence,) = [one for one in sentences if one.startswith(own)]
    return sentence, said.more


def test_each_of_the_5_permissions_and_18_modifiers_has_its_sentence() -> None:
    assert (len(duo.PERMISSIONS), len(duo.MODIFIERS)) == (5, 18)
    assert set(words.TERM_WORDS) == set(Duo)
    plain = [wording.plain for wording in words.TERM_WORDS.values()]
    assert len(set(plain)) == len(plain)


def test_each_state_kind_and_channel_has_its_words() -> None:
    assert set(words.STATE_WORDS) == set(State)
    assert set(words.KIND_WORDS) == set(Kind)
    assert set(words.CHANNEL_WORDS) == set(Channel)
    for one in (words.STATE_WORDS.values(), words.KIND_WORDS.values()):
        assert len(set(one)) == len(one)


@pytest.mark.parametrize("code", Duo, ids=lambda code: code.name)
def test_a_sentence_has_a_place_for_a_value_where_the_term_takes_one(code: Duo) -> None:
    kind, wording = duo.TERMS[code].values, words.TERM_WORDS[code]
    expected = {
        ValueKind.NONE: (0, 0),
        ValueKind.NOTE: (0, 1),
    }.get(kind, (1, 0))
    assert (placeholders(wording.plain), placeholders(wording.note)) == expected
    assert placeholders(wording.more) == 0


@pytest.mark.parametrize("code", Duo, ids=lambda code: code.name)
def test_parameters_are_filled_in(code: Duo) -> None:
    sentence, _ = spoken(code)
    expected = {
        ValueKind.DISEASES: "asthma or cancer",
        ValueKind.REGIONS: "Estonia or Finland",
        ValueKind.MONTHS: "18 months",
        ValueKind.DATE: "31 March 2027",
    }.get(duo.TERMS[code].values)
    values = VALUES[duo.TERMS[code].values]
    assert (expected or " or ".join(values)) in sentence
    assert not re.search(r"[{}%]|MONDO:|DUO:", sentence)
    assert sentence[0].isupper()
    assert sentence.endswith(".")


@pytest.mark.parametrize("code", Duo, ids=lambda code: code.name)
def test_the_words_that_carry_the_meaning_are_there(code: Duo) -> None:
    assert set(POLARITY) == set(Duo)
    assert POLARITY[code] <= set(re.findall(r"[a-z]+", words.TERM_WORDS[code].plain.lower()))
    if code is Duo.CC:
        assert "only" not in words.TERM_WORDS[code].plain.lower()


@pytest.mark.parametrize("code", Duo, ids=lambda code: code.name)
def test_a_participant_can_read_what_a_term_says(code: Duo) -> None:
    plain = words.TERM_WORDS[code].plain.format(value="asthma")
    for text in (plain, *spoken(code)[1]):
        assert longest(text) <= MAX_WORDS, text
    assert grade([words.TERM_WORDS[code].more or "Yes."]) <= MAX_GRADE_MORE


def test_the_whole_is_as_easy_as_a_primary_schools_text() -> None:
    first = [wording.plain.format(value="asthma") for wording in words.TERM_WORDS.values()]
    events = [f"{text}." for text in words.KIND_WORDS.values()]
    states = [text.format(since="Monday", until="Friday") for _, text in words.STATE_WORDS.values()]
    stopping = [text.format(controllers="the clinic") for _, _, text in words.CONSEQUENCES]
    for texts in (first, events, states, stopping):
        assert grade(texts) <= MAX_GRADE_FIRST, grade(texts)
        for text in texts:
            assert longest(text) <= MAX_WORDS, text


def test_the_measure_tells_plain_from_hard() -> None:
    hard = (
        "This data use permission indicates that utilisation is allowed for health, medical and "
        "biomedical purposes but does not include the study of population origins or ancestry."
    )
    assert grade([hard]) > 2 * MAX_GRADE_FIRST
    assert longest(hard) > MAX_WORDS
    assert grade(["The cat sat on the mat."]) < 2


@pytest.mark.parametrize("name", [path.name for path in TEMPLATES.glob("*.html")])
def test_no_page_persuades(name: str) -> None:
    whole = (TEMPLATES / name).read_text(encoding="utf-8").lower()
    text = re.sub(r'url_for\("[a-z_.]+"', "", whole)  # nobody reads the names of our own pages
    assert [word for word in PRESSURE if word in text] == []


def test_no_sentence_persuades() -> None:
    texts = [
        *(text for _, text in words.STATE_WORDS.values()),
        *(text for line in words.CONSEQUENCES for text in line),
        *(wording.plain + wording.more for wording in words.TERM_WORDS.values()),
    ]
    found = [(word, text) for text in texts for word in PRESSURE if word in text.lower()]
    assert found == []


def test_stopping_is_told_with_what_it_cannot_do() -> None:
    outcomes = [outcome for _, outcome, _ in words.CONSEQUENCES]
    assert outcomes.count("Stops now") == 2
    assert "Cannot be undone" in outcomes
    assert "Stays possible" in outcomes


def placeholders(text: str) -> int:
    """Count the places for values."""
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    assert set(names) <= {"value"}
    return len(names)


def sentences_of(texts: Iterable[str]) -> list[list[str]]:
    """Split texts into sentences of words."""
    ends = (part for text in texts for part in re.split(r"(?<=[.!?:])\s+", text))
    return [found for part in ends if (found := re.findall(r"[A-Za-z][A-Za-z'-]*", part))]


def longest(text: str) -> int:
    """Count the words of the longest sentence."""
    return max(len(sentence) for sentence in sentences_of([text]))


def syllables(word: str) -> int:
    """Count vowel groups, a silent e at the end aside; every word has one."""
    heard = re.sub(r"(?<=[^aeiouyl])e$|es$|(?<=[^td])ed$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", heard)))


def grade(texts: Iterable[str]) -> float:
    """Give the Flesch-Kincaid grade of texts: about the years of school they need."""
    sentences = sentences_of(texts)
    spelled = [word for sentence in sentences for word in sentence]
    per_sentence = len(spelled) / len(sentences)
    return 0.39 * per_sentence + 11.8 * sum(map(syllables, spelled)) / len(spelled) - 15.59

# SPDX-License-Identifier: Apache-2.0
"""A dataset's consents, made up: every code, many diseases, nobody in any order; one seed."""

from collections import defaultdict
from random import Random
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.diseases import Disease, Diseases, build
from consent_registry.domain.duo import MODIFIERS, PERMISSIONS, Duo
from consent_registry.domain.history import Standing, State
from consent_registry.domain.purpose import Category, Organisation, Purpose
from consent_registry.domain.terms import Alternative, Modifier, Terms

DISEASES: Final = 5_000
PROFILES: Final = 20_000
_REGIONS: Final = ("EU", "EEA", "ADEQUATE", "FI", "SE", "NO", "DK", "EE", "DE", "FR", "US", "JP")
_INSTITUTIONS: Final = tuple(f"https://ror.org/0{number:06}00" for number in range(200))
_USERS: Final = tuple(f"user-{number}" for number in range(300))
_PROJECTS: Final = tuple(f"P-{number}" for number in range(300))
_TOPICS: Final = tuple(f"topic {number}" for number in range(20))
_DATES: Final = tuple(f"20{year}-{month:02}-01" for year in range(24, 30) for month in range(1, 13))
_MONTHS: Final = ("6", "12", "24", "36", "60", "120")
_NOTES: Final = ("", "the biobank", "the hospital's board", "data access office")
_VALUES: Final = {
    Duo.RS: _TOPICS,
    Duo.GS: _REGIONS,
    Duo.IS: _INSTITUTIONS,
    Duo.US: _USERS,
    Duo.PS: _PROJECTS,
    Duo.MOR: _DATES,
    Duo.TS: _MONTHS,
    Duo.COL: _NOTES,
    Duo.IRB: _NOTES,
    Duo.RTN: _NOTES,
}
_SEVERAL: Final = frozenset({Duo.GS, Duo.IS, Duo.US, Duo.PS, Duo.RS})


def hierarchy(random: Random) -> Diseases:
    """Make a hierarchy in which every term but the first lies within one or two earlier ones."""
    names = [f"MONDO:{number:07}" for number in range(DISEASES)]
    terms = {names[0]: Disease(label="any")}
    for number, name in enumerate(names[1:], start=1):
        parents = {names[random.randrange(number)] for _ in range(random.choice((1, 1, 1, 2)))}
        terms[name] = Disease(label=name, parents=tuple(sorted(parents)))
    return build("made up", terms)


def populate(members: int, diseases: Diseases, random: Random) -> CohortIndex:
    """Give every member one of PROFILES standings, at random."""
    names = tuple(diseases.terms)
    standings = [_standing(names, random) for _ in range(PROFILES)]
    holders: dict[int, list[int]] = defaultdict(list)
    for ordinal in range(members):
        holders[random.randrange(PROFILES)].append(ordinal)
    index = CohortIndex(members=members)
    index.put_all((BitMap(ordinals), standings[profile]) for profile, ordinals in holders.items())
    return index


def _standing(diseases: tuple[str, ...], random: Random) -> Standing:
    if random.random() < 0.1:
        return Standing(state=random.choice([state for state in State if state is not State.GIVEN]))
    unreadable = random.random() < 0.001
    return Standing(state=State.GIVEN, terms=None if unreadable else terms(diseases, random))


def terms(diseases: tuple[str, ...], random: Random) -> Terms:
    """Make the terms of one consent, of one to three alternatives."""
    alternatives = random.choices((1, 2, 3), weights=(75, 20, 5))[0]
    return tuple(_alternative(diseases, random) for _ in range(alternatives))


def _alternative(diseases: tuple[str, ...], random: Random) -> Alternative:
    permission = random.choices(PERMISSIONS, weights=(10, 20, 30, 35, 5))[0]
    picked = random.sample(MODIFIERS, k=random.choices((0, 1, 2, 3, 6), (30, 30, 20, 15, 5))[0])
    illnesses = random.sample(diseases, k=random.randint(1, 3)) if permission is Duo.DS else []
    return Alternative(
        permission=permission,
        modifiers=tuple(_modifier(code, random) for code in MODIFIERS if code in picked),
        diseases=tuple(sorted(illnesses)),
    )


def _modifier(code: Duo, random: Random) -> Modifier:
    choices = _VALUES.get(code, ())
    count = random.choice((1, 1, 2)) if code in _SEVERAL else 1
    values = sorted(random.sample(choices, k=count)) if choices else []
    return Modifier(code=code, values=tuple(value for value in values if value))


def purpose(diseases: Diseases, random: Random) -> Purpose:
    """Make a purpose that says most of what it could."""
    category = random.choice(tuple(Category))
    wanted = random.sample(tuple(diseases.terms), k=random.randint(1, 4))
    flags = [random.choice((True, False, False, None)) for _ in range(5)]
    return Purpose(
        category=category,
        diseases=tuple(sorted(wanted)) if category in {Category.DS, Category.MDS} else (),
        methods=flags[0],
        ancestry=flags[1],
        commercial=flags[2],
        clinical=flags[3],
        genetic_data=flags[4],
        organisation=Organisation(
            id=random.choice(_INSTITUTIONS), not_for_profit=random.choice((True, False, None))
        ),
        countries=tuple(sorted(random.sample(("FI", "SE", "DE", "US", "JP"), k=2))),
        users=(random.choice(_USERS),),
        project=random.choice(_PROJECTS),
        months=random.choice((None, 6, 12, 36)),
        accepts=frozenset(random.sample(("PUB", "COL", "RTN", "MOR"), k=3)),
        evidence=frozenset(random.sample(("IRB", "COL"), k=1)),
    )

# SPDX-License-Identifier: Apache-2.0
"""What every service reads in a country's policy file: whose it is, its calendar, its silence rule.

The rest of the file is consent_registry's, which names every fault of it. Here are the head, the
public holidays by which periods are counted, and what it means that a data access committee has not
decided when its term is over. That never grants: no timer makes a permit (EHDS Article 68(3)).
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final, Protocol, TypeVar

from shared.periods import Calendar, months_from

FORMAT: Final = "placet/policy/v1"
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_MONTH_AND_DAY: Final = re.compile(r"\d{2}-\d{2}")
_ANY_YEAR, _LEAP_YEAR = "2023-", "2024-"
_YEARS: Final = range(2000, 2100)
_FROM_EASTER: Final = range(-100, 101)
_MOST: Final = {"months": 24, "working_days": 250}
_CALENDAR_KEYS: Final = frozenset({"years", "fixed", "easter", "fridays", "dates"})
_SILENCE_KEYS: Final = frozenset({"months", "working_days", "means", "law"})


class PolicyFaults(ValueError):
    """The policy file is not usable; `faults` names everything that is wrong with it."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults: Final = faults


class Silence(Enum):
    """What it means that nobody has decided by the end of the term. Nothing here grants.

    ESCALATION: the application stays undecided, first on the authority's list. REFUSAL: the law
    says that it is refused.
    """

    ESCALATION = "escalation"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """The term of a data access committee, in months or in working days, and what follows it.

    `law` is the provision that makes silence a refusal, empty for an escalation.
    """

    months: int = 3
    working_days: int = 0
    means: Silence = Silence.ESCALATION
    law: str = ""

    def last_day(self, begun: date, calendar: Calendar) -> date:
        """Give the last day of a term; the day on which it begins is not counted."""
        if self.working_days:
            return calendar.working_days_after(begun, self.working_days)
        return calendar.rolled(months_from(begun, self.months))

    def meaning(self, begun: date, calendar: Calendar) -> Silence:
        """Say what silence means after such a term.

        Where the holidays of its years are not known the term may be longer than it seems, and
        nobody is refused.
        """
        known = calendar.covers(begun, self.last_day(begun, calendar))
        return self.means if known else Silence.ESCALATION


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryPolicy:
    """The head of a policy file; `digest` is the SHA-256 of all its bytes in hex.

    It is in force from the day `effective_from` until a later one takes its place.
    """

    version: str
    digest: str
    country: str
    effective_from: date
    calendar: Calendar
    silence: SilenceRule = SilenceRule()


class Dated(Protocol):
    """A policy that takes its turn by date."""

    @property
    def version(self) -> str:
        """Its name among those of its country."""
        ...

    @property
    def effective_from(self) -> date:
        """Its first day."""
        ...


DatedPolicy = TypeVar("DatedPolicy", bound=Dated)


def in_force(policies: Sequence[DatedPolicy], day: date) -> DatedPolicy:
    """Give the policy of a day: the last to come into force by then, else the earliest there is."""
    ordered = sorted(policies, key=lambda policy: (policy.effective_from, policy.version))
    begun = [policy for policy in ordered if policy.effective_from <= day]
    return begun[-1] if begun else ordered[0]


def parse_policy(text: str) -> Mapping[str, object]:
    """Read the TOML of a policy file. Raises PolicyFaults."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise PolicyFaults((f"not TOML: {broken}",)) from broken


def load_country_policy(text: str) -> CountryPolicy:
    """Read what every service reads in a policy file. Raises PolicyFaults naming every fault."""
    faults: list[str] = []
    found = read_country_policy(parse_policy(text), text, faults)
    if faults:
        raise PolicyFaults(tuple(faults))
    return found


def _is_code(country: str) -> bool:
    return _COUNTRY.fullmatch(country) is not None


def read_country_policy(
    raw: Mapping[str, object],
    text: str,
    faults: list[str],
    is_country: Callable[[str], bool] = _is_code,
) -> CountryPolicy:
    """Read the same from the parsed file, adding each fault to `faults`."""
    if raw.get("format") != FORMAT:
        faults.append(f"format: must be {FORMAT!r}")
    version, country = raw.get("version"), raw.get("country")
    if not isinstance(version, str) or not version:
        faults.append("version: a text is needed")
    if not isinstance(country, str) or not is_country(country):
        faults.append("country: a country code (ISO 3166-1 alpha-2) is needed")
    begins = _day(raw.get("effective_from"))
    if begins is None:
        faults.append("effective_from: a date is needed")
    calendar = _calendar(raw, faults)
    if begins is not None and calendar.years and begins.year not in calendar.years:
        faults.append("holiday_calendar.years: the year of effective_from is not among them")
    return CountryPolicy(
        version=str(version),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        country=str(country),
        effective_from=begins or date.max,
        calendar=calendar,
        silence=_silence(raw, faults),
    )


def _day(value: object) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _table(
    raw: Mapping[str, object], name: str, known: frozenset[str], faults: list[str]
) -> Mapping[str, object] | None:
    table = raw.get(name)
    if not isinstance(table, dict):
        faults.append(f"{name}: a table is needed")
        return None
    faults.extend(f"{name}.{key}: unknown key" for key in table if key not in known)
    return table


def _calendar(raw: Mapping[str, object], faults: list[str]) -> Calendar:
    """Read the public holidays. No country is taken to have none: the table must be there."""
    table = _table(raw, "holiday_calendar", _CALENDAR_KEYS, faults)
    if table is None:
        return Calendar()
    years, easter, dates = table.get("years"), table.get("easter", []), table.get("dates", [])
    if not _is_span(years):
        faults.append("holiday_calendar.years: the first and the last year are needed")
        years = [0, -1]
    if not isinstance(easter, list) or not all(_whole(one, _FROM_EASTER) for one in easter):
        faults.append("holiday_calendar.easter: a list of whole numbers of days is needed")
        easter = []
    if not isinstance(dates, list) or any(_day(one) is None for one in dates):
        faults.append("holiday_calendar.dates: a list of dates is needed")
        dates = []
    if "fixed" not in table:
        faults.append("holiday_calendar.fixed: a list is needed, be it empty")
    first, last = years if isinstance(years, list) else (0, -1)
    return Calendar(
        years=range(first, last + 1),
        fixed=_yearly(table, "fixed", _LEAP_YEAR, faults),
        easter=frozenset(easter),
        fridays=_yearly(table, "fridays", _ANY_YEAR, faults),
        dates=frozenset(dates),
    )


def _is_span(years: object) -> bool:
    if not isinstance(years, list) or [_whole(one, _YEARS) for one in years] != [True, True]:
        return False
    return bool(years[0] <= years[1])


def _whole(value: object, among: range) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in among


def _yearly(
    table: Mapping[str, object], key: str, year: str, faults: list[str]
) -> frozenset[tuple[int, int]]:
    """Read days of each year; the seven days from each of `fridays` must lie in one year."""
    found: set[tuple[int, int]] = set()
    words = table.get(key, [])
    for word in words if isinstance(words, list) else [None]:
        day = _day_of(year, word)
        if day is None or (key == "fridays" and (day + timedelta(days=6)).year != day.year):
            faults.append(f"holiday_calendar.{key}: a list of days such as 12-25 is needed")
            break
        found.add((day.month, day.day))
    return frozenset(found)


def _day_of(year: str, word: object) -> date | None:
    if not isinstance(word, str) or not _MONTH_AND_DAY.fullmatch(word):
        return None
    try:
        return date.fromisoformat(year + word)
    except ValueError:
        return None


def _silence(raw: Mapping[str, object], faults: list[str]) -> SilenceRule:
    """Read the silence rule; a file that leaves it out escalates after three months."""
    if "dac_silence_rule" not in raw:
        return SilenceRule()
    at = "dac_silence_rule"
    table = _table(raw, at, _SILENCE_KEYS, faults)
    if table is None:
        return SilenceRule()
    terms = [key for key in _MOST if key in table]
    term = terms[0] if len(terms) == 1 else None
    length = table.get(term) if term else None
    if term is None or not _whole(length, range(1, _MOST[term] + 1)):
        wanted = " or ".join(f"{key} from 1 to {most}" for key, most in _MOST.items())
        faults.append(f"{at}: {wanted} are needed, and one of them alone")
        term, length = "months", 1
    law = table.get("law", "")
    return SilenceRule(
        months=int(str(length)) if term == "months" else 0,
        working_days=int(str(length)) if term == "working_days" else 0,
        means=_meaning(table.get("means"), law, faults),
        law=str(law),
    )


def _meaning(said: object, law: object, faults: list[str]) -> Silence:
    at = "dac_silence_rule"
    if said in {"consent", "approval", "grant"}:
        faults.append(f"{at}.means: {said} cannot be carried out: no timer makes a permit")
        return Silence.ESCALATION
    means = {one.value: one for one in Silence}.get(str(said))
    if means is None:
        faults.append(f"{at}.means: one of escalation, refusal is needed")
        return Silence.ESCALATION
    if not isinstance(law, str) or bool(law.strip()) is not (means is Silence.REFUSAL):
        faults.append(f"{at}.law: a refusal names the law that makes it, an escalation none")
    return means

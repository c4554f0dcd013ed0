# SPDX-License-Identifier: Apache-2.0
"""Calendar and silence rule of a policy file: what loads, what does not, and what they mean."""

from datetime import date

import pytest

from shared.country_policy import (
    PolicyFaults,
    Silence,
    SilenceRule,
    load_country_policy,
)
from shared.periods import Calendar
from shared.policy_files import policy_text
from tests.fakes.country_policies import example

HEAD = """
format = "placet/policy/v1"
version = "1"
country = "EE"
effective_from = 2026-01-01
"""
CALENDAR = '[holiday_calendar]\nyears = [2026, 2035]\nfixed = ["01-01"]\n'
SILENCE = '[dac_silence_rule]\nmonths = 3\nmeans = "escalation"\n'
FRIDAY, MONDAY, TUESDAY = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyFaults) as refused:
        load_country_policy(text)
    return refused.value.faults


def test_the_holidays_are_those_of_the_file() -> None:
    more = 'easter = [1]\nfridays = ["06-19"]\ndates = [2026-11-30]\n'
    calendar = load_country_policy(HEAD + CALENDAR + more).calendar
    assert calendar == Calendar(
        years=range(2026, 2036),
        fixed=frozenset({(1, 1)}),
        easter=frozenset({1}),
        fridays=frozenset({(6, 19)}),
        dates=frozenset({MONDAY}),
    )
    assert calendar.rolled(MONDAY) == TUESDAY, "a single day"
    assert not calendar.is_working(date(2027, 6, 25)), "a Friday"
    assert not calendar.is_working(date(2027, 3, 29)), "Easter Monday"


def test_a_year_that_is_not_covered_has_weekends_only_so_that_nobody_waits_longer() -> None:
    calendar = load_country_policy(HEAD + CALENDAR).calendar
    assert calendar.rolled(date(2035, 1, 1)) == date(2035, 1, 2)
    assert calendar.rolled(date(2036, 1, 1)) == date(2036, 1, 1)
    assert calendar.covers(date(2026, 1, 1), date(2035, 12, 31))
    assert not calendar.covers(date(2035, 12, 31), date(2036, 1, 1))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "holiday_calendar: a table is needed"),
        ("[holiday_calendar]\nfixed = []", "holiday_calendar.years: the first and the last year"),
        ("[holiday_calendar]\nyears = [2026, 2027]", "holiday_calendar.fixed: a list is needed"),
        (
            "[holiday_calendar]\nyears = [2027, 2028]\nfixed = []",
            "holiday_calendar.years: the year",
        ),
        (CALENDAR.replace("[2026, 2035]", "[2035, 2026]"), "holiday_calendar.years: the first"),
        (CALENDAR.replace("[2026, 2035]", "[2026, true]"), "holiday_calendar.years: the first"),
        (CALENDAR.replace("[2026, 2035]", "[2026]"), "holiday_calendar.years: the first"),
        (CALENDAR.replace("01-01", "01-32"), "holiday_calendar.fixed: a list of days"),
        (CALENDAR.replace("01-01", "1-1"), "holiday_calendar.fixed: a list of days"),
        (CALENDAR.replace('["01-01"]', '"01-01"'), "holiday_calendar.fixed: a list of days"),
        (CALENDAR + 'fridays = ["12-28"]', "holiday_calendar.fridays: a list of days"),
        (CALENDAR + "easter = [365]", "holiday_calendar.easter: a list of whole numbers"),
        (CALENDAR + "easter = [true]", "holiday_calendar.easter: a list of whole numbers"),
        (CALENDAR + 'dates = ["2027-06-14"]', "holiday_calendar.dates: a list of dates"),
        (CALENDAR + "sundays = true", "holiday_calendar.sundays: unknown key"),
    ],
)
def test_a_file_whose_holidays_are_not_known_does_not_load(said: str, fault: str) -> None:
    (named,) = faults(HEAD + said)
    assert named.startswith(fault)


def test_a_file_without_a_silence_rule_escalates_after_three_months() -> None:
    rule = load_country_policy(HEAD + CALENDAR).silence
    assert rule == SilenceRule(months=3, means=Silence.ESCALATION)
    assert rule == load_country_policy(HEAD + CALENDAR + SILENCE).silence


def test_silence_may_be_a_refusal_where_the_law_is_named() -> None:
    said = '[dac_silence_rule]\nworking_days = 10\nmeans = "refusal"\nlaw = "Act 1, section 2"\n'
    assert load_country_policy(HEAD + CALENDAR + said).silence == SilenceRule(
        months=0, working_days=10, means=Silence.REFUSAL, law="Act 1, section 2"
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"escalation"', '"consent"', "means: consent cannot be carried out: no timer makes"),
        ('"escalation"', '"grant"\nlaw = "A law"', "means: grant cannot be carried out"),
        ('"escalation"', '"perhaps"', "means: one of escalation, refusal is needed"),
        ('means = "escalation"', "", "means: one of escalation, refusal is needed"),
        ('"escalation"', '"refusal"', "law: a refusal names the law"),
        ('"escalation"', '"refusal"\nlaw = " "', "law: a refusal names the law"),
        ('"escalation"', '"escalation"\nlaw = "A law"', "law: a refusal names the law"),
        ("months = 3", "", " months from 1 to 24 or working_days from 1 to 250 are needed"),
        ("months = 3", "months = 3\nworking_days = 10", " months from 1 to 24"),
        ("months = 3", "months = 0", " months from 1 to 24"),
        ("months = 3", "working_days = 251", " months from 1 to 24"),
        ("months = 3", "months = 3\nweeks = 1", "weeks: unknown key"),
    ],
)
def test_what_the_product_cannot_carry_out_does_not_load(old: str, new: str, fault: str) -> None:
    (named,) = faults(HEAD + CALENDAR + SILENCE.replace(old, new))
    assert named.removeprefix("dac_silence_rule").lstrip(".:").startswith(fault)


@pytest.mark.parametrize(
    ("rule", "begun", "last"),
    [
        (SilenceRule(working_days=1), FRIDAY, MONDAY),
        (SilenceRule(months=1), date(2026, 12, 1), date(2027, 1, 4)),  # New Year's Day, a weekend
        (SilenceRule(months=3), date(2026, 11, 30), date(2027, 3, 1)),  # 28 February is a Sunday
    ],
)
def test_a_term_ends_on_a_working_day(rule: SilenceRule, begun: date, last: date) -> None:
    assert rule.last_day(begun, load_country_policy(HEAD + CALENDAR).calendar) == last


def test_nobody_is_refused_by_silence_where_the_holidays_are_not_known() -> None:
    rule = SilenceRule(months=3, means=Silence.REFUSAL, law="Act 1")
    calendar = load_country_policy(HEAD + CALENDAR).calendar
    assert rule.meaning(date(2035, 9, 1), calendar) is Silence.REFUSAL
    assert rule.meaning(date(2035, 12, 1), calendar) is Silence.ESCALATION


def test_the_examples_and_the_shipped_policy_say_both() -> None:
    shipped = load_country_policy(policy_text(None))
    assert (shipped.country, shipped.silence.means) == ("ZZ", Silence.ESCALATION)
    assert example("EE").silence == SilenceRule(months=0, working_days=10)
    assert example("FI").silence.means is Silence.ESCALATION
    assert example("PT").silence.means is Silence.REFUSAL
    assert all(date(2030, 1, 1).year in example(one).calendar.years for one in ("EE", "FI", "PT"))

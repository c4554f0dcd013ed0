# SPDX-License-Identifier: Apache-2.0
"""The three example policies, as every service reads them."""

from functools import cache
from pathlib import Path

from shared.country_policy import CountryPolicy, load_country_policy
from shared.periods import WEEKENDS_ONLY, Calendar

EXAMPLES = Path(__file__).parents[2] / "docs" / "policies"


@cache
def example(country: str) -> CountryPolicy:
    """Give an example by its country's code: EE, FI or PT."""
    path = EXAMPLES / f"example-{country.lower()}.toml"
    return load_country_policy(path.read_text(encoding="utf-8"))


def calendar_of(country: str) -> Calendar:
    """Give the calendar of an example; any other country's has weekends only."""
    return example(country).calendar if country in {"EE", "FI", "PT"} else WEEKENDS_ONLY

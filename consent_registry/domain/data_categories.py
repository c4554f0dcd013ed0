# SPDX-License-Identifier: Apache-2.0
"""Data categories: which kinds of a person's data a choice covers, the lowest of the scopes.

A dataset says once which categories it holds, a member may hold fewer, a purpose names those it
asks for, and an alternative may be for some only (consent.md section 2.4). A purpose that names
none asks for all that the dataset holds. Of a dataset that does not say what it holds nothing is
known to be held, and no limited choice is known to cover it. A category is written by its name,
several in the order of `CATEGORIES`; none at all is no limit.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

CATEGORIES: Final = ("genome", "variants", "phenotype", "ehr", "samples", "images")
Categories = tuple[str, ...]
ANY: Final[Categories] = ()
_RANK: Final = {name: rank for rank, name in enumerate(CATEGORIES)}


def read_categories(names: Iterable[object]) -> Categories:
    """Read categories, each once and in their order. Raises ValueError on anything else."""
    found = set(names)
    if not found <= _RANK.keys():
        raise ValueError("not a data category")
    return _ordered(found)  # type: ignore[arg-type] # all of them are names, as just seen


@lru_cache(maxsize=1_024)
def covers(allowed: Categories, asked: Categories) -> bool:
    """Say whether a choice for these covers all that is asked for; nothing asked is not known."""
    return not allowed or (bool(asked) and set(asked) <= set(allowed))


def asked_of(named: Categories, held: Categories) -> Categories:
    """Give what a purpose asks of a dataset: what it names, or else all that the dataset holds."""
    return named or held


def in_both(one: Categories, other: Categories) -> tuple[Categories, bool]:
    """Give the categories within both limits, and whether there are any; none for no limit."""
    if not one or not other:
        return one or other, True
    common = _ordered(set(one) & set(other))
    return common, bool(common)


def without(allowed: Categories, closed: Collection[str]) -> Categories | None:
    """Give what is left of a choice when some categories are closed; None when nothing is.

    Of a choice without a limit the other categories known today are left.
    """
    if not closed:
        return allowed
    return tuple(name for name in allowed or CATEGORIES if name not in closed) or None


def _ordered(names: Iterable[str]) -> Categories:
    return tuple(sorted(names, key=_RANK.__getitem__))

# SPDX-License-Identifier: Apache-2.0
"""Who must be let in, worked out from the CSV alone by a second, slower set of rules.

This module imports nothing of the suite, so that agreeing with it means something. It knows only
the kinds of consent that the synthetic country has, and refuses any other.
"""

import csv
import io
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

_MEMBER_STATES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EUROPE = frozenset(_MEMBER_STATES.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Local ids of one dataset: everybody who becomes a member, and who of them is let in.

    `consents` counts the members by the state their rows give.
    """

    members: Mapping[str, str]  # local id to participant
    consents: Mapping[str, int]
    admitted: frozenset[str]
    awaiting: frozenset[str]


def expect(
    text: str, *, broken_lines: Collection[int], purpose: Mapping[str, Any], today: date
) -> Expectation:
    """Read an import file, leave out the lines known to be broken, and judge each person."""
    members: dict[str, str] = {}
    alternatives: dict[str, list[dict[str, str]]] = {}
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        if reader.line_num not in broken_lines:
            members[row["local_id"]] = row["participant"]
            alternatives.setdefault(row["local_id"], []).append(row)
    verdicts = {person: _best(rows, purpose, today) for person, rows in alternatives.items()}
    return Expectation(
        members=members,
        consents=Counter(rows[0]["state"] for rows in alternatives.values()),
        admitted=frozenset(person for person, verdict in verdicts.items() if verdict == "yes"),
        awaiting=frozenset(person for person, verdict in verdicts.items() if verdict == "ask"),
    )


def _best(rows: list[dict[str, str]], purpose: Mapping[str, Any], today: date) -> str:
    """One alternative that says yes is enough."""
    said = {_judge(row, purpose, today) for row in rows}
    return next(verdict for verdict in ("yes", "ask", "no") if verdict in said)


def _judge(row: dict[str, str], purpose: Mapping[str, Any], today: date) -> str:
    if row["state"] != "given" or not _in_force(row, today):
        return "no"
    said = {_permission(row["permission"], row["diseases"], purpose)}
    for modifier in filter(None, row["modifiers"].split(";")):
        code, _, value = modifier.partition("=")
        said.add(_modifier(code, value, purpose))
    return next(verdict for verdict in ("no", "ask", "yes") if verdict in said)


def _in_force(row: dict[str, str], today: date) -> bool:
    begins, ends = row["effective_from"], row["effective_to"]
    if begins and date.fromisoformat(begins) > today:
        return False
    return not ends or date.fromisoformat(ends) > today


def _permission(code: str, diseases: str, purpose: Mapping[str, Any]) -> str:
    category = purpose["category"]
    if category not in {"HMB", "DS"}:
        raise ValueError("the country is judged for health research and single diseases only")
    if code in {"DUO:0000042", "DUO:0000006"}:  # general research, health research
        return "yes"
    if code == "DUO:0000007":  # single diseases; the country names no disease within another
        wanted = set(purpose["diseases"])
        return "yes" if category == "DS" and wanted <= set(diseases.split(";")) else "no"
    if code == "DUO:0000011":  # ancestry only
        return "no"
    raise ValueError("a permission the country does not have")


def _modifier(code: str, value: str, purpose: Mapping[str, Any]) -> str:
    if code == "DUO:0000045":  # organisations that are not for profit
        return "yes" if purpose["organisation"]["not_for_profit"] else "no"
    if code == "DUO:0000046":  # no commercial use
        return "no" if purpose["commercial"] else "yes"
    if code == "DUO:0000019":  # results must be published
        return "yes" if "PUB" in purpose["accepts"] else "no"
    if code == "DUO:0000021":  # an ethics approval must be there
        return "yes" if "IRB" in purpose["evidence"] else "ask"
    if code == "DUO:0000022":  # only in these places
        within = EUROPE if value == "EU" else {value}
        return "yes" if set(purpose["countries"]) <= within else "no"
    raise ValueError("a modifier the country does not have")

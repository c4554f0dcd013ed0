# SPDX-License-Identifier: Apache-2.0
"""Valid-by-default builders of consent_registry's values, for tests that say only what matters."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count

from consent_registry.domain.diseases import Disease, Diseases, build, from_obo_graph
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import ConsentEvent, Kind
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.policy import Policy
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.purpose import Category, Organisation, Purpose
from consent_registry.domain.terms import Alternative, Modifier, Terms
from shared.ids import EventId, Revision
from shared.policy_files import policy_text

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = date(2026, 6, 1)

_DATA = files("consent_registry.adapters") / "data"
_NUMBERS = count(1)

GOOD_POLICY = """
format = "placet/policy/v1"
version = "1"
country = "EE"
effective_from = 2026-01-01
small_cell = 5
opt_out_breadths = ["all", "genomic"]
asked_again = "new"
[methods_on_restricted]
HMB = "approve"
DS = "manual"
POA = "deny"
[holiday_calendar]
years = [2026, 2035]
fixed = ["01-01"]
[minors]
needed_from = 12
missing = "new"
dissent_from = 6
overruled = "never"
[regime.consent_gdpr]
legal_basis = { consent = "binds", duo = "binds", opt_out = "shown", quality = "binds" }
safeguard = { consent = "binds", duo = "binds", opt_out = "shown", quality = "binds" }
[regime.ehds_ch4]
later_extractions = "go_on"
legal_basis = { consent = "shown", duo = "shown", opt_out = "binds", quality = "shown" }
safeguard = { consent = "shown", duo = "shown", opt_out = "binds", quality = "shown" }
none = { consent = "shown", duo = "shown", opt_out = "binds", quality = "shown" } # ehds
[regime.national_act]
legal_basis = { consent = "binds", duo = "binds", opt_out = "binds", quality = "binds" }
safeguard = { consent = "binds", duo = "binds", opt_out = "binds", quality = "shown" }
none = { consent = "shown", duo = "shown", opt_out = "binds", quality = "shown" }
[regime.national_act.no]
refusal = "new"
withdrawal = "both"
objection = "running"
opt_out = "new"
"""
"""A policy with every regime, each kind of no acting in its own way under the national act."""


@cache
def extract() -> Diseases:
    """Give the extract of MONDO that the package ships."""
    return from_obo_graph(json.loads((_DATA / "mondo-extract.json").read_bytes()))


@cache
def policy() -> Policy:
    """Give the policy that the package ships."""
    return load_policy(policy_text(None))


def letters(**parents: str) -> Diseases:
    """Build a tiny hierarchy of one-letter illnesses: `letters(A="", B="A", D="B C", C="A")`."""
    return build(
        "letters",
        {name: Disease(label=name, parents=tuple(p.split())) for name, p in parents.items()},
    )


def alternative(permission: Duo = Duo.HMB, *codes: Duo, **values: str) -> Alternative:
    """Build an alternative: `alternative(Duo.DS, Duo.NPU, diseases="MONDO:0004992", TS="24")`."""
    diseases = tuple(sorted(values.pop("diseases", "").split()))
    given = {Duo[name]: tuple(sorted(text.split())) for name, text in values.items()}
    given |= dict.fromkeys(codes, ())
    modifiers = tuple(Modifier(code=code, values=given[code]) for code in Duo if code in given)
    return Alternative(permission=permission, modifiers=modifiers, diseases=diseases)


def terms(permission: Duo = Duo.HMB, *codes: Duo, **values: str) -> Terms:
    """Build terms of one alternative, like `alternative`."""
    return (alternative(permission, *codes, **values),)


def purpose(category: Category = Category.HMB, **changes: object) -> Purpose:
    """Build a fully declared purpose that nothing but its category stands against."""
    plain = Purpose(
        category=category,
        diseases=("MONDO:0007254",) if category is Category.DS else (),
        methods=False,
        ancestry=False,
        commercial=False,
        clinical=False,
        genetic_data=True,
        organisation=Organisation(id="https://ror.org/00aaaaa00", not_for_profit=True),
        countries=("FI",),
        users=("rita",),
        project="P-1",
        months=12,
        accepts=frozenset({"PUB", "COL", "RTN", "MOR"}),
        evidence=frozenset({"IRB", "COL"}),
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # a builder: names are the fields'


def inquiry(asked: Purpose | None = None, *, today: date = TODAY, **changes: object) -> Inquiry:
    """Build an inquiry on the shipped policy and extract."""
    plain = Inquiry(purpose=asked or purpose(), today=today, policy=policy(), diseases=extract())
    return replace(plain, **changes)  # type: ignore[arg-type] # a builder: names are the fields'


def event(kind: Kind = Kind.GIVEN, at: datetime = NOON, **changes: object) -> ConsentEvent:
    """Build an event that is expressed, effective and recorded at one instant."""
    number = next(_NUMBERS)
    plain = ConsentEvent(
        event_id=EventId(f"event-{number:09}"),
        kind=kind,
        expressed_at=at,
        effective_from=at,
        recorded_at=at,
        revision=Revision(number),
        terms=terms() if kind.grants else None,
    )
    return plain._replace(**changes)  # type: ignore[arg-type] # a builder: names are the fields'

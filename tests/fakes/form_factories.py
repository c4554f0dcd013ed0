# SPDX-License-Identifier: Apache-2.0
"""Forms for tests: the worked example, and a small one that a test bends to its need."""

import copy
import json
from pathlib import Path
from typing import Any, Final

from consent_registry.domain.form import ELEMENTS, Form
from consent_registry.domain.form_file import read_form

EXAMPLE: Final = Path(__file__).parents[2] / "docs" / "forms" / "example-biobank.json"
ACTIVITIES: Final = ["edic_secondary_use"]
LIMITED: Final = {
    "when": "health",
    "permission": "HMB",
    "activities": ACTIVITIES,
    "modifiers": [{"code": "NPU", "when": "not companies"}],
}


def example_document() -> Any:
    """Give the worked example as JSON."""
    return json.loads(EXAMPLE.read_bytes())


def example_form() -> Form:
    """Give the worked example."""
    return read_form(example_document())


def small_document(*keys: str, **changes: Any) -> Any:
    """Give a form that asks about health and companies, with changes of its top members."""
    asked = keys or ("health", "companies")
    document = {
        "format": "placet/consent-form/v1",
        "form": "small",
        "version": "1.0",
        "questions": [{"key": key} for key in asked],
        "rules": [LIMITED],
        "refused_when": "not health",
        "texts": {"en": text(*asked)},
    }
    return {**copy.deepcopy(document), **changes}


def text(*keys: str, without: str = "") -> Any:
    """Give one language's texts, with every minimum element but one."""
    return {
        "title": "A small form",
        "introduction": "Two questions.",
        "yes": "Yes",
        "no": "No",
        "elements": {name: f"About {name}." for name in ELEMENTS if name != without},
        "questions": {
            key: {"question": f"{key}?", "yes": "Then so.", "no": "Not."} for key in keys
        },
    }


PLACES: Final = ("EE", "FI", "PT")
MONTHS: Final = ("12", "24", "60")


def choosing_document(**changes: Any) -> Any:
    """Give a form whose people choose countries and a time limit, beside health."""
    asked = [
        {"key": "health"},
        {"key": "places", "parameter": "GS", "values": list(PLACES)},
        {"key": "longer", "parameter": "TS", "values": list(MONTHS)},
    ]
    limits = [
        {"code": "GS", "values": ["LV"], "values_from": "places"},
        {"code": "TS", "values_from": "longer", "when": "longer"},
        {"code": "TS", "values": ["12"], "when": "not longer"},
    ]
    texts = text("health", "places", "longer")
    for key, offered in (("places", PLACES), ("longer", MONTHS)):
        texts["questions"][key]["values"] = {value: f"Value {value}" for value in offered}
    rule = {**LIMITED, "modifiers": limits}
    return small_document(**{"questions": asked, "rules": [rule], "texts": {"en": texts}} | changes)

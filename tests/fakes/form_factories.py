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

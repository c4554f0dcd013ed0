# SPDX-License-Identifier: Apache-2.0
"""The consent form of the synthetic country: what its people could answer, and what that grants.

An example of a whole form, every minimum element of it; no person and no hospital uses it.
"""

from typing import Any, Final

from services.demo.country import DISEASES, FORM, FORM_VERSION, GRU, GS, HMB, IRB, NCU, NPU, PUB
from services.demo.country import DS as ILLNESSES
from services.demo.country import POA as ORIGINS

_ACTIVITIES: Final = ["edic_secondary_use"]
_LIMITS: Final = [
    {"code": NPU, "when": "not companies"},
    {"code": NCU, "when": "not profit"},
    {"code": PUB, "when": "not unpublished"},
    {"code": IRB, "when": "not unchecked"},
    {"code": GS, "values_from": "places", "when": "not world"},
]
_PLACES: Final = {"EU": "The European Union", "CA": "Canada"}
# Without a place the data could go nowhere: that is a no to research, and is said to be one.
_SOMEWHERE: Final = "(world or places)"
_ASKED: Final = {
    "any": (
        "May researchers study anything with your data?",
        "They may study any question.",
        "They may not study just anything.",
    ),
    "health": (
        "May researchers study health with your data?",
        "They may study health and illness.",
        "They may not study health in general.",
    ),
    "illnesses": (
        "May researchers study certain illnesses with your data?",
        "They may study the illnesses that you name.",
        "No illness is named.",
    ),
    "origins": (
        "May researchers study where groups of people come from?",
        "They may study that too.",
        "They may not study that alone.",
    ),
    "companies": (
        "May companies use your data?",
        "Companies may be among the users.",
        "Only organisations that are not for profit.",
    ),
    "profit": (
        "May the work be for profit?",
        "It may be for profit.",
        "It may not be for profit.",
    ),
    "unpublished": (
        "May results stay unpublished?",
        "They may keep what they find.",
        "They must share what they find.",
    ),
    "unchecked": (
        "May the work begin without an ethics committee?",
        "No committee needs to have looked at it.",
        "An ethics committee has to approve it first.",
    ),
    "world": (
        "May your data be used anywhere in the world?",
        "Anywhere.",
        "Only where you say in the next question.",
    ),
    "places": (
        "May your data be used in certain places?",
        "In the places that you name.",
        "Nowhere by this answer.",
    ),
}
_ELEMENTS: Final = {
    "purposes": "Your data serve research, for the purposes that you agree to below.",
    "data_types": "They are one synthetic genome for each person, and nothing else.",
    "recipients": "Researchers with a permit may use them, inside the biobank's own computers.",
    "cross_border_access": "Permits may be given to researchers in other countries.",
    "commercial_users": "You say below whether companies may be among them.",
    "withdrawal": "You can stop the use at any time, without a reason. What was found stays found.",
    "retention": "They are kept until the demo is thrown away.",
    "recontact": "Nobody contacts you about them.",
    "incidental_findings": "Nothing that is found is told to you.",
    "risks": "Somebody could learn from them who you are, if you had ever lived.",
    "contact": "Ask the Synthetic Biobank of ZZ.",
}


def form_document() -> dict[str, Any]:
    """Write the form as a registry takes it in (docs/forms/README.md)."""
    return {
        "format": "placet/consent-form/v1",
        "form": FORM,
        "version": FORM_VERSION,
        "questions": [_question(key) for key in _ASKED],
        "rules": [
            {**_rule(f"any and {_SOMEWHERE}", GRU), "modifiers": _LIMITS},
            {**_rule(f"health and {_SOMEWHERE}", HMB), "modifiers": _LIMITS},
            {**_rule("illnesses", ILLNESSES), "diseases_from": "illnesses"},
            _rule("origins", ORIGINS),
        ],
        "refused_when": (
            f"not illnesses and not origins and (not {_SOMEWHERE} or (not any and not health))"
        ),
        "texts": {"en": _text()},
    }


def _question(key: str) -> dict[str, Any]:
    if key == "illnesses":
        return {"key": key, "illnesses": list(DISEASES)}
    if key == "places":
        return {"key": key, "parameter": GS, "values": list(_PLACES)}
    return {"key": key}


def _rule(when: str, permission: str) -> dict[str, Any]:
    return {"when": when, "permission": permission, "activities": _ACTIVITIES}


def _text() -> dict[str, Any]:
    questions: dict[str, Any] = {
        key: {"question": question, "yes": yes, "no": no}
        for key, (question, yes, no) in _ASKED.items()
    }
    questions["places"]["values"] = _PLACES
    return {
        "title": "Consent to research with the synthetic country's data",
        "introduction": "None of the people asked here has ever lived.",
        "yes": "Yes",
        "no": "No",
        "elements": _ELEMENTS,
        "questions": questions,
    }

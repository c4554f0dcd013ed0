# SPDX-License-Identifier: Apache-2.0
"""One alternative of a consent in the words of DPV, as a process of a receipt."""

from typing import Final
from urllib.parse import quote

from consent_registry.domain.activities import Scope, scopes_of
from consent_registry.domain.duo import TERMS, Duo
from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.national import label_of
from consent_registry.domain.terms import Alternative
from consent_registry.domain.windows import Window
from shared.canonical import JSON

PROCESSING: Final = ("dpv:Store", "dpv:MakeAvailable", "dpv:Analyse")
_ACTIVITY: Final = "urn:placet:activity:"
_BROADER: Final = "dpv:ScientificResearch"
_Object = dict[str, JSON]


def written_alternative(alternative: Alternative) -> _Object:
    """Write purpose, rules, activities and data window; which data it is for stands with them."""
    codes: list[JSON] = [alternative.permission.value]
    if alternative.permission is not Duo.NRES:
        codes.append(f"urn:placet:ehds:purpose:{EhdsPurpose.RESEARCH.value}")
    purpose = written_purpose(TERMS[alternative.permission].label, codes)
    if alternative.diseases:
        purpose["rdf:value"] = list(alternative.diseases)
    return {
        "dpv:hasPurpose": [purpose],
        "dpv:hasRule": [
            {
                "@type": ["dpv:Rule"],
                "dct:identifier": modifier.code.value,
                "skos:prefLabel": label_of(modifier.code),
                "rdf:value": list(modifier.values),
            }
            for modifier in alternative.modifiers
        ],
        "dpv:hasProcessing": [
            *PROCESSING,
            *(_processing(scope) for scope in scopes_of(alternative.activities)),
        ],
        **({"dct:temporal": [_period(alternative.data)]} if alternative.data else {}),
    }


def _processing(scope: Scope) -> JSON:
    """Name what may be done with the data, and until when if that ends by itself."""
    iri = _ACTIVITY + quote(scope.name, safe=":")
    if scope.ends is None:
        return iri
    until = {"@type": ["dpv:UntilTimeDuration"], "rdf:value": scope.ends.isoformat()}
    return {"@id": iri, "@type": ["dpv:Processing"], "dpv:hasDuration": [until]}


def _period(window: Window) -> _Object:
    """Write which collected data are meant, as DCAT writes a period."""
    ends = zip(("dcat:startDate", "dcat:endDate"), window.written(), strict=True)
    return {"@type": ["dct:PeriodOfTime"], **{name: day for name, day in ends if day}}


def written_purpose(label: str, codes: list[JSON]) -> _Object:
    """Write a purpose with the codes that name it."""
    return {
        "@type": ["dpv:Purpose"],
        "skos:broader": [_BROADER],
        "skos:prefLabel": label,
        "dct:identifier": codes,
    }

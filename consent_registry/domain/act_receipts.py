# SPDX-License-Identifier: Apache-2.0
"""Receipts of what a person did that is no consent: an opt-out, its undoing, a request of hers.

An opt-out under EHDS Article 71 is another legal act than a withdrawal, and is never written as one
(law.md section 4.1); DPV has no term for it, so the article itself is named as the right. The
document says what was recorded then and nothing that may change: the same bytes whenever asked.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from consent_registry.domain.optout import OptOutEvent, OptOutKind
from consent_registry.domain.rights import Right, RightsRequest
from shared.canonical import JSON
from shared.clock import to_rfc3339

ACT_TYP: Final = "placet-act-receipt+jws"
EHDS_71: Final = "http://data.europa.eu/eli/reg/2025/327/art_71/oj"

_SUBJECT: Final = b"placet/receipt-subject/v1\n"
_ARTICLES: Final[Mapping[Right, str]] = MappingProxyType(
    {
        Right.ACCESS: "A15",
        Right.RECTIFICATION: "A16",
        Right.ERASURE: "A17",
        Right.RESTRICTION: "A18",
        Right.PORTABILITY: "A20",
        Right.OBJECTION: "A21",
    }
)
_GDPR: Final = "https://w3id.org/dpv/legal/eu/gdpr#"
_LABELS: Final[Mapping[OptOutKind, str]] = MappingProxyType(
    {
        OptOutKind.REGISTERED: "opted out of secondary use",
        OptOutKind.REVERSED: "took the opt-out from secondary use back",
    }
)
_CONTEXT: Final[Mapping[str, JSON]] = MappingProxyType(
    {
        "dpv:hasRight": {"@id": "dpv:hasRight", "@type": "@id"},
        "dct:created": {"@id": "dct:created", "@type": "xsd:dateTime"},
        "dpv:isIndicatedAtTime": {"@id": "dpv:isIndicatedAtTime", "@type": "xsd:dateTime"},
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person did: by which right, in which words, and how far it reaches, if it says so."""

    act_id: str
    pid: str
    right: str
    label: str
    recorded_at: datetime
    scope: str = ""


def act_of(done: OptOutEvent | RightsRequest) -> Act:
    """Give an opt-out, its undoing, or a request as the act that it is."""
    if isinstance(done, OptOutEvent):
        return Act(
            act_id=done.optout_id,
            pid=done.pid,
            right=EHDS_71,
            label=_LABELS[done.kind],
            recorded_at=done.recorded_at,
            scope=done.about.text,
        )
    return Act(
        act_id=done.request_id,
        pid=done.pid,
        right=_GDPR + _ARTICLES[done.right],
        label=f"asked for: {done.right.value}",
        recorded_at=done.received_at,
    )


def receipt_of_act(act: Act, issuer: str) -> Mapping[str, JSON]:
    """Write the whole receipt; it names nobody, and the subject is another one in each receipt."""
    hidden = hashlib.sha256(_SUBJECT + f"{act.act_id}\n{act.pid}".encode()).hexdigest()[:32]
    at = to_rfc3339(act.recorded_at)
    exercised: dict[str, JSON] = {
        "@type": ["dpv:RightExerciseActivity"],
        "dpv:hasRight": [act.right],
        "dpv:isIndicatedAtTime": at,
        "skos:prefLabel": act.label,
    }
    if act.scope:
        exercised["rdf:value"] = act.scope
    return {
        "@context": dict(_CONTEXT),
        "@id": f"{issuer}/receipts/{act.act_id}",
        "@type": ["dpv:RightExerciseRecord"],
        "dct:identifier": act.act_id,
        "dct:created": at,
        "dct:publisher": issuer,
        "dpv:hasDataSubject": {
            "@type": ["dpv:DataSubject"],
            "dpv:hasIdentifier": f"urn:placet:subject:{hidden}",
        },
        "dpv:hasRecordOfActivity": [exercised],
    }

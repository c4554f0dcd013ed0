# SPDX-License-Identifier: Apache-2.0
"""The permit as a text a person reads; it travels inside the signed body.

It says only what the body says, names nobody, and calls itself only what its regime allows: a
permit that stands on consent does not call itself a permit under another law (architecture.md
section 7).
"""

from collections.abc import Mapping
from typing import Final

from permit_service.domain.permit import Permit, Regime
from permit_service.domain.words import duty_in_words, purpose_in_words
from shared.clock import to_rfc3339

_TITLES: Final[Mapping[Regime, str]] = {
    Regime.CONSENT_GDPR: "Data access permit on the basis of the participants' consent",
    Regime.NATIONAL_ACT: "Data access permit under national law",
    Regime.EHDS_CH4: "Data permit under Regulation (EU) 2025/327, Chapter IV",
}

_CONDITIONS: Final = (
    (
        "Only the people counted as in may be read, and each of them only as long as the consent "
        "stands: whoever withdraws leaves the cohort at once."
    ),
    "The data may be used for the purpose above and for nothing else.",
    "Nobody may try to find out who a participant is.",
    "Every request for the data is decided and recorded one by one.",
)


def permit_document(permit: Permit, *, authority: str) -> str:
    """Write the permit in plain words, one statement per line."""
    counts = permit.cohort.counts.published()
    lines = [
        _TITLES[permit.regime],
        "",
        f"Permit: {permit.permit_id}",
        f"Application: {permit.application_id}",
        f"Issued by: {authority}",
        f"Holder: {permit.holder_subject}",
        f"Dataset: {permit.dataset}",
        f"Valid from: {to_rfc3339(permit.not_before)}",
        f"Valid until: {to_rfc3339(permit.expires_at)}",
        "",
        "Purpose:",
        *(f"- {line}" for line in purpose_in_words(permit.purpose)),
        *_exception(permit),
        "",
        f"Cohort {permit.cohort.cohort_id} at revision {permit.cohort.revision}",
        "(numbers are rounded, and small ones are not told):",
        *(f"- {_COUNT_WORDS[name]}: {count}" for name, count in counts.items()),
        "",
        "Conditions:",
        *(f"- {line}" for line in _CONDITIONS),
        *_duties(permit),
    ]
    return "\n".join(lines) + "\n"


def _duties(permit: Permit) -> list[str]:
    """Say what is owed; what people named with it may name others, and stands in the annex."""
    annex = permit.cohort.annex()
    if annex is None:
        return []
    return [
        "",
        "What is owed to those people who ask for it (the annex to this permit says more):",
        *(f"- {duty_in_words(duty)[0]}" for duty in annex.duties),
    ]


def _exception(permit: Permit) -> list[str]:
    law = permit.cohort.exception_law()
    return [] if law is None else [f"In spite of opt-outs, under EHDS Article 71(4): {law}"]


_COUNT_WORDS: Final[Mapping[str, str]] = {
    "members": "people in the dataset",
    "in": "people in",
    "out": "people out",
    "awaiting": "people awaiting a ruling, out until then",
}

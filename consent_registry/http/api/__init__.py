# SPDX-License-Identifier: Apache-2.0
"""The JSON API: parse, call one use case, present. Decides nothing and recomputes nothing."""

from consent_registry.http.api import (
    approvals,
    catalogue,
    codes,
    cohorts,
    contacts,
    corrections,
    datasets,
    decisions,
    erasures,
    exception_claims,
    feed,
    fhir,
    forms,
    imports,
    listing,
    minors,
    mondo,
    opt_outs,
    participants,
    people,
    receipts,
    requests,
    rulings,
    studies,
    study_consents,
)
from shared.api import Api


def register(api: Api) -> None:
    """Serve every address of the JSON API."""
    modules = (
        *(datasets, participants, people, opt_outs, approvals, imports, cohorts, codes, decisions),
        *(rulings, mondo, forms, feed, fhir, receipts, catalogue, erasures, requests, studies),
        *(minors, study_consents, contacts, listing, exception_claims, corrections),
    )
    for module in modules:
        api.register_blueprint(module.blueprint)

# SPDX-License-Identifier: Apache-2.0
"""The JSON API: parse, call one use case, present. Decides nothing and recomputes nothing."""

from consent_registry.http.api import (
    approvals,
    codes,
    cohorts,
    datasets,
    decisions,
    erasures,
    feed,
    forms,
    imports,
    mondo,
    opt_outs,
    participants,
    requests,
    rulings,
)
from shared.api import Api


def register(api: Api) -> None:
    """Serve every address of the JSON API."""
    modules = (datasets, participants, opt_outs, approvals, imports, cohorts, codes, decisions)
    for module in (*modules, rulings, mondo, forms, feed, erasures, requests):
        api.register_blueprint(module.blueprint)

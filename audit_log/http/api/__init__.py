# SPDX-License-Identifier: Apache-2.0
"""The machine's face: C2SP paths below `/log` and `/witness`, JSON below `/v1`. Decides nothing."""

from audit_log.http.api import (
    cases,
    entries,
    erasures,
    exports,
    findings,
    intake,
    keeping,
    producers,
    proofs,
    queries,
    reports,
    subjects,
    tiles,
    witness,
)
from shared.api import Api


def register(api: Api, *, tiles_public: bool) -> None:
    """Serve every address; `tiles_public` opens what lets strangers verify the log."""
    for blueprint in (
        tiles.blueprint(public=tiles_public),
        proofs.blueprint(public=tiles_public),
        entries.blueprint,
        intake.blueprint,
        producers.blueprint,
        erasures.blueprint,
        keeping.blueprint,
        exports.blueprint,
        witness.blueprint,
        findings.blueprint,
        subjects.blueprint,
        cases.blueprint,
        queries.blueprint,
        reports.blueprint,
    ):
        api.register_blueprint(blueprint)

# SPDX-License-Identifier: Apache-2.0
"""The chapters in which a permit is applied for, granted, verified, and at last revoked."""

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.story.client import Answer
from services.story.stage import PURPOSE, Cast, Stage

_SERVICE: Final = "permit_service"
_REASONS: Final = "Health research in the public interest; safeguards of the environment suffice."
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A granted permit: its id, its signed document and the file it was saved to."""

    permit_id: str
    jws: str
    file: Path


def apply_and_grant(stage: Stage, cast: Cast) -> Permit:
    """Have rita apply, dora look at the counts and grant; give the permit."""
    stage.narrator.chapter("Rita applies for health research, and dora decides")
    application = apply(stage, cast, f"Heart disease in {cast.dataset}")
    _show_counts(stage, cast, stage.url(_SERVICE, f"/v1/applications/{application}"))
    return _save(stage, grant(stage, application))


def apply(stage: Stage, cast: Cast, title: str) -> str:
    """Have rita apply for health research in the dataset; give the application's id."""
    submitted = stage.client.post(
        stage.url(_SERVICE, "/v1/applications"),
        {
            "title": title,
            "organisation": "University of Nowhere",
            "dataset": cast.dataset,
            "purpose": dict(PURPOSE),
            "months": _MONTHS,
        },
        token=stage.person("rita", _SERVICE, "applications.submit"),
        kind="apply",
    )
    came = submitted.body.get("state")
    stage.narrator.check("the application is", expected="submitted", came=came)
    return str(submitted.body.get("application_id"))


def grant(stage: Stage, application: str) -> str:
    """Have dora grant an application and wait for its permit; give the permit's id."""
    where = stage.url(_SERVICE, f"/v1/applications/{application}")
    stage.client.post(
        f"{where}/decisions",
        {"decision": "grant", "reasons": _REASONS},
        token=stage.person("dora", _SERVICE, "applications.decide", "applications.read"),
        kind="decide",
    )
    last: list[Answer] = []

    def settled() -> bool:
        token = stage.person("dora", _SERVICE, "applications.decide", "applications.read")
        last[:] = [stage.client.get(where, token=token)]
        return last[0].body.get("state") not in {"submitted", "granting"}

    stage.wait(settled)
    came = last[0].body.get("state")
    stage.narrator.check("the application is", expected="granted", came=came)
    return str(last[0].body.get("permit_id"))


def _show_counts(stage: Stage, cast: Cast, application: str) -> None:
    """Compare the counts with our own; what dora sees hides small numbers."""
    seen = stage.client.get(
        f"{application}/cohort",
        token=stage.person("dora", _SERVICE, "applications.read"),
        kind="cohort",
    )
    stage.narrator.note(f"dora sees {json.dumps(seen.body.get('counts'))}")
    exact = stage.client.post(
        stage.url("consent_registry", "/v1/cohorts/evaluate"),
        {"dataset": cast.dataset, "purpose": {**PURPOSE, "months": _MONTHS}},
        token=stage.operator("consent_registry", "cohorts.evaluate"),
        kind="evaluate",
    )
    members, admitted = len(cast.expected.members), len(cast.expected.admitted)
    awaiting = len(cast.expected.awaiting)
    stage.narrator.check(
        "people by the consent registry's own count",
        expected={
            "members": members,
            "in": admitted,
            "out": members - admitted - awaiting,
            "awaiting": awaiting,
        },
        came=exact.body.get("counts"),
    )


def _save(stage: Stage, permit_id: str) -> Permit:
    answer = stage.client.get(
        stage.url(_SERVICE, f"/v1/permits/{permit_id}"),
        token=stage.person("dora", _SERVICE, "permits.read"),
    )
    jws = str(answer.body.get("jws", ""))
    file = Path(stage.suite.story) / "permit.jws"
    file.write_text(jws)
    return Permit(permit_id=permit_id, jws=jws, file=file)


def verify_document(stage: Stage, permit: Permit) -> None:
    """Verify the permit as anybody could, and one in which a single claim was changed."""
    stage.narrator.chapter("The permit is verified by its signature alone")
    keys = permit.file.with_name("permit-keys.json")
    keys.write_text(stage.client.get(stage.url(_SERVICE, "/api/permit-jwk")).text)
    altered = permit.file.with_name("permit-altered.jws")
    altered.write_text(alter(permit.jws))
    for file, what, status in (
        (permit.file, "the permit as issued", 0),
        (altered, "the permit with one claim changed", 1),
    ):
        came = _placet("permit", "verify", str(file), "--jwks", str(keys))
        stage.narrator.check(f"placet permit verify on {what}", expected=status, came=came)


def alter(jws: str) -> str:
    """Change one claim of a signed document and keep its signature."""
    header, payload, signature = jws.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["expires_at"] = "2099-01-01T00:00:00.000000Z"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def revoke(stage: Stage, permit: Permit) -> int:
    """Have dora revoke the permit; give the revision that says so."""
    answer = stage.client.post(
        stage.url(_SERVICE, f"/v1/permits/{permit.permit_id}/revocations"),
        {"reasons": "The story ends here, and with it the need for the data."},
        token=stage.person("dora", _SERVICE, "permits.revoke"),
        kind="revoke",
    )
    stage.narrator.check("the permit is revoked", expected=201, came=answer.done(201))
    ended = stage.client.get(
        stage.url(_SERVICE, f"/v1/permits/{permit.permit_id}"),
        token=stage.person("dora", _SERVICE, "permits.read"),
    )
    return int(answer.body.get("revision") or ended.body.get("revision", 0))


def _placet(*words: str) -> int:
    command = [sys.executable, "-m", "services.cli", *words]
    return subprocess.run(command, capture_output=True, check=False).returncode

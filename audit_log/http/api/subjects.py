# SPDX-License-Identifier: Apache-2.0
"""`/v1/subjects/report`: who used one person's data, for consent_registry alone."""

from typing import Any, Final

from audit_log.domain.reports import Use
from audit_log.domain.statement import stated_json
from audit_log.http.api.entries import as_of_json
from audit_log.http.api.schemas_reports import SubjectReportSchema, SubjectsSchema
from audit_log.http.edge import current_edge
from audit_log.usecases.who_used import SCOPE, who_used
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.events import Subject

blueprint: Final = ApiBlueprint(
    "subjects", __name__, url_prefix="/v1", description="Who used a person's data"
)


@blueprint.route("/subjects/report", methods=["POST"])
@requires(SCOPE)
@blueprint.arguments(SubjectsSchema)
@blueprint.response(200, SubjectReportSchema)
def subject_report(body: dict[str, Any]) -> dict[str, Any]:
    """Say who used the data of the person who has these numbers in these datasets."""
    edge = current_edge()
    found = who_used(
        [Subject(dataset=one["dataset"], ordinal=one["ordinal"]) for one in body["people"]],
        as_of=body.get("as_of"),
        principal=current_principal(),
        transaction=edge.transaction,
        clock=edge.clock,
    )
    said = stated_json(found.stated)
    return {
        "uses": [_use(use) for use in found.uses],
        "count": sum(use.count for use in found.uses),
        "as_of": as_of_json(found.stated.as_of),
        "integrity": said["integrity"],
        "missing": said["missing"],
    }


def _use(use: Use) -> dict[str, Any]:
    return {
        "day": use.day.isoformat(),
        "dataset": use.dataset,
        "type": use.type,
        "src": use.src,
        "decision": use.decision,
        "purposes": list(use.purposes),
        "count": use.count,
        "newest": use.newest,
    }

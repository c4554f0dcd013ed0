# SPDX-License-Identifier: Apache-2.0
"""`/v1/subjects`: who used one person's data, for consent_registry alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from audit_log.domain.cohorts import CohortAnswer, read_answer
from audit_log.domain.reports import Use
from audit_log.domain.statement import dropped_json, stated_json
from audit_log.http.api.entries import as_of_json
from audit_log.http.api.schemas_reports import (
    CohortsNamedSchema,
    DatasetsSchema,
    SubjectReportSchema,
    SubjectsSchema,
)
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.usecases.who_used import SCOPE, cohorts_of, who_used
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.errors import FieldFault, ValidationFailed
from shared.events import Subject

blueprint: Final = ApiBlueprint(
    "subjects", __name__, url_prefix="/v1", description="Who used a person's data"
)


@blueprint.route("/subjects/cohorts", methods=["POST"])
@requires(SCOPE)
@blueprint.arguments(DatasetsSchema)
@blueprint.response(200, CohortsNamedSchema)
@looks("cohorts_listed", current_principal, people_only=True)
def subject_cohorts(body: dict[str, Any]) -> dict[str, Any]:
    """Name the cohorts of which a report must be told whether they hold the person."""
    size, found = cohorts_of(
        body["datasets"],
        as_of=body.get("as_of"),
        principal=current_principal(),
        transaction=current_edge().transaction,
    )
    return {
        "as_of": size,
        "datasets": [
            {"dataset": one.dataset, "cohorts": [key._asdict() for key in one.cohorts]}
            for one in found
        ],
    }


@blueprint.route("/subjects/report", methods=["POST"])
@requires(SCOPE)
@blueprint.arguments(SubjectsSchema)
@blueprint.response(200, SubjectReportSchema)
def subject_report(body: dict[str, Any]) -> dict[str, Any]:
    """Say who used the data of the person who has these numbers in these datasets."""
    edge = current_edge()
    people = [Subject(dataset=one["dataset"], ordinal=one["ordinal"]) for one in body["people"]]
    found = who_used(
        people,
        answers=_answers(people, body["people"]),
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
        "dropped": [dropped_json(one) for one in found.dropped],
        "cohorts_unresolved": found.unresolved,
    }


def _answers(
    people: Sequence[Subject], said: Sequence[Mapping[str, Any]]
) -> dict[Subject, list[CohortAnswer]]:
    """Read what is said of cohorts; raise ValidationFailed for what cannot be."""
    found: dict[Subject, list[CohortAnswer]] = {}
    for number, (person, one) in enumerate(zip(people, said, strict=True)):
        try:
            found[person] = [read_answer(answer) for answer in one["cohorts"]]
        except ValueError as wrong:
            fault = FieldFault(f"/people/{number}/cohorts", str(wrong))
            raise ValidationFailed("the question has faults", faults=[fault]) from None
    return found


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

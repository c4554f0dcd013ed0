# SPDX-License-Identifier: Apache-2.0
"""`/v1/cohorts`: decide a purpose, freeze the outcome, bind it to a permit."""

from typing import Any, Final

from consent_registry.domain import purpose
from consent_registry.domain.containing import CohortQuestion
from consent_registry.domain.register import Project
from consent_registry.http.api import present
from consent_registry.http.api.cohort_schemas import (
    BindSchema,
    BlockingSchema,
    CohortManifestSchema,
    ContainingSchema,
    EndedSchema,
    EndSchema,
    EvaluateSchema,
    EvaluationSchema,
    FreezeSchema,
    FrozenSchema,
    MembershipsSchema,
    QuestionSchema,
    SinceSchema,
)
from consent_registry.http.edge import current_tools, dataset_id_of, instants_of
from consent_registry.usecases.acknowledging import require_admitted
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.cohort_manifests import cohort_manifest
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.containing import cohorts_with
from consent_registry.usecases.ending import end_permit
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires, requires_any
from shared.clock import to_rfc3339
from shared.ids import ApplicationId, CohortId, Ordinal, PermitId, Revision

blueprint: Final = ApiBlueprint("cohorts", __name__, description="Who is in, for which purpose")


@blueprint.route("/v1/cohorts/evaluate", methods=["POST"])
@requires("cohorts.evaluate")
@blueprint.arguments(EvaluateSchema)
@blueprint.response(200, EvaluationSchema)
def evaluate(body: dict[str, Any]) -> dict[str, Any]:
    """Decide a purpose now, or as of an instant as known at another; grants nothing."""
    tools = current_tools()
    effective_at, known_at = instants_of(body)
    found = evaluate_cohort(
        dataset_id_of(body["dataset"]),
        purpose.from_json(body["purpose"]),
        tools=tools,
        principal=current_principal(),
        application_id=body["application_id"] and ApplicationId(body["application_id"]),
        effective_at=effective_at,
        known_at=known_at,
    )
    return present.evaluation(found, tools.small_cell)


@blueprint.route("/v1/cohorts/blocking", methods=["POST"])
@requires_any("cohorts.count", "cohorts.evaluate")
@blueprint.arguments(QuestionSchema)
@blueprint.response(200, BlockingSchema)
def blocking(body: dict[str, Any]) -> dict[str, Any]:
    """Say who blocks what: first reasons, and what each clause alone would change.

    As of another instant it needs the scope cohorts.evaluate.
    """
    tools = current_tools()
    found = who_blocks_what(
        dataset_id_of(body["dataset"]),
        purpose.from_json(body["purpose"]),
        *instants_of(body),
        tools=tools,
        principal=current_principal(),
    )
    return present.blocking(found, tools.small_cell)


@blueprint.route("/v1/cohorts/freeze", methods=["POST"])
@requires("cohorts.freeze")
@blueprint.arguments(FreezeSchema)
@blueprint.response(201, FrozenSchema)
def freeze(body: dict[str, Any]) -> dict[str, Any]:
    """Fix a cohort for an application; void after a minute unless bound."""
    tools = current_tools()
    frozen = freeze_cohort(
        dataset_id_of(body["dataset"]),
        purpose.from_json(body["purpose"]),
        ApplicationId(body["application_id"]),
        tools=tools,
        principal=current_principal(),
    )
    return present.frozen(frozen, tools.small_cell)


@blueprint.route("/v1/cohorts/<cohort_id>/bind", methods=["POST"])
@requires("cohorts.freeze")
@blueprint.arguments(BindSchema)
@blueprint.response(200, FrozenSchema)
def bind(body: dict[str, Any], cohort_id: str) -> dict[str, Any]:
    """Make a frozen cohort live under a permit."""
    tools = current_tools()
    bound = bind_cohort(
        CohortId(cohort_id),
        PermitId(body["permit_id"]),
        project=_project(body["project"]),
        tools=tools,
        principal=current_principal(),
    )
    return present.frozen(bound, tools.small_cell)


@blueprint.route("/v1/cohorts/<cohort_id>/end", methods=["POST"])
@requires("cohorts.freeze")
@blueprint.arguments(EndSchema)
@blueprint.response(200, EndedSchema)
def end(body: dict[str, Any], cohort_id: str) -> dict[str, Any]:
    """Say that the permit of a cohort ended early; its people are told the day."""
    tools = current_tools()
    ended_at = end_permit(
        CohortId(cohort_id),
        PermitId(body["permit_id"]),
        instant_of(body["ended_at"], "/ended_at") or tools.clock.now(),
        tools=tools,
        principal=current_principal(),
    )
    return {"ended_at": to_rfc3339(ended_at)}


def _project(body: dict[str, Any] | None) -> Project | None:
    until = None if body is None else instant_of(body["until"], "/project/until")
    if body is None or until is None:
        return None
    return Project(title=body["title"], organisation=body["organisation"], until=until)


@blueprint.route("/v1/cohorts/<cohort_id>/manifest")
@requires("feed.read")
@blueprint.arguments(SinceSchema, location="query")
@blueprint.response(200, CohortManifestSchema)
def standing(query: dict[str, Any], cohort_id: str) -> dict[str, Any]:
    """State how a live cohort stands, as the difference to a revision that its holder has."""
    require_admitted(tools=current_tools(), principal=current_principal())
    since = query["since"]
    found = cohort_manifest(
        CohortId(cohort_id),
        Revision(since) if since is not None else None,
        tools=current_tools(),
    )
    return present.standing_cohort(found)


@blueprint.route("/v1/cohorts/containing", methods=["POST"])
@requires("decisions.read")
@blueprint.arguments(ContainingSchema)
@blueprint.response(200, MembershipsSchema)
def containing(body: dict[str, Any]) -> dict[str, Any]:
    """Say in which of these cohorts a member was frozen, for who reads what was done with them."""
    answers = cohorts_with(
        dataset_id_of(body["dataset"]),
        Ordinal(body["ordinal"]),
        [
            CohortQuestion(cohort_id=one["cohort_id"], digest=one["digest"])
            for one in body["cohorts"]
        ],
        tools=current_tools(),
        principal=current_principal(),
    )
    return {
        "answers": [{"answer": one.membership.value, "left_revision": one.left} for one in answers]
    }

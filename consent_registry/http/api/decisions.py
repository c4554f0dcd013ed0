# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/decisions`: people and cohorts at many instants, for those who check what was used."""

from datetime import datetime
from typing import Any, Final

from consent_registry.domain.cohort_uses import CohortUse
from consent_registry.http.api.cohort_schemas import CohortUsesSchema, CohortVerdictsSchema
from consent_registry.http.api.schemas import AnswersSchema, QuestionsSchema
from consent_registry.http.edge import current_tools, dataset_id_of
from consent_registry.usecases.cohort_uses import decide_cohorts
from consent_registry.usecases.decisions import PersonQuestion, decide_people
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires
from shared.ids import DatasetId, Ordinal, PermitId

blueprint: Final = ApiBlueprint("decisions", __name__, description="Was it open to them then?")


@blueprint.route("/v1/decisions", methods=["POST"])
@requires("decisions.read")
@blueprint.arguments(QuestionsSchema)
@blueprint.response(200, AnswersSchema)
def decide(body: dict[str, Any]) -> dict[str, Any]:
    """Decide each question at its own instant, as known at another; the answers keep the order."""
    tools = current_tools()
    now = tools.clock.now()
    questions = [_question(number, raw, now) for number, raw in enumerate(body["questions"])]
    answers = decide_people(questions, tools=tools, principal=current_principal())
    return {"answers": [{"answer": one.answer, "reason": one.reason} for one in answers]}


@blueprint.route("/v1/decisions/cohorts", methods=["POST"])
@requires("decisions.read")
@blueprint.arguments(CohortUsesSchema)
@blueprint.response(200, CohortVerdictsSchema)
def decide_uses(body: dict[str, Any]) -> dict[str, Any]:
    """Say of each use of a frozen cohort whether anybody had left it then, in their order."""
    tools = current_tools()
    now = tools.clock.now()
    uses = [_use(number, raw, now) for number, raw in enumerate(body["questions"])]
    answers = decide_cohorts(uses, tools=tools, principal=current_principal())
    return {
        "answers": [
            {"answer": one.answer, "reason": one.flaw, "causes": list(one.causes), "who": one.who}
            for one in answers
        ]
    }


def _use(number: int, raw: dict[str, Any], now: datetime) -> CohortUse:
    pointer = f"/questions/{number}"
    permit = raw["permit_id"]
    return CohortUse(
        dataset=DatasetId(raw["dataset"]),  # as an entry says it: a strange one is not known
        cohort_id=raw["cohort_id"],
        digest=raw["digest"],
        revision=raw["revision"],
        effective_at=instant_of(raw["effective_at"], f"{pointer}/effective_at") or now,
        known_at=instant_of(raw["known_at"], f"{pointer}/known_at") or now,
        permit_id=None if permit is None else PermitId(permit),
        purposes=tuple(raw["purposes"]),
    )


def _question(number: int, raw: dict[str, Any], now: datetime) -> PersonQuestion:
    pointer = f"/questions/{number}"
    permit = raw["permit_id"]
    return PersonQuestion(
        dataset=dataset_id_of(raw["dataset"]),
        ordinal=Ordinal(raw["ordinal"]),
        effective_at=instant_of(raw["effective_at"], f"{pointer}/effective_at") or now,
        known_at=instant_of(raw["known_at"], f"{pointer}/known_at") or now,
        permit_id=None if permit is None else PermitId(permit),
        purposes=tuple(raw["purposes"]),
    )

# SPDX-License-Identifier: Apache-2.0
"""A minor's own will beside her guardians', and the proposals that wait in a person's place."""

from typing import Any, Final

from consent_registry.domain.assent import Will, Word
from consent_registry.domain.studies import Study
from consent_registry.http.api import present
from consent_registry.http.api.minor_schemas import (
    AgesSchema,
    MinorWillSchema,
    NewWordSchema,
    WaitingListSchema,
)
from consent_registry.http.api.person_schemas import SignatureSchema
from consent_registry.http.api.schemas import AsOfSchema
from consent_registry.http.edge import current_tools, dataset_id_of, instants_of
from consent_registry.usecases.assenting import NewWord, record_ages, record_word
from consent_registry.usecases.guardian_decisions import refuse_decision
from consent_registry.usecases.guarding import Waiting, proposals_for
from consent_registry.usecases.will import MinorHere, will_of
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires, requires_any
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint(
    "minors", __name__, description="A minor's own will, and what waits in a person's place"
)
_PERSON: Final = "/v1/participants/<pseudonym>"


@blueprint.route(f"{_PERSON}/assent", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(NewWordSchema)
@blueprint.response(204)
def post_word(body: dict[str, Any], pseudonym: str) -> None:
    """Record a minor's yes or no. A no narrows at once; no guardian records either."""
    named = body["datasets"]
    wanted = NewWord(
        will=Will(body["will"]),
        about=body["about"],
        datasets=None if named is None else tuple(dataset_id_of(name) for name in named),
        evidence=body["evidence"],
        said_at=instant_of(body["said_at"], "/said_at"),
    )
    record_word(pseudonym, wanted, tools=current_tools(), principal=current_principal())


@blueprint.route(f"{_PERSON}/assent")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, MinorWillSchema)
def get_will(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say what a minor said and what it does, at an instant, as known at another."""
    found = will_of(
        pseudonym,
        *instants_of(query, "/query"),
        tools=current_tools(),
        principal=current_principal(),
    )
    return {
        "participant": found.pseudonym,
        "effective_at": to_rfc3339(found.effective_at),
        "known_at": to_rfc3339(found.known_at),
        "assent_needed": found.needed,
        "dissent_counts": found.counts,
        "words": [_word(one) for one in found.words],
        "datasets": [_here(one) for one in found.datasets],
    }


@blueprint.route(f"{_PERSON}/ages", methods=["PUT"])
@requires("consents.write")
@blueprint.arguments(AgesSchema)
@blueprint.response(204)
def put_ages(body: dict[str, Any], pseudonym: str) -> None:
    """Record from when a minor's will counts; later ages than before need somebody else."""
    tools, principal = current_tools(), current_principal()
    record_ages(pseudonym, body["born_on"], tools=tools, principal=principal)


@blueprint.route(f"{_PERSON}/guardian-decisions")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, WaitingListSchema)
def get_proposals(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Give what waits for signatures: to a desk, to herself, or to who decides there."""
    times, tools = instants_of(query, "/query"), current_tools()
    found = proposals_for(pseudonym, *times, tools=tools, principal=current_principal())
    return {"decisions": [_waiting(one) for one in found]}


@blueprint.route(f"{_PERSON}/guardian-decisions/<decision_id>/refusal", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(SignatureSchema)
@blueprint.response(204)
def post_refusal(body: dict[str, Any], pseudonym: str, decision_id: str) -> None:
    """Refuse a pending decision; any one who would have to sign it ends it."""
    tools, principal = current_tools(), current_principal()
    refuse_decision(pseudonym, decision_id, body["signed_by"], tools=tools, principal=principal)


def _word(one: Word) -> dict[str, Any]:
    return {
        "will": one.will.value,
        "about": one.about,
        "datasets": None if one.datasets is None else list(one.datasets),
        "said_at": to_rfc3339(one.said_at),
        "recorded_at": to_rfc3339(one.recorded_at),
    }


def _here(one: MinorHere) -> dict[str, Any]:
    return {
        "dataset": one.dataset,
        "guarded": one.guarded,
        "event_id": one.consent,
        "assent_missing": one.missing,
        "dissent": one.dissent,
    }


def _waiting(one: Waiting) -> dict[str, Any]:
    return {
        "decision_id": one.decision_id,
        "dataset": None if isinstance(one.place, Study) else one.place.dataset,
        "study": one.place.study if isinstance(one.place, Study) else None,
        "alternatives": None if one.terms is None else present.alternatives(one.terms),
        "proposed_at": to_rfc3339(one.proposed_at),
        "missing": sorted(one.missing),
    }

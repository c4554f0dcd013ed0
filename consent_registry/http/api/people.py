# SPDX-License-Identifier: Apache-2.0
"""`/v1/merges` and `/v1/participants/<pseudonym>/…`: people beside their consents.

Who is one person, who decides for whom, whether somebody lives, what she wants to hear of, and how
good the papers are that her consents rest on.
"""

from typing import Any, Final

from consent_registry.domain.lives import Finding, Preferences, Quality, Topic, Wish
from consent_registry.domain.mandates import MandateKind
from consent_registry.http.api import person_present as present
from consent_registry.http.api.participants import alternative_of
from consent_registry.http.api.person_schemas import (
    DeathCorrectedSchema,
    DeathSchema,
    DecisionSchema,
    EndMandateSchema,
    EvidenceLookSchema,
    EvidenceSchema,
    LifeSchema,
    MandateListSchema,
    MandateSchema,
    MergeListSchema,
    MergeSchema,
    NewDecisionSchema,
    NewMandateSchema,
    NewMergeSchema,
    PreferencesReadSchema,
    PreferencesSchema,
    SignatureSchema,
    WishSchema,
)
from consent_registry.http.api.schemas import AsOfSchema
from consent_registry.http.edge import current_tools, dataset_id_of, instants_of
from consent_registry.usecases.consents import NewConsent
from consent_registry.usecases.guardian_decisions import propose_decision, sign_decision
from consent_registry.usecases.lives import (
    correct_death,
    life_of,
    look_at_evidence,
    preferences_of,
    record_death,
    set_preferences,
    set_wish,
)
from consent_registry.usecases.mandates import (
    NewMandate,
    end_mandate,
    mandates_for,
    record_mandate,
)
from consent_registry.usecases.merging import (
    confirm_merge,
    merges_of,
    pending_merges,
    propose_merge,
    undo_merge,
)
from consent_registry.usecases.study_consents import NewStudyConsent
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires, requires_any
from shared.errors import FieldFault, ValidationFailed

blueprint: Final = ApiBlueprint(
    "people", __name__, description="Who is one person, who decides for whom, life and wishes"
)
_PERSON: Final = "/v1/participants/<pseudonym>"


@blueprint.route("/v1/merges", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NewMergeSchema)
@blueprint.response(201, MergeSchema)
def post_merge(body: dict[str, Any]) -> dict[str, Any]:
    """Propose that two participants are one: each is the more protected of both at once."""
    done = propose_merge(
        body["one"],
        body["other"],
        body["why"],
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.merge(done)


@blueprint.route("/v1/merges")
@requires("consents.write")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, MergeListSchema)
def get_pending_merges(query: dict[str, Any]) -> dict[str, Any]:
    """Give the merges that wait for somebody, or waited at an instant as known at another."""
    times, tools = instants_of(query, "/query"), current_tools()
    found = pending_merges(*times, tools=tools, principal=current_principal())
    return {"merges": [present.merge(one) for one in found]}


@blueprint.route("/v1/merges/<merge_id>/confirmation", methods=["POST"])
@requires("consents.write")
@blueprint.response(200, MergeSchema)
def post_confirmation(merge_id: str) -> dict[str, Any]:
    """Confirm a merge that somebody else has proposed."""
    done = confirm_merge(merge_id, tools=current_tools(), principal=current_principal())
    return present.merge(done)


@blueprint.route("/v1/merges/<merge_id>/undoing", methods=["POST"])
@requires("consents.write")
@blueprint.response(200, MergeSchema)
def post_undoing(merge_id: str) -> dict[str, Any]:
    """Part the two again; every event stays where it was."""
    done = undo_merge(merge_id, tools=current_tools(), principal=current_principal())
    return present.merge(done)


@blueprint.route(f"{_PERSON}/merges")
@requires("consents.read")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, MergeListSchema)
def get_merges(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Give every merge a participant was part of by an instant, as known at another."""
    times, tools = instants_of(query, "/query"), current_tools()
    found = merges_of(pseudonym, *times, tools=tools, principal=current_principal())
    return {"merges": [present.merge(one) for one in found]}


@blueprint.route(f"{_PERSON}/mandates", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NewMandateSchema)
@blueprint.response(201, MandateSchema)
def post_mandate(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Record who may decide for a participant, with the document that says so."""
    named = body["datasets"]
    wanted = NewMandate(
        pseudonym=pseudonym,
        kind=MandateKind(body["kind"]),
        holder=body["holder"],
        evidence=body["evidence"],
        issuer=body["issuer"],
        subject=body["subject"],
        joint=body["joint"],
        datasets=None if named is None else tuple(dataset_id_of(name) for name in named),
        begins=instant_of(body["begins"], "/begins"),
        until=instant_of(body["until"], "/until"),
        born_on=body["born_on"],
    )
    done = record_mandate(wanted, tools=current_tools(), principal=current_principal())
    return present.mandate(done)


@blueprint.route(f"{_PERSON}/mandates")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, MandateListSchema)
def get_mandates(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say who may, or might, decide for a participant at an instant, as known at another."""
    times, tools = instants_of(query, "/query"), current_tools()
    found = mandates_for(pseudonym, *times, tools=tools, principal=current_principal())
    return present.mandates(found)


@blueprint.route(f"{_PERSON}/mandates/<mandate_id>/end", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(EndMandateSchema)
@blueprint.response(200, MandateSchema)
def post_mandate_end(body: dict[str, Any], pseudonym: str, mandate_id: str) -> dict[str, Any]:
    """End an authority; it is never made longer."""
    at = instant_of(body["at"], "/at")
    tools, principal = current_tools(), current_principal()
    done = end_mandate(pseudonym, mandate_id, at, tools=tools, principal=principal)
    return present.mandate(done)


@blueprint.route(f"{_PERSON}/guardian-decisions", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(NewDecisionSchema)
@blueprint.response(200, DecisionSchema)
def post_decision(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Allow something in a person's place; it waits until everybody who has to has signed."""
    tools, principal = current_tools(), current_principal()
    wanted = _wanted(body, pseudonym)
    done = propose_decision(wanted, body["signed_by"], tools=tools, principal=principal)
    return present.decision(done)


def _wanted(body: dict[str, Any], pseudonym: str) -> NewConsent | NewStudyConsent:
    dataset, study = body["dataset"], body["study"]
    if (dataset is None) == (study is None):
        fault = FieldFault("/study", "either a dataset or a study")
        raise ValidationFailed("the decision has faults", faults=[fault])
    said = [alternative_of(number, raw) for number, raw in enumerate(body["alternatives"])]
    until = instant_of(body["effective_to"], "/effective_to")
    if study is not None:
        return NewStudyConsent(
            pseudonym=pseudonym,
            study=study,
            alternatives=said,
            effective_to=until,
            form_version=body["form_version"],
        )
    return NewConsent(
        pseudonym=pseudonym,
        dataset=dataset_id_of(dataset),
        alternatives=said,
        effective_to=until,
        form_version=body["form_version"],
    )


@blueprint.route(f"{_PERSON}/guardian-decisions/<decision_id>/signatures", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(SignatureSchema)
@blueprint.response(200, DecisionSchema)
def post_signature(body: dict[str, Any], pseudonym: str, decision_id: str) -> dict[str, Any]:
    """Sign a pending decision; the last signature records it."""
    done = sign_decision(
        pseudonym,
        decision_id,
        body["signed_by"],
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.decision(done)


@blueprint.route(f"{_PERSON}/life")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, LifeSchema)
def get_life(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say whether somebody lives, what she wished, and how good her papers are."""
    found = life_of(
        pseudonym,
        *instants_of(query, "/query"),
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.life(found)


@blueprint.route(f"{_PERSON}/death", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(DeathSchema)
@blueprint.response(204)
def post_death(body: dict[str, Any], pseudonym: str) -> None:
    """Record a death; what she wished, or the policy, says what follows."""
    died_at = instant_of(body["died_at"], "/died_at")
    if died_at is None:
        raise ValidationFailed("a time is missing", faults=[FieldFault("/died_at", "a time")])
    tools, principal = current_tools(), current_principal()
    record_death(pseudonym, died_at, body["source"], tools=tools, principal=principal)


@blueprint.route(f"{_PERSON}/death/correction", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(DeathCorrectedSchema)
@blueprint.response(204)
def post_death_correction(body: dict[str, Any], pseudonym: str) -> None:
    """Take a death back that somebody else has recorded; permits stay as narrow as they are."""
    tools, principal = current_tools(), current_principal()
    correct_death(pseudonym, body["source"], tools=tools, principal=principal)


@blueprint.route(f"{_PERSON}/wish", methods=["PUT"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(WishSchema)
@blueprint.response(204)
def put_wish(body: dict[str, Any], pseudonym: str) -> None:
    """Say what should happen after death."""
    tools, principal = current_tools(), current_principal()
    set_wish(pseudonym, Wish(body["wish"]), tools=tools, principal=principal)


@blueprint.route(f"{_PERSON}/preferences", methods=["PUT"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(PreferencesSchema)
@blueprint.response(204)
def put_preferences(body: dict[str, Any], pseudonym: str) -> None:
    """Say what somebody wants to hear of. It changes nothing about the use of data."""
    wanted = Preferences(
        topics=frozenset(Topic(text) for text in body["topics"]),
        findings=frozenset(Finding(text) for text in body["findings"]),
        no_contact=body["no_contact"],
    )
    tools, principal = current_tools(), current_principal()
    set_preferences(pseudonym, wanted, tools=tools, principal=principal)


@blueprint.route(f"{_PERSON}/preferences")
@requires_any("preferences.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, PreferencesReadSchema)
def get_preferences(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say what somebody wants to hear of, before anybody contacts her."""
    times, tools = instants_of(query, "/query"), current_tools()
    found = preferences_of(pseudonym, *times, tools=tools, principal=current_principal())
    return present.preferences(found)


@blueprint.route(f"{_PERSON}/evidence", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(EvidenceLookSchema)
@blueprint.response(201, EvidenceSchema)
def post_evidence(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Record a look at the paper of a consent; each look stays, the last one counts."""
    done = look_at_evidence(
        pseudonym,
        body["event_id"],
        Quality(body["quality"]),
        body["sha256"],
        evidence_id=body["evidence_id"],
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.evidence(done)

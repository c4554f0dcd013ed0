# SPDX-License-Identifier: Apache-2.0
"""What a participant says of whole studies, and who is in a dataset without having said anything.

Whoever comes with `consents.self` alone reaches only the participant her login is linked to.
"""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.data_categories import read_categories
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.study_choices import KINDS, terms_of
from consent_registry.http.api import present
from consent_registry.http.api.participants import alternative_of
from consent_registry.http.api.schemas import AlternativeSchema, AsOfSchema, categories_field
from consent_registry.http.edge import current_tools, dataset_id_of, instants_of
from consent_registry.usecases.members import MAX_MEMBERS, NewMember, list_members
from consent_registry.usecases.study_consents import (
    NewStudyConsent,
    StudyChoice,
    record_study_consent,
    study_choices_of,
)
from shared.api import ApiBlueprint, StrictSchema, instant_of
from shared.auth import current_principal, requires, requires_any
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint(
    "study-consents", __name__, description="What participants allow in whole studies"
)

_TIME: Final = {"description": "RFC 3339 in UTC"}


class NewStudyConsentSchema(StrictSchema):
    """A whole statement for a study; an empty list of alternatives is a no to all of it."""

    alternatives = fields.List(
        fields.Nested(AlternativeSchema), required=True, validate=validate.Length(max=40)
    )
    effective_from = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    effective_to = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    form_version = fields.String(load_default="")


class StudyRecordedSchema(Schema):
    """When a choice for a study was recorded, and which datasets of hers are in it."""

    study = fields.String()
    recorded_at = fields.String(metadata=_TIME)
    kind = fields.String()
    event_id = fields.String()
    datasets = fields.List(fields.String())
    own_choice = fields.List(
        fields.String(),
        metadata={"description": "those for which she has made a choice of their own, which stays"},
    )


class StudyChoicesSchema(Schema):
    """What a participant's choices for studies add up to, and those choices, oldest first."""

    participant = fields.String()
    studies = fields.List(fields.Dict())


class NewMemberSchema(StrictSchema):
    """A participant with the holder's own id of her sample."""

    participant = fields.String(required=True)
    local_id = fields.String(required=True)
    data_categories = categories_field("kinds of data there are of her; none: all of the dataset's")


class NewMembersSchema(StrictSchema):
    """People who are in a dataset and have said nothing of it."""

    members = fields.List(
        fields.Nested(NewMemberSchema), required=True, validate=validate.Length(1, MAX_MEMBERS)
    )


class ListedSchema(Schema):
    """The dataset afterwards."""

    dataset = fields.String()
    revision = fields.Integer()


@blueprint.route("/v1/participants/<pseudonym>/studies/<study>", methods=["PUT"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(NewStudyConsentSchema)
@blueprint.response(200, StudyRecordedSchema)
def put_study_consent(body: dict[str, Any], pseudonym: str, study: str) -> dict[str, Any]:
    """Record a whole statement for a study; no alternative is a no to all of it."""
    wanted = NewStudyConsent(
        pseudonym=pseudonym,
        study=study,
        alternatives=[
            alternative_of(number, raw) for number, raw in enumerate(body["alternatives"])
        ],
        effective_from=instant_of(body["effective_from"], "/effective_from"),
        effective_to=instant_of(body["effective_to"], "/effective_to"),
        form_version=body["form_version"],
    )
    done = record_study_consent(wanted, tools=current_tools(), principal=current_principal())
    return {
        "study": done.study,
        "recorded_at": to_rfc3339(done.recorded_at),
        "kind": done.kind.value,
        "event_id": done.event_id,
        "datasets": list(done.datasets),
        "own_choice": list(done.own_choice),
    }


@blueprint.route("/v1/participants/<pseudonym>/studies")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, StudyChoicesSchema)
def get_study_consents(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say what she allows in whole studies at an instant, as known at another."""
    found = study_choices_of(
        pseudonym,
        *instants_of(query, "/query"),
        tools=current_tools(),
        principal=current_principal(),
    )
    return {"participant": pseudonym, "studies": [_choice(one) for one in found]}


@blueprint.route("/v1/datasets/<dataset>/members", methods=["POST"])
@requires("consents.import")
@blueprint.arguments(NewMembersSchema)
@blueprint.response(200, ListedSchema)
def post_members(body: dict[str, Any], dataset: str) -> dict[str, Any]:
    """List people as members who have said nothing of the dataset itself; all of them or none."""
    name = dataset_id_of(dataset)
    wanted = [
        NewMember(
            pseudonym=one["participant"],
            local_id=one["local_id"],
            data_categories=read_categories(one["data_categories"]),
        )
        for one in body["members"]
    ]
    revision = list_members(name, wanted, tools=current_tools(), principal=current_principal())
    return {"dataset": name, "revision": revision}


def _choice(one: StudyChoice) -> dict[str, Any]:
    standing = one.standing
    return {
        "study": one.name,
        "state": standing.state.value,
        "alternatives": present.alternatives(standing.terms),
        "event_id": standing.event_id,
        "events": [_event(record) for record in one.events],
    }


def _event(record: PersonRecord) -> dict[str, Any]:
    return {
        "event_id": record.event_id,
        "kind": KINDS[record.kind].value,
        "alternatives": present.alternatives(terms_of(record)),
        "effective_from": to_rfc3339(record.effective_from),
        "effective_to": to_rfc3339(record.effective_to) if record.effective_to else None,
        "recorded_at": to_rfc3339(record.recorded_at),
        "channel": record.channel.value,
        "form_version": record.body.get("form_version", ""),
        "datasets": record.body.get("datasets", []),
    }

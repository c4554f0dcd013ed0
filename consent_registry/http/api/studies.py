# SPDX-License-Identifier: Apache-2.0
"""`/v1/studies`: describe studies, and put datasets in them."""

from datetime import date
from typing import Any, Final

from marshmallow import Schema, fields

from consent_registry.domain.studies import Study
from consent_registry.http.edge import current_tools, dataset_id_of
from consent_registry.usecases.studies import (
    StudyFacts,
    describe_study,
    get_study,
    list_studies,
    place_dataset,
)
from shared.api import ApiBlueprint, StrictSchema
from shared.auth import current_principal, requires, requires_any
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("studies", __name__, description="Studies, which group datasets")

_LOOKING: Final = ("consents.read", "consents.write", "consents.import", "cohorts.evaluate")
_UNTIL: Final = {
    "description": "the last day on which its data may be given to new research; null: none told"
}
_LATER: Final = {
    "description": "participants were told that a yes to it is one to datasets put in it later"
}


class StudyFactsSchema(StrictSchema):
    """What is said of a study."""

    title = fields.String(required=True)
    controller = fields.String(required=True)
    purpose = fields.String(
        required=True, metadata={"description": "in the words that participants were told"}
    )
    ethics = fields.String(
        load_default="", metadata={"description": "reference of the committee's approval"}
    )
    starts_on = fields.Date(required=True)
    data_until = fields.Date(load_default=None, allow_none=True, metadata=_UNTIL)
    later_datasets = fields.Boolean(load_default=False, metadata=_LATER)


class StudySchema(Schema):
    """One version of a study's description."""

    study = fields.String()
    version = fields.Integer()
    title = fields.String()
    controller = fields.String()
    purpose = fields.String()
    ethics = fields.String()
    starts_on = fields.String()
    data_until = fields.String(allow_none=True, metadata=_UNTIL)
    later_datasets = fields.Boolean(metadata=_LATER)
    recorded_at = fields.String(metadata={"description": "RFC 3339 in UTC"})


class StudyWithPastSchema(StudySchema):
    """A study with the datasets that are in it and every version, oldest first."""

    datasets = fields.List(fields.String())
    versions = fields.List(fields.Nested(StudySchema))


class StudyListSchema(Schema):
    """All studies."""

    studies = fields.List(fields.Nested(StudySchema))


class PlacementSchema(StrictSchema):
    """The study that a dataset belongs to; an empty name: none."""

    study = fields.String(required=True)


class PlacedSchema(Schema):
    """A dataset and its study."""

    dataset = fields.String()
    study = fields.String()


@blueprint.route("/v1/studies/<study>", methods=["PUT"])
@requires("consents.write")
@blueprint.arguments(StudyFactsSchema)
@blueprint.response(200, StudySchema)
def describe(body: dict[str, Any], study: str) -> dict[str, Any]:
    """Describe a study; other facts make a new version, the same again change nothing."""
    said = StudyFacts(
        title=body["title"],
        controller=body["controller"],
        purpose=body["purpose"],
        ethics=body["ethics"],
        starts_on=body["starts_on"],
        data_until=body["data_until"],
        later_datasets=body["later_datasets"],
    )
    made = describe_study(study, said, tools=current_tools(), principal=current_principal())
    return _present(made)


@blueprint.route("/v1/studies")
@requires_any(*_LOOKING)
@blueprint.response(200, StudyListSchema)
def every() -> dict[str, Any]:
    """Give all studies by name."""
    return {"studies": [_present(one) for one in list_studies(tools=current_tools())]}


@blueprint.route("/v1/studies/<study>")
@requires_any(*_LOOKING)
@blueprint.response(200, StudyWithPastSchema)
def one(study: str) -> dict[str, Any]:
    """Give one study with its datasets and all that was said of it."""
    found = get_study(study, tools=current_tools())
    versions = [_present(version) for version in found.versions]
    return {**_present(found.study), "datasets": list(found.datasets), "versions": versions}


@blueprint.route("/v1/datasets/<dataset>/study", methods=["PUT"])
@requires("consents.write")
@blueprint.arguments(PlacementSchema)
@blueprint.response(200, PlacedSchema)
def place(body: dict[str, Any], dataset: str) -> dict[str, Any]:
    """Put a dataset in a study, or in none."""
    held = place_dataset(
        dataset_id_of(dataset), body["study"], tools=current_tools(), principal=current_principal()
    )
    return {"dataset": held.dataset, "study": body["study"]}


def _present(study: Study) -> dict[str, Any]:
    return {
        "study": study.study,
        "version": study.version,
        "title": study.title,
        "controller": study.controller,
        "purpose": study.purpose,
        "ethics": study.ethics,
        "starts_on": study.starts_on.isoformat(),
        "data_until": _day(study.data_until),
        "later_datasets": study.later_datasets,
        "recorded_at": to_rfc3339(study.recorded_at),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

# SPDX-License-Identifier: Apache-2.0
"""`/v1/datasets/<dataset>/codes` and `/v1/check`: what a dataset allows, and what would match."""

from datetime import date
from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.purpose import Category, Purpose
from consent_registry.http.api import present
from consent_registry.http.api.schemas import AsOfSchema
from consent_registry.http.edge import current_tools, dataset_id_of, instants_of
from consent_registry.usecases.checking import check_cases
from consent_registry.usecases.codes import dataset_codes
from shared.api import ApiBlueprint, StrictSchema
from shared.auth import requires_any
from shared.clock import to_rfc3339
from shared.errors import FieldFault, ValidationFailed

blueprint: Final = ApiBlueprint("codes", __name__, description="Codes, and matching by hand")

MAX_CASES: Final = 10_000
_LOOKING: Final = ("consents.read", "consents.write", "cohorts.evaluate")


class CodesSchema(Schema):
    """A dataset's own codes; none and `by_person_only` when its people have none in common.

    Published once a day; before the first day is over `at` is null and there are no codes.
    """

    dataset = fields.String()
    at = fields.String(allow_none=True, metadata={"description": "RFC 3339 in UTC"})
    by_person_only = fields.Boolean()
    alternatives = fields.List(fields.Dict())
    versions = fields.Dict(keys=fields.String(), values=fields.String())


class CasesSchema(StrictSchema):
    """Cases `{"consent": …, "purpose": …, "id": …}`; docs/matching.md has the whole form."""

    cases = fields.List(fields.Raw(), required=True, validate=validate.Length(max=MAX_CASES))
    today = fields.String(load_default=None, metadata={"description": "decide as on that day"})
    effective_at = fields.String(
        load_default=None, metadata={"description": "by the day and the policy of that instant"}
    )
    known_at = fields.String(
        load_default=None, metadata={"description": "by the disease hierarchy in use then"}
    )


class CheckedSchema(Schema):
    """A verdict for each case, in order."""

    versions = fields.Dict(keys=fields.String(), values=fields.String())
    today = fields.String()
    effective_at = fields.String(metadata={"description": "RFC 3339 in UTC"})
    known_at = fields.String(metadata={"description": "RFC 3339 in UTC"})
    cases = fields.List(fields.Dict())


@blueprint.route("/v1/datasets/<dataset>/codes")
@requires_any(*_LOOKING)
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, CodesSchema)
def codes(query: dict[str, Any], dataset: str) -> dict[str, Any]:
    """Give the codes that as good as all consents have in common, as published by then."""
    times = instants_of(query, "/query")
    found = dataset_codes(dataset_id_of(dataset), *times, tools=current_tools())
    told = found.published
    return {
        "dataset": found.dataset.dataset,
        "at": to_rfc3339(told.at) if told else None,
        **present.common_codes(found),
        "versions": dict(told.versions) if told else {},
    }


@blueprint.route("/v1/check", methods=["POST"])
@requires_any(*_LOOKING)
@blueprint.arguments(CasesSchema)
@blueprint.response(200, CheckedSchema)
def check(body: dict[str, Any]) -> dict[str, Any]:
    """Match purposes against the consents handed in; reads no register and records nothing."""
    tools = current_tools()
    today = _day(body["today"])
    effective_at, known_at = instants_of(body)
    now = tools.clock.now()
    rules = tools.matching(Purpose(category=Category.GRU), effective_at or now, known_at)
    return {
        **check_cases(body["cases"], rules if today is None else rules.on(today)),
        "effective_at": to_rfc3339(effective_at or now),
        "known_at": to_rfc3339(known_at or now),
    }


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fault = FieldFault("/today", "a date such as 2026-11-22", "date_invalid")
        raise ValidationFailed("a date has the wrong form", faults=[fault]) from None

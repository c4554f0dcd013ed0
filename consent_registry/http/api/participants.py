# SPDX-License-Identifier: Apache-2.0
"""`/v1/participants`: what one participant allows, for a desk or for herself.

Whoever comes with `consents.self` alone reaches only the participant her login is linked to.
"""

from typing import Any, Final

from flask import request

from consent_registry.domain.data_categories import read_categories
from consent_registry.domain.levels import Level
from consent_registry.domain.stopping import Closed
from consent_registry.domain.terms import RawAlternative, RawModifier
from consent_registry.http.api import present
from consent_registry.http.api.schemas import (
    AsOfSchema,
    ConsentsSchema,
    HistorySchema,
    InclusionSchema,
    LinkSchema,
    NewConsentSchema,
    RecordedSchema,
    StoppedActivitiesSchema,
    StoppedDataSchema,
    WithdrawalSchema,
    WithdrawSchema,
)
from consent_registry.http.api.schemas_uses import UsesSchema
from consent_registry.http.edge import (
    current_tools,
    dataset_id_of,
    instants_of,
    window_of,
)
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.inclusion import inclusion_of
from consent_registry.usecases.limiting import StopSome, stop_some
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import consents_of, history_of
from consent_registry.usecases.who_used import uses_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires, requires_any
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, PermitId

blueprint: Final = ApiBlueprint(
    "participants", __name__, description="What participants allow, and its end"
)


@blueprint.route("/v1/participants/<pseudonym>/consents/<dataset>", methods=["PUT"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(NewConsentSchema)
@blueprint.response(200, RecordedSchema)
def put_consent(body: dict[str, Any], pseudonym: str, dataset: str) -> dict[str, Any]:
    """Record a whole statement for one dataset; no alternative is a no."""
    wanted = NewConsent(
        pseudonym=pseudonym,
        dataset=dataset_id_of(dataset),
        alternatives=[
            alternative_of(number, raw) for number, raw in enumerate(body["alternatives"])
        ],
        effective_from=instant_of(body["effective_from"], "/effective_from"),
        effective_to=instant_of(body["effective_to"], "/effective_to"),
        form_version=body["form_version"],
        approval_id=body["approval_id"],
    )
    tools = current_tools()
    done = record_consent(wanted, tools=tools, principal=current_principal())
    return present.recorded(wanted.dataset, done, tools.issuer)


@blueprint.route("/v1/participants/<pseudonym>/withdrawals", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(WithdrawSchema)
@blueprint.response(201, WithdrawalSchema)
def post_withdrawal(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Withdraw at once. `Idempotency-Key` makes a repeated request do nothing more."""
    named = body["datasets"]
    wanted = WithdrawConsent(
        datasets=None if named is None else tuple(DatasetId(name) for name in named),
        idempotency_key=request.headers.get("Idempotency-Key"),
        effective_from=instant_of(body["effective_from"], "/effective_from"),
        level=Level(body["level"]),
        study=body["study"],
    )
    tools = current_tools()
    done = withdraw(pseudonym, wanted, tools=tools, principal=current_principal())
    return present.withdrawal(done, tools.issuer)


@blueprint.route("/v1/participants/<pseudonym>/consents/<dataset>/stopped-data", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(StoppedDataSchema)
@blueprint.response(200, RecordedSchema)
def post_stopped_data(body: dict[str, Any], pseudonym: str, dataset: str) -> dict[str, Any]:
    """End the use of some kinds of data at once; the rest of what she allows goes on."""
    return _stopped(
        pseudonym, dataset, Closed(data_categories=read_categories(body["data_categories"]))
    )


@blueprint.route(
    "/v1/participants/<pseudonym>/consents/<dataset>/stopped-activities", methods=["POST"]
)
@requires_any("consents.write", "consents.self")
@blueprint.arguments(StoppedActivitiesSchema)
@blueprint.response(200, RecordedSchema)
def post_stopped_activities(body: dict[str, Any], pseudonym: str, dataset: str) -> dict[str, Any]:
    """End some activities at once; the rest of what she allows goes on."""
    return _stopped(pseudonym, dataset, Closed(activities=tuple(body["activities"])))


@blueprint.route("/v1/participants/<pseudonym>/consents")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, ConsentsSchema)
def get_consents(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say what holds at an instant, as known at another; both are echoed."""
    found = consents_of(
        pseudonym,
        *instants_of(query, "/query"),
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.choices(found)


@blueprint.route("/v1/participants/<pseudonym>/history")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, HistorySchema)
def get_history(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Give every event, newest first; or those in effect by, and recorded by, an instant."""
    steps = history_of(
        pseudonym,
        tools=current_tools(),
        principal=current_principal(),
        effective_at=instant_of(query["effective_at"], "/query/effective_at"),
        known_at=instant_of(query["known_at"], "/query/known_at"),
    )
    return present.history(pseudonym, steps)


@blueprint.route("/v1/participants/<pseudonym>/uses")
@requires_any("consents.read", "consents.self")
@blueprint.response(200, UsesSchema)
def get_uses(pseudonym: str) -> dict[str, Any]:
    """Say who used her data, as the log tells it; the log records that it was asked."""
    found = uses_of(pseudonym, tools=current_tools(), principal=current_principal())
    return present.uses(found)


@blueprint.route("/v1/participants/<pseudonym>/permits/<permit_id>")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, InclusionSchema)
def get_inclusion(query: dict[str, Any], pseudonym: str, permit_id: str) -> dict[str, Any]:
    """Say whether she was included for a permit at an instant, as known at another."""
    found = inclusion_of(
        pseudonym,
        PermitId(permit_id),
        *instants_of(query, "/query"),
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.inclusion(found)


@blueprint.route("/v1/participants/<pseudonym>/link", methods=["PUT"])
@requires("consents.write")
@blueprint.arguments(LinkSchema)
@blueprint.response(204)
def put_link(body: dict[str, Any], pseudonym: str) -> None:
    """Link a login to a participant; a link is never moved."""
    link_login(
        pseudonym,
        body["issuer"],
        body["subject"],
        tools=current_tools(),
        principal=current_principal(),
    )


def _stopped(pseudonym: str, dataset: str, closed: Closed) -> dict[str, Any]:
    wanted = StopSome(pseudonym=pseudonym, dataset=dataset_id_of(dataset), closed=closed)
    tools = current_tools()
    done = stop_some(wanted, tools=tools, principal=current_principal())
    return present.recorded(wanted.dataset, done, tools.issuer)


def alternative_of(number: int, raw: dict[str, Any]) -> RawAlternative:
    """Read one alternative as it was sent; what it means is read elsewhere."""
    return RawAlternative(
        permission=raw["permission"],
        modifiers=tuple(
            RawModifier(
                code=modifier["code"],
                values=_values(modifier["value"], f"/alternatives/{number}/modifiers/{index}"),
            )
            for index, modifier in enumerate(raw["modifiers"])
        ),
        diseases=tuple(raw["diseases"]),
        activities=tuple(raw["activities"]),
        data=_window(raw["data"], f"/alternatives/{number}/data"),
        data_categories=tuple(raw["data_categories"]),
    )


def _window(sent: dict[str, Any] | None, pointer: str) -> tuple[str, str]:
    found = window_of(sent, pointer)
    return ("", "") if found is None else found.written()


def _values(value: object, pointer: str) -> tuple[str, ...]:
    """Read a text, a whole number, a list of texts, or nothing."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    if any(isinstance(item, bool) or not isinstance(item, str | int) for item in items):
        fault = FieldFault(f"{pointer}/value", "a text, a number, a list of texts, or null")
        raise ValidationFailed("a modifier's value has the wrong form", faults=[fault])
    return tuple(str(item) for item in items)

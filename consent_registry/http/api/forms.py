# SPDX-License-Identifier: Apache-2.0
"""`/v1/forms`: consent forms from draft to retirement; and consents given by answering one."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.answers import NO, YES, RawAnswer
from consent_registry.domain.form import StoredForm
from consent_registry.http.api import present
from consent_registry.http.api.schemas import DatasetSchema, RecordedSchema
from consent_registry.http.edge import current_tools, dataset_id_of
from consent_registry.usecases.answering import NewAnswers, record_answers
from consent_registry.usecases.forms import (
    Checked,
    ask_again,
    check_form,
    demand_form,
    get_form,
    get_form_version,
    list_forms,
    publish_form,
    register_form,
    retire_form,
)
from shared.api import ApiBlueprint, StrictSchema, instant_of
from shared.auth import current_principal, requires, requires_any
from shared.canonical import parse_canonical
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("forms", __name__, description="Consent forms and their rules")

_READING: Final = ("consents.read", "consents.write", "consents.import", "consents.self")
_TIME: Final = {"description": "RFC 3339 in UTC"}


class FormDocumentSchema(StrictSchema):
    """A form as JSON: `placet/consent-form/v1`."""

    document = fields.Dict(required=True)


class CheckedFormSchema(Schema):
    """What the exhaustive check said; `counterexample` is null when there is none."""

    sha256 = fields.String()
    combinations = fields.Integer(metadata={"description": "ways of answering that were tried"})
    code = fields.String(allow_none=True)
    counterexample = fields.String(allow_none=True)
    missing_elements = fields.List(fields.String())


class PublicationSchema(StrictSchema):
    """The signature over the form's canonical bytes: a compact JWS (Ed25519)."""

    signature = fields.String(load_default="", validate=validate.Length(max=1_000_000))


class FormSchema(Schema):
    """One version of a form, and where it is on its way."""

    sha256 = fields.String()
    form = fields.String()
    version = fields.String()
    state = fields.String()
    languages = fields.List(fields.String())
    missing_elements = fields.List(fields.String())
    recorded_at = fields.String(metadata=_TIME)
    published_at = fields.String(allow_none=True, metadata=_TIME)
    retired_at = fields.String(allow_none=True, metadata=_TIME)


class FormWithTextSchema(FormSchema):
    """A form with its text and rules, and the signature they were published under."""

    document = fields.Dict()
    signature = fields.String()


class FormListSchema(Schema):
    """All forms by name and version."""

    forms = fields.List(fields.Nested(FormSchema))


class DemandSchema(StrictSchema):
    """The form that a dataset demands: `name`, or `name@version` from that one on; empty: none."""

    form = fields.String(required=True)


class FormAnswerSchema(StrictSchema):
    """One answer. There is no default: a question left out is left open, and counts as no."""

    question = fields.String(required=True)
    answer = fields.String(required=True, validate=validate.OneOf((YES, NO)))
    illnesses = fields.List(fields.String(), load_default=list, validate=validate.Length(max=20))
    values = fields.List(
        fields.String(),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={"description": "what a yes names, where the question has a parameter"},
    )


class FormAnswersSchema(StrictSchema):
    """Answers to a published form, in the language in which it was read."""

    form = fields.String(required=True, metadata={"description": "the form's SHA-256"})
    language = fields.String(required=True)
    answers = fields.List(
        fields.Nested(FormAnswerSchema), required=True, validate=validate.Length(max=20)
    )
    effective_from = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    effective_to = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    approval_id = fields.String(load_default=None, allow_none=True)


@blueprint.route("/v1/forms/check", methods=["POST"])
@requires_any("consents.read", "consents.write")
@blueprint.arguments(FormDocumentSchema)
@blueprint.response(200, CheckedFormSchema)
def check(body: dict[str, Any]) -> dict[str, Any]:
    """Try every combination of answers; keeps nothing."""
    return _checked(check_form(body["document"], tools=current_tools()))


@blueprint.route("/v1/forms", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(FormDocumentSchema)
@blueprint.response(201, FormSchema)
def register(body: dict[str, Any]) -> dict[str, Any]:
    """Keep a form as a draft, named by its SHA-256."""
    tools = current_tools()
    return _form(register_form(body["document"], tools=tools, principal=current_principal()))


@blueprint.route("/v1/forms/<digest>/publication", methods=["PUT"])
@requires("consents.write")
@blueprint.arguments(PublicationSchema)
@blueprint.response(200, FormSchema)
def publish(body: dict[str, Any], digest: str) -> dict[str, Any]:
    """Publish a draft: signed, checked, and from then on unchangeable."""
    tools, principal = current_tools(), current_principal()
    return _form(publish_form(digest, body["signature"], tools=tools, principal=principal))


@blueprint.route("/v1/forms/<digest>/retirement", methods=["PUT"])
@requires("consents.write")
@blueprint.response(200, FormSchema)
def retire(digest: str) -> dict[str, Any]:
    """End new answers under a form; consents given under it stay."""
    return _form(retire_form(digest, tools=current_tools(), principal=current_principal()))


@blueprint.route("/v1/forms")
@requires_any(*_READING)
@blueprint.response(200, FormListSchema)
def every() -> dict[str, Any]:
    """Give all forms by name and version."""
    return {"forms": [_form(one) for one in list_forms(tools=current_tools())]}


@blueprint.route("/v1/forms/<digest>")
@requires_any(*_READING)
@blueprint.response(200, FormWithTextSchema)
def one(digest: str) -> dict[str, Any]:
    """Give a form by its SHA-256."""
    return _whole(get_form(digest, tools=current_tools()))


@blueprint.route("/v1/forms/<name>/versions/<version>")
@requires_any(*_READING)
@blueprint.response(200, FormWithTextSchema)
def of_version(name: str, version: str) -> dict[str, Any]:
    """Give a published form by its name and version."""
    return _whole(get_form_version(name, version, tools=current_tools()))


@blueprint.route("/v1/datasets/<dataset>/form/asking-again", methods=["PUT"])
@requires("consents.write")
@blueprint.response(200, FormSchema)
def put_asking_again(dataset: str) -> dict[str, Any]:
    """Tell everybody who consented under an older version that there is a newer one.

    Nothing that was allowed changes by it. Gives the version that people are asked to answer.
    """
    tools, principal = current_tools(), current_principal()
    return _form(ask_again(dataset_id_of(dataset), tools=tools, principal=principal))


@blueprint.route("/v1/datasets/<dataset>/form", methods=["PUT"])
@requires("consents.write")
@blueprint.arguments(DemandSchema)
@blueprint.response(200, DatasetSchema)
def demand(body: dict[str, Any], dataset: str) -> dict[str, Any]:
    """Have a dataset take consents under this form alone."""
    tools, principal = current_tools(), current_principal()
    found = demand_form(dataset_id_of(dataset), body["form"], tools=tools, principal=principal)
    return present.dataset(found)


@blueprint.route("/v1/participants/<pseudonym>/answers/<dataset>", methods=["PUT"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(FormAnswersSchema)
@blueprint.response(200, RecordedSchema)
def answer(body: dict[str, Any], pseudonym: str, dataset: str) -> dict[str, Any]:
    """Give or change a consent by answers; the form's rules make the grants."""
    wanted = NewAnswers(
        dataset=dataset_id_of(dataset),
        form=body["form"],
        language=body["language"],
        answers=[
            RawAnswer(
                question=raw["question"],
                answer=raw["answer"],
                illnesses=tuple(raw["illnesses"]),
                values=tuple(raw["values"]),
            )
            for raw in body["answers"]
        ],
        effective_from=instant_of(body["effective_from"], "/effective_from"),
        effective_to=instant_of(body["effective_to"], "/effective_to"),
        approval_id=body["approval_id"],
    )
    tools, principal = current_tools(), current_principal()
    done = record_answers(pseudonym, wanted, tools=tools, principal=principal)
    return present.recorded(wanted.dataset, done, tools.issuer)


def _checked(found: Checked) -> dict[str, Any]:
    counter = found.check.counterexample
    return {
        "sha256": found.form.sha256,
        "combinations": found.check.combinations,
        "code": counter.law.value if counter else None,
        "counterexample": counter.sentence() if counter else None,
        "missing_elements": list(found.form.missing_elements),
    }


def _form(found: StoredForm) -> dict[str, Any]:
    form = found.form
    return {
        "sha256": form.sha256,
        "form": form.name,
        "version": form.version,
        "state": found.state.value,
        "languages": sorted(form.texts),
        "missing_elements": list(form.missing_elements),
        "recorded_at": to_rfc3339(found.recorded_at),
        "published_at": to_rfc3339(found.published_at) if found.published_at else None,
        "retired_at": to_rfc3339(found.retired_at) if found.retired_at else None,
    }


def _whole(found: StoredForm) -> dict[str, Any]:
    document = parse_canonical(found.form.document)
    return {**_form(found), "document": document, "signature": found.signature}

# SPDX-License-Identifier: Apache-2.0
"""`/v1/imports`: hand in consents as CSV or FHIR and see, line by line, what was wrong."""

import csv
import io
from collections.abc import Iterator
from typing import IO, Any, Final

from flask import Response, request

from consent_registry.domain.batches import Format, Mode
from consent_registry.http.api import present
from consent_registry.http.api.schemas import (
    ImportQuerySchema,
    ImportSchema,
    ImportTakenSchema,
)
from consent_registry.http.edge import current_edge, current_tools
from consent_registry.usecases.import_cancelling import cancel_import
from consent_registry.usecases.imports import Report, import_report, receive_import
from shared.api import ApiBlueprint, UnsupportedMediaType
from shared.auth import current_principal, requires
from shared.errors import FieldFault, ValidationFailed

blueprint: Final = ApiBlueprint("imports", __name__, description="Bulk import of consents")

_CHUNK_BYTES: Final = 1024 * 1024
_LINES: Final = "application/fhir+ndjson"
_BUNDLE: Final = "application/fhir+json"
_FORMATS: Final = {
    (_LINES, "4.0"): Format.FHIR_R4_LINES,
    (_BUNDLE, "4.0"): Format.FHIR_R4_BUNDLE,
    (_LINES, "5.0"): Format.FHIR_R5_LINES,
    (_BUNDLE, "5.0"): Format.FHIR_R5_BUNDLE,
}
_FAULT_COLUMNS: Final = ("line", "column", "code", "severity", "message", "hint")


@blueprint.route("/v1/imports", methods=["POST"])
@requires("consents.import")
@blueprint.raw_body("text/csv", "multipart/form-data", _LINES, _BUNDLE)
@blueprint.arguments(ImportQuerySchema, location="query")
@blueprint.response(202, ImportTakenSchema)
def take_in(query: dict[str, Any]) -> dict[str, Any]:
    """Take in a file, as the body or (CSV) as the field `file` of a form.

    FHIR says its release in the media type: `application/fhir+ndjson; fhirVersion=4.0`.
    """
    request.max_content_length = current_edge().max_import_bytes
    format_ = _format()
    batch = receive_import(
        _chunks(_file()),
        mode=Mode(query["mode"]),
        dry_run=query["dry_run"],
        source=query["source"],
        format_=format_,
        mapping=query["mapping"],
        tools=current_tools(),
        principal=current_principal(),
    )
    return {"import_id": batch.import_id, "state": batch.state.wire}


@blueprint.route("/v1/imports/<import_id>")
@requires("consents.import")
@blueprint.alt_response(200, description="Every fault, by line", content_type="text/csv")
@blueprint.response(200, ImportSchema)
def progress(import_id: str) -> dict[str, Any] | Response:
    """Say how an import goes, as JSON, or give every fault as `text/csv`."""
    best = request.accept_mimetypes.best_match(["application/json", "text/csv"])
    as_csv = best == "text/csv"
    found = import_report(import_id, every_fault=as_csv, tools=current_tools())
    if as_csv:
        return Response(_fault_lines(found), content_type="text/csv; charset=utf-8")
    return present.report(found)


@blueprint.route("/v1/imports/<import_id>/cancel", methods=["POST"])
@requires("consents.import")
@blueprint.response(200, ImportSchema)
def cancel(import_id: str) -> dict[str, Any]:
    """End an import. Rows recorded by then stay (`progress.committed`), the others never come.

    While `cancelling` is true the worker is still at its last rows, at most 2,000.
    """
    found = cancel_import(import_id, tools=current_tools(), principal=current_principal())
    return present.report(found)


def _file() -> IO[bytes]:
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            fault = FieldFault("/file", "send the CSV as the field `file`", "required")
            raise ValidationFailed("the form has no file", faults=[fault])
        return file.stream
    return request.stream


def _format() -> Format:
    if request.mimetype in {"text/csv", "multipart/form-data"}:
        return Format.CSV
    version = request.mimetype_params.get("fhirVersion", request.mimetype_params.get("fhirversion"))
    found = _FORMATS.get((request.mimetype, version or ""))
    if found is None:
        raise UnsupportedMediaType(
            "send text/csv, multipart/form-data, application/fhir+ndjson or application/fhir+json, "
            "the last two with fhirVersion=4.0 or 5.0"
        )
    return found


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _fault_lines(found: Report) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _FAULT_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(present.fault(at) for at in found.faults)
    return text.getvalue()

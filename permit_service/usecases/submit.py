# SPDX-License-Identifier: Apache-2.0
"""Submit an application. Opens the applicant's account and decides nothing."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from permit_service.domain.application import Application
from permit_service.domain.caller import Caller
from permit_service.domain.facts import application_submitted
from permit_service.domain.purpose import MAX_MONTHS, Purpose, parse_purpose
from permit_service.domain.reading import Reader
from permit_service.ports import Ports
from shared.errors import FieldFault, ValidationFailed
from shared.ids import ApplicationId, DatasetId, parse_dataset_id

_MAX_TITLE: Final = 200
_OWN_SUBJECT_BYTES: Final = 24
_RESERVED: Final = (
    "reserved to public bodies and who works on their behalf (EHDS Article 53(2)): "
    "say that your organisation is one, or choose another purpose"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a researcher applies for."""

    title: str
    organisation: str
    dataset: DatasetId
    purpose: Purpose
    months: int


def parse_submission(raw: Mapping[str, object]) -> Submission:
    """Read a submission from JSON or from a form made into the same shape.

    Raises ValidationFailed with one fault per wrong field, those of the purpose included; a purpose
    that is reserved to public bodies is taken from nobody else.
    """
    reader = Reader(raw, "")
    title = reader.text("title", limit=_MAX_TITLE)
    organisation = reader.text("organisation", limit=_MAX_TITLE)
    months = reader.number("months", low=1, high=MAX_MONTHS)
    dataset = _dataset(reader)
    purpose = _purpose(reader, months)
    for key, value in (("title", title), ("months", months), ("dataset", dataset)):
        if value is None and not any(fault.pointer == f"/{key}" for fault in reader.faults):
            reader.fault(key, "this is needed", "missing")
    reader.leftovers()
    if title is None or months is None or dataset is None or purpose is None or reader.faults:
        raise ValidationFailed("the application has faults", faults=reader.faults)
    return Submission(
        title=title,
        organisation=organisation or "",
        dataset=dataset,
        purpose=purpose,
        months=months,
    )


def submit(submission: Submission, *, caller: Caller, ports: Ports) -> Application:
    """Keep the application and put it on record. Raises Forbidden without the scope."""
    caller.principal.require("applications.submit")
    now = ports.clock.now()
    application = Application(
        application_id=ApplicationId(ports.ids.new()),
        applicant=caller.key,
        title=submission.title,
        organisation=submission.organisation,
        dataset=submission.dataset,
        purpose=submission.purpose,
        months=submission.months,
        submitted_at=now,
    )
    with ports.units() as work:
        work.accounts.open(caller.key, _fresh_subject(ports), now)
        work.applications.add(application)
        work.record(application_submitted(application, caller))
        work.commit()
    return application


def _fresh_subject(ports: Ports) -> str:
    return base64.urlsafe_b64encode(ports.random(_OWN_SUBJECT_BYTES)).decode()


def _dataset(reader: Reader) -> DatasetId | None:
    text = reader.text("dataset", limit=_MAX_TITLE)
    if text is None:
        return None
    try:
        return parse_dataset_id(text)
    except ValueError:
        reader.fault("dataset", "an identifier such as GDI-FI-DATASET-1")
        return None


def _purpose(reader: Reader, months: int | None) -> Purpose | None:
    """Read the purpose; the months asked of the registry are those the permit may last."""
    raw = reader.take("purpose")
    if not isinstance(raw, Mapping):
        reader.faults.append(FieldFault("/purpose", "an object that says the purpose", "missing"))
        return None
    try:
        purpose = parse_purpose(raw)
    except ValidationFailed as refused:
        reader.faults.extend(refused.faults)
        return None
    if purpose.months is not None and purpose.months != months:
        reader.fault("purpose/months", "the same number as the application's months")
    if purpose.reserved:
        reader.fault("purpose/ehds_purpose", _RESERVED, "purpose_reserved")
    return replace(purpose, months=months)

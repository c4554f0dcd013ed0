# SPDX-License-Identifier: Apache-2.0
"""FHIR files handed to a registry of the tests, with the example mapping beside our own."""

import json
from dataclasses import replace
from typing import Any

from consent_registry.domain.batches import Format, Mode
from consent_registry.domain.fhir.mapping import FhirMapping
from consent_registry.usecases.imports import Report, receive_import
from tests.fakes.fhir import mii
from tests.support.registry_world import DESK, RegistryWorld


def load(
    world: RegistryWorld,
    content: str,
    format_: Format,
    *,
    mapping: str = "placet",
    mode: Mode = Mode.VALID_ROWS_ONLY,
    dry_run: bool = False,
    mine: FhirMapping | None = None,
) -> Report:
    tools = replace(world.tools, fhir_mappings=(mine or mii(),))
    batch = receive_import(
        [content.encode()],
        mode=mode,
        dry_run=dry_run,
        source="test",
        tools=tools,
        principal=DESK,
        format_=format_,
        mapping=mapping,
    )
    replace(world, tools=tools).work()
    return world.report(batch.import_id)


def lines(*resources: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in resources)


def codes(report: Report) -> list[tuple[int, str]]:
    return [(at.line, at.fault.what.code) for at in report.faults]

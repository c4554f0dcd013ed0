# SPDX-License-Identifier: Apache-2.0
"""Every read about people or datasets is asked of an instant, as known at another (consent.md 2.5).

Read from the description that the service itself gives, so that no new address is forgotten: it
takes both times, or stands below with the reason why it has none.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import Flask

TIMES: Final = {"effective_at", "known_at"}
WITHOUT: Final[Mapping[str, str]] = {
    # Not about people or a dataset's people.
    "/api/jwk": "keys",
    "/v1/forms": "forms are versions that never change",
    "/v1/forms/{digest}": "one version, named by its hash",
    "/v1/forms/{name}/versions/{version}": "one version, named by its number",
    "/v1/mondo/releases": "releases with the time each came into use",
    "/v1/studies": "descriptions of studies, which name nobody",
    "/v1/studies/{study}": "a description of a study, which names nobody",
    "/v1/catalogue/{dataset}": "what was published for today, for anybody",
    # A position in the feed, and a frozen cohort's revision, are the times of what is enforced.
    "/v1/feed": "a position is its time",
    "/v1/feed/snapshot": "what a node starts with: the newest state and its position",
    "/v1/feed/acknowledgements": "what nodes have reported, with the time of each report",
    "/v1/cohorts/{cohort_id}/manifest": "asked by revision; signed as of now for who enforces it",
    "/v1/cohorts/containing": "answered from bitmaps as they were frozen, by revision",
    # One record or the whole record, each step with its own times.
    "/v1/participants/{pseudonym}/receipts/{event_id}": "one event, which never changes",
    "/v1/receipts/check": "says whether a receipt handed in was signed here",
    "/v1/participants/{pseudonym}/own-data": "everything held, each entry with its times",
    "/v1/participants/{pseudonym}/uses": "the log's own record, each use with its time",
    # Procedures: steps that are taken, not what holds of anybody.
    "/v1/imports/{import_id}": "progress of an import",
    "/v1/erasures/{erasure_id}": "progress of an erasure",
    "/v1/rights-requests": "requests with their steps and clocks",
    "/v1/rights-requests/{request_id}": "a request with its steps and clocks",
    "/v1/withdrawal-tasks": "tasks with their owners and proofs",
    # Kept only as long as it is so: where somebody lived before is nobody's to know.
    "/v1/participants/{pseudonym}/contact": "an address is overwritten, not remembered",
}
READ_BY_POST: Final = {
    "/v1/check",
    "/v1/cohorts/blocking",
    "/v1/cohorts/containing",
    "/v1/cohorts/evaluate",
    "/v1/decisions",
    "/v1/receipts/check",
}


def described(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return found


def fields_of(description: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Name every field of a body, those of the things it lists included."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from fields_of(description, description["components"]["schemas"][name])
    for name, inside in schema.get("properties", {}).items():
        yield name
        yield from fields_of(description, inside.get("items", {}))


def reads(description: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Give each read with the names of what it takes."""
    for path, methods in description["paths"].items():
        if "get" in methods:
            taken = methods["get"].get("parameters", []) + methods.get("parameters", [])
            yield path, {one["name"] for one in taken}
        if path in READ_BY_POST:
            body = methods["post"]["requestBody"]["content"]["application/json"]["schema"]
            yield path, set(fields_of(description, body))


def test_every_read_about_people_or_datasets_takes_both_times(
    applications: Mapping[str, Flask],
) -> None:
    found = dict(reads(described(applications["consent_registry"])))
    assert [path for path, taken in found.items() if path not in WITHOUT and TIMES - taken] == []
    assert set(WITHOUT) | READ_BY_POST <= set(found), "what stands here is there"
    assert [path for path, taken in found.items() if path in WITHOUT and taken & TIMES] == []

# SPDX-License-Identifier: Apache-2.0
"""Every number that leaves a service is known here: a new one must say whether it counts people.

A count below ten of those who share something singles people out, and an entry of the log can
never be taken back (consent.md section 2.7). This test cannot read meaning; it makes somebody
state it. Numbers inside a member described only as an object are covered by that member's line.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("audit_log", "consent_registry", "permit_service", "shared")
SERVICES = ("audit_log", "clearinghouse", "consent_registry", "permit_service")

COUNTS_IN_ENTRIES = {
    "people": "as many as the commitments beside it, which show the number anyway",
    "bytes": "size of a file",
    "rows": "lines of a file; search rows of a month",
    "bad": "lines of a file",
    "applied": "lines of a file; the consent entries say it anyway",
    "repeated": "lines of a file",
    "visas": "visas of one person",
    "held": "search rows that stay under a legal hold, of a month",
    "openings": "sealed parts dropped with a month",
    "results": "entries shown to a reader of the log",
    "parts": "sealed parts of one person",
    "cut_bytes": "bytes lost of a spool",
    "opened": "sealed parts opened in an evidence pack",
    "codes_changed": "illnesses that many people name and a new release of the hierarchy changes",
}
HANDED_ON = {
    "dict(counts or {})",
    "_counts(line, mapping.counts)",
    "entry.counts",
    "figures.counts()",
}
"""How `consent_registry.usecases.facts.fact` passes on what its callers gave, who are read too;
what another service's line says of itself; what a recovery says anew, as it was said before; and
numbers that stand in for people (ADR 0011)."""

PEOPLE = {
    "audit_log": {"Impact.accounts": "accounts that acted; an officer may search for each"},
    "clearinghouse": {},
    "consent_registry": {
        "Dataset.members": "the size of a dataset, for the desk",
        "Description.healthdcatap:numberOfUniqueIndividuals": "a remembered stand-in, rounded",
        "Evaluation.awaiting_by_clause": "remembered stand-ins, rounded",
        "Evaluation.counts": "exact, beside the bitmap, for who lets people in",
        "Matter.people": "remembered stand-ins, rounded",
        "Evaluation.reasons": "remembered stand-ins, rounded",
        "Evaluation.shown": "remembered stand-ins, rounded",
        "DatasetWithCodes.members": "the size of a dataset, for the desk",
        "Loaded.changes": "remembered stand-ins, rounded; no illness that few people name",
        "Blocking.awaiting_by_clause": "remembered stand-ins, rounded",
        "Blocking.reasons": "remembered stand-ins, rounded",
        "Blocking.shown": "remembered stand-ins, rounded",
        "Blocking.without_clause": "remembered stand-ins, rounded",
        "Frozen.counts": "remembered stand-ins, rounded",
        "Frozen.reasons": "remembered stand-ins, rounded",
    },
    "permit_service": {
        "Cohort.awaiting_by_clause": "consent_registry's stand-ins",
        "Cohort.counts": "consent_registry's stand-ins, or <20",
        "Matter.people": "consent_registry's stand-ins",
        "Cohort.reasons": "consent_registry's stand-ins",
        "PermitCohort.counts": "consent_registry's stand-ins, or <20",
        "PermitCohort.members_now": "consent_registry's stand-in, or <20",
    },
}
NO_PEOPLE = {
    *("Accepted.accepted", "AsOf.size", "Chain.duplicates", "Chain.epoch", "Chain.seq"),
    *("Consistency.from", "Consistency.to", "Erased.below", "Erased.parts", "Found.entry"),
    *("Found.idx", "Gap.first", "Gap.last", "Log.size", "Page.next", "Person.ordinal"),
    *("Search.after", "Search.as_of", "Search.limit", "Seen.entry", "Seen.idx"),
    *("Register.age_seconds", "Register.revision", "State.registers"),
    *("Consents.consents", "Dataset.revision", "Dataset.table_version", "Evaluation.revision"),
    *("CohortManifest.revision", "CohortManifest.since", "CohortUse.revision"),
    *("Evaluation.small_cell", "Freeze.purpose", "Frozen.revision", "History.events"),
    *("Import.applied", "Import.bad", "Import.faults", "Import.good", "Import.repeated"),
    *(
        "Import.rows",
        "KeySet.keys",
        "Modifier.value",
        "News.cursor",
        "Recorded.revision",
    ),
    *("Revision.revision", "Snapshot.cursor", "Application.months", "Application.purpose"),
    *(
        "Batch.cursor",
        "Bundle.entry",
        "Receipt.receipt",
        "Grant.tries",
        "Permit.revision",
    ),
    *("PermitCohort.revision", "Revoked.revision"),
    *("Check.next", "Export.as_of", "Export.count", "Export.opened", "ExportAsked.as_of"),
    *("ExportAsked.indexes", "Finding.detail", "Finding.epoch", "Finding.evidence"),
    "Finding.first_seq",
    *("Finding.id", "Finding.last_seq", "FindingPage.next", "Log.witness_lag_seconds"),
    *("Log.witnessed_size", "Rule.open", "Rule.thresholds", "Rules.size"),
    *("Cases.cases", "Checked.cases", "Checked.versions", "Codes.alternatives"),
    *("Codes.versions", "DatasetWithCodes.alternatives", "DatasetWithCodes.revision"),
    *("Study.version", "StudyWithPast.version", "Listed.revision", "StudyChoices.studies"),
    *("DatasetWithCodes.table_version", "Evaluate.purpose", "Inclusion.decided_on"),
    *("Inclusion.known_now", "Inclusion.revision", "PersonQuestion.ordinal", "Release.terms"),
    *("CheckedForm.combinations", "FormDocument.document", "FormWithText.document"),
    *("Submission.months", "Submission.purpose", "PermitOf.purpose"),
    *("Dropped.first", "Dropped.held", "Dropped.last", "Dropped.rows", "Erased.copies"),
    *("ErasureState.copies", "HoldWanted.entries", "HoldWanted.ordinal", "Retention.types"),
    *("Term.ceiling", "Term.floor", "Term.months"),
    *("Enforced.revision", "Node.age_seconds", "Node.newest", "Node.revision"),
    *("Progress.checked", "Progress.committed", "Progress.staged"),
    *("Blocking.small_cell", "Cohort.small_cell", "Frozen.small_cell"),
    *("Containing.ordinal", "Membership.left_revision", "Question.purpose"),
    # Entries of the log and places in it; `ReachedDataset.people` is text: tens, or <10
    *("Activity.count", "Activity.filter", "ActivityAsked.as_of", "Impact.count"),
    *("Impact.entries", "Impact.filter", "ImpactAsked.as_of", "Integrity.base"),
    *("Integrity.first", "Integrity.flaws", "Integrity.not_covered", "Integrity.run"),
    *("Integrity.size", "Missing.gaps", "NewQuery.hours", "NewReveal.indexes"),
    *("Opening.idx", "Opening.value", "Openings.erased", "Openings.gone", "Page.count"),
    *("Page.filter", "PermitUse.entries", "PermitUse.number", "Query.as_of"),
    *("Query.count", "Query.hours", "QueryFile.as_of", "QueryFile.count", "Remark.count"),
    "Remark.open",
    *("QueryFile.filter", "QueryFile.hours", "QueryRun.as_of", "QueryRun.before"),
    *("QueryRun.count", "QueryRun.gone", "QueryRun.indexes", "QueryRun.new"),
    *(
        "QueryRun.number",
        "ReachedDataset.cohorts",
        "ReachedDataset.entries",
        "Reveal.indexes",
        "SubjectReport.count",
    ),
    *("CohortAnswer.left_revision", "Cohorts.unresolved", "CohortsNamed.as_of"),
    *("Datasets.as_of", "Subject.ordinal", "SubjectReport.cohorts_unresolved"),
    *("QueryRun.unresolved", "Uses.log_unresolved", "Use.times"),
    *("Subjects.as_of", "Use.count", "Use.newest", "NotReporting.missing_reports"),
    *("Uses.log_checked", "Uses.log_differed", "Uses.log_size"),
}


def numbers(schema: Mapping[str, Any], name: str) -> Iterator[str]:
    """Name the members that are numbers, or may hold one because nothing is said of them."""
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    says_nothing = not kinds and "$ref" not in schema and "anyOf" not in schema
    if (
        kinds & {"integer", "number"}
        or says_nothing
        or ("object" in kinds and "properties" not in schema)
    ):
        yield name
    for member, described in schema.get("properties", {}).items():
        yield from numbers(described, f"{name}.{member}")
    if isinstance(items := schema.get("items"), dict):
        yield from numbers(items, name)


def numbers_of(service: str) -> set[str]:
    document = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text())
    schemas = document["components"]["schemas"]
    return {number for name, schema in schemas.items() for number in numbers(schema, name)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_number_of_an_answer_says_what_it_counts(service: str) -> None:
    assert numbers_of(service) - NO_PEOPLE == PEOPLE[service].keys()


def test_nothing_is_stated_of_numbers_that_are_gone() -> None:
    assert set().union(*map(numbers_of, SERVICES)) >= NO_PEOPLE


def counted() -> Iterator[tuple[str, ast.expr]]:
    """Give every `counts=` of every fact that a package makes."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in {"Fact", "fact", "_fact"}:
                    given = [word.value for word in node.keywords if word.arg == "counts"]
                    yield from ((str(path.relative_to(ROOT)), value) for value in given)


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def test_every_count_of_an_entry_says_what_it_counts() -> None:
    seen = set()
    for path, value in counted():
        if isinstance(value, ast.Dict):
            seen |= {ast.literal_eval(key) for key in value.keys if key is not None}
        else:
            assert ast.unparse(value) in HANDED_ON, path
    assert seen == COUNTS_IN_ENTRIES.keys()

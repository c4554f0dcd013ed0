# SPDX-License-Identifier: Apache-2.0
"""FHIR through the same import as CSV, and out again: API, command, a second registry."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from fhir.resources.bundle import Bundle as R5Bundle
from fhir.resources.R4B.bundle import Bundle as R4Bundle

from consent_registry.domain.batches import Format, ImportState, Mode
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import State
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.records import Channel
from consent_registry.usecases.fhir_export import AsOf, export_consents
from consent_registry.usecases.imports import receive_import
from consent_registry.usecases.opt_out import set_own_opt_out
from consent_registry.usecases.reading import Choices, consents_of
from services.cli import main
from shared.errors import ValidationFailed
from tests.fakes.fhir import VECTORS, changed, mii, vector
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_node import NEW_DATASET, RegistryNode
from tests.support.registry_world import DESK, RegistryWorld, person, registry_world

LINES = {Release.R4: Format.FHIR_R4_LINES, Release.R5: Format.FHIR_R5_LINES}


def of(resource: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    return changed(resource, "patient/identifier/value", pseudonym)


def found(world: RegistryWorld, pseudonym: str) -> Choices:
    return consents_of(pseudonym, None, None, tools=world.tools, principal=DESK)


def test_lines_go_through_the_same_staging_as_csv(world: RegistryWorld) -> None:
    one = vector("mii.json")
    content = lines(
        of(one, "P-a"),
        changed(of(one, "P-b"), "status", "draft"),
        of(one, "P-c"),
        changed(of(one, "P-c"), "policy", one["policy"] * 2),
        changed(of(one, "P-c"), "provision/period/end", "2040-01-01"),
        of(one, "P-d"),
        changed(of(one, "P-d"), "provision/type", "permit"),
    )
    expected = [
        (2, "E-FHIR-10"),
        (3, "E-ID-02"),  # two consents of one moment: nobody chooses between them
        (4, "E-ID-02"),  # says the same as line 3
        (5, "E-ID-02"),
        (6, "E-STATE-04"),
        (7, "E-FHIR-06"),
    ]
    dry = load(world, content, Format.FHIR_R4_LINES, mapping=mii().name, dry_run=True)
    assert (dry.batch.state, dry.batch.rows, dry.good) == (ImportState.FINISHED, 7, 1)
    assert codes(dry) == expected
    assert world.count("consent_event") == 0
    none = load(world, content, Format.FHIR_R4_LINES, mapping=mii().name, mode=Mode.ALL_OR_NOTHING)
    assert (none.batch.state, codes(none)) == (ImportState.REFUSED, expected)
    kept = load(world, content, Format.FHIR_R4_LINES, mapping=mii().name)
    assert (kept.batch.applied, kept.batch.bad, codes(kept)) == (1, 6, expected)
    assert found(world, "P-a").choices[0].standing.state is State.GIVEN
    again = load(world, content, Format.FHIR_R4_LINES, mapping=mii().name)
    assert (again.batch.repeated, again.batch.applied) == (1, 0)
    assert world.count("consent_event") == 1
    assert world.column("SELECT mapping FROM imported_line") == [mii().number]
    assert world.scalar("SELECT count(*) FROM import_row") == 0


def test_the_entry_of_an_import_names_the_mapping_by_its_digest(world: RegistryWorld) -> None:
    load(world, lines(vector("mii.json")), Format.FHIR_R4_LINES, mapping=mii().name)
    entries = [row for row in world.rows("outbox") if b"import.started" in repr(row).encode()]
    assert mii().digest in repr(entries)
    assert "P-MII-1" not in repr(entries)


def test_a_bundle_is_imported_and_what_is_none_fails_whole(world: RegistryWorld) -> None:
    content = (VECTORS / "mii-bundle.json").read_text(encoding="utf-8")
    report = load(world, content, Format.FHIR_R4_BUNDLE, mapping=mii().name)
    assert (report.batch.state, report.batch.applied) == (ImportState.FINISHED, 1)
    assert found(world, "P-MII-2").choices[0].standing.state is State.GIVEN
    bad = load(world, '{"resourceType": "Patient"}', Format.FHIR_R4_BUNDLE)
    assert (bad.batch.state, codes(bad)) == (ImportState.FAILED, [(1, "E-FHIR-01")])


def test_a_mapping_that_is_gone_or_for_another_release_reads_nothing(world: RegistryWorld) -> None:
    with pytest.raises(ValidationFailed):
        load(world, lines(vector("mii.json")), Format.FHIR_R5_LINES, mapping=mii().name)
    with pytest.raises(ValidationFailed):
        load(world, lines(vector("mii.json")), Format.FHIR_R4_LINES, mapping="unknown")
    tools = replace(world.tools, fhir_mappings=(mii(),))
    batch = receive_import(
        [lines(vector("mii.json")).encode()],
        mode=Mode.VALID_ROWS_ONLY,
        dry_run=False,
        source="test",
        tools=tools,
        principal=DESK,
        format_=Format.FHIR_R4_LINES,
        mapping=mii().name,
    )
    world.work()  # a node whose file was mended in between
    report = world.report(batch.import_id)
    assert (report.batch.state, codes(report)) == (ImportState.FAILED, [(1, "E-FHIR-14")])


def test_fhir_never_turns_a_no_into_a_yes(world: RegistryWorld) -> None:
    active, over = vector("mii.json"), changed(vector("mii.json"), "status", "inactive")
    load(world, lines(active), Format.FHIR_R4_LINES, mapping=mii().name)
    load(world, lines(over), Format.FHIR_R4_LINES, mapping=mii().name)
    assert found(world, "P-MII-1").choices[0].standing.state is State.WITHDRAWN
    later = changed(active, "dateTime", "2025-06-01")
    report = load(world, lines(later), Format.FHIR_R4_LINES, mapping=mii().name)
    assert codes(report) == [(1, "E-STATE-02")]
    assert found(world, "P-MII-1").choices[0].standing.state is State.WITHDRAWN


@pytest.mark.parametrize("release", Release)
def test_another_registry_reads_the_same_grants(world: RegistryWorld, release: Release) -> None:
    world.load(
        {"alternative": "1", "modifiers": "GS=FI,SE;NPU", "effective_to": "2040-01-01"},
        {
            "alternative": "2",
            "permission": "DS",
            "diseases": "MONDO:0004992",
            "effective_to": "2040-01-01",
        },
        {"participant": "P-no", "local_id": "S-2", "state": "refused"},
        {"participant": "P-gone", "local_id": "S-3"},
    )
    world.load({"participant": "P-gone", "local_id": "S-3", "state": "withdrawn"})
    bundles = {
        name: export_consents(name, release, AsOf(), tools=world.tools, principal=DESK)
        for name in ("P-1", "P-no", "P-gone")
    }
    model = R4Bundle if release is Release.R4 else R5Bundle
    for bundle in bundles.values():
        model.model_validate_json(json.dumps(bundle))
    written = [
        entry["resource"]
        for bundle in bundles.values()
        for entry in json.loads(json.dumps(bundle))["entry"]
    ]
    with registry_world() as other:
        other.dataset()
        report = load(other, lines(*written), LINES[release])
        assert codes(report) == []
        for name in bundles:
            here, there = found(world, name).choices[0], found(other, name).choices[0]
            assert here.standing.state is there.standing.state, name
            assert here.standing.terms == there.standing.terms
            assert here.member.local_id == there.member.local_id
        one = found(other, "P-1").choices[0]
        assert (one.since, one.until) == (
            found(world, "P-1").choices[0].since,
            found(world, "P-1").choices[0].until,
        )


def test_an_export_looks_back_and_names_nobody_to_herself(world: RegistryWorld) -> None:
    world.load({"effective_from": "2025-02-01"})

    def entries(as_of: AsOf) -> list[Any]:
        bundle = export_consents("P-1", Release.R4, as_of, tools=world.tools, principal=DESK)
        listed: Any = bundle["entry"]
        return list(listed)

    assert len(entries(AsOf())) == 1
    before = world.clock.now().replace(year=2025, month=1, day=31)
    assert entries(AsOf(effective_at=before)) == []
    assert entries(AsOf(known_at=before)) == []
    with world.tools.units() as uow:
        pid = uow.people.pid("P-1")
        assert pid is not None
        assert uow.people.link(pid, person("anna").issuer, "anna", world.clock.now())
        uow.commit()
    own = export_consents("P-1", Release.R5, AsOf(), tools=world.tools, principal=person("anna"))
    assert "S-1" not in json.dumps(own)
    assert "S-1" in json.dumps(entries(AsOf()))


def test_an_opt_out_is_never_written_as_a_consent_withdrawn(world: RegistryWorld) -> None:
    world.load({})
    before = export_consents("P-1", Release.R5, AsOf(), tools=world.tools, principal=DESK)
    with world.tools.units() as uow:
        pid = uow.people.pid("P-1")
        assert pid is not None
        assert uow.people.link(pid, person("anna").issuer, "anna", world.clock.now())
        uow.commit()
    set_own_opt_out(
        About(),
        OptOutKind.REGISTERED,
        tools=world.tools,
        principal=person("anna"),
        channel=Channel.PAGE,
    )
    after = export_consents("P-1", Release.R5, AsOf(), tools=world.tools, principal=DESK)
    assert after["entry"] == before["entry"]


@pytest.fixture(scope="module")
def ready(node: RegistryNode) -> RegistryNode:
    token = node.service("consents.write")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    return node


def send(node: RegistryNode, kind: str, content: bytes, **query: str) -> requests.Response:
    return node.call(
        "POST",
        "/v1/imports",
        token=node.service("consents.import"),
        data=content,
        headers={"Content-Type": kind},
        params={"mode": "valid_rows_only", "dry_run": "false", **query},
    )


def test_the_media_type_says_what_a_file_is(ready: RegistryNode) -> None:
    content = (VECTORS / "own-r5.json").read_bytes()
    taken = send(ready, "application/fhir+json; fhirVersion=5.0", content)
    assert taken.status_code == 202, taken.text
    ready.work()
    report = ready.report(taken.json()["import_id"])
    assert (report["state"], report["applied"], report["faults"]) == ("finished", 1, [])
    wrong = send(
        ready, "application/fhir+ndjson; fhirVersion=4.0", content.replace(b"\n", b"") + b"\n"
    )
    ready.work()
    (fault,) = ready.report(wrong.json()["import_id"])["faults"]
    assert (fault["line"], fault["code"]) == (1, "E-FHIR-04")
    for kind in ("application/fhir+json", "application/fhir+json; fhirVersion=3.0", "text/plain"):
        assert send(ready, kind, content).status_code == 415
    unknown = send(ready, "application/fhir+json; fhirVersion=5.0", content, mapping="mii")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/query/mapping")


def test_only_a_desk_or_the_person_gets_them(ready: RegistryNode) -> None:
    path = "/v1/participants/P-1/fhir"
    assert ready.call("GET", path).status_code == 401
    assert ready.call("GET", path, token=ready.service("consents.write")).status_code == 403
    assert ready.call("GET", path, token=ready.person("anna")).status_code == 403
    desk = ready.service("consents.read")
    answer = ready.call("GET", path, token=desk, params={"release": "4.0"})
    assert answer.headers["Content-Type"] == "application/fhir+json; fhirVersion=4.0"
    assert answer.json()["entry"][0]["resource"]["status"] == "active"
    assert ready.call("GET", path, token=desk, params={"release": "3.0"}).status_code == 422
    assert ready.call("GET", "/v1/participants/P-x/fhir", token=desk).status_code == 404


def test_the_command_writes_and_hands_in(
    ready: RegistryNode,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def placet(*words: str, scope: str) -> str:
        monkeypatch.setenv("PLACET_ACCESS_TOKEN", ready.service(scope))
        capsys.readouterr()
        assert main(["consent", *words, "--url", ready.url]) == 0
        return capsys.readouterr().out

    out = placet("fhir", "P-1", "--release", "r4", "--lines", scope="consents.read")
    file = tmp_path / "consents.ndjson"
    file.write_text(out, encoding="utf-8")
    taken = placet(
        *("import", str(file), "--format", "fhir-r4-ndjson", "--mode", "all_or_nothing"),
        *("--dry-run", "--json"),
        scope="consents.import",
    )
    ready.work()
    report = ready.report(json.loads(taken)["import_id"])
    assert (report["state"], report["rows"], report["bad"]) == ("finished", 1, 0)

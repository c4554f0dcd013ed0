# SPDX-License-Identifier: Apache-2.0
"""Importing files: what is kept, what is refused, with which line and code."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text

from consent_registry.domain.approvals import Widening
from consent_registry.domain.batches import ImportState, Mode
from consent_registry.domain.errors import ImportUnknown
from consent_registry.domain.history import State
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.imports import Report, import_report, receive_import
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from shared.ids import DatasetId
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people


def codes(report: Report) -> list[tuple[int, str]]:
    return [(at.line, at.fault.what.code) for at in report.faults]


def state(world: RegistryWorld, pseudonym: str = "P-1") -> State:
    found = consents_of(pseudonym, None, None, tools=world.tools, principal=DESK)
    return found.choices[0].standing.state


def counts(world: RegistryWorld) -> tuple[object, ...]:
    return tuple(
        world.count(table)
        for table in ("participant", "dataset_member", "consent_event", "standing")
    )


def test_good_rows_become_members_in_the_order_of_the_file(world: RegistryWorld) -> None:
    report = world.load(*people(3), {"participant": "P-x", "local_id": "X", "state": "refused"})
    assert report.batch.state is ImportState.FINISHED
    assert (report.batch.rows, report.good, report.batch.bad, report.batch.applied) == (4, 4, 0, 4)
    assert world.column("SELECT local_id FROM dataset_member ORDER BY ordinal") == [
        "S-000000",
        "S-000001",
        "S-000002",
        "X",
    ]
    assert world.column("SELECT ordinal FROM dataset_member ORDER BY ordinal") == [0, 1, 2, 3]
    assert state(world, "P-x") is State.REFUSED
    # Nothing of the file stays behind.
    for table in ("import_chunk", "import_row", "import_bad"):
        assert world.count(table) == 0


def test_rows_of_one_consent_are_its_alternatives(world: RegistryWorld) -> None:
    report = world.load(
        {"alternative": "2", "permission": "DS", "diseases": "MONDO:0004992"},
        *people(1),
        {"alternative": "1", "permission": "HMB", "modifiers": "NPU"},
    )
    assert report.faults == []
    found = consents_of("P-1", None, None, tools=world.tools, principal=DESK).choices[0]
    assert found.standing.terms is not None
    assert [a.permission.name for a in found.standing.terms] == ["HMB", "DS"]
    assert world.scalar("SELECT count(*) FROM consent_event") == 2


def test_a_consent_is_one_however_far_apart_its_rows_are(world: RegistryWorld) -> None:
    """Rows are judged 5,000 at a time: here next to each other, apart, and on two sides of that."""
    permissions = {"1": "HMB", "2": "POA", "3": "NRES"}

    def rows(name: str, *numbers: str) -> list[dict[str, str]]:
        named = {"participant": name, "local_id": name}
        return [{**named, "alternative": n, "permission": permissions[n]} for n in numbers]

    last_of_part = 5_000 - len(rows("P-a", "2", "3")) - 1
    world.load(
        *rows("P-a", "2", "3"),
        *people(last_of_part),
        *rows("P-b", "1", "2", "3"),
        *rows("P-a", "1"),
    )
    assert world.count("consent_event") == last_of_part + 2
    for name in ("P-a", "P-b"):
        found = consents_of(name, None, None, tools=world.tools, principal=DESK).choices[0]
        assert found.standing.terms is not None
        assert len(found.standing.terms) == 3


def test_every_bad_row_is_named_and_the_good_ones_are_kept_or_none(world: RegistryWorld) -> None:
    rows = [
        *people(2),
        {"participant": "P-a", "local_id": "A", "permission": "XYZ"},
        {"participant": "P-b", "local_id": "B", "dataset": "GDI-ZZ-DATASET-9"},
        {"participant": "P-c", "local_id": "C", "state": "maybe", "signed_on": "x"},
    ]
    expected = [(4, "E-DUO-01"), (5, "E-SET-01"), (6, "E-STATE-01"), (6, "E-DATE-01")]
    nothing = counts(world)
    dry = world.load(*rows, dry_run=True)
    assert (dry.batch.state, dry.good, dry.batch.bad) == (ImportState.FINISHED, 2, 3)
    assert codes(dry) == expected
    refused = world.load(*rows, mode=Mode.ALL_OR_NOTHING)
    assert (refused.batch.state, refused.batch.applied) == (ImportState.REFUSED, 0)
    assert codes(refused) == expected
    assert counts(world) == nothing
    kept = world.load(*rows)
    assert (kept.batch.state, kept.batch.applied, kept.batch.bad) == (ImportState.FINISHED, 2, 3)
    assert codes(kept) == expected
    assert counts(world) == (2, 2, 2, 2)


def test_the_same_file_again_records_nothing_twice(world: RegistryWorld) -> None:
    rows = [*people(3), {"participant": "P-a", "local_id": "A", "dataset": "GDI-ZZ-DATASET-2"}]
    world.load(*rows)
    before = counts(world)
    again = world.load(*rows)
    assert (again.batch.repeated, again.batch.applied, again.batch.bad) == (3, 0, 1)
    assert counts(world) == before
    # What was bad before may be good now; what was good is still only there once.
    world.dataset(DatasetId("GDI-ZZ-DATASET-2"))
    mended = world.load(*rows)
    assert (mended.batch.repeated, mended.batch.applied, mended.batch.bad) == (3, 1, 0)
    assert world.scalar("SELECT count(*) FROM consent_event") == 4


def test_an_import_never_turns_a_no_into_a_yes_without_a_later_signature_and_an_approval(
    world: RegistryWorld,
) -> None:
    world.load({})
    world.clock.pass_time(86_400)
    withdraw("P-1", WithdrawConsent(), tools=world.tools, principal=DESK)
    today = world.clock.now().date()
    for signed in ("2025-01-15", "2024-06-01", today.isoformat()):
        report = world.load({"signed_on": signed, "permission": "GRU"})
        assert codes(report) == [(2, "E-STATE-02")]
        assert state(world) is State.WITHDRAWN
    tomorrow = (today + timedelta(days=1)).isoformat()
    world.clock.pass_time(2 * 86_400)
    later = {"signed_on": tomorrow, "permission": "GRU"}
    assert codes(world.load(later)) == [(2, "E-STATE-05")]
    approval = NewApproval(
        pseudonym="P-1",
        dataset=DS,
        widening=Widening.NO_TO_YES,
        dated=datetime.combine(today + timedelta(days=1), time(), UTC),
        evidence="ab" * 32,
    )
    list_approval(approval, tools=world.tools, principal=DESK)
    assert codes(world.load(later)) == []
    assert state(world) is State.GIVEN


def test_a_withdrawal_between_judging_and_recording_stands(world: RegistryWorld) -> None:
    world.load({})
    batch = world.receive(csv_of([{"signed_on": "2025-02-01", "permission": "GRU"}, *people(1)]))
    assert stage_next(tools=world.tools)
    withdraw("P-1", WithdrawConsent(), tools=world.tools, principal=DESK)
    while apply_next(tools=world.tools):
        pass
    report = world.report(batch.import_id)
    assert codes(report) == [(2, "E-STATE-02")]
    assert (report.batch.applied, report.batch.bad) == (1, 1)
    assert state(world) is State.WITHDRAWN


def test_half_a_consent_is_not_recorded(world: RegistryWorld) -> None:
    report = world.load(
        {"participant": "P-a", "local_id": "A", "alternative": "1", "permission": "HMB"},
        {"participant": "P-a", "local_id": "A", "alternative": "2", "permission": "XYZ"},
        *people(1),
    )
    assert codes(report) == [(2, "E-STATE-04"), (3, "E-DUO-01")]
    assert world.column("SELECT pseudonym FROM participant") == ["P-000000"]


def test_rows_of_one_consent_must_agree(world: RegistryWorld) -> None:
    report = world.load(
        {"alternative": "1"},
        {"alternative": "2", "signed_on": "2025-01-16"},
        {"alternative": "3", "state": "withdrawn"},
    )
    assert codes(report) == [(2, "E-STATE-04"), (3, "E-STATE-03"), (4, "E-STATE-03")]


def test_a_repeated_row_is_named_and_contradicting_ones_are_both_refused(
    world: RegistryWorld,
) -> None:
    alike = world.load({}, {})
    assert codes(alike) == [(3, "E-ID-02")]
    assert alike.batch.applied == 1
    other = {"participant": "P-2", "local_id": "S-2"}
    differing = world.load(other, {**other, "permission": "GRU"})
    assert codes(differing) == [(2, "E-ID-02"), (3, "E-ID-02")]
    assert differing.batch.applied == 0


def test_a_local_id_belongs_to_one_participant(world: RegistryWorld) -> None:
    within = world.load(
        {"participant": "P-a", "local_id": "SAME"}, {"participant": "P-b", "local_id": "SAME"}
    )
    assert codes(within) == [(2, "E-ID-03"), (3, "E-ID-03")]
    world.load({})
    taken = world.load({"participant": "P-c"}, {"local_id": "S-other", "signed_on": "2025-03-01"})
    assert codes(taken) == [(2, "E-ID-03"), (3, "E-ID-03")]


def test_a_local_id_taken_between_judging_and_recording_is_refused(world: RegistryWorld) -> None:
    batch = world.receive(csv_of([{"participant": "P-late"}]))
    assert stage_next(tools=world.tools)
    world.receive(csv_of([{}]))
    assert stage_next(tools=world.tools)
    with world.engine.begin() as connection:
        # The later file happens to be recorded first.
        connection.execute(
            text(
                "UPDATE import_batch SET received_at = received_at - interval '1 hour'"
                " WHERE import_id <> :first"
            ),
            {"first": batch.import_id},
        )
    while apply_next(tools=world.tools):
        pass
    assert codes(world.report(batch.import_id)) == [(2, "E-ID-03")]
    assert world.column("SELECT local_id FROM dataset_member") == ["S-1"]


@pytest.mark.parametrize(
    "content", ["participant;dataset\n1;2\n", "\x00\n", "a\n", '"unclosed', "participant\n"]
)
def test_a_file_that_is_no_consent_csv_fails_as_a_whole(world: RegistryWorld, content: str) -> None:
    batch = world.receive(content)
    world.work()
    report = world.report(batch.import_id)
    assert report.batch.state is ImportState.FAILED
    assert codes(report) == [(1, "E-CSV-03")]
    assert (report.good, report.batch.rows) == (0, 0)


def test_an_empty_or_misnamed_upload_is_refused_at_once(world: RegistryWorld) -> None:
    for chunks, source in (([], "x"), ([b"x"], "not a name")):
        with pytest.raises(ValidationFailed):
            receive_import(
                chunks,
                mode=Mode.VALID_ROWS_ONLY,
                dry_run=True,
                source=source,
                tools=world.tools,
                principal=DESK,
            )
    assert world.scalar("SELECT count(*) FROM import_batch") == 0
    for unknown in ("x", "01890a5d-ac96-774b-bcce-b302099a8057"):
        with pytest.raises(ImportUnknown):
            import_report(unknown, every_fault=False, tools=world.tools)


def test_unreadable_lines_are_named_and_the_rest_is_read(world: RegistryWorld) -> None:
    good = csv_of(people(2)).encode()
    header, first, second = good.splitlines(keepends=True)
    broken = b"".join([header, first, b'\xff\xfe,"x"\n', b'a,"b"c\n', b"\n", b"one,two\n", second])
    batch = receive_import(
        [broken[:50], broken[50:51], broken[51:]],
        mode=Mode.VALID_ROWS_ONLY,
        dry_run=False,
        source="",
        tools=world.tools,
        principal=DESK,
    )
    world.work()
    report = world.report(batch.import_id)
    assert codes(report) == [(3, "E-CSV-02"), (4, "E-CSV-02"), (6, "E-CSV-01")]
    assert (report.batch.applied, report.batch.rows) == (2, 5)


def test_quoted_fields_may_span_lines_and_lines_keep_their_numbers(world: RegistryWorld) -> None:
    rows = people(2, modifiers="RS=two\nlines")
    report = world.load(*rows, {"participant": "P-x", "local_id": "X", "permission": "?"})
    assert codes(report) == [(2, "E-DUO-07"), (4, "E-DUO-07"), (6, "E-DUO-01")]


def test_large_files_go_in_short_transactions(world: RegistryWorld) -> None:
    before = world.revision()
    report = world.load(*reversed(people(4_201)))
    assert report.batch.applied == 4_201
    assert world.revision() == before + 3  # 2,000, 2,000, 201
    assert (
        world.scalar(
            "SELECT max(n) FROM (SELECT count(*) n FROM consent_event GROUP BY revision) t"
        )
        == 2_000
    )
    assert world.scalar("SELECT members FROM dataset") == 4_201
    # Entries name people sealed, at most 64 in each.
    assert world.scalar("SELECT count(*) FROM outbox WHERE value LIKE '%consent.given%'") == 68


def test_no_value_of_a_row_reaches_the_report(world: RegistryWorld) -> None:
    marker = "Marker Name 1985-02-29"
    report = world.load(
        dict.fromkeys(
            (
                "participant",
                "local_id",
                "permission",
                "modifiers",
                "diseases",
                "state",
                "signed_on",
                "form_version",
            ),
            marker,
        )
    )
    assert report.batch.bad == 1
    assert all(marker not in at.fault.hint for at in report.faults)
    for table in ("import_fault", "import_batch", "outbox", "feed_change"):
        assert not any("Marker" in str(row) for row in world.rows(table))


def test_the_planner_knows_how_many_rows_were_staged(world: RegistryWorld) -> None:
    """An index is of no use to a planner that takes the table for an empty one."""
    assert world.load(*people(700)).batch.applied == 700
    counted = world.column("SELECT reltuples::int FROM pg_class WHERE relname = 'import_row'")
    assert counted == [700]

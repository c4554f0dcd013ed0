# SPDX-License-Identifier: Apache-2.0
"""Another service's lines: what they become, which are refused, and that nothing is half kept."""

import json
import tomllib
from dataclasses import dataclass, field
from typing import Any

import pytest

from audit_log.domain.foreign import LineMapping, read_mapping
from audit_log.usecases.import_lines import ChainState, Prepared, prepare, send_pending
from shared.cohort_names import named_cohort
from shared.entries import check_commitments, parse_entry
from shared.errors import ValidationFailed
from shared.events import actor_of, open_sealed, previous_of, subject_of
from shared.transport import OutboxRow, TransportUnavailable
from tests.fakes.kernel import CountingIds, CountingSalts
from tests.fakes.log_factories import cohort_name

MAPPING = """
src = "zz/htsget/1"
time = { field = "time" }
type = { field = "op", values = { GET = "placet.access.read.v1" } }
decision = { field = "status", values = { "200" = "permit", "403" = "deny" } }
reason = { field = "why", optional = true }
dataset = { value = "GDI-ZZ-DATASET-1" }
purposes = { field = "purposes", optional = true }
skip = [{ field = "path", values = { "/health" = "skip" } }]
[actor]
issuer = { value = "https://login.example" }
subject = { field = "user.sub", optional = true }
client_id = { value = "htsget" }
[person]
dataset = { value = "GDI-ZZ-DATASET-1" }
ordinal = { field = "sample", optional = true }
[permit]
permit_id = { field = "permit", optional = true }
jti = { field = "visa", optional = true }
[net]
ip = { field = "ip", optional = true }
[counts]
bytes = { field = "bytes", optional = true }
"""
LINE: dict[str, Any] = {
    "time": "2026-11-22T06:25:00.5Z",
    "op": "GET",
    "status": 200,
    "path": "/reads/7",
    "user": {"sub": "rita"},
    "sample": 7,
    "permit": "permit-1",
    "ip": "192.0.2.7",
    "bytes": 1048576,
    "purposes": "DUO:0000006 DUO:0000046",
}
START = ChainState(src="zz/htsget/1", epoch=3)


def mapping(text: str = MAPPING) -> LineMapping:
    return read_mapping(tomllib.loads(text))


def read(*lines: object, state: ChainState = START, by: LineMapping | None = None) -> Prepared:
    data = b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines
    )
    return prepare(data, by or mapping(), state, ids=CountingIds(), salts=CountingSalts())


def faults(prepared: Prepared) -> list[tuple[int, str, str]]:
    return [(one.line, one.code, one.part) for one in prepared.faults]


def test_a_line_becomes_an_entry_with_its_parts_sealed() -> None:
    (sealed,) = read(LINE).state.pending
    entry, parts = parse_entry(sealed.entry), open_sealed(sealed.sealed)
    check_commitments(entry, parts)
    assert (entry.type, entry.decision, entry.src) == ("placet.access.read.v1", "permit", START.src)
    assert (entry.epoch, entry.seq, entry.previous) == (3, 1, None)
    assert entry.purposes == ("DUO:0000006", "DUO:0000046")
    assert entry.counts == {"bytes": 1048576}
    assert entry.occurred_at.isoformat() == "2026-11-22T06:25:00.500000+00:00"
    opened = {part.group: part for part in parts}
    assert actor_of(opened["actor"]).subject == "rita"
    assert subject_of(opened["subj/0"]).ordinal == 7
    assert opened["permit"].opened() == {"permit_id": "permit-1"}
    assert opened["net"].opened() == {"ip": "192.0.2.7"}
    assert b"rita" not in sealed.entry
    assert b"192.0.2.7" not in sealed.entry
    place = entry.extra["import"]
    assert isinstance(place, dict)
    assert place["line"] == 1
    assert entry.extra["late"] is True


def test_entries_follow_each_other_in_the_chain_over_files() -> None:
    first = read(LINE, LINE)
    second = read(LINE, {**LINE, "status": 403}, state=first.state)
    entries = [parse_entry(one.entry) for one in second.state.pending]
    assert [one.seq for one in entries] == [1, 2, 3, 4]
    assert len(second.faults) == 0
    for before, after in zip(second.state.pending, entries[1:], strict=False):
        assert after.previous == before.leaf_hash
    assert second.state.previous == previous_of(second.state.pending[-1])


def test_a_file_is_imported_once() -> None:
    first = read(LINE, LINE)
    again = read(LINE, LINE, state=first.state)
    assert (again.entries, again.state) == (0, first.state)


def test_what_is_missing_and_optional_is_left_out() -> None:
    bare = {key: LINE[key] for key in ("time", "op", "status")}
    (sealed,) = read(bare).state.pending
    assert parse_entry(sealed.entry).commitments == {}


def test_lines_to_skip_and_empty_lines_are_no_entries() -> None:
    prepared = read({**LINE, "path": "/health"}, b"", LINE, b"  ")
    assert (prepared.entries, prepared.skipped, prepared.faults) == (1, 1, ())


SECRET = "MARKER 4711"


@pytest.mark.parametrize(
    ("line", "code", "part"),
    [
        (b"{", "line_not_json", ""),
        (b'{"op": "GET", "op": "GET"}', "line_not_json", ""),
        (b"\xff\xfe", "line_not_json", ""),
        (b"[]", "line_not_object", ""),
        (b'"' + b"x" * 70_000 + b'"', "line_too_long", ""),
        ({**LINE, "op": SECRET}, "value_unmapped", "type"),
        ({**LINE, "status": SECRET}, "value_unmapped", "decision"),
        ({**LINE, "time": SECRET}, "time_invalid", "time"),
        ({**LINE, "time": None}, "field_missing", "time"),
        ({**LINE, "op": ""}, "field_missing", "type"),
        ({**LINE, "status": True}, "field_not_text", "decision"),
        ({**LINE, "ip": 1.5}, "field_not_text", "net.ip"),
        ({**LINE, "bytes": "-1"}, "not_a_count", "counts.bytes"),
        ({**LINE, "sample": SECRET}, "not_a_count", "person.ordinal"),
        ({**LINE, "bytes": 1 << 60}, "entry_malformed", ""),
        ({**LINE, "why": SECRET}, "entry_malformed", ""),
        ({**LINE, "purposes": "rita@login.example"}, "entry_malformed", ""),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_the_file_is_kept(
    line: object, code: str, part: str
) -> None:
    prepared = read(LINE, LINE, line, LINE)
    assert faults(prepared) == [(3, code, part)]
    assert (prepared.entries, prepared.state) == (0, START)
    assert "MARKER" not in repr(prepared)


def test_every_bad_line_is_named_at_once() -> None:
    prepared = read(b"{", LINE, {**LINE, "op": "PUT"})
    assert faults(prepared) == [(1, "line_not_json", ""), (3, "value_unmapped", "type")]


@pytest.mark.parametrize(
    ("form", "time"), [("epoch_s", 1_795_328_700), ("epoch_ms", "1795328700250")]
)
def test_times_may_be_counted(form: str, time: object) -> None:
    by = mapping(f'time_form = "{form}"\n' + MAPPING)
    (sealed,) = read({**LINE, "time": time}, by=by).state.pending
    moment = parse_entry(sealed.entry).occurred_at
    assert moment.isoformat().startswith("2026-11-22T06:25:00")
    assert moment.microsecond == (250_000 if form == "epoch_ms" else 0)
    assert faults(read({**LINE, "time": "9" * 30}, by=by)) == [(1, "time_invalid", "time")]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (MAPPING.replace("zz/htsget/1", "a name"), "/src"),
        (MAPPING.replace('src = "zz/htsget/1"', ""), "/src"),
        ('colour = "red"\n' + MAPPING, "/colour"),
        ('time_form = "yesterday"\n' + MAPPING, "/time_form"),
        (MAPPING.replace('time = { field = "time" }', ""), "/time"),
        (MAPPING.replace('{ field = "time" }', "{}"), "/time"),
        (MAPPING.replace('{ field = "time" }', '{ field = "time", value = "x" }'), "/time"),
        (MAPPING.replace('{ field = "time" }', '"time"'), "/time"),
        (MAPPING.replace('issuer = { value = "https://login.example" }', ""), "/actor/issuer"),
        (MAPPING.replace("jti = ", "token = "), "/permit/token"),
        (MAPPING.replace('"200" = "permit"', '"200" = 1'), "/decision"),
        (MAPPING.replace("skip = [", "skip = 7 #"), "/skip"),
    ],
)
def test_a_mapping_with_a_fault_is_refused(text: str, pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        mapping(text)
    assert [one.pointer for one in refused.value.faults] == [pointer]


OF_MANY = (
    MAPPING.split("[person]", maxsplit=1)[0]
    + """
[cohort]
cohort_id = { field = "cohort", optional = true }
digest = { field = "people", optional = true }
revision = { field = "revision", optional = true }
"""
)
MANY = {**LINE, "cohort": cohort_name(1).cohort_id, "people": cohort_name(1).digest}


def test_a_line_about_a_cohort_names_it_and_one_about_nobody_names_none() -> None:
    state = read({**MANY, "revision": 10}, MANY, LINE, by=mapping(OF_MANY)).state
    extras = [parse_entry(one.entry).extra for one in state.pending]
    assert [named_cohort(one) for one in extras] == [
        cohort_name(1, revision=10),
        cohort_name(1, revision=None),
        None,
    ]


def test_a_line_that_names_a_cohort_badly_is_a_fault_and_nothing_is_kept() -> None:
    whole = mapping(OF_MANY + MAPPING[MAPPING.index("[person]") :])
    for line in ({**MANY, "people": "none"}, {**MANY, "revision": "new"}):
        found = read(line, LINE, by=mapping(OF_MANY))
        assert [number for number, _, _ in faults(found)] == [1]
        assert found.state == START
    assert [number for number, _, _ in faults(read(MANY, by=whole))] == [1]  # a person beside it


def test_a_mapping_of_cohorts_lacks_neither_id_nor_digest() -> None:
    with pytest.raises(ValidationFailed) as refused:
        mapping(MAPPING + '[cohort]\ncohort_id = { field = "cohort" }\n')
    assert [one.pointer for one in refused.value.faults] == ["/cohort/digest"]


# --- sending -------------------------------------------------------------------------------------


@dataclass
class Kept:
    """A `ChainKeeper` in memory that remembers every state it was given."""

    state: ChainState
    history: list[ChainState] = field(default_factory=list)

    def read(self) -> ChainState | None:
        return self.state

    def write(self, state: ChainState) -> None:
        self.state = state
        self.history.append(state)


@dataclass
class Accepting:
    """A log that accepts so many entries at a time, and fails at some calls."""

    most: int
    fails_at: frozenset[int] = frozenset()
    taken: list[bytes] = field(default_factory=list)
    calls: int = 0

    def send(self, batch: list[OutboxRow] | Any) -> int:
        self.calls += 1
        accepted = min(self.most, len(batch))
        self.taken += [row.value for row in batch[:accepted]]
        if self.calls in self.fails_at:
            raise TransportUnavailable("upstream_unavailable")
        return accepted

    def close(self) -> None:
        """Do nothing."""


def test_an_import_that_broke_off_sends_the_very_same_entries_again() -> None:
    prepared = read(*[LINE] * 7)
    keeper, log = Kept(prepared.state), Accepting(most=3, fails_at=frozenset({2}))
    with pytest.raises(TransportUnavailable):
        send_pending(keeper, log)
    left = keeper.state
    assert len(left.pending) == 4
    assert send_pending(keeper, log) == 4
    wanted = [one.entry for one in prepared.state.pending]
    assert list(dict.fromkeys(log.taken)) == wanted
    assert len(log.taken) == 10, "what came before the failure came twice, byte for byte"
    done = keeper.history[-1]
    assert (done.pending, done.seq, done.imported) == ((), 7, prepared.state.imported)

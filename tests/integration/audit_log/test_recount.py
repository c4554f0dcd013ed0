# SPDX-License-Identifier: Apache-2.0
"""A search repeated from a copy alone agrees with the service, and shows a search row that lies."""

import contextlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from audit_log.domain import pack
from services.cli import main
from shared.events import Actor, Subject
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.support.log_node import LogNode
from tests.support.packs import apart
from tests.support.postgres import owner_of

OTHER = "GDI-ZZ-DATASET-2"
RITA = {"issuer": ISSUER, "subject": "rita"}
FILTERS: list[dict[str, Any]] = [
    {},
    {"dataset": DATASET},
    {"dataset": OTHER, "decision": "deny"},
    {"type": "placet.access.read.v1"},
    {"since": "2026-11-22T12:00:00Z"},
    {"dataset": DATASET, "until": "2026-11-22T12:00:00Z"},
    {"actor": RITA},
    {"person": {"dataset": DATASET, "ordinal": 3}},
    {"actor": RITA, "person": {"dataset": OTHER, "ordinal": 3}},
]


SAID = 290


@pytest.fixture(scope="module")
def copy(node: LogNode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a log of about 300 entries, and the openings of all of them."""
    speaker = Speaker()
    other = Actor(issuer=ISSUER, subject="olga", client_id="desk")
    entries = [
        speaker.say(
            fact(
                type_=f"placet.access.{'read' if number % 3 else 'decision'}.v1",
                dataset=DATASET if number % 2 else OTHER,
                decision="deny" if number % 5 else "permit",
                actor=other if number % 7 else fact().actor,
                subjects=(Subject(dataset=DATASET if number % 2 else OTHER, ordinal=number % 11),),
            )
        )
        for number in range(SAID)
    ]
    assert node.send(*entries).status_code == 202
    node.settle()
    folder = tmp_path_factory.mktemp("recount")
    body = {"filter": {}, "open": ["actor", "subj"], "reason": "complaint"}
    body["case"] = node.agreed("actor", "subj")
    opened = apart(node.export(body))[pack.OPENINGS]
    (folder / "openings.jsonl").write_bytes(opened)
    vkey = node.get("/v1/log", node.otto()).json()["vkey"]
    token = folder / "token"
    token.write_text(node.otto(), encoding="ascii")
    told = ("--url", node.url, "--vkey", vkey, "--token-file", str(token))
    assert placet("export", "--to", str(folder / "log"), *told).code == 0
    return folder


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def placet(*words: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["log", *words])
    return Done(code, out.getvalue(), err.getvalue())


def recount(node: LogNode, copy: Path, wanted: dict[str, Any], *words: str) -> Done:
    vkey = node.get("/v1/log", node.otto()).json()["vkey"]
    told = ("--export", str(copy / "log"), "--vkey", vkey, "--filter", json.dumps(wanted))
    return placet("recount", *told, *words)


def searched(node: LogNode, copy: Path, wanted: dict[str, Any]) -> tuple[Path, str]:
    """Ask the service for everything that matches, and keep its pages; give the size too."""
    size = pack_size(copy)
    pages = []
    after = None
    while True:
        body = {**wanted, "as_of": size, "after": after, "limit": 200}
        answer = node.post("/v1/search", body, node.otto())
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        after = pages[-1]["next"]
        if after is None:
            break
    path = copy / "answer.json"
    path.write_text(json.dumps(pages), encoding="utf-8")
    return path, str(size)


def pack_size(copy: Path) -> int:
    return int((copy / "log" / "checkpoint").read_text(encoding="utf-8").split("\n")[1])


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda one: "+".join(one) or "everything")
def test_the_entries_answer_as_the_search_does(
    node: LogNode, copy: Path, wanted: dict[str, Any]
) -> None:
    answer, size = searched(node, copy, wanted)
    openings = ("--openings", str(copy / "openings.jsonl"))
    done = recount(
        node, copy, wanted, "--as-of", size, "--against", str(answer), "--json", *openings
    )
    said = json.loads(done.out)
    found = [one["idx"] for page in json.loads(answer.read_text()) for one in page["entries"]]
    own = [index for index in said["unknown"] if index not in found]
    assert (said["missing"], said["surplus"]) == ([], [])
    assert said["indexes"] == [index for index in found if index not in said["unknown"]]
    assert all(index >= SAID for index in own), "only the log's own newest are not opened"
    assert done.code == (1 if said["unknown"] else 0)


def test_without_openings_a_sealed_question_stays_open(node: LogNode, copy: Path) -> None:
    done = recount(node, copy, {"actor": RITA}, "--json")
    said = json.loads(done.out)
    assert (said["count"], done.code) == (0, 1)
    assert len(said["unknown"]) >= 290


@contextmanager
def lying(node: LogNode, index: int, code: int) -> Iterator[None]:
    """Change a search row as only somebody with all rights on the database can."""
    change = "UPDATE ev SET decision = %s WHERE idx = %s"
    with psycopg.connect(
        owner_of(node.environment["PLACET_DATABASE_URL"]), autocommit=True
    ) as connection:
        connection.execute("ALTER TABLE ev DISABLE TRIGGER USER")
        connection.execute(change, (code, index))
        yield
        connection.execute(change, (3 - code, index))
        connection.execute("ALTER TABLE ev ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("truth", "lie", "word"), [("deny", 1, "missing in"), ("permit", 2, "surplus in")]
)
def test_a_search_row_that_lies_is_found_out(
    node: LogNode, copy: Path, truth: str, lie: int, word: str
) -> None:
    asked = {"dataset": DATASET, "decision": truth, "limit": 1}
    index = node.post("/v1/search", asked, node.otto()).json()["entries"][0]["idx"]
    wanted = {"dataset": DATASET, "decision": "deny"}
    with lying(node, index, lie):
        answer, size = searched(node, copy, wanted)
        done = recount(node, copy, wanted, "--as-of", size, "--against", str(answer))
    assert done.code == 1
    assert f"{word} the answer: {index}\n" in done.out
    assert "THE ANSWER DIFFERS" in done.out


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        ({}, True),
        ({"rows": 0}, False),
        ({"class": "system"}, False),
        ({"first": SAID, "last": 2 * SAID}, False),
    ],
    ids=lambda one: "+".join(one) or "named" if isinstance(one, dict) else str(one),
)
def test_what_an_answer_says_was_dropped_is_not_missing_in_it(
    node: LogNode, copy: Path, said: dict[str, Any], agrees: bool
) -> None:
    wanted = {"type": "placet.access.read.v1"}
    answer, size = searched(node, copy, wanted)
    pages = json.loads(answer.read_text())
    gone = pages[-1]["entries"].pop()["idx"]
    dropped = {"class": "access", "month": "2026-11", "first": 0, "last": SAID, "rows": 1}
    for page in pages:
        page["dropped"] = [{**dropped, "held": 0, **said}]
    answer.write_text(json.dumps(pages), encoding="utf-8")
    done = recount(node, copy, wanted, "--as-of", size, "--against", str(answer), "--json")
    told = json.loads(done.out)
    assert (told["dropped"], told["missing"]) == (([gone], []) if agrees else ([], [gone]))
    assert done.code == (0 if agrees else 1)


def test_an_altered_copy_is_not_counted(node: LogNode, copy: Path, tmp_path: Path) -> None:
    for path in (copy / "log").rglob("*"):
        if path.is_file():
            target = tmp_path / "log" / path.relative_to(copy / "log")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    bundle = tmp_path / "log" / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"d":"deny"', b'"d":"oops"', 1))
    done = recount(node, tmp_path, {"decision": "deny"})
    assert done.code == 1
    assert "nothing was counted" in done.out


@pytest.mark.parametrize("to", ["ecs", "fhir-r4", "fhir-r5", "ocsf"])
def test_a_copy_is_mapped_line_by_line(node: LogNode, copy: Path, to: str) -> None:
    vkey = node.get("/v1/log", node.otto()).json()["vkey"]
    told = ("--to", to, "--export", str(copy / "log"), "--vkey", vkey)
    openings = ("--openings", str(copy / "openings.jsonl"))
    read = ("--filter", json.dumps({"type": "placet.access.read.v1"}))
    done = placet("map", *told, *read, *openings)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, len(lines)) == (0, 193)
    assert "olga" in done.out
    sealed = placet("map", *told)
    assert (sealed.code, len(sealed.out.splitlines())) == (0, pack_size(copy))
    assert "olga" not in sealed.out


def test_an_opening_of_another_entry_is_refused(node: LogNode, copy: Path, tmp_path: Path) -> None:
    first = (copy / "openings.jsonl").read_text(encoding="utf-8").splitlines()[0]
    index = json.loads(first)["idx"]
    moved = tmp_path / "openings.jsonl"
    moved.write_text(first.replace(f'"idx":{index}', f'"idx":{index + 1}') + "\n", "utf-8")
    done = recount(node, copy, {"actor": RITA}, "--openings", str(moved))
    assert (done.code, "does not open its commitment" in done.err) == (1, True)


@pytest.mark.parametrize(
    "text",
    [
        *('{"name": 1}', '{"dataset": 7}', '{"actor": {"subject": "x"}}', '{"decision": "maybe"}'),
        *("[]", "{", '{"since": "yesterday"}', '{"type": "nonsense"}'),
        '{"person": {"dataset": "GDI-ZZ-DATASET-1", "ordinal": true}}',
    ],
)
def test_a_filter_that_is_none_is_refused(text: str) -> None:
    assert placet("recount", "--export", ".", "--vkey", "x", "--filter", text).code == 2

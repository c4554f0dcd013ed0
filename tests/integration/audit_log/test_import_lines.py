# SPDX-License-Identifier: Apache-2.0
"""`placet audit import-lines` into a running log: a foreign server's lines become whole chains."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from tests.support.log_node import LogNode
from tests.unit.audit_log.test_foreign_lines import LINE, MAPPING

SRC = "zz/htsget/1"


@dataclass(frozen=True)
class Desk:
    """A foreign server's folder: its lines, the mapping, the chain's state."""

    node: LogNode
    folder: Path

    def lines(self, *lines: dict[str, Any] | bytes) -> None:
        data = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines]
        (self.folder / "audit.jsonl").write_bytes(b"\n".join(data) + b"\n")

    def run(self, *words: str, url: str | None = None) -> tuple[int, str]:
        (self.folder / "map.toml").write_text(MAPPING, encoding="utf-8")
        token = self.folder / "token"
        token.write_text(self.node.service("story", "entries.write"), encoding="ascii")
        told = ["--mapping", str(self.folder / "map.toml"), "--token-file", str(token)]
        told += ["--state", str(self.folder / "state"), "--url", url or self.node.url]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(["audit", "import-lines", str(self.folder / "audit.jsonl"), *told, *words])
        return code, said.getvalue()

    def chain(self) -> dict[str, Any]:
        self.node.settle()
        answer = self.node.get(f"/v1/producers/{SRC}", self.node.otto()).json()
        found: list[dict[str, Any]] = answer["chains"]
        return found[0] if found else {}


@pytest.fixture(scope="module")
def desk(node: LogNode, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    node.add(SRC, "story")
    return Desk(node, tmp_path_factory.mktemp("htsget"))


def test_bad_lines_are_named_and_the_log_gets_nothing(desk: Desk) -> None:
    desk.lines(LINE, b"{", {**LINE, "op": "TELEPORT"})
    code, said = desk.run()
    assert code == 1
    assert said.splitlines() == [
        "line 2: line_not_json",
        "line 3: value_unmapped (type)",
        "2 bad lines; nothing was imported",
    ]
    assert desk.chain() == {}
    assert not (desk.folder / "state" / "chain.json").exists()


def test_lines_become_searchable_entries_of_one_chain(desk: Desk) -> None:
    desk.lines(*({**LINE, "sample": number} for number in range(700)))
    assert desk.run("--check") == (0, "700 entries, 0 lines skipped\n")
    code, said = desk.run(url="http://127.0.0.1:9")
    assert (code, "Run it again" in said) == (1, True)
    assert desk.run() == (0, "0 entries, 0 lines skipped, 700 sent\n")
    assert desk.run() == (0, "0 entries, 0 lines skipped, 0 sent\n")
    chain = desk.chain()
    assert (chain["seq"], chain["gaps"], chain["duplicates"]) == (700, [], 0)
    person = {"dataset": "GDI-ZZ-DATASET-1", "ordinal": 699}
    found = desk.node.post("/v1/search", {"person": person}, desk.node.otto()).json()["entries"]
    assert [one["entry"]["src"] for one in found] == [SRC]
    assert found[0]["entry"]["x"]["import"]["line"] == 700


def test_the_next_file_goes_on_where_the_last_one_ended(desk: Desk) -> None:
    desk.lines({**LINE, "status": 403}, {**LINE, "path": "/health"})
    assert desk.run() == (0, "1 entries, 1 lines skipped, 1 sent\n")
    assert desk.chain()["seq"] == 701


def test_a_file_that_is_imported_every_night_as_it_grows_is_in_the_log_once(desk: Desk) -> None:
    seq = desk.chain()["seq"]
    for night in range(1, 4):
        desk.lines(*({**LINE, "sample": 9_000 + number} for number in range(night * 3)))
        assert desk.run() == (0, "3 entries, 0 lines skipped, 3 sent\n")
    assert desk.run() == (0, "0 entries, 0 lines skipped, 0 sent\n")
    chain = desk.chain()
    assert (chain["seq"], chain["gaps"], chain["duplicates"]) == (seq + 9, [], 0)
    for number in (9_000, 9_008):
        person = {"dataset": "GDI-ZZ-DATASET-1", "ordinal": number}
        found = desk.node.post("/v1/search", {"person": person}, desk.node.otto()).json()["entries"]
        assert len(found) == 1


def test_a_state_that_is_none_or_of_another_source_is_refused(desk: Desk) -> None:
    state = desk.folder / "state" / "chain.json"
    good = state.read_bytes()
    assert state.stat().st_mode & 0o077 == 0
    seq = desk.chain()["seq"]
    desk.lines(LINE)
    for bad in (b"{}", good.replace(b"zz/htsget/1", b"zz/other/1")):
        state.write_bytes(bad)
        assert desk.run()[0] == 2
    state.write_bytes(good)
    assert desk.chain()["seq"] == seq

# SPDX-License-Identifier: Apache-2.0
"""Officers at the console: the same answers, rights and records as over HTTP."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from services.cli import main
from shared.events import Subject
from tests.fakes.log_factories import Speaker, fact
from tests.support.log_node import LogNode
from tests.support.ports import free_port
from tests.support.scripted_server import scripted_server

DATASET = "GDI-ZZ-DATASET-31"
SECRET_PERSON = 40_417
SEARCH = "placet.audit.search.v1"
_SRC = "zz/clearinghouse/1"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def said(node: LogNode) -> int:
    """Say 450 entries about one dataset, every tenth a refusal; gives the published size."""
    speaker = Speaker(epoch=31_000)
    for first in range(0, 450, 150):
        entries = [
            speaker.say(
                fact(
                    dataset=DATASET,
                    decision="permit" if number % 10 else "deny",
                    subjects=(Subject(dataset=DATASET, ordinal=SECRET_PERSON + number % 2),),
                )
            )
            for number in range(first, first + 150)
        ]
        assert node.send(*entries).status_code == 202
    return node.settle()


@pytest.fixture
def run(node: LogNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def placet(
        *arguments: str, token: str | None = None, url: str | None = None
    ) -> tuple[int, str, str]:
        file = tmp_path / "token"
        file.touch(mode=0o600)
        file.write_text(token or node.person("otto", "holds.manage", "log.search"))
        capsys.readouterr()
        where = ["--url", url or node.url, "--token-file", str(file)]
        status = main(["audit", *arguments, *where])
        return (status, *capsys.readouterr())

    return placet


def lines(out: str) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    first, *entries = map(json.loads, out.splitlines())
    return first["statement"], entries


def looks(node: LogNode, after: int) -> list[Mapping[str, Any]]:
    """Give the looks that the log holds from this index on, the oldest first."""
    body = {"type": SEARCH, "limit": 200}
    page = node.post("/v1/search", body, node.otto()).json()
    return [one["entry"] for one in page["entries"] if one["idx"] >= after][::-1]


def test_a_search_prints_what_it_rests_on_and_every_entry_of_one_tree(
    node: LogNode, said: int, run: Run
) -> None:
    status, out, err = run("search", "--dataset", DATASET, "--src", _SRC, "--json")
    assert (status, err) == (0, "")
    statement, entries = lines(out)
    assert statement["filter"] == {"dataset": DATASET, "src": _SRC}
    assert (statement["count"], statement["count_is_exact"]) == (450, True)
    assert {"as_of", "integrity", "missing", "dropped"} <= statement.keys()
    indexes = [one["idx"] for one in entries]
    assert len(indexes) == len(set(indexes)) == 450
    assert indexes == sorted(indexes, reverse=True)
    status, out, _ = run("search", "--dataset", DATASET, "--decision", "deny")
    assert status == 0
    assert f"as of      {statement['as_of']['size']:,} entries" in out
    assert "matching   45 entries" in out
    assert (
        sum(line.endswith("deny  cohort") or "  deny  " in line for line in out.splitlines()) == 45
    )


def test_every_page_is_a_look_under_her_name(node: LogNode, said: int, run: Run) -> None:
    before = node.settle()
    assert run("search", "--dataset", DATASET, "--src", _SRC)[0] == 0
    node.settle()
    found = [one for one in looks(node, before) if one.get("x", {}).get("filter")]
    mine = [one for one in found if one["x"]["filter"] == ["dataset", "src"]]
    assert [one["n"]["results"] for one in mine] == [200, 200, 50]
    assert len({one["x"]["as_of"] for one in mine}) == 1
    assert all("actor" in one["c"] for one in mine)


@contextmanager
def between(node: LogNode, answered: Callable[[bytes], bytes]) -> Iterator[str]:
    """Stand between the console and the service: each answer passes through `answered`."""
    with scripted_server() as script:

        def pieces() -> Iterator[bytes]:
            call = script.calls[-1]
            names = ("authorization", "content-type")
            answer = requests.post(
                node.url + call.path,
                data=call.body,
                headers={name: call.headers[name] for name in names},
                timeout=60,
            )
            yield answered(answer.content)

        script.pieces = pieces
        yield script.url


def test_a_log_that_grows_meanwhile_changes_no_page(node: LogNode, said: int, run: Run) -> None:
    """Between two pages entries come in that match: the answer is of the tree it began with."""
    speaker = Speaker(epoch=31_001)

    def growing(answer: bytes) -> bytes:
        node.send(speaker.say(fact(dataset=DATASET, decision="permit")))
        node.settle()
        return answer

    asked = ("search", "--dataset", DATASET, "--src", _SRC, "--json")
    with between(node, growing) as url:
        status, out, _ = run(*asked, url=url)
    assert status == 0
    statement, entries = lines(out)
    assert len(entries) == statement["count"]
    assert max(one["idx"] for one in entries) < statement["as_of"]["size"]
    size = str(statement["as_of"]["size"])
    assert lines(run(*asked, "--as-of", size)[1])[1] == entries
    assert len(lines(run(*asked)[1])[1]) == len(entries) + 3


def test_an_answer_that_is_not_whole_fails(node: LogNode, said: int, run: Run) -> None:
    def without_the_next(answer: bytes) -> bytes:
        return json.dumps({**json.loads(answer), "next": None}).encode()

    def of_another_tree(answer: bytes) -> bytes:
        page = json.loads(answer)
        if page["count"] is None:
            page["as_of"]["checkpoint"] += "another"
        return json.dumps(page).encode()

    for changed, words in ((without_the_next, "NOT WHOLE"), (of_another_tree, "another tree")):
        with between(node, changed) as url:
            status, _, err = run("search", "--dataset", DATASET, "--src", _SRC, url=url)
        assert status == 1
        assert words in err


def test_the_newest_few_are_enough_when_asked_for(said: int, run: Run) -> None:
    status, out, err = run("search", "--dataset", DATASET, "--limit", "3", "--json")
    assert status == 0
    assert len(lines(out)[1]) == 3
    assert "The newest 3 are shown." in err


def test_a_person_is_named_in_a_file_and_never_told_back_in_an_error(
    said: int, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "person.json"
    file.write_text(json.dumps({"person": {"dataset": DATASET, "ordinal": SECRET_PERSON}}))
    status, out, _ = run("search", "--filter", str(file), "--src", _SRC, "--json")
    assert (status, lines(out)[0]["count"]) == (0, 225)
    file.write_text(json.dumps({"person": {"dataset": DATASET, "ordinal": f"{SECRET_PERSON}x"}}))
    status, out, err = run("search", "--filter", str(file))
    assert (status, out) == (1, "")
    assert "422" in err
    assert str(SECRET_PERSON) not in err
    for text in (f"{{{SECRET_PERSON}", f'["{SECRET_PERSON}"]'):
        file.write_text(text)
        status, out, err = run("search", "--filter", str(file))
        assert (status, out) == (2, "")
        assert str(SECRET_PERSON) not in err
    assert run("search", "--filter", str(tmp_path / "none"))[0] == 2


def test_without_a_token_nothing_is_asked_and_a_bad_one_is_refused(
    node: LogNode, said: int, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLACET_ACCESS_TOKEN", raising=False)
    assert main(["audit", "search", "--url", node.url]) == 2
    monkeypatch.setenv("PLACET_ACCESS_TOKEN", node.otto())
    assert main(["audit", "search", "--url", node.url, "--limit", "1"]) == 0
    assert main(["audit", "search", "--url", f"http://127.0.0.1:{free_port()}"]) == 1
    status, out, err = run("search", token="nonsense")
    assert (status, out) == (1, "")
    assert "401" in err
    assert "nonsense" not in err
    assert run("hold", "list", token=node.service("story", "log.read"))[0] == 1


def test_a_hold_is_placed_listed_and_lifted_by_two(node: LogNode, said: int, run: Run) -> None:
    olga = node.person("olga", "holds.manage", "log.search")
    placed = run(
        *("hold", "place", "--kind", "dataset", "--dataset", DATASET),
        *("--authority", "court_order", "--json"),
    )
    assert placed[0] == 0
    hold = json.loads(placed[1])
    assert (hold["kind"], hold["state"]) == ("dataset", "in_force")
    assert hold["id"] in run("hold", "list")[1]
    assert run("hold", "lift", hold["id"])[0] == 1
    assert run("hold", "ask-lift", hold["id"])[0] == 0
    status, _, err = run("hold", "lift", hold["id"])
    assert status == 1
    assert "hold_needs_another" in err
    status, out, _ = run("hold", "lift", hold["id"], token=olga)
    assert status == 0
    assert "  lifted  dataset  court_order" in out
    listed = json.loads(run("hold", "list", "--json")[1])["holds"]
    assert [one["state"] for one in listed if one["id"] == hold["id"]] == ["lifted"]


def test_a_hold_about_a_person_is_placed_from_a_file(said: int, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "about.json"
    file.write_text(json.dumps({"dataset": DATASET, "ordinal": SECRET_PERSON}))
    place = ("hold", "place", "--kind", "person", "--authority", "art_18", "--about", str(file))
    status, out, _ = run(*place)
    assert status == 0
    assert "in_force  person  art_18" in out
    assert str(SECRET_PERSON) not in out
    assert run(*place, "--dataset", "GDI-ZZ-DATASET-9")[0] == 2
    file.write_text(json.dumps({"kind": "dataset", "dataset": DATASET}))
    assert run(*place)[0] == 2


def test_reports_say_what_they_rest_on_first(node: LogNode, said: int, run: Run) -> None:
    for name in ("impact", "activity"):
        status, out, _ = run("report", name, "--dataset", DATASET, "--decision", "deny")
        assert status == 0
        assert out.startswith('asked      {"dataset": ')
        assert "integrity  " in out
        told = run("report", name, "--dataset", DATASET, "--decision", "deny", "--json")
        answer = json.loads(told[1])
        assert answer["filter"] == {"dataset": DATASET, "decision": "deny"}
        over_http = node.post(
            f"/v1/reports/{name}",
            {"filter": answer["filter"], "as_of": answer["as_of"]["size"]},
            node.otto(),
        ).json()
        assert {**answer, "integrity": 0, "missing": 0} == {
            **over_http,
            "integrity": 0,
            "missing": 0,
        }
    public = json.loads(run("report", "activity", "--dataset", DATASET, "--public", "--json")[1])
    assert public["count"] is None


def test_a_subject_report_is_the_registrys_alone(
    node: LogNode, said: int, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "people.json"
    file.write_text(json.dumps({"people": [{"dataset": DATASET, "ordinal": SECRET_PERSON}]}))
    asked = ("report", "subject", "--people", str(file), "--json")
    status, out, err = run(*asked)
    assert status == 1
    assert "403" in err
    assert str(SECRET_PERSON) not in out + err
    registry = node.service("consent_registry", "subjects.report")
    status, out, _ = run(*asked, token=registry)
    assert (status, json.loads(out)["count"]) == (0, 225)

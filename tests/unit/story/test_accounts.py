# SPDX-License-Identifier: Apache-2.0
"""The player's accounts: each way in which a log can be wrong is seen."""

import base64
import json
from typing import Any

from services.story import accounts
from services.story.ledger import Ledger, Sent
from services.story.log_reader import leaf_hash


def decision(trace: str, d: str = "permit", r: str = "permit_valid") -> dict[str, Any]:
    return {"ty": accounts.DECISION, "tr": trace, "d": d, "r": r}


def read(trace: str, status: int | None = 200, reason: str = "permit_valid") -> Sent:
    return Sent(trace_id=trace, kind="data", wish=trace, status=status, reason=reason)


def decided(sent: list[Sent], entries: list[dict[str, Any]]) -> list[str]:
    return [*accounts.decisions(sent, entries)]


def test_every_answer_has_its_entry() -> None:
    sent = [read("a"), read("b", 403, "person_not_in_cohort")]
    entries = [decision("b", "deny", "person_not_in_cohort"), decision("a")]
    assert decided(sent, entries) == []


def test_a_lost_a_doubled_and_a_different_decision_are_seen() -> None:
    assert len(decided([read("a")], [])) == 1
    assert len(decided([read("a")], [decision("a"), decision("a")])) == 1
    assert len(decided([read("a")], [decision("a", "deny", "visa_none")])) == 1


def test_only_a_request_without_an_answer_may_leave_an_entry_nobody_was_told() -> None:
    assert len(decided([read("a")], [decision("a"), decision("x")])) == 1
    assert decided([read("a"), read("?", None)], [decision("a"), decision("x")]) == []
    assert decided([read("a"), read("?", None)], [decision("a")]) == []
    assert len(decided([read("?", None)], [decision("x"), decision("y")])) == 1
    assert len(decided([read("?", None), read("!", None)], [decision("x"), decision("x")])) == 1


def change(
    trace: str, status: int | None = 201, *, kind: str = "withdraw", wish: str = "w"
) -> Sent:
    return Sent(trace_id=trace, kind=kind, wish=wish, status=status)


def mark(trace: str, kind: str = "withdraw") -> dict[str, Any]:
    return {"ty": accounts.MARKS[kind].type, "tr": trace}


def changed(sent: list[Sent], entries: list[dict[str, Any]]) -> list[str]:
    return [*accounts.changes(sent, entries)]


def test_every_accepted_change_has_its_entry_once() -> None:
    assert changed([change("a")], [mark("a")]) == []
    assert len(changed([change("a")], [])) == 1
    assert len(changed([change("a")], [mark("a"), mark("a")])) == 1
    assert len(changed([change("a", 409)], [mark("a")])) == 1


def test_a_repeated_wish_is_done_once_where_once_is_promised() -> None:
    repeated = [change("a", None), change("b")]
    assert changed(repeated, [mark("a")]) == []
    assert changed(repeated, [mark("b")]) == []
    assert len(changed(repeated, [mark("a"), mark("b")])) == 1
    again = [change("a", None, kind="apply"), change("b", kind="apply")]
    assert changed(again, [mark("a", "apply"), mark("b", "apply")]) == []
    assert len(changed(again, [])) == 1


def chain(length: int, src: str = "zz/a/1", epoch: int = 1) -> list[bytes]:
    entries: list[bytes] = []
    for seq in range(1, length + 1):
        entry = {"id": f"{src}-{epoch}-{seq}", "src": src, "ep": epoch, "seq": seq}
        if entries:
            entry["pr"] = base64.b64encode(leaf_hash(entries[-1])).decode()
        entries.append(json.dumps(entry).encode())
    return entries


def broken(raw: list[bytes]) -> list[str]:
    return [*accounts.chains(raw, [json.loads(entry) for entry in raw])]


def test_chains_may_mix_but_not_lose_double_or_change() -> None:
    one, two = chain(5), chain(4, src="zz/b/1")
    mixed = [two[0], one[0], one[1], two[1], one[2], two[2], one[3], two[3], one[4]]
    assert broken(mixed) == []
    assert broken(mixed + chain(2, epoch=2)) == []
    assert broken(one[:2] + one[3:])
    assert broken([*one, one[4]])
    forged = json.dumps(json.loads(one[2]) | {"d": "permit"}).encode()
    assert broken([*one[:2], forged, *one[3:]])


def test_the_ledger_remembers_what_was_sent_before_it_knows_the_answer() -> None:
    ledger = Ledger()
    first, second = ledger.open("data"), ledger.open("apply", wish="w")
    ledger.close(first, status=200, reason="permit_valid", trace_id="of-the-gateway")
    held = {sent.kind: sent for sent in ledger.sent()}
    assert held["data"].trace_id == "of-the-gateway"
    assert held["data"].accepted
    assert held["apply"] == Sent(trace_id=second, kind="apply", wish="w")
    assert not held["apply"].accepted


DATASET = "GDI-ZZ-DATASET-1"
TYPES = {
    "given": "placet.consent.given.v1",
    "refused": "placet.consent.changed.v1",
    "changed": "placet.consent.changed.v1",
    "withdrawn": "placet.consent.withdrawn.v1",
}


def consent(state: str, people: int, events: str, *, file: str = "i1") -> dict[str, Any]:
    return {
        "id": events,
        "ty": TYPES[state],
        "ds": DATASET,
        "r": state,
        "n": {"people": people},
        "c": {"subj": [f"{events}-{number}" for number in range(people)]},
        "x": {"import_id": file, "events": events},
    }


def consented(entries: list[dict[str, Any]]) -> list[str]:
    return [*accounts.consents(DATASET, {"given": 70, "refused": 2, "withdrawn": 3}, entries)]


WHOLE = [
    consent("given", 64, "a"),
    consent("given", 6, "b"),
    consent("refused", 2, "c"),
    consent("withdrawn", 3, "d"),
]


def test_every_accepted_consent_stands_in_the_log_once() -> None:
    assert consented(WHOLE) == []
    of_another = consent("given", 9, "e") | {"ds": "GDI-ZZ-DATASET-2"}
    by_herself = consent("withdrawn", 1, "f")
    del by_herself["x"]["import_id"]
    assert consented([*WHOLE, of_another, by_herself]) == []


def test_a_lost_a_doubled_and_a_mislabelled_consent_are_seen() -> None:
    for at in range(len(WHOLE)):
        assert consented(WHOLE[:at] + WHOLE[at + 1 :])
        assert consented([*WHOLE, WHOLE[at]])
    assert consented([*WHOLE, consent("given", 1, "e")])
    assert consented([*WHOLE[1:], consent("given", 63, "a")])
    assert consented([*WHOLE, consent("changed", 1, "e")])
    assert consented([*WHOLE[1:], WHOLE[0] | {"c": {"subj": ["a"]}}])
    assert consented([*WHOLE[:3], WHOLE[3] | {"ty": TYPES["given"]}])


def test_one_doubled_entry_does_not_make_up_for_a_lost_one() -> None:
    even = [consent("given", 35, "a"), consent("given", 35, "b"), *WHOLE[2:]]
    assert consented(even) == []
    assert consented([even[0], even[0], *even[2:]])


def test_a_file_that_was_sent_twice_gives_nobody_a_second_first_consent() -> None:
    again = [consent("changed", 70, "g", file="i2"), consent("withdrawn", 3, "h", file="i2")]
    assert consented(WHOLE + again) == []
    assert consented([*WHOLE, *again, consent("given", 1, "j", file="i2")])


def begun(name: str, kind: str = "started") -> dict[str, Any]:
    return {"ty": f"placet.import.{kind}.v1", "x": {"import_id": name}}


def test_an_import_ends_once() -> None:
    assert [*accounts.imports([begun("a"), begun("a", "finished")])] == []
    assert [*accounts.imports([begun("a")])]
    assert [*accounts.imports([begun("a"), begun("a", "finished"), begun("a", "finished")])]


def granted() -> list[dict[str, Any]]:
    frozen = {"ty": "placet.cohort.frozen.v1", "x": {"cohort_id": "c1"}}
    return [
        {"ty": "placet.application.decided.v1", "x": {"application": "p", "state": "granting"}},
        {**frozen, "r": "frozen"},
        {**frozen, "r": "bound"},
        {"ty": "placet.permit.issued.v1", "x": {"application": "p", "cohort": "c1"}},
    ]


def test_a_grant_has_one_permit_over_one_cohort_that_was_frozen_and_bound_once() -> None:
    whole = granted()
    assert [*accounts.grants(whole)] == []
    for at in range(len(whole)):
        assert [*accounts.grants(whole[:at] + whole[at + 1 :])], whole[at]
        assert [*accounts.grants([*whole, whole[at]])], whole[at]
    unbound = {"ty": "placet.cohort.frozen.v1", "r": "frozen", "x": {"cohort_id": "c2"}}
    assert [*accounts.grants([*whole, unbound])] == []
    assert [*accounts.grants([*whole, unbound | {"r": "bound"}])]


def test_a_request_about_two_datasets_leaves_one_entry_for_each() -> None:
    asked = [change("a", 200, kind="visas")]
    one, other = ({**mark("a", "visas"), "ds": name} for name in ("D1", "D2"))
    assert changed(asked, [one, other]) == []
    assert len(changed(asked, [one, other, other])) == 1
    assert len(changed(asked, [])) == 1

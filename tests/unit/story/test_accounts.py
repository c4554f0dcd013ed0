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

# SPDX-License-Identifier: Apache-2.0
"""The ledger held against the log: what was answered must stand there, exactly once.

Works on the served entries alone, never on a database. Each function gives the differences, one
line each; none is good news.
"""

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from services.story.ledger import Sent
from services.story.log_reader import leaf_hash
from services.story.reading import READ

DECISION: Final = "placet.access.decision.v1"
_UNRECORDED: Final = frozenset({"audit_unavailable", ""})
_OK: Final = 200

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Mark:
    """The entry that a kind of request leaves; `once`: repeating the wish leaves no second."""

    type: str
    once: bool


MARKS: Final[Mapping[str, _Mark]] = MappingProxyType(
    {
        "apply": _Mark("placet.application.submitted.v1", once=False),
        "decide": _Mark("placet.application.decided.v1", once=True),
        "import": _Mark("placet.import.started.v1", once=False),
        "revoke": _Mark("placet.permit.revoked.v1", once=True),
        "withdraw": _Mark("placet.consent.withdrawn.v1", once=True),
    }
)


def decisions(sent: Iterable[Sent], entries: Sequence[Entry]) -> Iterator[str]:
    """Compare the data requests with the decisions in the log.

    Every answer with a reason has exactly one entry that says the same. A request without an
    answer may have left one or none; nothing else may stand there.
    """
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry["ty"] == DECISION:
            found[entry["tr"]].append(entry)
    unanswered = 0
    for request in sent:
        if request.kind != READ:
            continue
        if request.status is None or request.reason in _UNRECORDED:
            unanswered += 1
            continue
        held = found.pop(request.trace_id, [])
        expected = ("permit" if request.status == _OK else "deny", request.reason)
        came = [(entry["d"], entry["r"]) for entry in held]
        if came != [expected]:
            yield f"data request {request.trace_id}: answered {expected}, the log has {came}"
    strangers = sum(len(held) for held in found.values())
    if strangers > unanswered:
        yield f"the log has {strangers} decisions nobody was told; {unanswered} answers are missing"
    yield from (f"decision {trace} stands twice" for trace, held in found.items() if held[1:])


def changes(sent: Iterable[Sent], entries: Sequence[Entry]) -> Iterator[str]:
    """Compare the requests that changed something with the entries that say so."""
    held = Counter((entry["tr"], entry["ty"]) for entry in entries)
    wishes: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for request in sent:
        if request.kind in MARKS:
            wishes[request.kind, request.wish].append(request)
    for (kind, wish), requests in wishes.items():
        mark = MARKS[kind]
        counts = [held[request.trace_id, mark.type] for request in requests]
        open_ends = sum(request.status is None for request in requests)
        promised = any(request.accepted for request in requests)
        most = min(1, promised + open_ends) if mark.once else promised + open_ends
        if not promised <= sum(counts) <= most or max(counts) > 1:
            yield f"{kind} {wish}: promised {promised}, open {open_ends}, in the log {counts}"


def chains(raw: Sequence[bytes], entries: Sequence[Entry]) -> Iterator[str]:
    """Check every producer's chain through the whole log: no gap, no second, each linked."""
    heads: dict[tuple[str, int], tuple[int, str]] = {}
    for index, (leaf, entry) in enumerate(zip(raw, entries, strict=True)):
        chain = (entry["src"], entry["ep"])
        seq, previous = heads.get(chain, (0, ""))
        if entry["seq"] != seq + 1:
            yield f"entry {index}: {chain} goes from {seq} to {entry['seq']}"
        elif entry.get("pr", "") != previous and seq:
            yield f"entry {index}: {chain} {entry['seq']} does not name the one before"
        heads[chain] = (entry["seq"], base64.b64encode(leaf_hash(leaf)).decode())
    ids = Counter(entry["id"] for entry in entries)
    yield from (f"entry {name} stands {count} times" for name, count in ids.items() if count > 1)

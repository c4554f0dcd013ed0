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
_STARTED: Final = "placet.import.started.v1"
_FINISHED: Final = "placet.import.finished.v1"
_DECIDED: Final = "placet.application.decided.v1"
_FROZEN: Final = "placet.cohort.frozen.v1"
_ISSUED: Final = "placet.permit.issued.v1"
# What a row of an import leaves, by the state it gives; "changed" only where it came before.
_CONSENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "given": "placet.consent.given.v1",
        "refused": "placet.consent.changed.v1",
        "withdrawn": "placet.consent.withdrawn.v1",
        "changed": "placet.consent.changed.v1",
    }
)
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
        "cohort": _Mark("placet.cohort.evaluated.v1", once=False),
        "decide": _Mark("placet.application.decided.v1", once=True),
        "evaluate": _Mark("placet.cohort.evaluated.v1", once=False),
        "import": _Mark("placet.import.started.v1", once=False),
        "link": _Mark("placet.admin.role.grant.v1", once=True),
        "revoke": _Mark("placet.permit.revoked.v1", once=True),
        "visas": _Mark("placet.visa.issued.v1", once=False),
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
    """Compare the requests that must be on record with the entries that say so.

    A request that is about several datasets leaves one entry for each.
    """
    held: dict[tuple[str, str], int] = defaultdict(int)
    alike = Counter((entry["tr"], entry["ty"], entry.get("ds")) for entry in entries)
    for (trace_id, kind, _), count in alike.items():
        held[trace_id, kind] = max(held[trace_id, kind], count)
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


def consents(dataset: str, imported: Mapping[str, int], entries: Sequence[Entry]) -> Iterator[str]:
    """Compare the consents of a dataset's accepted file with those on record, person by person.

    `imported` is how many people the file has of each state. An entry names up to 64 people by a
    commitment each; who they are is sealed. A first consent is `given` once, however often the file
    was sent; only a file that was sent again may repeat the rest.
    """
    mine = [entry for entry in entries if entry.get("ds") == dataset]
    made = [entry for entry in mine if "import_id" in entry.get("x", {})]
    came: Counter[str] = Counter()
    for entry in made:
        people, shown = entry["n"]["people"], len(entry["c"].get("subj", ()))
        if entry["ty"] != _CONSENTS.get(entry["r"]) or people != shown:
            yield f"entry {entry['id']}: {entry['ty']} {entry['r']} of {people}, names {shown}"
        came[entry["r"]] += people
    files = {entry["x"]["import_id"] for entry in made}
    for state in sorted({*came, *imported}):
        most = least = imported.get(state, 0)
        if state == "changed":
            most = imported.get("given", 0) * (len(files) - 1)
        elif state != "given":
            most = least * max(1, len(files))
        if not least <= came[state] <= most:
            yield f"consents {state}: {least} in the file of {dataset}, in the log {came[state]}"
    events = Counter(entry["x"]["events"] for entry in mine if "events" in entry.get("x", {}))
    yield from (f"events {digest} stand {n} times" for digest, n in events.items() if n > 1)


def imports(entries: Sequence[Entry]) -> Iterator[str]:
    """Compare imports begun with imports ended: each ends once."""
    begun = Counter(entry["x"]["import_id"] for entry in entries if entry["ty"] == _STARTED)
    ended = Counter(entry["x"]["import_id"] for entry in entries if entry["ty"] == _FINISHED)
    for name in {*begun, *ended}:
        if (begun[name], ended[name]) != (1, 1):
            yield f"import {name}: begun {begun[name]} times, ended {ended[name]} times"


def grants(entries: Sequence[Entry]) -> Iterator[str]:
    """Compare grants with permits and cohorts: one permit each, over a cohort bound once.

    A try that was cut off may leave a frozen cohort that was never bound.
    """
    granted = Counter(
        entry["x"]["application"]
        for entry in entries
        if entry["ty"] == _DECIDED and entry["x"]["state"] == "granting"
    )
    issued = [entry["x"] for entry in entries if entry["ty"] == _ISSUED]
    permits = Counter(found["application"] for found in issued)
    for name in {*granted, *permits}:
        if (granted[name], permits[name]) != (1, 1):
            yield f"application {name}: granted {granted[name]}, permits {permits[name]}"
    cohorts = Counter(
        (entry["x"]["cohort_id"], entry["r"]) for entry in entries if entry["ty"] == _FROZEN
    )
    yield from (f"cohort {name} {what} {n} times" for (name, what), n in cohorts.items() if n > 1)
    bound = {name for name, what in cohorts if what == "bound"}
    held = {found["cohort"] for found in issued}
    for name in bound ^ held:
        yield f"cohort {name}: bound {name in bound}, under a permit {name in held}"
    for name in held:
        if (name, "frozen") not in cohorts:
            yield f"cohort {name} stands under a permit and was never frozen"


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

# SPDX-License-Identifier: Apache-2.0
"""Writes the golden entries from the format's text, with the standard library alone.

It shares no code with the package: canonical JSON is written here by `json.dumps`, commitments and
leaf hashes by `hashlib`, the sealed header by `struct`. Run it without arguments to print the good
vectors, with `bad` to print the bad ones; a test holds the files equal to what it prints.
"""

import base64
import hashlib
import json
import struct
import sys
import uuid
from typing import Any

PREVIOUS = base64.b64encode(hashlib.sha256(b"\x00an entry before").digest()).decode()


def jcs(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def salt(n: int) -> bytes:
    return hashlib.sha256(b"salt %d" % n).digest()


def commitment(group: str, entry_id: str, salt32: bytes, value: bytes) -> bytes:
    name = group.encode()
    id16 = uuid.UUID(entry_id).bytes
    head = b"placet/commit/v1\n" + struct.pack(">B", len(name)) + name
    return hashlib.sha256(head + id16 + salt32 + value).digest()


def header(parts: list[tuple[str, bytes, bytes]]) -> bytes:
    return b"".join(
        struct.pack(">B", len(group))
        + group.encode()
        + salt32
        + struct.pack(">I", len(value))
        + value
        for group, salt32, value in parts
    )


def vector(name: str, entry: dict[str, Any], sealed: list[tuple[str, Any]]) -> dict[str, Any]:
    parts = [(group, salt(i), jcs(value)) for i, (group, value) in enumerate(sealed)]
    commitments: dict[str, Any] = {}
    for group, salt32, value in parts:
        made = base64.b64encode(commitment(group, entry["id"], salt32, value)).decode()
        if group.startswith("subj/"):
            commitments.setdefault("subj", []).append(made)
        else:
            commitments[group] = made
    raw = jcs({**entry, **({"c": commitments} if commitments else {}), "v": "placet/entry/v1"})
    return {
        "name": name,
        "entry": raw.decode(),
        "leaf_hash": hashlib.sha256(b"\x00" + raw).hexdigest(),
        "sealed": header(parts).hex(),
        "parts": [
            {"group": group, "salt": salt32.hex(), "value": value.decode()}
            for group, salt32, value in parts
        ],
    }


FIRST = {
    "ep": 1,
    "id": "0192f0c1-2b3c-7d4e-8f50-112233445566",
    "seq": 1,
    "src": "zz/consent_registry/1",
    "tr": "4bf92f3577b34da6a3ce929d0e0e4736",
    "ts": "2026-11-22T06:25:00.123456Z",
    "ty": "placet.sys.start.v1",
}
DECISION = {
    **FIRST,
    "b": "6.1.e+9.2.j",
    "d": "permit",
    "ds": "GDI-ZZ-DATASET-1",
    "ep": 7,
    "n": {"bytes": 1048576, "recs": 2},
    "p": ["DUO:0000007", "MONDO:0004975"],
    "pr": PREVIOUS,
    "r": "permit_valid",
    "seq": 42,
    "src": "zz/clearinghouse/1",
    "ty": "placet.access.decision.v1",
}
PEOPLE = [
    ("actor", {"client_id": "desk", "iss": "https://login.example", "sub": "r-17"}),
    ("obo", {"project": "P-1"}),
    ("permit", {"id": "prm-9"}),
    ("net", {"ip": "192.0.2.7"}),
    ("subj/0", {"ds": "GDI-ZZ-DATASET-1", "ord": 4711}),
    ("subj/1", {"ds": "GDI-ZZ-DATASET-1", "ord": 12}),
]


def good() -> list[dict[str, Any]]:
    heartbeat = {
        **FIRST,
        "n": {"queue": 0},
        "pr": PREVIOUS,
        "seq": 9007199254740991,
        "ty": "placet.sys.heartbeat.v1",
        "x": {"head": PREVIOUS, "oldest_unsent_ms": 0, "sig": base64.b64encode(salt(99)).decode()},
    }
    unicode_value = {"project": 'snow\u2603 \U0001f9ec "quoted" \\ \u0001 \u007f'}
    newer = {**FIRST, "ty": "placet.access.watermarked.v1"}
    return [
        vector("first_entry_of_an_epoch", FIRST, []),
        vector("decision_with_every_group", DECISION, PEOPLE),
        vector("heartbeat_with_largest_sequence", heartbeat, []),
        vector("unicode_in_a_sealed_value", DECISION, [("obo", unicode_value)]),
        vector("type_of_a_newer_producer", newer, []),
    ]


def bad() -> list[dict[str, str]]:
    text = jcs({**DECISION, "v": "placet/entry/v1"}).decode()
    people = json.loads(good()[1]["entry"])
    deep: Any = 1
    for _ in range(6):
        deep = {"a": deep}
    cases: list[tuple[str, str | dict[str, Any]]] = [
        ("float_count", text.replace('"recs":2', '"recs":2.0')),
        ("exponent_count", text.replace('"recs":2', '"recs":2e0')),
        ("integer_beyond_2_53", text.replace('"recs":2', '"recs":9007199254740992')),
        ("integer_beyond_64_bits", text.replace('"recs":2', '"recs":18446744073709551616')),
        ("minus_zero", text.replace('"recs":2', '"recs":-0')),
        ("negative_count", text.replace('"recs":2', '"recs":-1')),
        ("true_as_a_count", text.replace('"recs":2', '"recs":true')),
        ("duplicate_key", text.replace('"ep":7', '"ep":7,"ep":7')),
        (
            "keys_out_of_order",
            '{"ep":7,"b":"6.1.e+9.2.j"' + text[text.index(',"d"') :].replace('"ep":7,', "", 1),
        ),
        ("space_after_a_colon", text.replace('"ep":7', '"ep": 7')),
        ("trailing_newline", text + "\n"),
        ("escaped_solidus", text.replace("zz/clearinghouse/1", "zz\\/clearinghouse\\/1")),
        ("key_not_ascii", {**DECISION, "n": {"r\u00e9cs": 2}}),
        ("key_unknown", {**DECISION, "name": "x"}),
        ("too_deep", {**DECISION, "x": deep}),
        ("too_short", '{"v":"placet/entry/v1"}'),
        ("not_an_object", jcs([DECISION]).decode()),
        ("not_json", "x" * 100),
        ("missing_trace", {k: v for k, v in DECISION.items() if k != "tr"}),
        ("trace_of_zeros", {**DECISION, "tr": "0" * 32}),
        ("other_version", text.replace("placet/entry/v1", "placet/entry/v2")),
        ("sequence_zero", {**DECISION, "seq": 0}),
        ("time_without_zone", {**DECISION, "ts": "2026-11-22T06:25:00.123456"}),
        ("time_in_another_zone", {**DECISION, "ts": "2026-11-22T06:25:00.123456+01:00"}),
        ("time_that_never_was", {**DECISION, "ts": "2026-02-30T06:25:00.123456Z"}),
        ("time_with_three_digits", {**DECISION, "ts": "2026-11-22T06:25:00.123Z"}),
        ("id_of_version_4", {**DECISION, "id": "0192f0c1-2b3c-4d4e-8f50-112233445566"}),
        ("id_in_capitals", {**DECISION, "id": "0192F0C1-2B3C-7D4E-8F50-112233445566"}),
        ("type_not_ours", {**DECISION, "ty": "example.access.read.v1"}),
        ("decision_unknown", {**DECISION, "d": "maybe"}),
        ("reason_in_words", {**DECISION, "r": "she asked nicely"}),
        ("previous_too_short", {**DECISION, "pr": "AAAA"}),
        ("previous_not_canonical_base64", {**DECISION, "pr": PREVIOUS[:-2] + "/="}),
        ("extra_with_a_name", {**DECISION, "x": {"who": "Anna Andersson"}}),
        ("extra_with_an_address", {**DECISION, "x": {"who": "anna@example.org"}}),
        ("extra_name_as_a_key", {**DECISION, "x": {"Anna Andersson": 1}}),
        (
            "commitment_of_31_bytes",
            {**people, "c": {"actor": base64.b64encode(bytes(31)).decode()}},
        ),
        ("commitment_of_an_unknown_group", {**people, "c": {"name": PREVIOUS}}),
        ("people_as_one_text", {**people, "c": {"subj": PREVIOUS}}),
        ("no_people_in_a_list", {**people, "c": {"subj": []}}),
        ("sixty_five_people", {**people, "c": {"subj": [PREVIOUS] * 65}}),
        ("empty_commitments", {**people, "c": {}}),
        ("empty_counts", {**DECISION, "n": {}}),
    ]
    made = []
    for name, case in cases:
        entry = case if isinstance(case, str) else jcs({"v": "placet/entry/v1", **case}).decode()
        assert entry != text, name
        made.append({"name": name, "entry": entry})
    return made


if __name__ == "__main__":
    vectors: Any = bad() if sys.argv[1:] == ["bad"] else good()
    json.dump(vectors, sys.stdout, indent=1, ensure_ascii=True)
    sys.stdout.write("\n")

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


_DEEP: Any = {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}
# A vector's name, and what of the decision's text is replaced by what.
REWRITTEN = [
    ("float_count", '"recs":2', '"recs":2.0'),
    ("exponent_count", '"recs":2', '"recs":2e0'),
    ("integer_beyond_2_53", '"recs":2', '"recs":9007199254740992'),
    ("integer_beyond_64_bits", '"recs":2', '"recs":18446744073709551616'),
    ("minus_zero", '"recs":2', '"recs":-0'),
    ("negative_count", '"recs":2', '"recs":-1'),
    ("true_as_a_count", '"recs":2', '"recs":true'),
    ("duplicate_key", '"ep":7', '"ep":7,"ep":7'),
    ("space_after_a_colon", '"ep":7', '"ep": 7'),
    ("escaped_solidus", "zz/clearinghouse/1", "zz\\/clearinghouse\\/1"),
    ("other_version", "placet/entry/v1", "placet/entry/v2"),
]
# A vector's name, and the members of the decision that are others, or more.
CHANGED: list[tuple[str, dict[str, Any]]] = [
    ("key_not_ascii", {"n": {"r\u00e9cs": 2}}),
    ("key_unknown", {"name": "x"}),
    ("too_deep", {"x": _DEEP}),
    ("trace_of_zeros", {"tr": "0" * 32}),
    ("sequence_zero", {"seq": 0}),
    ("time_without_zone", {"ts": "2026-11-22T06:25:00.123456"}),
    ("time_in_another_zone", {"ts": "2026-11-22T06:25:00.123456+01:00"}),
    ("time_that_never_was", {"ts": "2026-02-30T06:25:00.123456Z"}),
    ("time_with_three_digits", {"ts": "2026-11-22T06:25:00.123Z"}),
    ("id_of_version_4", {"id": "0192f0c1-2b3c-4d4e-8f50-112233445566"}),
    ("id_in_capitals", {"id": "0192F0C1-2B3C-7D4E-8F50-112233445566"}),
    ("type_not_ours", {"ty": "example.access.read.v1"}),
    ("decision_unknown", {"d": "maybe"}),
    ("reason_in_words", {"r": "she asked nicely"}),
    ("previous_too_short", {"pr": "AAAA"}),
    ("previous_not_canonical_base64", {"pr": PREVIOUS[:-2] + "/="}),
    ("extra_with_a_name", {"x": {"who": "Anna Andersson"}}),
    ("extra_with_an_address", {"x": {"who": "anna@example.org"}}),
    ("extra_name_as_a_key", {"x": {"Anna Andersson": 1}}),
    ("empty_counts", {"n": {}}),
]
# A vector's name, and what stands in place of all commitments of a decision about people.
COMMITTED: list[tuple[str, dict[str, Any]]] = [
    ("commitment_of_31_bytes", {"actor": base64.b64encode(bytes(31)).decode()}),
    ("commitment_of_an_unknown_group", {"name": PREVIOUS}),
    ("people_as_one_text", {"subj": PREVIOUS}),
    ("no_people_in_a_list", {"subj": []}),
    ("sixty_five_people", {"subj": [PREVIOUS] * 65}),
    ("empty_commitments", {}),
]


def whole_texts(text: str) -> list[tuple[str, str]]:
    """Give the vectors of which no single place is wrong."""
    out_of_order = '{"ep":7,"b":"6.1.e+9.2.j"' + text[text.index(',"d"') :].replace(
        '"ep":7,', "", 1
    )
    without_trace = {key: value for key, value in DECISION.items() if key != "tr"}
    return [
        ("keys_out_of_order", out_of_order),
        ("trailing_newline", text + "\n"),
        ("too_short", '{"v":"placet/entry/v1"}'),
        ("not_an_object", jcs([DECISION]).decode()),
        ("not_json", "x" * 100),
        ("missing_trace", versioned(without_trace)),
    ]


def versioned(entry: dict[str, Any]) -> str:
    return jcs({"v": "placet/entry/v1", **entry}).decode()


def bad() -> list[dict[str, str]]:
    text = versioned(DECISION)
    people = json.loads(good()[1]["entry"])
    made = [
        *((name, text.replace(old, new)) for name, old, new in REWRITTEN),
        *((name, versioned({**DECISION, **change})) for name, change in CHANGED),
        *((name, versioned({**people, "c": given})) for name, given in COMMITTED),
        *whole_texts(text),
    ]
    assert text not in dict(made).values(), "each differs from what is good"
    return [{"name": name, "entry": entry} for name, entry in made]


if __name__ == "__main__":
    vectors: Any = bad() if sys.argv[1:] == ["bad"] else good()
    json.dump(vectors, sys.stdout, indent=1, ensure_ascii=True)
    sys.stdout.write("\n")

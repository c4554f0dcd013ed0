# SPDX-License-Identifier: Apache-2.0
"""Every table of the log, and how an altered row of it is noticed.

`docs/reference/audit_log-tables.md` is made from this, and a test flips one bit in each.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Proof(StrEnum):
    """What a row is held against."""

    ENTRIES = "recomputed from entries"
    LOGGED = "row hash in an entry after each change"
    SUMMED = "row hash summed up in an entry"
    HASHED = "row hash in it"


class StoredTable(NamedTuple):
    """One table; `key` names a row where its hash is kept, `how` says what is compared.

    `open` are columns that nothing is held against, because they prove nothing.
    """

    name: str
    proof: Proof
    how: str
    key: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


_E, _L, _S, _H = Proof.ENTRIES, Proof.LOGGED, Proof.SUMMED, Proof.HASHED

_ALL: Final = (
    StoredTable("bundle", _E, "each entry hashes to its leaf in the tile"),
    StoredTable("case_file", _L, "opening and closing have their own entries, too", ("id",)),
    StoredTable("case_reveal", _L, "asking and deciding have their own entries, too", ("id",)),
    StoredTable(
        "checkpoint", _S, "signed by the log over the tree; the times by their hash", ("size",)
    ),
    StoredTable("dek", _E, "unwraps, and opens parts of its holder alone", open=("created_at",)),
    StoredTable("dropped", _L, "named by its own entry, too", ("id",)),
    StoredTable("edge_entry", _E, "each entry hashes to its leaf in the edge tile"),
    StoredTable("ended_session", _L, "sessions ended before their time", ("digest",)),
    StoredTable("erased_part", _E, "the places hash to what the erasure's entry says"),
    StoredTable("erasure", _L, "compared with its own entry, too", ("id",)),
    StoredTable("erasure_waiting", _L, "erasures that a hold forbids", ("id",)),
    StoredTable("ev", _E, "says what the entry and its opened parts say"),
    StoredTable("ev_block", _S, "leaves out nothing that the search rows in it say, too", ("n",)),
    StoredTable("ev_cohort", _E, "names the cohort that the entry names"),
    StoredTable("ev_person", _E, "names the people of the entry's opened parts"),
    StoredTable("export", _S, "evidence packs on their way, for a day", ("id",)),
    StoredTable("finding", _L, "opening and closing have their own entries, too", ("id",)),
    StoredTable("fork_evidence", _L, "signed notes of a fork", ("digest",)),
    StoredTable("gap", _E, "is what a chain's entries miss"),
    StoredTable("hold", _L, "a lift is compared with the entries about it, too", ("id",)),
    StoredTable(
        "intake",
        _H,
        "not in the tree yet: the hash is made when the row is; what is altered together with it"
        " breaks its producer's chain when it is sequenced",
        open=("id", "received_at"),
    ),
    StoredTable("integrity_run", _L, "each has its own entry, too", ("id",)),
    StoredTable("kafka_offset", _S, "how far each partition was sequenced", ("topic", "part")),
    StoredTable("log_signing", _L, "whether the log signs", ("log_id",)),
    StoredTable("log_state", _S, "size and root are those of the tree, too", ("log_id",)),
    StoredTable("own_head", _S, "where the log's own chain goes on", ("src",)),
    StoredTable("producer", _L, "who may write", ("src",)),
    StoredTable("producer_run", _E, "places each entry of a chain"),
    StoredTable("producer_state", _S, "ends where its entries do, too", ("src", "epoch")),
    StoredTable("quarantine", _L, "the input's hash has its own entry, too", ("id",)),
    StoredTable("query_run", _L, "each has its own entry, too", ("query", "number")),
    StoredTable("row_hash", _L, "the hashes of the others, as the entries say them"),
    StoredTable("row_sum", _E, "is the sum of the hashes that are summed up, as the log says"),
    StoredTable("rule_cursor", _S, "how far each check has come", ("name",)),
    StoredTable("rule_memory", _S, "what the rules remember", ("kind", "key")),
    StoredTable("saved_query", _L, "its filter is sealed, too", ("id",)),
    StoredTable("sealed", _E, "each part opens its entry's commitment"),
    StoredTable("term", _E, "is a text of some entry"),
    StoredTable("tile", _E, "is that of the tree"),
    StoredTable("tile_edge", _E, "is that of the tree"),
    StoredTable("topic_copy", _L, "how long Kafka keeps a topic", ("topic",)),
    StoredTable("witness_log", _L, "whose checkpoints this node cosigns", ("vkey",)),
    StoredTable(
        "witness_state",
        _S,
        "what this node saw of another log, signed by it; an entry about each change would make"
        " two logs that witness each other grow for ever",
        ("origin",),
    ),
)
TABLES: Final = {one.name: one for one in _ALL}
HASHED: Final = tuple(one for one in _ALL if one.key)
"""Those whose rows have a hash in `row_hash`."""

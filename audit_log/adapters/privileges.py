# SPDX-License-Identifier: Apache-2.0
"""What the log's processes may do with each table; `shared.privileges` says how it is held.

A month's tables have no line: they are read and written through `ev` and `sealed`. `hold` is
changed as a whole, because a lock on the table asks for that; its guard lets it only be lifted.
"""

from typing import Final

from audit_log.domain.retention import BOUNDS
from shared.privileges import ADD, CHANGE, FREE, OF_ALL, READ, REMOVE, Privileges, updating

PRIVILEGES: Final = Privileges(
    relations={
        "alembic_version": READ,
        "bundle": ADD,
        "case_file": updating(ADD, "closed_at"),
        "case_reveal": updating(ADD, "state", "decided_iss", "decided_sub", "decided_at"),
        "checkpoint": updating(ADD, "published_at", "witnessed_note", "witnessed_at"),
        "dek": updating(ADD, "wrapped", "subject", "erased_at"),
        "dek_kid": frozenset({"SELECT", "UPDATE", "USAGE"}),
        "dropped": ADD,
        "edge_entry": REMOVE,
        "ended_session": OF_ALL["ended_session"],
        "erased_part": ADD,
        "erasure": ADD,
        "erasure_waiting": CHANGE,
        "ev": updating(ADD, "actor", "permit", "visa", "project"),
        **{f"ev_{int(one)}_default": READ for one in BOUNDS},
        "ev_block": ADD,
        "ev_cohort": REMOVE,
        "ev_person": REMOVE,
        "export": CHANGE,
        "finding": updating(ADD, "owner", "closed_at", "closed_reason", "closing"),
        "fork_evidence": ADD,
        "gap": REMOVE,
        "held_ev": READ | {"DELETE"},
        "held_index": READ,
        "held_sealed": READ | {"DELETE"},
        "hold": CHANGE,
        "intake": REMOVE,
        "integrity_run": ADD,
        "kafka_offset": updating(ADD, "next_offset"),
        "log_signing": CHANGE,
        "log_state": CHANGE,
        "own_head": CHANGE,
        "producer": updating(ADD, "added_at", "topic"),  # its rows are locked
        "producer_run": ADD,
        "producer_state": CHANGE,
        "quarantine": updating(ADD, "data"),
        "query_run": ADD,
        "row_hash": updating(READ | {"DELETE"}, "said"),
        "row_sum": FREE,
        "rule_cursor": CHANGE,
        "rule_memory": FREE,
        "saved_query": CHANGE,
        "sealed": REMOVE,
        **{f"sealed_{int(one)}_default": READ for one in BOUNDS},
        "term": ADD,
        "tile": ADD,
        "tile_edge": CHANGE,
        "topic_copy": CHANGE,
        "witness_log": ADD,
        "witness_state": CHANGE,
    },
    lent=(
        "log_add_month(text, integer, integer)",
        "log_lock_month(integer, integer)",
        "log_drop_month(integer, integer)",
        "log_lock_runs()",
    ),
    lent_to_triggers=("log_hash_row()",),
    temporary=True,
)

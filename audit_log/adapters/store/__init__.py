# SPDX-License-Identifier: Apache-2.0
"""The sequencer's store: raw psycopg and binary COPY, one transaction a batch."""

from audit_log.adapters.store.ahead import CommitAhead
from audit_log.adapters.store.store import PostgresSequencerStore

__all__ = ["CommitAhead", "PostgresSequencerStore"]

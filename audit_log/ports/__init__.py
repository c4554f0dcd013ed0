# SPDX-License-Identifier: Apache-2.0
"""What the log's use cases need from outside; each method says what it guarantees.

Every port has a conformance suite in tests/contract/audit_log that runs on the adapter and on the
fake alike.
"""

from audit_log.ports.findings import (
    Coverage,
    FindingDesk,
    FindingTransaction,
    PersonDecisions,
    Progress,
    Registered,
    Remembered,
    RuleStore,
    Step,
    StoredEntry,
)
from audit_log.ports.keys import (
    DataKey,
    Pseudonyms,
    StoredKey,
    Vault,
)
from audit_log.ports.publishing import (
    HeadFile,
    Published,
    PublisherStore,
    Signer,
    TreeReader,
    Trust,
)
from audit_log.ports.reading import (
    Log,
    LogReader,
    Shredded,
    Shredding,
    Transaction,
)
from audit_log.ports.sequencing import (
    EntrySource,
    Producer,
    SequencerStore,
    SourceBroken,
    Standing,
    StoredOffset,
)
from audit_log.ports.verifying import (
    Inspector,
    StoredSearch,
)

__all__ = [
    "Coverage",
    "DataKey",
    "EntrySource",
    "FindingDesk",
    "FindingTransaction",
    "HeadFile",
    "Inspector",
    "Log",
    "LogReader",
    "PersonDecisions",
    "Producer",
    "Progress",
    "Pseudonyms",
    "Published",
    "PublisherStore",
    "Registered",
    "Remembered",
    "RuleStore",
    "SequencerStore",
    "Shredded",
    "Shredding",
    "Signer",
    "SourceBroken",
    "Standing",
    "Step",
    "StoredEntry",
    "StoredKey",
    "StoredOffset",
    "StoredSearch",
    "Transaction",
    "TreeReader",
    "Trust",
    "Vault",
]

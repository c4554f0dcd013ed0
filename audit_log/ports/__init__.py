# SPDX-License-Identifier: Apache-2.0
"""What the log's use cases need from outside; each method says what it guarantees.

Every port has a conformance suite in tests/contract/audit_log that runs on the adapter and on the
fake alike.
"""

from audit_log.ports.casework import Cases, SavedQueries
from audit_log.ports.cohorts import CohortMembers, NoRegistry
from audit_log.ports.exporting import ExportJob, Exports, ExportState
from audit_log.ports.findings import (
    Coverage,
    FindingDesk,
    FindingTransaction,
    PermitDecisions,
    PersonDecisions,
    Progress,
    Registered,
    Remembered,
    RuleStore,
    Step,
    StoredEntry,
)
from audit_log.ports.integrity import IntegrityRuns
from audit_log.ports.keeping import (
    ErasureRecord,
    KeepingDesk,
    KeepingTransaction,
    KeptMonth,
    OutsideErasures,
    ReadCopies,
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
    DroppedRange,
    Log,
    LogReader,
    Shredded,
    Shredding,
    Transaction,
)
from audit_log.ports.recovering import BundleCopy, OwnChain
from audit_log.ports.row_hashes import (
    ChangedRow,
    ErasedPlaces,
    HashedRow,
    InspectedHold,
    InspectedKey,
    RowHashes,
    RowSums,
)
from audit_log.ports.sequencing import (
    CommitLine,
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
from audit_log.ports.witnessing import (
    Answer,
    AnswerKind,
    Shown,
    WatchedLog,
    WitnessedStore,
    WitnessPeers,
    WitnessStore,
)

__all__ = [
    "Answer",
    "AnswerKind",
    "BundleCopy",
    "Cases",
    "ChangedRow",
    "CohortMembers",
    "CommitLine",
    "Coverage",
    "DataKey",
    "DroppedRange",
    "EntrySource",
    "ErasedPlaces",
    "ErasureRecord",
    "ExportJob",
    "ExportState",
    "Exports",
    "FindingDesk",
    "FindingTransaction",
    "HashedRow",
    "HeadFile",
    "InspectedHold",
    "InspectedKey",
    "Inspector",
    "IntegrityRuns",
    "KeepingDesk",
    "KeepingTransaction",
    "KeptMonth",
    "Log",
    "LogReader",
    "NoRegistry",
    "OutsideErasures",
    "OwnChain",
    "PermitDecisions",
    "PersonDecisions",
    "Producer",
    "Progress",
    "Pseudonyms",
    "Published",
    "PublisherStore",
    "ReadCopies",
    "Registered",
    "Remembered",
    "RowHashes",
    "RowSums",
    "RuleStore",
    "SavedQueries",
    "SequencerStore",
    "Shown",
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
    "WatchedLog",
    "WitnessPeers",
    "WitnessStore",
    "WitnessedStore",
]

# SPDX-License-Identifier: Apache-2.0
"""What audit_log is told through the environment, beside what all services are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

from audit_log.domain.copies import CopyTerms
from shared.settings import CommonSettings, KafkaSettings, Kind, env_setting, setting

_ERASURES: Final = "erasures.jsonl"
_NO_NAME: Final = "must hold neither spaces nor plus signs"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings(CommonSettings):
    """The settings of audit_log's processes."""

    EXAMPLES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"service": "audit_log", "host": "audit.example", "bind": "127.0.0.1:8083"}
    )

    log_origin: str = setting(
        "PLACET_LOG_ORIGIN",
        doc="The log's unique name, as its checkpoints begin; it never changes.",
        default="placet.example/{node}/log",
    )
    tiles_public: str = setting(
        "PLACET_TILES_PUBLIC",
        doc="Whether checkpoint, tiles, bundles and proofs are open to everybody.",
        kind=Kind.CHOICE,
        choices=("true", "false"),
        default="false",
    )
    head_path: Path | None = setting(
        "PLACET_HEAD_FILE",
        doc="Where the last signed note is kept, on a disk that no database backup restores;"
        " by default in PLACET_KEYS_DIR.",
        kind=Kind.PATH,
        default="",
        example="/var/lib/placet/head.note",
    )
    erasures_path: Path | None = setting(
        "PLACET_ERASURES_FILE",
        doc="Where erasures are written down as well, for every process of the log, on a disk that"
        " no database backup restores: what a restored database lacks is erased again. By default"
        " in PLACET_KEYS_DIR.",
        kind=Kind.PATH,
        default="",
        example="/var/lib/placet/erasures.jsonl",
    )
    policy_path: Path | None = setting(
        "PLACET_WITNESS_POLICY",
        doc="A C2SP tlog-policy file: the witnesses of this log and their quorum. Without one,"
        " nobody is waited for.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/witnesses.policy",
    )
    witness_seconds: int = setting(
        "PLACET_WITNESS_SECONDS",
        doc="How often the newest checkpoint goes to the witnesses, in seconds.",
        kind=Kind.INTEGER,
        default="10",
        minimum=1,
        maximum=3_600,
    )
    witness_name: str = setting(
        "PLACET_WITNESS_NAME",
        doc="The name under which this node witnesses other logs; it never changes.",
        default="placet.example/{node}/witness",
    )
    batch: int = setting(
        "PLACET_BATCH",
        doc="How many entries one sequencing transaction takes at most.",
        kind=Kind.INTEGER,
        default="5120",
        minimum=1,
        maximum=50_000,
    )

    rules_file: Path | None = setting(
        "PLACET_RULES_FILE",
        doc="A JSON file with this node's thresholds of the log's own checks.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/rules.json",
    )
    retention_file: Path | None = setting(
        "PLACET_RETENTION_FILE",
        doc="A JSON file with this node's terms in months, of classes (access, governance,"
        " oversight, system) and of entry types, each within its floor and ceiling.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/retention.json",
    )
    quarantine_days: int = setting(
        "PLACET_QUARANTINE_DAYS",
        doc="How long refused input is kept; then only its hash stays.",
        kind=Kind.INTEGER,
        default="30",
        minimum=1,
        maximum=30,
    )
    backup_days: int = setting(
        "PLACET_BACKUP_DAYS",
        doc="How long backups of the log's database are kept: an erased key is in them until then.",
        kind=Kind.INTEGER,
        default="30",
        minimum=0,
        maximum=30,
    )
    consent_registry_url: str = setting(
        "PLACET_CONSENT_REGISTRY_URL",
        doc="Where consent_registry answers; without it no use is held against consents, and a"
        " search for a person does not find entries that name a cohort, and says so.",
        kind=Kind.URL,
        default="",
        example="https://consent.example",
    )
    consent_registry_audience: str = setting(
        "PLACET_CONSENT_REGISTRY_AUDIENCE",
        doc="The consent registry's resource id.",
        default="urn:placet:{node}:consent_registry",
    )

    permit_service_url: str = setting(
        "PLACET_PERMIT_SERVICE_URL",
        doc="Where permit_service answers; without it uses are held against the entries of permits"
        " alone.",
        kind=Kind.URL,
        default="",
        example="https://permits.example",
    )
    permit_service_audience: str = setting(
        "PLACET_PERMIT_SERVICE_AUDIENCE",
        doc="The permit service's resource id.",
        default="urn:placet:{node}:permit_service",
    )

    @property
    def src(self) -> str:
        """The source under which the log speaks about itself."""
        return f"{self.node.lower()}/audit_log/1"

    @property
    def head_file(self) -> Path:
        """Where the last signed note is kept."""
        return self.head_path or self.keys_dir / "head.note"

    @property
    def erasures_file(self) -> Path:
        """Where erasures are written down outside the database."""
        return self.erasures_path or self.keys_dir / _ERASURES

    @property
    def copy_terms(self) -> CopyTerms:
        """How long copies outside the database live, as far as this node says it itself."""
        return CopyTerms(
            quarantine=timedelta(days=self.quarantine_days),
            backups=timedelta(days=self.backup_days),
        )

    @property
    def tiles_are_public(self) -> bool:
        """Whether the log's own bytes are open to everybody."""
        return self.tiles_public == "true"

    def check(self) -> Iterable[str]:
        """Name what no key can be named after."""
        if not _names_a_key(self.log_origin):
            yield f"PLACET_LOG_ORIGIN: {_NO_NAME}"
        if not _names_a_key(self.witness_name):
            yield f"PLACET_WITNESS_NAME: {_NO_NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings(KafkaSettings):
    """What the console commands of the log need: the database, the keys, and Kafka where used."""

    env: str = env_setting()
    node: str = setting("PLACET_NODE", doc="The node's two letters.", kind=Kind.NODE, example="ZZ")
    database_url: str = setting(
        "PLACET_DATABASE_URL",
        doc="The log's database, as a libpq URI.",
        kind=Kind.DATABASE_URL,
        example="postgresql://audit_log@db.example/audit_log",
    )
    keys_dir: Path = setting(
        "PLACET_KEYS_DIR",
        doc="The folder of the log's keys.",
        kind=Kind.PATH,
        example="/var/lib/placet/keys",
    )
    log_origin: str = setting(
        "PLACET_LOG_ORIGIN",
        doc="The log's unique name, as its checkpoints begin.",
        default="placet.example/{node}/log",
    )
    head_path: Path | None = setting(
        "PLACET_HEAD_FILE",
        doc="Where the last signed note is kept; by default in PLACET_KEYS_DIR.",
        kind=Kind.PATH,
        default="",
    )
    erasures_path: Path | None = setting(
        "PLACET_ERASURES_FILE",
        doc="Where erasures are written down as well; by default in PLACET_KEYS_DIR.",
        kind=Kind.PATH,
        default="",
    )
    witness_name: str = setting(
        "PLACET_WITNESS_NAME",
        doc="The name under which this node witnesses other logs.",
        default="placet.example/{node}/witness",
    )

    @property
    def development(self) -> bool:
        """Whether one person may decide alone which producers are believed."""
        return self.env == "development"

    @property
    def src(self) -> str:
        """The source under which the log speaks about itself."""
        return f"{self.node.lower()}/audit_log/1"

    @property
    def head_file(self) -> Path:
        """Where the last signed note is kept."""
        return self.head_path or self.keys_dir / "head.note"

    @property
    def erasures_file(self) -> Path:
        """Where erasures are written down outside the database."""
        return self.erasures_path or self.keys_dir / _ERASURES


def _names_a_key(text: str) -> bool:
    return bool(text) and "+" not in text and " " not in text

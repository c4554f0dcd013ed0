# SPDX-License-Identifier: Apache-2.0
"""consent_registry's use cases on a real database of their own, with a clock moved by hand."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from consent_registry.adapters.erasures_file import ErasuresFile
from consent_registry.adapters.index_cache import IndexCache
from consent_registry.adapters.releases import DiseasesInUse
from consent_registry.adapters.resources import read_diseases, read_policy
from consent_registry.adapters.signers import Keys, create_keys, read_keys
from consent_registry.adapters.tables import METADATA
from consent_registry.adapters.unit_of_work import Producer, SqlUnits, Surroundings
from consent_registry.domain.batches import ImportBatch, Mode
from consent_registry.domain.data_categories import ANY, Categories
from consent_registry.domain.register import Dataset
from consent_registry.domain.rows import COLUMNS, OPTIONAL
from consent_registry.usecases.datasets import NewDataset, get_dataset, register_dataset
from consent_registry.usecases.forms import demand_form, publish_form, register_form
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.imports import Report, import_report, receive_import
from consent_registry.usecases.tools import Tools
from shared.chance import Chance
from shared.clock import Clock
from shared.db import engine
from shared.ids import DatasetId, Uuid7Source
from shared.principal import Principal
from tests.fakes.kernel import SteppingClock
from tests.support.postgres import fresh_database, owner_of

SRC = "zz/consent_registry/1"
ISSUER = "https://consent.test"
LOGIN = "https://login.test"
DS = DatasetId("GDI-ZZ-DATASET-1")
EVERY_SCOPE = frozenset(
    {
        "consents.read",
        "consents.write",
        "consents.import",
        "cohorts.evaluate",
        "cohorts.freeze",
        "decisions.read",
        "feed.read",
    }
)
DESK = Principal(
    issuer=LOGIN, subject="desk", client_id="desk", scopes=EVERY_SCOPE, is_service=True
)
SIGNED = "signed by somebody whom the node trusts"
ROW = {
    "participant": "P-1",
    "dataset": DS,
    "local_id": "S-1",
    "alternative": "1",
    "permission": "HMB",
    "modifiers": "",
    "diseases": "",
    "state": "given",
    "signed_on": "2025-01-15",
    "effective_from": "",
    "effective_to": "",
    "form_version": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryWorld:
    """One registry: its database, its tools, its clock."""

    url: str
    engine: Engine
    tools: Tools
    clock: SteppingClock
    keys: Keys
    erasures: Path

    @property
    def outside(self) -> ErasuresFile:
        """What is remembered of erasures."""
        return ErasuresFile(self.erasures, SRC)

    @contextmanager
    def as_owner(self) -> Iterator[Connection]:
        """Open a transaction as the owner of the tables, who may do what no process may."""
        one = engine(owner_of(self.url), pool_size=1)
        try:
            with one.begin() as connection:
                yield connection
        finally:
            one.dispose()

    def dataset(self, name: DatasetId = DS, holds: Categories = ANY) -> Dataset:
        """Register a dataset that holds these data, or does not say so."""
        wanted = NewDataset(
            dataset=name,
            title="Genomes",
            controller="A hospital",
            country="ZZ",
            legal_regime="consent_gdpr",
            data_categories=holds,
        )
        return register_dataset(wanted, tools=self.tools, principal=DESK)

    def ehds_dataset(self, name: DatasetId) -> Dataset:
        """Register one under EHDS chapter IV: an opt-out excludes, a missing consent does not."""
        wanted = NewDataset(
            dataset=name,
            title="Genomes",
            controller="A hospital",
            country="ZZ",
            legal_regime="ehds_ch4",
            consent_role="none",
        )
        return register_dataset(wanted, tools=self.tools, principal=DESK)

    def form(self, document: Any, *, demanded_by: DatasetId | None = None) -> str:
        """Publish a form, and have a dataset demand it; gives its SHA-256."""
        draft = register_form(document, tools=self.tools, principal=DESK).form
        publish_form(draft.sha256, SIGNED, tools=self.tools, principal=DESK)
        if demanded_by is not None:
            demand_form(demanded_by, draft.name, tools=self.tools, principal=DESK)
        return draft.sha256

    def revision(self, name: DatasetId = DS) -> int:
        """Give the dataset's revision."""
        return get_dataset(name, tools=self.tools).revision

    def receive(
        self, content: str, *, mode: Mode = Mode.VALID_ROWS_ONLY, dry_run: bool = False
    ) -> ImportBatch:
        """Hand in a file."""
        return receive_import(
            [content.encode()],
            mode=mode,
            dry_run=dry_run,
            source="test",
            tools=self.tools,
            principal=DESK,
        )

    def work(self) -> None:
        """Import everything that waits."""
        while stage_next(tools=self.tools) or apply_next(tools=self.tools):
            pass

    def load(
        self, *rows: dict[str, str], mode: Mode = Mode.VALID_ROWS_ONLY, dry_run: bool = False
    ) -> Report:
        """Import rows, each the default row with changes."""
        batch = self.receive(csv_of(rows), mode=mode, dry_run=dry_run)
        self.work()
        return self.report(batch.import_id)

    def report(self, import_id: str) -> Report:
        """Say how an import went."""
        return import_report(import_id, every_fault=True, tools=self.tools)

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        return len(self.rows(table))

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Read a whole table."""
        with self.engine.connect() as connection:
            found = connection.execute(select(METADATA.tables[table])).all()
        return [tuple(row) for row in found]

    def scalar(self, statement: str) -> Any:
        """Ask the database itself."""
        with self.engine.connect() as connection:
            return connection.execute(text(statement)).scalar_one()

    def column(self, statement: str) -> list[Any]:
        """Ask the database itself for one column."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement)).scalars())


def _signed(_document: bytes, signature: str) -> bool:
    return signature == SIGNED


def csv_of(rows: Sequence[dict[str, str]]) -> str:
    """Write rows as a consent CSV; what a row leaves out is the default row's.

    An optional column stands there when some row names it.
    """
    columns = (*COLUMNS, *(name for name in OPTIONAL if any(name in row for row in rows)))
    lines = [",".join(columns)]
    for row in rows:
        filled = {**dict.fromkeys(OPTIONAL, ""), **ROW, **row}
        lines.append(",".join(f'"{filled[name]}"' for name in columns))
    return "\n".join(lines) + "\n"


def people(count: int, **changes: str) -> list[dict[str, str]]:
    """Make rows of as many participants."""
    return [{"participant": f"P-{n:06}", "local_id": f"S-{n:06}", **changes} for n in range(count)]


def person(subject: str) -> Principal:
    """Make the principal of a signed-in participant."""
    return Principal(
        issuer=LOGIN,
        subject=subject,
        client_id="pages",
        scopes=frozenset({"consents.self"}),
        is_service=False,
    )


@contextmanager
def registry_world(
    clock: Clock | None = None,
    url: str | None = None,
    keys: Keys | None = None,
    erasures: Path | None = None,
) -> Iterator[RegistryWorld]:
    """Open a registry on a fresh database, or on the one at `url`.

    With fresh keys and nothing remembered of erasures, or with these keys and this file.
    """
    found = url or fresh_database("consent_registry")
    one = engine(found, pool_size=8)
    stepping = SteppingClock()
    folder = tempfile.TemporaryDirectory()
    create_keys(Path(folder.name))
    keys = keys or read_keys(Path(folder.name))
    file = erasures or Path(folder.name) / "erasures.jsonl"
    time = clock or stepping
    ids, rules = Uuid7Source(), read_policy(None)
    units = SqlUnits(
        one,
        Surroundings(
            producer=Producer(src=SRC, topic="audit.zz.v1"),
            sealer=keys.people,
            outside=ErasuresFile(file, SRC),
            cache=IndexCache(),
            clock=time,
            ids=ids,
            salts=Chance(),
            calendar_at=lambda _: rules.calendar,
        ),
    )
    tools = Tools(
        units=units,
        reads=units.reading,
        clock=time,
        ids=ids,
        signer=keys.feed,
        policy=rules,
        hierarchy=DiseasesInUse(one, read_diseases(None)),
        issuer=ISSUER,
        salts=Chance(),
        signed_form=_signed,
    )
    try:
        yield RegistryWorld(
            url=found, engine=one, tools=tools, clock=stepping, keys=keys, erasures=file
        )
    finally:
        one.dispose()
        folder.cleanup()

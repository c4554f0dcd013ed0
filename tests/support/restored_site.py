# SPDX-License-Identifier: Apache-2.0
"""A log of which backups are made and restored, with what lies outside of its database."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, LiteralString

import psycopg

from audit_log.bootstrap import Parts, build
from audit_log.settings import AdminSettings, AuditSettings
from shared.clock import SystemClock
from shared.events import Actor, Subject
from shared.settings import load
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.support.log_node import LogNode, log_node
from tests.support.postgres import copied_database

HER = Subject(dataset=DATASET, ordinal=11)
OTHER = Subject(dataset=DATASET, ordinal=12)
RITA = Actor(issuer=ISSUER, subject="rita", client_id="desk")
DORA = Actor(issuer=ISSUER, subject="dora", client_id="desk")
PERSON = {"person": {"dataset": HER.dataset, "ordinal": HER.ordinal}}
ACCOUNT = {"actor": {"issuer": RITA.issuer, "subject": RITA.subject}}


@dataclass
class Site:
    """A log of which backups are made and restored."""

    node: LogNode
    folder: Path
    speaker: Speaker

    @property
    def url(self) -> str:
        return self.node.environment["PLACET_DATABASE_URL"]

    def backup(self) -> str:
        """Copy the database as it stands."""
        self.node.parts.engine.dispose()
        return copied_database(self.url)

    def copy_of(self, url: str) -> str:
        """Restore a backup once more."""
        return copied_database(url)

    def erase(self, target: Mapping[str, object]) -> dict[str, int]:
        token = self.node.service("story", "subjects.erase")
        body = {**target, "ground": "gdpr_17_1_b"}
        answer = self.node.post("/v1/erasures", body, token)
        assert answer.status_code == 201, answer.text
        said: dict[str, int] = answer.json()
        return said

    def restored(self, url: str) -> AbstractContextManager[LogNode]:
        """Run the log on a restored database, with the keys and the files that it had."""
        folder = Path(mkdtemp(dir=self.folder))
        settings, head = self.node.parts.settings, folder / "head.note"
        head.write_bytes(settings.head_file.read_bytes())
        return log_node(
            folder,
            PLACET_DATABASE_URL=url,
            PLACET_KEYS_DIR=str(settings.keys_dir),
            PLACET_HEAD_FILE=str(head),
        )

    def built(self, url: str) -> Parts:
        """Put a process's parts together on a database; nothing has run yet."""
        environment = {**self.node.environment, "PLACET_DATABASE_URL": url}
        return build(load(AuditSettings, environment), clock=SystemClock())

    def settings(self, url: str, **changes: str) -> AdminSettings:
        return load(AdminSettings, {**self.node.environment, "PLACET_DATABASE_URL": url, **changes})


@contextmanager
def site_at(folder: Path) -> Iterator[Site]:
    with log_node(folder / "site") as node:
        node.add()
        made = Site(node, folder, Speaker("zz/clearinghouse/1"))
        node.send(
            made.speaker.say(fact(actor=RITA, subjects=(HER, OTHER), permit={"permit_id": "p1"})),
            made.speaker.say(fact(actor=DORA, subjects=(HER,))),
            made.speaker.say(fact(actor=RITA, subjects=(OTHER,))),
        )
        node.settle()
        yield made


def rows(url: str, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchall()

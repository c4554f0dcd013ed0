# SPDX-License-Identifier: Apache-2.0
"""Evidence packs for tests: made by a log of their own, taken apart, spoilt and put together."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from audit_log.adapters.pack import companions, verify
from audit_log.domain import pack
from audit_log.domain.cases import MAX_REVEALED
from audit_log.domain.pack import Asked
from audit_log.domain.search import Filter
from audit_log.ports import ExportJob, HeadFile, Transaction
from audit_log.usecases import cases
from audit_log.usecases.export import Seen, ask, fetch, state
from audit_log.usecases.pack import Enclosed, Exporter
from audit_log.usecases.publish import Publisher
from audit_log.usecases.resolving import CohortDesk
from shared.clock import Clock
from shared.ids import IdSource
from shared.principal import Principal
from tests.contract.audit_log.test_publishing import TRUST, Remembered, Signing
from tests.fakes.kernel import CountingIds, CountingSalts
from tests.fakes.log_factories import OTTO
from tests.support.log_world import COHORTS, OWN, PSEUDONYMS, VAULT, World, drain, sequencer

POLICY = f"log {TRUST.keys[0]}\nquorum none\n"
VKEY = str(TRUST.keys[0])
Files = dict[str, bytes]
UMA = replace(OTTO, subject="uma")
EVERYTHING = Asked(wanted=Filter(), indexes=None, as_of=0)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of a case that Otto owns and Uma agrees in."""

    transaction: Transaction
    clock: Clock
    ids: IdSource

    def open(self) -> str:
        return cases.open_case(
            "complaint",
            None,
            principal=OTTO,
            transaction=self.transaction,
            ids=self.ids,
            clock=self.clock,
        ).id

    def agree(self, case: str, indexes: tuple[int, ...], groups: tuple[str, ...]) -> None:
        reveal = cases.ask_reveal(
            case,
            indexes,
            groups,
            principal=OTTO,
            transaction=self.transaction,
            ids=self.ids,
            clock=self.clock,
        )
        cases.decide_reveal(
            case,
            reveal.id,
            approved=True,
            principal=UMA,
            transaction=self.transaction,
            clock=self.clock,
        )


class PackDesk:
    """Asks for packs at a log and lets them be made."""

    def __init__(
        self,
        world: World,
        *,
        witnessed: bool = False,
        cohorts: CohortDesk = COHORTS,
        head: HeadFile | None = None,
    ) -> None:
        self.world = world
        self.cohorts = cohorts
        self.ids = CountingIds()
        self._publisher = Publisher(
            store=world.publisher,
            signer=Signing(),
            trust=TRUST,
            head_file=head or Remembered(),
            clock=world.clock,
        )
        self._sequencer = sequencer(world)
        self.exporter = Exporter(
            transaction=world.transaction,
            vault=VAULT,
            pseudonyms=PSEUDONYMS,
            cohorts=self.cohorts,
            trust=TRUST,
            enclosed=Enclosed(policy=POLICY, files=companions(), witnessed=witnessed),
            src=OWN,
            clock=world.clock,
            random=CountingSalts(),
        )

    def settle(self) -> None:
        """Sequence what waits and publish it."""
        drain(self._sequencer)
        self._publisher.step()

    def round(self) -> None:
        """Let the exporter look at every job once."""
        while self.exporter.step():
            pass

    def ask(self, asked: Asked = EVERYTHING, principal: Principal = OTTO) -> Seen:
        """Ask for a pack."""
        return ask(
            asked,
            as_of=asked.as_of or None,
            principal=principal,
            transaction=self.world.transaction,
            vault=VAULT,
            pseudonyms=PSEUDONYMS,
            cohorts=self.cohorts,
            ids=self.ids,
            clock=self.world.clock,
        )

    def agreed(self, *groups: str) -> str:
        """Open a case in which all that is published may be opened; give its id."""
        with self.world.transaction() as log:
            newest = log.reader.newest()
        assert newest is not None
        steps = _Steps(self.world.transaction, self.world.clock, self.ids)
        case = steps.open()
        for first in range(0, newest.size, MAX_REVEALED):
            indexes = tuple(range(first, min(first + MAX_REVEALED, newest.size)))
            steps.agree(case, indexes, groups)
        return case

    def opening(self, *groups: str, wanted: Filter | None = None) -> Asked:
        """Make a question that opens groups, as two officers agreed."""
        return replace(
            EVERYTHING,
            wanted=wanted or Filter(),
            groups=groups,
            reason="complaint",
            case=self.agreed(*groups),
        )

    def state(self, job_id: str, principal: Principal = OTTO) -> Seen:
        """Ask how far it has come."""
        return state(job_id, principal=principal, transaction=self.world.transaction, vault=VAULT)

    def state_of(self, job_id: str) -> ExportJob:
        """Look at a job as it is kept: one that failed tells its asker no more."""
        with self.world.transaction() as log:
            job = log.exports.get(job_id)
        assert job is not None
        return job

    def fetch(self, job_id: str, principal: Principal = OTTO) -> bytes:
        """Fetch it."""
        return fetch(
            job_id,
            principal=principal,
            transaction=self.world.transaction,
            vault=VAULT,
            clock=self.world.clock,
        )

    def made(self, asked: Asked = EVERYTHING) -> bytes:
        """Ask for a pack and make it at once."""
        job = self.ask(asked)
        self.round()
        self.settle()
        self.round()
        return self.fetch(job.id)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Runs the verifier with a key and a policy from outside."""

    folder: Path

    def code(self, files: Files, *, vkey: str = VKEY, policy: str = POLICY) -> int:
        path = together(files, self.folder / "pack.zip")
        (self.folder / "policy.txt").write_text(policy, encoding="utf-8")
        outside = ["--vkey", vkey, "--policy", str(self.folder / "policy.txt")]
        return verify.main([str(path), *outside])

    def alone(self, files: Files) -> int:
        return verify.main([str(together(files, self.folder / "pack.zip"))])


def apart(data: bytes) -> dict[str, bytes]:
    """Take a pack apart."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def together(files: Mapping[str, bytes], path: Path) -> Path:
    """Put a pack together as it is, true or not."""
    path.write_bytes(pack.zipped(files))
    return path


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the pack a manifest that fits its files again, as a forger would."""
    indexes = [
        int(name.removeprefix("proofs/").partition(".")[0])
        for name in files
        if name.startswith("proofs/")
    ]
    return {**files, pack.MANIFEST: pack.manifest_file(files, indexes)}


def lines(data: bytes) -> list[bytes]:
    """Give the lines of a file, each with its end."""
    return data.splitlines(keepends=True)


def joined(parts: Sequence[bytes]) -> bytes:
    """Put lines together."""
    return b"".join(parts)

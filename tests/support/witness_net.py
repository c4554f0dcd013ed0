# SPDX-License-Identifier: Apache-2.0
"""Logs that witness each other: real databases, keys and HTTP; each step is taken by the test."""

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from audit_log.adapters.cosigner_keys import read_witness_keys
from audit_log.adapters.key_files import create_missing_keys
from audit_log.adapters.signatures import check_signature
from audit_log.adapters.store import PostgresSequencerStore
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.bootstrap import Parts, create_publisher, create_witnesses
from audit_log.domain.note import VerifierKey, open_note
from audit_log.usecases.be_witnessed import Witnesses
from audit_log.usecases.publish import Publisher
from shared.clock import SystemClock
from tests.fakes.log_factories import Speaker
from tests.support.log_node import LogNode, log_node
from tests.support.ports import free_port


def origin_of(name: str) -> str:
    return f"log.example/{name}"


@dataclass(kw_only=True)
class Member:
    """One node of a federation, and its checkpointer as if just started."""

    name: str
    node: LogNode
    executor: ThreadPoolExecutor
    findings: PostgresSequencerStore
    speaker: Speaker = field(default_factory=Speaker)

    def __post_init__(self) -> None:
        self.start()

    @property
    def parts(self) -> Parts:
        return self.node.parts

    @property
    def key(self) -> VerifierKey:
        return self.parts.signer.key

    def start(self) -> None:
        """Start the checkpointer anew: what it had learnt is gone."""
        self.witnesses: Witnesses = create_witnesses(self.parts, self.findings, self.executor)
        self.publisher: Publisher = create_publisher(self.parts, self.witnesses)

    def grow(self, entries: int) -> None:
        """Take entries in and sequence them; sign nothing."""
        assert self.node.send(*self.speaker.say_many(entries)).status_code == 202
        self.sequence()

    def sequence(self) -> None:
        """Sequence all that waits."""
        store = self.node.store()
        try:
            sequencer = self.node.sequencer(store)
            while sequencer.step():
                pass
            sequencer.stop()
        finally:
            store.close()

    def turn(self, entries: int = 0) -> None:
        """Let the log grow, sign, and go to the witnesses, who are asked before and after."""
        if entries:
            self.grow(entries)
        self.ask()
        self.publisher.step()
        self.ask()

    def ask(self) -> None:
        """Go to the witnesses now, whatever the pace."""
        self.witnesses.hurry()
        self.witnesses.step()

    def about(self) -> Mapping[str, object]:
        """Give what `/v1/log` says."""
        found: dict[str, object] = self.node.get("/v1/log").json()
        return found

    def checkpoint(self, *keys: VerifierKey) -> str:
        """Give the text of `/log/checkpoint` once every one of these keys has signed it."""
        answer = self.node.get("/log/checkpoint")
        assert answer.status_code == 200
        for key in keys:
            open_note(answer.content, (key,), check_signature)
        return open_note(answer.content, (self.key,), check_signature).text


@contextlib.contextmanager
def member(
    folder: Path,
    name: str,
    policy: str,
    *,
    port: int | None = None,
    registered: bool = True,
    **changes: str,
) -> Iterator[Member]:
    """Run one node with this policy of its witnesses until the block ends.

    Unless its producer is `registered`, the log has said nothing yet.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "witnesses.policy"
    path.write_text(policy, encoding="utf-8")
    environment = {
        "PLACET_LOG_ORIGIN": origin_of(name),
        "PLACET_WITNESS_NAME": f"witness.example/{name}",
        "PLACET_WITNESS_POLICY": str(path),
        "PLACET_TILES_PUBLIC": "true",
        **changes,
    }
    with (
        ThreadPoolExecutor(max_workers=8) as executor,
        log_node(folder, port=port, **environment) as node,
    ):
        if registered:
            node.add()
        with contextlib.closing(node.store()) as findings:
            yield Member(name=name, node=node, executor=executor, findings=findings)


def witness_key(folder: Path, name: str) -> VerifierKey:
    """Make a node's keys before it runs, and give that of its witness."""
    create_missing_keys(folder / "keys")
    return read_witness_keys(folder / "keys", f"witness.example/{name}")[0].key


def policy_of(witnesses: Mapping[str, tuple[VerifierKey, str]], counted: int, own: str = "") -> str:
    """Write a policy: all witnesses listed, `counted` of the foreign ones needed."""
    lines = [f"witness {name} {key} {url}" for name, (key, url) in witnesses.items()]
    foreign = " ".join(name for name in witnesses if name != own)
    return "\n".join([*lines, f"group others {counted} {foreign}", "quorum others", ""])


@contextlib.contextmanager
def federation(folder: Path, *names: str) -> Iterator[dict[str, Member]]:
    """Run nodes each of which is witnessed by all, and counts the others' cosignatures: all."""
    ports = {name: free_port() for name in names}
    witnesses = {}
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        url = f"http://127.0.0.1:{ports[name]}/witness"
        witnesses[name] = (witness_key(folder / name, name), url)
    with contextlib.ExitStack() as stack:
        members = {}
        for name in names:
            policy = policy_of(witnesses, len(names) - 1, own=name)
            made = member(folder / name, name, policy, port=ports[name])
            members[name] = stack.enter_context(made)
        for one in members.values():
            for other in members.values():
                store = PostgresWitnessStore(one.parts.engine)
                store.watch(other.key, SystemClock().now())
        yield members

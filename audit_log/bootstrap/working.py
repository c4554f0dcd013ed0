# SPDX-License-Identifier: Apache-2.0
"""The loops that `sequence` and `work` run, and what each is made of."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from audit_log.adapters.broker_copies import BrokerCopies
from audit_log.adapters.decision_client import SCOPES as DECISION_SCOPES
from audit_log.adapters.decision_client import HttpDecisions
from audit_log.adapters.head_file import FileHead
from audit_log.adapters.inspector import inspecting
from audit_log.adapters.key_files import (
    check_ed25519,
)
from audit_log.adapters.pack import companions
from audit_log.adapters.permit_client import SCOPES as PERMIT_SCOPES
from audit_log.adapters.permit_client import HttpPermitDecisions
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.reading_process import ReadingProcess
from audit_log.adapters.row_hashes import PostgresRowHashes
from audit_log.adapters.row_sums import PostgresRowSums
from audit_log.adapters.rule_store import PostgresRuleStore
from audit_log.adapters.search_blocks import BlockSummaries
from audit_log.adapters.signatures import check_signature
from audit_log.adapters.store import CommitAhead
from audit_log.adapters.witness_http import HttpWitnessPeers
from audit_log.bootstrap.parts import Parts, sequencer_store, token_for
from audit_log.ports import SequencerStore
from audit_log.usecases import announce
from audit_log.usecases.ask_again import AgainAsker
from audit_log.usecases.ask_people import people_asker
from audit_log.usecases.ask_permits import permit_asker
from audit_log.usecases.asking import Asker, Means
from audit_log.usecases.be_witnessed import STOPPED, Witnesses
from audit_log.usecases.erase import CopiesKept
from audit_log.usecases.integrity import IntegrityRunner, note_whole
from audit_log.usecases.pack import Enclosed, Exporter
from audit_log.usecases.publish import Publisher
from audit_log.usecases.recompute import recompute
from audit_log.usecases.retain import Retainer
from audit_log.usecases.saved_queries import QueryRunner
from audit_log.usecases.say_rows import RowSayer, rows_fact
from audit_log.usecases.self_check import SelfChecker
from audit_log.usecases.sequence import Pace, Sequencer
from audit_log.usecases.sum_rows import RowSummer, sums_fact
from audit_log.usecases.verify import Flaw, Verification, verify
from audit_log.usecases.verify_rows import RowVerifier
from audit_log.usecases.watch import Watcher
from audit_log.workers import loops, publishing
from shared.processes import BATCH_OBJECTS, collect_seldom


def sequence(parts: Parts, stop: threading.Event) -> int:
    """Sequence until `stop`; give the exit code. For a process of its own."""
    collect_seldom(BATCH_OBJECTS)
    settings = parts.settings
    store = sequencer_store(settings, parts.own, parts.clock)
    source = _source(parts)
    line = CommitAhead(store)
    sequencer = Sequencer(
        store=store,
        source=source,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        clock=parts.clock,
        holder=f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}",
        pace=Pace(batch=settings.batch),
        line=line,
    )
    try:
        return loops.run(
            loops.after(parts.replayer.ensure_whole, sequencer.step),
            at_end=sequencer.stop,
            clock=parts.clock,
            stop=stop,
            idle=loops.SEQUENCE_IDLE_SECONDS,
            name="sequencer",
        )
    finally:
        line.close()
        store.close()
        if source is not None:
            source.close()


def work(parts: Parts, stop: threading.Event) -> int:
    """Publish checkpoints and have them witnessed until `stop`; give the exit code.

    Evidence packs and the log's own checks have threads of their own: nothing holds up the
    checkpoints.
    """
    store = sequencer_store(parts.settings, parts.own, parts.clock)
    with ThreadPoolExecutor(thread_name_prefix="witness") as executor:
        witnesses = create_witnesses(parts, store, executor)
        publisher, ensure = create_publisher(parts, witnesses), parts.replayer.ensure
        try:
            with ExitStack() as running:
                for side in _side_loops(parts):
                    gated = side._replace(step=loops.after(ensure, side.step))
                    running.enter_context(loops.beside(gated, clock=parts.clock, stop=stop))
                code = publishing.run(
                    loops.after(ensure, publisher.step),
                    witnesses.step,
                    clock=parts.clock,
                    stop=stop,
                )
        finally:
            store.close()
    if code:
        _publishing(parts).say_signing(STOPPED, parts.clock.now())
    return code


def create_witnesses(
    parts: Parts, store: SequencerStore, executor: ThreadPoolExecutor
) -> Witnesses:
    """Make what takes checkpoints to the witnesses of this log; findings go into `store`."""

    def report(code: str, detail: Mapping[str, int | str]) -> None:
        fact = announce.finding_fact("R15", code, detail, parts.clock.now())
        store.report("R15", code, fact, detail)

    return Witnesses(
        store=_publishing(parts),
        policy=parts.policy,
        peers=HttpWitnessPeers(parts.policy, origin=parts.settings.log_origin, executor=executor),
        trust=parts.trust,
        check=check_signature,
        report=report,
        clock=parts.clock,
        seconds=parts.settings.witness_seconds,
    )


def create_watcher(parts: Parts) -> Watcher:
    """Make what puts entries before the rules."""
    return Watcher(
        store=_rule_store(parts),
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        check=check_ed25519,
        clock=parts.clock,
        thresholds=parts.thresholds,
    )


def create_asker(parts: Parts) -> Asker | None:
    """Make what asks consent_registry about people; None where no registry is named."""
    decisions = _registry(parts)
    return None if decisions is None else people_asker(decisions, _means(parts))


def create_again_asker(parts: Parts) -> AgainAsker | None:
    """Make what asks it about what earlier releases left open."""
    decisions = _registry(parts)
    return None if decisions is None else AgainAsker(decisions, _means(parts))


def _registry(parts: Parts) -> HttpDecisions | None:
    settings = parts.settings
    if not settings.consent_registry_url:
        return None
    audience = settings.consent_registry_audience
    token = token_for(audience, settings, DECISION_SCOPES, parts.clock)
    return HttpDecisions(settings.consent_registry_url, token)


def create_permit_asker(parts: Parts) -> Asker | None:
    """Make what asks permit_service about uses; None where no permit service is named."""
    settings = parts.settings
    if not settings.permit_service_url:
        return None
    token = token_for(settings.permit_service_audience, settings, PERMIT_SCOPES, parts.clock)
    return permit_asker(HttpPermitDecisions(settings.permit_service_url, token), _means(parts))


def _means(parts: Parts) -> Means:
    return Means(
        store=_rule_store(parts),
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        check=check_ed25519,
        clock=parts.clock,
        thresholds=parts.thresholds,
    )


def create_self_checker(parts: Parts) -> SelfChecker:
    """Make what verifies the log itself."""
    return SelfChecker(
        store=_rule_store(parts),
        transaction=parts.transaction,
        trust=parts.trust,
        verify=lambda: _verify_and_note(parts),
        draw=secrets.randbelow,
        clock=parts.clock,
        thresholds=parts.thresholds,
        witnessed=parts.policy.asks,
    )


def create_row_sayer(parts: Parts) -> RowSayer:
    """Make what says the hashes of rows that changed."""
    return RowSayer(PostgresRowHashes(parts.engine, parts.own, rows_fact), parts.clock)


def create_row_summer(parts: Parts) -> RowSummer:
    """Make what sums up the hashes of rows that change all the time."""
    return RowSummer(PostgresRowSums(parts.engine, parts.own, sums_fact), parts.clock)


def create_retainer(parts: Parts) -> Retainer:
    """Make what keeps terms, and does erasures whose hold was lifted."""
    settings = parts.settings
    over_kafka = settings.transport == "kafka"
    return Retainer(
        transaction=parts.keeping,
        policy=parts.retention,
        kept=CopiesKept(terms=settings.copy_terms),
        outside=parts.outside,
        read_copies=BrokerCopies(settings.brokers) if over_kafka else None,
        members=parts.cohorts.members,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        ids=parts.ids,
        clock=parts.clock,
    )


def create_integrity_runner(parts: Parts) -> IntegrityRunner:
    """Make what holds newly added search rows against their entries."""
    return IntegrityRunner(
        store=_rule_store(parts),
        transaction=parts.transaction,
        recompute=lambda first, end: _recompute(parts, first, end),
        clock=parts.clock,
    )


def create_query_runner(parts: Parts) -> QueryRunner:
    """Make what runs saved searches."""
    return QueryRunner(
        transaction=parts.transaction,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        cohorts=parts.cohorts,
        clock=parts.clock,
    )


def _side_loops(parts: Parts) -> Iterator[loops.Loop]:
    yield loops.Loop("exporter", create_exporter(parts).step, loops.PUBLISH_SECONDS)
    yield loops.Loop("rules", create_watcher(parts).step, loops.CHECK_SECONDS)
    yield loops.Loop("self-check", create_self_checker(parts).step, loops.SELF_CHECK_SECONDS)
    yield loops.Loop("rows", create_row_sayer(parts).step, loops.CHECK_SECONDS)
    yield loops.Loop("sums", create_row_summer(parts).step, loops.CHECK_SECONDS)
    yield loops.Loop("erasures", parts.replayer.step, loops.RETENTION_SECONDS)
    yield loops.Loop("retention", create_retainer(parts).step, loops.RETENTION_SECONDS)
    yield loops.Loop("integrity", create_integrity_runner(parts).step, loops.CHECK_SECONDS)
    yield loops.Loop("queries", create_query_runner(parts).step, loops.CHECK_SECONDS)
    yield loops.Loop("blocks", BlockSummaries(parts.engine).step, loops.CHECK_SECONDS)
    if (asker := create_asker(parts)) is not None:
        yield loops.Loop("people", asker.step, loops.CHECK_SECONDS)
    if (again := create_again_asker(parts)) is not None:
        yield loops.Loop("again", again.step, loops.SELF_CHECK_SECONDS)
    if (of_permits := create_permit_asker(parts)) is not None:
        yield loops.Loop("permits", of_permits.step, loops.CHECK_SECONDS)


def _verify(parts: Parts) -> Verification:
    with inspecting(parts.settings.database_url) as inspector:
        rows = RowVerifier(parts.keys.vault, parts.keys.pseudonyms)
        return verify(inspector, trust=parts.trust, rows=rows)


def _verify_and_note(parts: Parts) -> Verification:
    began = parts.clock.now()
    found = _verify(parts)
    note_whole(found, began=began, transaction=parts.transaction, clock=parts.clock)
    return found


def _recompute(parts: Parts, first: int, end: int) -> Sequence[Flaw]:
    with inspecting(parts.settings.database_url, first) as inspector:
        rows = RowVerifier(parts.keys.vault, parts.keys.pseudonyms)
        return recompute(inspector, first, end, rows)


def _rule_store(parts: Parts) -> PostgresRuleStore:
    return PostgresRuleStore(parts.engine, parts.own)


def _publishing(parts: Parts) -> PostgresPublisherStore:
    return PostgresPublisherStore(parts.engine, [one.key for one in parts.witness.signers])


def create_publisher(parts: Parts, witnesses: Witnesses | None = None) -> Publisher:
    """Make the checkpointer, which signs once these witnesses, if any, have confirmed the tree."""
    return Publisher(
        store=_publishing(parts),
        signer=parts.signer,
        cosigners=parts.cosigners,
        may_sign=witnesses.may_sign if witnesses else lambda: True,
        trust=parts.trust,
        head_file=FileHead(parts.settings.head_file),
        clock=parts.clock,
    )


def create_exporter(parts: Parts) -> Exporter:
    """Make what makes evidence packs."""
    return Exporter(
        transaction=parts.transaction,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        cohorts=parts.cohorts,
        trust=parts.trust,
        enclosed=Enclosed(
            policy=policy_text(parts), files=companions(), witnessed=parts.policy.asks
        ),
        src=parts.own.src,
        clock=parts.clock,
        random=os.urandom,
    )


def policy_text(parts: Parts) -> str:
    """Give the C2SP tlog-policy by which this log is to be checked, its own key named in it."""
    own = f"log {parts.trust.keys[0]}\n"
    path = parts.settings.policy_path
    if path is None:
        return f"{own}quorum none\n"
    text = path.read_text(encoding="utf-8")
    return text if parts.policy.logs else own + text


def _source(parts: Parts) -> ReadingProcess | None:
    settings = parts.settings
    if settings.transport != "kafka":
        return None
    return ReadingProcess(
        settings.brokers,
        batch=settings.batch,
        log_level=settings.log_level,
    )

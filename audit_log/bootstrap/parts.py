# SPDX-License-Identifier: Apache-2.0
"""What every process of the log is made of; opens no connection and starts nothing."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from audit_log.adapters.cohort_client import SCOPES as COHORT_SCOPES
from audit_log.adapters.cohort_client import HttpCohorts
from audit_log.adapters.cosigner_keys import read_log_cosigners, read_witness_keys
from audit_log.adapters.databases import databases
from audit_log.adapters.erasures_file import ErasuresFile
from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.adapters.key_files import (
    LogKeys,
    LogSigner,
    check_ed25519,
    create_missing_keys,
    shut_keys,
)
from audit_log.adapters.log import transactions
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.policy_file import read_policy
from audit_log.adapters.retention_file import read_retention
from audit_log.adapters.rule_file import read_thresholds
from audit_log.adapters.signatures import check_signature
from audit_log.adapters.store import PostgresSequencerStore
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.domain.policy import Policy
from audit_log.domain.retention import RetentionPolicy
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.http.api.intake import MAX_INTAKE_BYTES
from audit_log.ports import (
    CohortMembers,
    KeepingTransaction,
    NoRegistry,
    OutsideErasures,
    Signer,
    Transaction,
    Trust,
)
from audit_log.settings import AuditSettings
from audit_log.usecases.replay import Replayer
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.witness import Witness
from shared import database_roles
from shared.clock import Clock
from shared.db import engine
from shared.first import behind
from shared.http_client import ServiceTokens
from shared.ids import IdSource, Uuid7Source
from shared.request_bodies import BodyLimits

SERVICE: Final = "audit_log"
THREADS: Final = 8
"""Requests in Python at once, and connections to the database."""
BODY_LIMITS: Final = BodyLimits(most_bytes=MAX_INTAKE_BYTES, memory_bytes=256 * 1024, on_disk=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every process is made of."""

    settings: AuditSettings
    clock: Clock
    ids: IdSource
    engine: Engine
    own: OwnProducer
    keys: LogKeys
    signer: LogSigner
    cosigners: Sequence[Signer]
    witness: Witness
    policy: Policy
    trust: Trust
    transaction: Transaction
    thresholds: Thresholds
    keeping: KeepingTransaction
    retention: RetentionPolicy
    outside: OutsideErasures
    replayer: Replayer
    cohorts: CohortDesk


def build(settings: AuditSettings, *, clock: Clock) -> Parts:
    """Put the parts together; opens no connection.

    A development node makes its own keys at the first start. Raises KeyStoreError when keys are
    missing or unsafe, SettingsError when the policy of witnesses or the rules file is not usable.
    """
    if settings.development:
        create_missing_keys(settings.keys_dir)
    outside = ErasuresFile(settings.erasures_file, settings.log_origin)
    keys, ids = shut_keys(settings.keys_dir, outside), Uuid7Source()
    signer = LogSigner(settings.log_origin, keys.signing)
    database = engine(settings.database_url, application_name=SERVICE, pool_size=THREADS)
    own = OwnProducer(settings.src, ids)
    witnessing = read_witness_keys(settings.keys_dir, settings.witness_name)
    keeping = keeping_transactions(database, own, clock)
    replayer = Replayer(
        outside=outside, transaction=keeping, pseudonyms=keys.pseudonyms, clock=clock
    )
    return Parts(
        settings=settings,
        clock=clock,
        ids=ids,
        engine=database,
        own=own,
        keys=keys,
        signer=signer,
        cosigners=read_log_cosigners(settings.keys_dir, settings.log_origin),
        witness=Witness(
            signers=witnessing,
            store=PostgresWitnessStore(database),
            check=check_signature,
            clock=clock,
        ),
        policy=read_policy(settings.policy_path, log=signer.key, own=witnessing),
        trust=Trust(origin=settings.log_origin, keys=(signer.key,), check=check_ed25519),
        transaction=behind(replayer.ensure, transactions(database, own, clock)),
        thresholds=read_thresholds(settings.rules_file),
        keeping=behind(replayer.ensure, keeping),
        retention=read_retention(settings.retention_file),
        outside=outside,
        replayer=replayer,
        cohorts=CohortDesk(members=_members(settings, clock), random=os.urandom),
    )


def token_for(
    audience: str, settings: AuditSettings, scopes: Sequence[str], clock: Clock
) -> Callable[[], str]:
    """Give what fetches a token for another service, and keeps it as long as it lives."""
    tokens = ServiceTokens(
        settings.token_endpoint, settings.client_id, settings.client_secret, clock
    )
    return lambda: tokens.token(audience, scopes)


def _members(settings: AuditSettings, clock: Clock) -> CohortMembers:
    if not settings.consent_registry_url:
        return NoRegistry()
    token = token_for(settings.consent_registry_audience, settings, COHORT_SCOPES, clock)
    return HttpCohorts(settings.consent_registry_url, token)


def migrate(settings: AuditSettings, *, clock: Clock) -> None:
    """Bring the schema up to date, and begin the log in an empty database.

    Needs no key; a development node makes its own here.
    """
    if settings.development:
        create_missing_keys(settings.keys_dir)
    database_roles.migrate(databases(settings), development=settings.development)
    store = sequencer_store(settings, OwnProducer(settings.src, Uuid7Source()), clock)
    try:
        store.open_log()
    finally:
        store.close()


def sequencer_store(
    settings: AuditSettings, own: OwnProducer, clock: Clock
) -> PostgresSequencerStore:
    """Make what a sequencer, or a finding of the log about itself, is written with."""
    return PostgresSequencerStore(
        settings.database_url, origin=settings.log_origin, own=own, clock=clock
    )

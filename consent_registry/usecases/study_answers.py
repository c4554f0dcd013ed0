# SPDX-License-Identifier: Apache-2.0
"""Answers to a form as a proposal for a whole study: what they grant is what is proposed."""

from consent_registry.domain.records import Channel
from consent_registry.domain.terms import written_again
from consent_registry.usecases.answering import FilledForm, preview_of
from consent_registry.usecases.guardian_decisions import DESK, Decision, propose_decision
from consent_registry.usecases.mandated import somebody_for
from consent_registry.usecases.study_consents import NewStudyConsent
from consent_registry.usecases.tools import Tools
from shared.principal import Principal


def propose_for_study(
    pseudonym: str,
    study: str,
    wanted: FilledForm,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Decision:
    """Propose for a whole study what answers to a form grant, as the caller's own mandate signs.

    Raises what `propose_decision` raises.
    """
    with tools.reads() as uow:
        somebody_for(uow, tools, principal, pseudonym, DESK)
        terms = preview_of(uow, wanted, tools).terms
    consent = NewStudyConsent(
        pseudonym=pseudonym,
        study=study,
        alternatives=written_again(terms),
        form_version=wanted.form,
    )
    return propose_decision(consent, (), tools=tools, principal=principal, channel=channel)

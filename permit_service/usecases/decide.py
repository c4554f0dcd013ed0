# SPDX-License-Identifier: Apache-2.0
"""Sign a decision. The only door to a permit: no timer and no default ever grants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permit_service.domain.application import (
    Application,
    ApplicationState,
    Signature,
    Verdict,
    checked_reasons,
)
from permit_service.domain.caller import Caller
from permit_service.domain.errors import ApplicationUnknown
from permit_service.domain.facts import application_decided
from permit_service.domain.grant import Grant
from permit_service.ports import Ports
from permit_service.usecases.issue import issue
from shared.errors import FieldFault, ValidationFailed
from shared.ids import ApplicationId

_SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one member of the authority decides, and why."""

    application_id: ApplicationId
    verdict: Verdict
    reasons: str
    valid_until: datetime | None = None


def decide(decision: Decision, *, caller: Caller, ports: Ports) -> Application:
    """Add the caller's signature, and where it completes a grant try at once to issue the permit.

    The signature is committed before anything is asked of consent_registry: if that is down the
    application stays `granting` and `work` goes on. Raises Forbidden, ApplicationUnknown,
    AlreadyDecided and ValidationFailed; then nothing is written. What EHDS Article 54 prohibits, or
    Article 53(2) reserves to others, can only be refused.
    """
    caller.principal.require("applications.decide")
    application = _sign(decision, caller, ports)
    if application.state is not ApplicationState.GRANTING:
        return application
    return issue(application.application_id, trace_id=caller.trace_id, ports=ports)


def _sign(decision: Decision, caller: Caller, ports: Ports) -> Application:
    now = ports.clock.now()
    signature = Signature(
        authority=caller.key,
        verdict=decision.verdict,
        reasons=checked_reasons(decision.reasons),
        salt=ports.random(_SALT_BYTES),
        decided_at=now,
        valid_until=_checked_end(decision, now),
        policy_sha256=ports.policy.digest_at(now),
    )
    with ports.units() as work:
        found = work.applications.locked(decision.application_id)
        if found is None:
            raise ApplicationUnknown
        _check_allowed(found, decision.verdict)
        signed = found.sign(signature, signers_required=ports.policy.signers_required)
        work.applications.put(signed)
        if signed.state is ApplicationState.GRANTING:
            # Due at once: whoever comes first, this request or `work`, claims the first try.
            work.grants.put(Grant(application_id=signed.application_id, next_try_at=now))
        work.record(application_decided(signed, signature, ports.policy.regime, caller))
        work.commit()
    return signed


def _check_allowed(application: Application, verdict: Verdict) -> None:
    if verdict is Verdict.REFUSE:
        return
    if application.purpose.prohibited_uses:
        detail = "the use is prohibited (EHDS Article 54), so that it can only be refused"
        fault = FieldFault("/decision", detail, "use_prohibited")
        raise ValidationFailed("nobody may permit this use", faults=[fault])
    if application.purpose.reserved:
        detail = "reserved to public bodies (EHDS Article 53(2)), so that it can only be refused"
        fault = FieldFault("/decision", detail, "purpose_reserved")
        raise ValidationFailed("nobody may permit this use to this applicant", faults=[fault])


def _checked_end(decision: Decision, now: datetime) -> datetime | None:
    if decision.verdict is Verdict.REFUSE or decision.valid_until is None:
        return None
    if decision.valid_until <= now:
        fault = FieldFault("/valid_until", "an instant in the future", "past")
        raise ValidationFailed("a permit cannot end before it begins", faults=[fault])
    return decision.valid_until

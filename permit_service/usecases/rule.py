# SPDX-License-Identifier: Apache-2.0
"""Rule on what people's consents leave open in one application, and withdraw a ruling.

A statement is signed and committed with its entry before consent_registry hears of it; one that it
could not be told yet is told by `work`, in the order they were made. A permit is not issued before
every statement on its application has arrived.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from permit_service.domain.application import Application, ApplicationState, checked_reasons
from permit_service.domain.caller import Caller
from permit_service.domain.cohort import CohortView
from permit_service.domain.errors import (
    AlreadyDecided,
    ApplicationUnknown,
    CohortRefused,
    CohortsUnavailable,
    OwnApplication,
    RulingStands,
    RulingUnknown,
)
from permit_service.domain.facts import application_ruled
from permit_service.domain.ruling import (
    DESPITE_OPT_OUT,
    RULING_TYPE,
    Matter,
    Ruling,
    RulingStatement,
    Says,
    rulings_of,
)
from permit_service.ports import Ports, UnitOfWork
from shared.errors import FieldFault, ValidationFailed
from shared.ids import ApplicationId

_DECIDE: Final = "applications.decide"
_SALT_BYTES: Final = 32
_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRuling:
    """What a member of the authority rules, and why."""

    application_id: ApplicationId
    matter: Matter
    says: Says
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingEnding:
    """Which ruling is withdrawn, and why."""

    application_id: ApplicationId
    ruling_id: str
    reasons: str


def rule(wanted: NewRuling, *, caller: Caller, ports: Ports) -> Ruling:
    """Rule on one matter of an application that is not decided yet.

    Raises Forbidden, ValidationFailed, ApplicationUnknown, OwnApplication, AlreadyDecided,
    RulingStands, and what asking consent_registry raises; then nothing is written.
    """
    caller.principal.require(_DECIDE)
    reasons = checked_reasons(wanted.reasons)
    _check(wanted)
    with ports.units() as work:
        seen = _open(work.applications.get(wanted.application_id), caller)
    view = ports.cohorts.evaluate(seen.dataset, seen.purpose, seen.application_id)
    _check_exception(wanted, view)
    with ports.units() as work:
        application = _open(work.applications.locked(wanted.application_id), caller)
        for one in rulings_of(work.rulings.of_application(application.application_id)):
            if one.stands and one.given.matter == wanted.matter:
                raise RulingStands(context={"ruling_id": one.given.ruling_id})
        statement = RulingStatement(
            ruling_id=ports.ids.new(),
            application_id=application.application_id,
            dataset=application.dataset,
            purpose_sha256=view.purpose_sha256,
            matter=wanted.matter,
            says=wanted.says,
            by=caller.key,
            reasons=reasons,
            salt=ports.random(_SALT_BYTES),
            stated_at=ports.clock.now(),
        )
        signed = _state(statement, application, work, caller=caller, ports=ports)
        work.commit()
    _try_to_tell(application.application_id, ports)
    return Ruling(given=signed, withdrawn=None)


def withdraw_ruling(ending: RulingEnding, *, caller: Caller, ports: Ports) -> Ruling:
    """Withdraw a ruling, at any time: whom only it lets in leaves the permit's cohort.

    Withdrawing what is withdrawn changes nothing. Raises Forbidden, ValidationFailed,
    ApplicationUnknown, OwnApplication and RulingUnknown.
    """
    caller.principal.require(_DECIDE)
    reasons = checked_reasons(ending.reasons)
    with ports.units() as work:
        application = _known(work.applications.locked(ending.application_id), caller)
        known = rulings_of(work.rulings.of_application(application.application_id))
        found = next((one for one in known if one.given.ruling_id == ending.ruling_id), None)
        if found is None:
            raise RulingUnknown
        if not found.stands:
            return found
        statement = replace(
            found.given,
            says=Says.WITHDRAWN,
            by=caller.key,
            reasons=reasons,
            salt=ports.random(_SALT_BYTES),
            stated_at=ports.clock.now(),
            jws="",
        )
        signed = _state(statement, application, work, caller=caller, ports=ports)
        work.commit()
    _try_to_tell(application.application_id, ports)
    return replace(found, withdrawn=signed)


def rulings(application_id: ApplicationId, *, caller: Caller, ports: Ports) -> Sequence[Ruling]:
    """Give every ruling of an application, for the authority. Raises ApplicationUnknown."""
    caller.principal.require("applications.read")
    with ports.units() as work:
        if work.applications.get(application_id) is None:
            raise ApplicationUnknown
        return rulings_of(work.rulings.of_application(application_id))


def tell(application_id: ApplicationId, *, ports: Ports) -> None:
    """Tell consent_registry every statement on one application that it was not told yet.

    Telling it twice changes nothing there. One that it refuses keeps none behind it from being
    told: the withdrawal of another ruling takes people out. Raises CohortsUnavailable, and
    CohortRefused, the first one, when it has heard of all.
    """
    with ports.units() as work:
        waiting = work.rulings.untold(application_id)
    refusals = [refusal for statement in waiting if (refusal := _refusal(statement, ports))]
    if refusals:
        raise refusals[0]


def _refusal(statement: RulingStatement, ports: Ports) -> CohortRefused | None:
    """Tell one statement, and note what came of it."""
    refusal = None
    try:
        ports.cohorts.rule(statement.jws)
    except CohortRefused as refused:
        refusal = refused
    with ports.units() as work:
        if refusal is None:
            work.rulings.told(statement)
        else:
            work.rulings.refused(statement, ports.clock.now())
        work.commit()
    return refusal


def tell_next(*, ports: Ports) -> bool:
    """Go on with applications whose statements were not told; True when all of some were.

    Those it refuses have their next turn behind all others; nobody is asked on while it is away.
    """
    with ports.units() as work:
        waiting = work.rulings.applications_untold(_AT_ONCE)
    some = False
    for application_id in waiting:
        try:
            tell(application_id, ports=ports)
        except CohortRefused:
            continue
        except CohortsUnavailable:
            break
        some = True
    return some


def _try_to_tell(application_id: ApplicationId, ports: Ports) -> None:
    with suppress(CohortsUnavailable, CohortRefused):  # `tell_next` goes on with it
        tell(application_id, ports=ports)


def _state(
    statement: RulingStatement,
    application: Application,
    work: UnitOfWork,
    *,
    caller: Caller,
    ports: Ports,
) -> RulingStatement:
    """Sign a statement and keep it with its entry."""
    profile = ports.policy.profile
    body = statement.body(issuer=profile.issuer, authority=profile.authority)
    signed = replace(statement, jws=ports.permit_signer.sign(body, typ=RULING_TYPE))
    work.rulings.add(signed)
    digest = ports.policy.digest_at(statement.stated_at)
    fact = application_ruled(application, signed, ports.policy.regime, caller, policy_sha256=digest)
    work.record(fact)
    return signed


def _check(wanted: NewRuling) -> None:
    faults = []
    if wanted.says is Says.WITHDRAWN:
        faults.append(FieldFault("/answer", "yes or no"))
    if not wanted.matter.is_known():
        faults.append(FieldFault("/clause", "a clause, and a question that it may ask"))
    if faults:
        raise ValidationFailed("the ruling has faults", faults=faults)


def _check_exception(wanted: NewRuling, view: CohortView) -> None:
    """Refuse to rule on EHDS Article 71(4) where nobody claims it, and a yes where it lacks."""
    if (wanted.matter.clause, wanted.matter.question) != DESPITE_OPT_OUT:
        return
    if view.exception is None:
        fault = FieldFault("/clause", "the application claims no exception under Article 71(4)")
        raise ValidationFailed("the ruling has faults", faults=[fault])
    if wanted.says is Says.YES and view.exception.lacking:
        missing = ", ".join(view.exception.lacking)
        fault = FieldFault("/answer", f"Article 71(4) is not met: {missing}", "exception_lacking")
        raise ValidationFailed("the ruling has faults", faults=[fault])


def _known(application: Application | None, caller: Caller) -> Application:
    if application is None:
        raise ApplicationUnknown
    if application.applicant == caller.key:
        raise OwnApplication(context={"application_id": application.application_id})
    return application


def _open(application: Application | None, caller: Caller) -> Application:
    found = _known(application, caller)
    if found.state is not ApplicationState.SUBMITTED:
        raise AlreadyDecided(context={"application_id": found.application_id})
    return found

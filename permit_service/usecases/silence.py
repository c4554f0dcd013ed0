# SPDX-License-Identifier: Apache-2.0
"""Note the applications that nobody decided in time, and do what the policy says of that.

An escalation decides nothing; a refusal by law is the only decision that no person signs. No timer
grants (EHDS Article 68(3)).
"""

from permit_service.domain.application import ApplicationState
from permit_service.domain.facts import application_overdue
from permit_service.domain.silence import overdue
from permit_service.ports import Ports
from shared.ids import ApplicationId


def note_silence(*, trace_id: str, ports: Ports) -> None:
    """Note each undecided application whose term is over, once, each in its own transaction."""
    with ports.units() as work:
        waiting = work.applications.unnoted()
    for one in waiting:
        if overdue(one.submitted_at, ports.policy.national, ports.clock.now()) is not None:
            _note(one.application_id, trace_id, ports)


def _note(application_id: ApplicationId, trace_id: str, ports: Ports) -> None:
    with ports.units() as work:
        found = work.applications.locked(application_id)
        # Somebody decided, or another process noted it, since it was listed.
        if found is None or found.state is not ApplicationState.SUBMITTED or found.overdue:
            return
        said = overdue(found.submitted_at, ports.policy.national, ports.clock.now())
        if said is None:
            return
        after = found.fall_silent(said)
        work.applications.put(after)
        work.record(application_overdue(after, said, ports.policy.regime, trace_id=trace_id))
        work.commit()

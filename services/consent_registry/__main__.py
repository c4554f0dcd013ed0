# SPDX-License-Identifier: Apache-2.0
"""`python -m services.consent_registry serve|work|migrate|check-config`, and the operator's.

`opt-outs [--revision N]` is the operator's: it prints who was opted out after N events of the
register (a permit's manifest names N and the root), as JSON, from the database and not from a
service. Its use is put on record.

`verify-events` checks every chain of consent events, those of erased people included, rebuilds from
the events what everybody's standing must be and holds the stored one against it, and every stored
terms against their SHA-256. It prints what it found as JSON, with the numbers of members whose
standing differs; exit code 1 when something does not hold.

`mend-events [--dry-run]` stores anew the standings that `verify-events` names, from the events: who
may not stay leaves every permit at once, nobody comes into one that runs, and the log says so. It
leaves a dataset alone whose chain does not hold. It prints whom it was, or would be, about; exit
code 1 when something does not hold afterwards.
"""

import argparse
import json
import os
import sys

from consent_registry.adapters.databases import databases
from consent_registry.bootstrap import (
    SERVICE,
    THREADS,
    Parts,
    body_limits,
    build,
    migrate,
    work,
)
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.mending import mend
from consent_registry.usecases.opt_out_list import opt_out_list
from consent_registry.usecases.projections import verify_projections
from shared.clock import SystemClock
from shared.database_roles import require_lesser_roles
from shared.ids import Revision
from shared.logging import configure
from shared.serving import serve, until_stopped
from shared.settings import SettingsError, load

BAD_CONFIGURATION = 2
OPERATORS = ("opt-outs", "verify-events", "mend-events")


def main() -> int:
    """Run a command; status 2 when the configuration is not usable."""
    parser = argparse.ArgumentParser(
        prog="python -m services.consent_registry", description=__doc__
    )
    commands = ("serve", "work", "migrate", "check-config", *OPERATORS)
    parser.add_argument("command", choices=commands)
    parser.add_argument("--dry-run", action="store_true", help="of mend-events: change nothing")
    parser.add_argument("--revision", type=int, default=None, help="of the opt-out register")
    parsed = parser.parse_args()
    command = parsed.command
    try:
        settings = load(ConsentSettings, os.environ)
        if command == "migrate":
            configure(SERVICE, settings.log_level)
            migrate(settings)
            return 0
        parts = build(settings, clock=SystemClock())
        if command in ("serve", "work"):
            configure(SERVICE, settings.log_level)
            require_lesser_roles(databases(settings), development=settings.development)
    except SettingsError as fault:
        print(f"consent_registry cannot start: {fault}", file=sys.stderr)
        return BAD_CONFIGURATION
    if command == "check-config":
        print("The configuration is usable.")
        return 0
    if command in OPERATORS:
        return _operate(parts, parsed)
    if command == "serve":
        serve(
            "services.consent_registry.wsgi:create",
            settings.bind,
            threads=THREADS,
            limits=body_limits(settings),
            factory=True,
        )
    work(parts, until_stopped())
    return 0


def _operate(parts: Parts, parsed: argparse.Namespace) -> int:
    if parsed.command == "opt-outs":
        _print_opt_outs(parts, parsed.revision)
        return 0
    if parsed.command == "verify-events":
        return _print_verified(parts)
    return _print_mended(parts, dry_run=parsed.dry_run)


def _print_opt_outs(parts: Parts, revision: int | None) -> None:
    number = None if revision is None else Revision(revision)
    found = opt_out_list(number, tools=parts.tools)
    people = [{"participant": who, "about": list(about)} for who, about in found.people]
    print(json.dumps({"revision": found.number, "root": found.root, "opted_out": people}, indent=1))


def _print_verified(parts: Parts) -> int:
    found = verify_chains(tools=parts.tools)
    projections = verify_projections(tools=parts.tools)
    datasets = {
        name: {
            "events": one.events,
            "without_key": one.erased,
            "broken": [{"event_id": b.event_id, "fault": b.fault.value} for b in one.broken],
            "differing": list(projections.differing.get(name, ())),
        }
        for name, one in found.items()
    }
    said = {"datasets": datasets, "altered_terms": list(projections.altered_terms)}
    print(json.dumps(said, indent=1))
    return int(any(one.broken for one in found.values()) or not projections.hold)


def _print_mended(parts: Parts, *, dry_run: bool) -> int:
    done = mend(tools=parts.tools, dry_run=dry_run)
    said = {
        "dry_run": dry_run,
        "mended": {name: list(ordinals) for name, ordinals in done.mended.items()},
        "left_alone": list(done.left_alone),
    }
    print(json.dumps(said, indent=1))
    return int(bool(done.left_alone) or not verify_projections(tools=parts.tools).hold)


if __name__ == "__main__":
    sys.exit(main())

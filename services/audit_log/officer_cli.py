# SPDX-License-Identifier: Apache-2.0
"""`placet audit search`, `hold` and `report`: what officers do in pages, at the console.

All over the service's HTTP API with the officer's own access token: the log says each look under
her name, and she may do here what she may do there.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from services.audit_log import officer_search
from services.audit_log.asked import FILTER_HELP, add_filter_options, filter_asked, object_in
from services.audit_log.stated import statement_lines, statement_of
from services.command import (
    OK,
    USAGE,
    CommandFailed,
    Commands,
    Run,
    add_command,
    add_group,
    add_json_option,
    add_service_options,
    print_json,
    service,
)

_VARIABLE: Final = "PLACET_AUDIT_URL"
_DEFAULT_URL: Final = "http://127.0.0.1:8083"
_PLACE: Final = """\
Place a legal hold: nothing that it covers is dropped or erased until two have lifted it.

  placet audit hold place --kind dataset --dataset GDI-ZZ-DATASET-1 --authority court_order
  placet audit hold place --kind person --authority art_18 --about person.json
  placet audit hold place --kind case --matter CASE --authority litigation

Whom a hold is about goes into a file, never into an argument: {"dataset": ..., "ordinal": ...} of
a person, {"permit": ...} of a permit, {"entries": [...]} of a case. Scope holds.manage.
"""
_LIFT: Final = """\
Lift a hold that another officer has asked to be lifted (`hold ask-lift`). Scope holds.manage, and
both are people: a service neither asks nor lifts.
"""
_IMPACT: Final = f"""\
Say which datasets, how many people and which permits matching entries reach (scope log.search).

  placet audit report impact --src zz/htsget/1 --since 2026-11-01T00:00:00Z --case CASE

{FILTER_HELP}"""
_ACTIVITY: Final = f"""\
Count what was done, by month, dataset, type and decision (scope log.search).

  placet audit report activity --since 2026-10-01T00:00:00Z --until 2026-11-01T00:00:00Z --public

{FILTER_HELP}"""
_SUBJECT: Final = """\
Say who used one person's data (scope subjects.report: the consent registry's, not an officer's).

  placet audit report subject --people people.json

The file: {"people": [{"dataset": ..., "ordinal": ...}, ...]}, at most 64, all of one person.
"""


def register(groups: Commands) -> None:
    """Add the commands to the group `audit`."""
    about, teaches = officer_search.ABOUT, officer_search.HELP
    officer_search.options(_asking(groups, "search", officer_search.run, about, teaches))
    _add_holds(add_group(groups, "hold", "legal holds: place, list, lift"))
    _add_reports(add_group(groups, "report", "reports: impact, activity, subject"))


def _add_holds(holds: Commands) -> None:
    _place_options(_asking(holds, "place", _place, "place a legal hold", _PLACE))
    add_json_option(_asking(holds, "list", _list, "list every legal hold, the newest first"))
    ask = "ask that a hold be lifted; another officer lifts it"
    for name, about, teaches in (("ask-lift", ask, ""), ("lift", "lift a hold", _LIFT)):
        step = _asking(holds, name, _step, about, teaches)
        step.add_argument("hold", metavar="ID")
        step.set_defaults(action=name.replace("-", "_"))
        add_json_option(step)


def _add_reports(reports: Commands) -> None:
    for name, about, teaches in (
        ("impact", "what a breach reaches", _IMPACT),
        ("activity", "what was done, by counts", _ACTIVITY),
    ):
        report = _asking(reports, name, _report, about, teaches)
        add_filter_options(report)
        report.add_argument("--as-of", type=int, metavar="SIZE", help="at an earlier size")
        report.add_argument("--case", metavar="ID", help="an open case: permits are named")
        report.set_defaults(report=name, public=False)
        if name == "activity":
            report.add_argument("--public", action="store_true", help="for everybody: rounded")
        add_json_option(report)
    subject = _asking(reports, "subject", _subject, "who used one person's data", _SUBJECT)
    subject.add_argument(
        "--people", type=Path, required=True, metavar="FILE", help="- is standard input"
    )
    add_json_option(subject)


def _asking(
    commands: Commands, name: str, run: Run, about: str, teaches: str = ""
) -> argparse.ArgumentParser:
    parser = add_command(commands, name, run, about, teaches)
    add_service_options(parser, service="audit_log", variable=_VARIABLE, default=_DEFAULT_URL)
    return parser


def _place_options(place: argparse.ArgumentParser) -> None:
    place.add_argument("--kind", required=True, choices=("person", "permit", "dataset", "case"))
    place.add_argument("--authority", required=True, help="a code for who ordered it, and why")
    place.add_argument("--dataset", help="the dataset that is held")
    place.add_argument("--matter", help="the case that is held, or a code for one elsewhere")
    place.add_argument(
        "--about", type=Path, metavar="FILE", help="whom it is about; - is standard input"
    )
    add_json_option(place)


def _place(parsed: argparse.Namespace) -> int:
    body: dict[str, Any] = {"kind": parsed.kind, "authority": parsed.authority}
    if parsed.about is not None:
        body.update(object_in(parsed.about))
    for name in ("dataset", "matter"):
        said = getattr(parsed, name)
        if said is not None and body.setdefault(name, said) != said:
            raise CommandFailed(f"--{name}: the file says another.", USAGE)
    if (body["kind"], body["authority"]) != (parsed.kind, parsed.authority):
        raise CommandFailed("--about: kind and authority are arguments.", USAGE)
    return _tell(service(parsed).post("/v1/holds", body), parsed)


def _list(parsed: argparse.Namespace) -> int:
    found = service(parsed).get("/v1/holds")
    if parsed.json:
        print_json(found)
        return OK
    holds = found.get("holds")
    for one in holds if isinstance(holds, list) else ():
        print(_hold_line(one))
    return OK


def _step(parsed: argparse.Namespace) -> int:
    path = f"/v1/holds/{quote(parsed.hold, safe='')}"
    return _tell(service(parsed).post(path, {"action": parsed.action}), parsed)


def _tell(hold: Mapping[str, Any], parsed: argparse.Namespace) -> int:
    if parsed.json:
        print_json(hold)
    else:
        print(_hold_line(hold))
    return OK


def _hold_line(hold: Any) -> str:
    parts = (hold[name] or "-" for name in ("id", "state", "kind", "authority", "matter"))
    return "  ".join((*parts, hold["placed_at"]))


def _report(parsed: argparse.Namespace) -> int:
    body: dict[str, Any] = {
        "filter": filter_asked(parsed),
        "as_of": parsed.as_of,
        "case": parsed.case,
    }
    if parsed.public:
        body["public"] = True
    return _show(service(parsed).post(f"/v1/reports/{parsed.report}", body), parsed)


def _subject(parsed: argparse.Namespace) -> int:
    return _show(service(parsed).post("/v1/subjects/report", object_in(parsed.people)), parsed)


def _show(answer: Mapping[str, Any], parsed: argparse.Namespace) -> int:
    """Print a report whole, what it rests on first."""
    said = statement_of(answer)
    if parsed.json:
        print_json(answer)
        return OK
    print("\n".join(statement_lines(said)))
    for name, value in answer.items():
        if name in said:
            continue
        if isinstance(value, list):
            print(f"\n{name}")
            for row in value:
                print("  " + "  ".join(f"{key} {_text(part)}" for key, part in row.items()))
        else:
            print(f"\n{name}  {_text(value)}")
    return OK


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "-"
    return "-" if value is None else str(value)

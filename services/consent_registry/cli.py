# SPDX-License-Identifier: Apache-2.0
"""`placet consent`: import consents, ask cohorts, withdraw, look back, match a file offline.

Speaks to the registry's JSON API and decides nothing; `check` decides on this machine alone.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from consent_registry.domain import duo, purpose
from services.command import (
    FAILED,
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
from services.consent_registry import (
    check_file,
    exchange_cli,
    form_command,
    import_file,
    mapping_command,
    mondo_file,
    node_commands,
    policy_command,
    rights_commands,
)
from services.consent_registry.tables import print_table
from shared import strict_json
from shared.canonical import JSON
from shared.errors import ValidationFailed

_VARIABLE: Final = "PLACET_CONSENT_URL"
_DEFAULT_URL: Final = "http://127.0.0.1:8081"

_GROUP_HELP: Final = """\
Consents: import them, ask who is in for a purpose, withdraw, look back, match a file offline.

All commands but `check` ask consent_registry at --url with the access token in --token-file or
PLACET_ACCESS_TOKEN; the scope that each needs stands in its own help.
"""
_IMPORT_HELP: Final = """\
Hand in consents as CSV or FHIR (scope consents.import).

  placet consent import consents.csv --mode all_or_nothing --dry-run --wait
  placet consent import consents.ndjson --format fhir-r4-ndjson --mapping mii --mode \
      valid_rows_only --wait

CSV: one row for each alternative; the columns are participant, dataset, local_id, alternative,
permission, modifiers, diseases, state, signed_on, effective_from, effective_to, form_version (of
a registered form its SHA-256 or name@version, which some datasets demand), and if wanted
activities (af_aggregate=2030-01-31;edic_secondary_use: each may end by itself) and data_first and
data_last (the days on which the data meant were collected).
FHIR: one Consent is one row; --mapping names a mapping file of the node, and is left out for what
a Placet registry has written.
all_or_nothing keeps nothing when one row is bad; valid_rows_only leaves out consents with a bad
row. --dry-run judges every row and records nothing. Without --wait it ends when the file has
arrived. Exits 0 when taken in (with --wait: finished), 1 when refused or failed.
"""
_STATUS_HELP: Final = """\
Say how an import goes, with its first 1000 faults by line (scope consents.import).

  placet consent import-status 01939a5c-0000-7000-8000-000000000000

Exits 1 when it was refused, failed or was cancelled.
"""
_CANCEL_HELP: Final = """\
Cancel an import (scope consents.import).

  placet consent import-cancel 01939a5c-0000-7000-8000-000000000000

Rows recorded by then stay, and are counted; the others never come. Exits 0 when nothing more will
be recorded, 1 while the last rows are still being recorded: ask import-status.
"""
_DATASETS_HELP: Final = """\
List the datasets and where their registers stand (scope consents.read).

  placet consent datasets --json
"""
_ADD_HELP: Final = """\
Register a dataset (scope consents.write). The same facts again change nothing.

  placet consent dataset add GDI-FI-DATASET-1 --title "Genomes of Finland" \\
      --controller "Biobank" --country FI
"""
_EVALUATE_HELP: Final = """\
Decide who of a dataset is in for a purpose, who is out and why (scope cohorts.evaluate).

  placet consent evaluate --dataset GDI-FI-DATASET-1 \\
      --purpose '{"category": "DS", "diseases": ["MONDO:0007254"], "commercial": false}'

Grants nothing. What a purpose leaves out counts as not said: consents that ask for it await a
ruling. Numbers are exact; those below the policy's small cell are marked and not to be passed on.
"""
_WITHDRAW_HELP: Final = """\
Withdraw a participant's consent at once (scope consents.write).

  placet consent withdraw P-000017
  placet consent withdraw P-000017 --dataset GDI-FI-DATASET-1

Without --dataset from every dataset. No reason is asked for.
"""
_HISTORY_HELP: Final = """\
Show everything a participant has said, newest first (scope consents.read).

  placet consent history P-000017
"""


def register(subparsers: Commands) -> None:
    """Add the group `consent` to the console command."""
    about = "consents: import, evaluate, withdraw, look back, check offline"
    commands = add_group(subparsers, "consent", about, _GROUP_HELP)
    _add_import(commands)
    status = _asking(commands, "import-status", _status, "say how an import goes", _STATUS_HELP)
    status.add_argument("import_id", metavar="ID")
    cancel = _asking(commands, "import-cancel", _cancel, "cancel an import", _CANCEL_HELP)
    cancel.add_argument("import_id", metavar="ID")
    _asking(commands, "datasets", _datasets, "list the datasets", _DATASETS_HELP)
    node_commands.add(commands, _asking)
    dataset = add_group(commands, "dataset", "one dataset: add it")
    _add_dataset(dataset)
    evaluate = _asking(commands, "evaluate", _evaluate, "who is in for a purpose", _EVALUATE_HELP)
    evaluate.add_argument("--dataset", required=True, metavar="DATASET")
    evaluate.add_argument("--purpose", required=True, metavar="FILE|JSON")
    withdraw = _asking(commands, "withdraw", _withdraw, "withdraw a consent", _WITHDRAW_HELP)
    withdraw.add_argument("pseudonym", metavar="PSEUDONYM")
    withdraw.add_argument("--dataset", nargs="+", action="extend", metavar="DATASET")
    history = _asking(commands, "history", _history, "what a participant has said", _HISTORY_HELP)
    history.add_argument("pseudonym", metavar="PSEUDONYM")
    fhir = _asking(
        commands, "fhir", exchange_cli.run, "a participant's consents as FHIR", exchange_cli.HELP
    )
    exchange_cli.options(fhir)
    mondo = add_group(commands, "mondo", "the disease hierarchy: load a release")
    load = _asking(mondo, "load", mondo_file.load, "load a release of MONDO", mondo_file.HELP)
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument("--dry-run", action="store_true", help="show what would change, no more")
    rights_commands.add(commands, variable=_VARIABLE, default_url=_DEFAULT_URL)
    check_file.add(commands)
    policy_command.add(commands)
    form_command.add(commands, _asking)
    mapping_command.add(commands)


def _add_import(commands: Commands) -> None:
    parser = _asking(commands, "import", _import, "hand in consents", _IMPORT_HELP)
    parser.add_argument("file", type=Path, metavar="FILE")
    modes = ("all_or_nothing", "valid_rows_only")
    parser.add_argument("--format", default="csv", choices=sorted(import_file.MEDIA_TYPES))
    parser.add_argument("--mapping", default="placet", metavar="NAME", help="how FHIR is read")
    parser.add_argument("--mode", required=True, choices=modes, help="what a bad row does")
    parser.add_argument("--dry-run", action="store_true", help="judge all rows, record nothing")
    parser.add_argument("--wait", action="store_true", help="stay until the import has ended")
    parser.add_argument("--source", default="", help="a name for where the file comes from")


def _add_dataset(commands: Commands) -> None:
    parser = _asking(commands, "add", _dataset_add, "register a dataset", _ADD_HELP)
    parser.add_argument("dataset", metavar="DATASET")
    parser.add_argument("--title", required=True)
    parser.add_argument("--controller", required=True, help="who is responsible for the data")
    parser.add_argument("--country", required=True, help="its country (ISO 3166-1 alpha-2)")
    parser.add_argument("--legal-regime", default="consent_gdpr", help="default: %(default)s")
    parser.add_argument("--consent-role", default="legal_basis", help="default: %(default)s")


def _asking(commands: Commands, name: str, run: Run, about: str, teaches: str) -> ArgumentParser:
    parser = add_command(commands, name, run, about, teaches)
    add_service_options(
        parser, service="consent_registry", variable=_VARIABLE, default=_DEFAULT_URL
    )
    add_json_option(parser)
    return parser


def _import(parsed: Namespace) -> int:
    wish = import_file.Wish(
        file=parsed.file,
        mode=parsed.mode,
        dry_run=parsed.dry_run,
        source=parsed.source,
        wait=parsed.wait,
        format=parsed.format,
        mapping=parsed.mapping,
    )
    return import_file.run(service(parsed), wish, as_json=parsed.json)


def _status(parsed: Namespace) -> int:
    report = import_file.status(service(parsed), parsed.import_id)
    return import_file.show(report, as_json=parsed.json)


def _cancel(parsed: Namespace) -> int:
    report = import_file.cancel(service(parsed), parsed.import_id)
    import_file.show(report, as_json=parsed.json)
    return OK if report["state"] == "cancelled" else FAILED


def _datasets(parsed: Namespace) -> int:
    answer: Mapping[str, Any] = service(parsed).get("/v1/datasets")
    if parsed.json:
        print_json(answer)
        return OK
    columns = ("dataset", "members", "revision", "country", "title")
    print_table(columns, [[one[name] for name in columns] for one in answer["datasets"]])
    return OK


def _dataset_add(parsed: Namespace) -> int:
    wanted: dict[str, JSON] = {
        "dataset": parsed.dataset,
        "title": parsed.title,
        "controller": parsed.controller,
        "country": parsed.country,
        "legal_regime": parsed.legal_regime,
        "consent_role": parsed.consent_role,
    }
    made = service(parsed).post("/v1/datasets", wanted)
    if parsed.json:
        print_json(made)
    else:
        print(f"{made['dataset']} is registered, at revision {made['revision']}.")
    return OK


def _evaluate(parsed: Namespace) -> int:
    asked = _purpose(parsed.purpose)
    body: dict[str, JSON] = {"dataset": parsed.dataset, "purpose": asked.to_json()}
    found: Mapping[str, Any] = service(parsed).post("/v1/cohorts/evaluate", body)
    if parsed.json:
        print_json(found)
        return OK
    print(f"{found['dataset']} at revision {found['revision']}")
    small = int(found.get("small_cell", 0))
    rows = [("members", "", found["counts"]["members"]), ("in", "", found["counts"]["in"])]
    rows += [("out", reason, count) for reason, count in found["reasons"].items()]
    rows += [("awaiting", clause, count) for clause, count in found["awaiting_by_clause"].items()]
    marked = [
        (part, why, count, "small: do not pass on" if 0 < count < small else "")
        for part, why, count in rows
    ]
    print_table(("part", "why", "people", ""), marked)
    return OK


def _purpose(text: str) -> purpose.Purpose:
    """Read a purpose from a JSON text or a file, and check it before anybody is asked."""
    try:
        raw = text.encode() if text.lstrip().startswith("{") else Path(text).read_bytes()
        return purpose.from_json(strict_json.loads(raw))
    except OSError:
        raise CommandFailed(f"{text} cannot be read.", USAGE) from None
    except ValidationFailed as faulty:
        faults = [{"pointer": f.pointer, "detail": f.detail, "code": f.code} for f in faulty.faults]
        lines = [f"  {fault['pointer']}: {fault['detail']}" for fault in faults]
        message = "\n".join(["The purpose has faults:", *lines])
        raise CommandFailed(message, USAGE, {"code": faulty.code, "errors": faults}) from None
    except ValueError as fault:
        raise CommandFailed(f"The purpose is not JSON: {fault}", USAGE) from None


def _withdraw(parsed: Namespace) -> int:
    body: dict[str, JSON] = {} if parsed.dataset is None else {"datasets": parsed.dataset}
    done: Mapping[str, Any] = service(parsed).post(_participant(parsed, "withdrawals"), body)
    if parsed.json:
        print_json(done)
        return OK
    print(f"Withdrawn at {done['recorded_at']}. Receipt: {done['receipt_url']}")
    for one in done["revisions"]:
        print(f"  {one['dataset']} is at revision {one['revision']}")
    return OK


def _history(parsed: Namespace) -> int:
    found: Mapping[str, Any] = service(parsed).get(_participant(parsed, "history"))
    if parsed.json:
        print_json(found)
        return OK
    columns = ("recorded", "dataset", "what", "from", "until", "allows")
    print_table(columns, [_step(event) for event in found["events"]])
    return OK


def _step(event: Mapping[str, Any]) -> list[str]:
    return [
        event["recorded_at"],
        event["dataset"],
        event["kind"],
        event["effective_from"],
        event["effective_to"] or "",
        " | ".join(_short(alternative) for alternative in event["alternatives"]),
    ]


def _short(alternative: Mapping[str, Any]) -> str:
    """Write an alternative the way people write it: `DS MONDO:0004992; NPU; GS=FI,NO`."""
    words = [" ".join([_name(alternative["permission"]), *alternative["diseases"]])]
    for modifier in alternative["modifiers"]:
        values = ",".join(modifier["value"] or ())
        words.append(_name(modifier["code"]) + (f"={values}" if values else ""))
    words += [f"for {activity}" for activity in alternative.get("activities", ())]
    return "; ".join(words)


def _name(code: str) -> str:
    known = duo.find(code)
    return known.name if known else code


def _participant(parsed: Namespace, what: str) -> str:
    return f"/v1/participants/{quote(parsed.pseudonym, safe='')}/{what}"

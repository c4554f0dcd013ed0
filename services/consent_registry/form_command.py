# SPDX-License-Identifier: Apache-2.0
"""`placet consent form check|sign|publish|retire|list`: consent forms, from a file to a registry.

`check` and `sign` work on this machine alone; the others ask the registry.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from consent_registry.adapters.form_signatures import FORM_TYP
from consent_registry.adapters.resources import read_diseases
from consent_registry.domain.diseases import BadHierarchy
from consent_registry.domain.form import ELEMENTS, Form
from consent_registry.domain.form_check import Check, check
from consent_registry.domain.form_file import read_form
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
    print_json,
    service,
)
from services.consent_registry.policy_command import key_store
from services.consent_registry.tables import print_table
from shared import strict_json
from shared.canonical import parse_canonical
from shared.errors import ValidationFailed
from shared.keys import sign_jws
from shared.policy_files import SIGNATURE_SUFFIX

Asking = Callable[[Commands, str, Run, str, str], ArgumentParser]

_GROUP_HELP: Final = "Consent forms: check a file, sign its rules, publish it, end it, list them."
_CHECK_HELP: Final = """\
Read a form and try every combination of answers: offline, nothing is kept.

  placet consent form check docs/forms/example-biobank.json

Names every fault of the file; else the first combination of answers to which the rules say nothing
definite, or whose refusal would allow more; and the minimum elements that the text leaves out.
Exits 0 when the form could be published, 1 when its rules have a counterexample.
"""
_SIGN_HELP: Final = """\
Sign a form: writes FILE.jws beside it, over the form's canonical JSON.

  placet consent form sign form.json --keys /secure/policy-keys

The key folder is that of policy files, and is made when it is not there.
"""
_PUBLISH_HELP: Final = """\
Check a form, hand it to the registry and publish it (scope consents.write).

  placet consent form publish form.json

Sends the signature in FILE.jws where there is one; only a development node does without. From then
on nobody can alter the form; the same file again changes nothing.
"""
_RETIRE_HELP: Final = """\
End new answers under a published form; consents under it stay (scope consents.write).

  placet consent form retire SHA256
"""
_LIST_HELP: Final = """\
List the forms by name and version (scope consents.read).

  placet consent form list
"""
_DEMAND_HELP: Final = """\
Have a dataset take consents under a published form alone (scope consents.write).

  placet consent form demand GDI-FI-DATASET-1 example-biobank
  placet consent form demand GDI-FI-DATASET-1 example-biobank@2.0
  placet consent form demand GDI-FI-DATASET-1 ""

With a version, that one and those after it are taken, and an older one is not any more.
Refused while the form leaves out a minimum element. An empty name ends the demand.
"""


def add(commands: Commands, asking: Asking) -> None:
    """Add the group `form`; `asking` adds a command that asks the registry."""
    group = add_group(commands, "form", "consent forms: check, sign, publish", _GROUP_HELP)
    offline = add_command(group, "check", _check, "try every combination of answers", _CHECK_HELP)
    _add_file(offline)
    add_json_option(offline)
    sign = add_command(group, "sign", _sign, "sign a form", _SIGN_HELP)
    _add_file(sign)
    sign.add_argument("--keys", type=Path, required=True, metavar="FOLDER")
    _add_file(asking(group, "publish", _publish, "publish a form", _PUBLISH_HELP))
    retire = asking(group, "retire", _retire, "end new answers under a form", _RETIRE_HELP)
    retire.add_argument("sha256", metavar="SHA256")
    asking(group, "list", _list, "list the forms", _LIST_HELP)
    demand = asking(group, "demand", _demand, "have a dataset demand a form", _DEMAND_HELP)
    demand.add_argument("dataset", metavar="DATASET")
    demand.add_argument("form", metavar="FORM")


def _add_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--mondo", type=Path, metavar="FILE", help="OBO Graph JSON; default: the shipped extract"
    )


def _check(parsed: Namespace) -> int:
    form, found = _checked(parsed)
    counter = found.counterexample
    if parsed.json:
        print_json(
            {
                "sha256": form.sha256,
                "combinations": found.combinations,
                "code": counter.law.value if counter else None,
                "counterexample": counter.sentence() if counter else None,
                "missing_elements": list(form.missing_elements),
            }
        )
        return FAILED if counter else OK
    print(f"{form.name} {form.version}, sha256 {form.sha256}")
    print(f"combinations of answers: {found.combinations}")
    if counter is not None:
        print(f"{counter.law.value}: {counter.sentence()}")
        return FAILED
    print("The rules speak to each of them, and no refusal allows more.")
    for element in form.missing_elements:
        print(f"  missing: {element} ({ELEMENTS[element]})")
    return OK


def _sign(parsed: Namespace) -> int:
    form, found = _checked(parsed)
    _require_sound(found)
    token = sign_jws(form.document, key_store(parsed.keys).active(), typ=FORM_TYP)
    beside = _signature_of(parsed.file)
    beside.write_text(f"{token}\n", encoding="ascii")
    print(f"Signed: {beside}")
    return OK


def _publish(parsed: Namespace) -> int:
    form, found = _checked(parsed)
    _require_sound(found)
    beside = _signature_of(parsed.file)
    signature = beside.read_text(encoding="ascii").strip() if beside.exists() else ""
    registry = service(parsed)
    registry.post("/v1/forms", {"document": parse_canonical(form.document)})
    done = registry.put(f"/v1/forms/{form.sha256}/publication", {"signature": signature})
    return _show(done, as_json=parsed.json)


def _retire(parsed: Namespace) -> int:
    if not parsed.sha256.isalnum():
        raise CommandFailed("A form is named by its SHA-256 in hex.", USAGE)
    done = service(parsed).put(f"/v1/forms/{parsed.sha256}/retirement", {})
    return _show(done, as_json=parsed.json)


def _list(parsed: Namespace) -> int:
    answer: Mapping[str, Any] = service(parsed).get("/v1/forms")
    if parsed.json:
        print_json(answer)
        return OK
    columns = ("form", "version", "state", "sha256")
    print_table(columns, [[one[name] for name in columns] for one in answer["forms"]])
    return OK


def _demand(parsed: Namespace) -> int:
    if not all(sign.isalnum() or sign == "-" for sign in parsed.dataset):
        raise CommandFailed("A dataset has a name such as GDI-FI-DATASET-1.", USAGE)
    done = service(parsed).put(f"/v1/datasets/{parsed.dataset}/form", {"form": parsed.form})
    if parsed.json:
        print_json(done)
    else:
        print(f"{done['dataset']} demands the form: {done['form'] or 'none'}")
    return OK


def _show(done: Mapping[str, Any], *, as_json: bool) -> int:
    if as_json:
        print_json(done)
    else:
        print(f"{done['form']} {done['version']} is {done['state']}, sha256 {done['sha256']}")
    return OK


def _checked(parsed: Namespace) -> tuple[Form, Check]:
    try:
        form = read_form(strict_json.loads(parsed.file.read_bytes()))
        return form, check(form, read_diseases(parsed.mondo))
    except OSError:
        raise CommandFailed("The form, or the disease hierarchy, cannot be read.", USAGE) from None
    except BadHierarchy as fault:
        raise CommandFailed(f"The disease hierarchy is not usable: {fault}", USAGE) from None
    except ValidationFailed as faulty:
        faults = [{"pointer": f.pointer, "detail": f.detail, "code": f.code} for f in faulty.faults]
        lines = [f"  {fault['pointer']}: {fault['detail']}" for fault in faults]
        message = "\n".join(["The form has faults:", *lines])
        raise CommandFailed(message, USAGE, {"code": faulty.code, "errors": faults}) from None
    except ValueError as fault:
        raise CommandFailed(f"The form is not JSON: {fault}", USAGE) from None


def _require_sound(found: Check) -> None:
    counter = found.counterexample
    if counter is not None:
        raise CommandFailed(f"{counter.law.value}: {counter.sentence()}", FAILED)


def _signature_of(file: Path) -> Path:
    return file.with_name(f"{file.name}{SIGNATURE_SUFFIX}")

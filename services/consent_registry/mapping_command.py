# SPDX-License-Identifier: Apache-2.0
"""`placet consent mapping check|sign`: how FHIR consents are read, before a node does so."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from consent_registry.adapters.resources import (
    MAPPING_TYP,
    read_diseases,
    read_fhir_mappings,
)
from consent_registry.domain.diseases import BadHierarchy
from consent_registry.domain.fhir.mapping import FhirMapping, MappingFaults
from services.command import OK, USAGE, CommandFailed, Commands, add_command, add_group
from services.consent_registry.policy_command import key_store
from shared.keys import sign_jws
from shared.policy_files import SIGNATURE_SUFFIX

_GROUP_HELP: Final = "A node's FHIR mapping files: check, sign. The keys are those of its policies."
_CHECK_HELP: Final = """\
Read a FHIR mapping file and name everything that is wrong with it, or say its digest.

  placet consent mapping check docs/fhir/mii-broad-consent.toml
"""
_SIGN_HELP: Final = """\
Sign a FHIR mapping file: writes FILE.jws beside it, for PLACET_FHIR_MAPPING_FILE.

  placet consent mapping sign broad.toml --keys /secure/policy-keys
"""


def add(commands: Commands) -> None:
    """Add the group `mapping`."""
    group = add_group(commands, "mapping", "FHIR mapping files: check, sign", _GROUP_HELP)
    _options(add_command(group, "check", _check, "name every fault of a file", _CHECK_HELP))
    sign = add_command(group, "sign", _sign, "sign a file", _SIGN_HELP)
    _options(sign)
    sign.add_argument("--keys", type=Path, required=True, metavar="FOLDER")


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--mondo", type=Path, help="the hierarchy that its illnesses are in")


def _check(parsed: Namespace) -> int:
    found = _readable(parsed)
    print(f"The mapping {found.name} is usable. SHA-256: {found.digest}")
    return OK


def _sign(parsed: Namespace) -> int:
    _readable(parsed)
    key = key_store(parsed.keys).active()
    token = sign_jws(parsed.file.read_bytes(), key, typ=MAPPING_TYP)
    beside: Path = parsed.file.with_name(f"{parsed.file.name}{SIGNATURE_SUFFIX}")
    beside.write_text(f"{token}\n", encoding="ascii")
    print(f"Signed: {beside}")
    return OK


def _readable(parsed: Namespace) -> FhirMapping:
    try:
        (found,) = read_fhir_mappings(parsed.file, None, read_diseases(parsed.mondo))
    except (OSError, UnicodeDecodeError, BadHierarchy):
        raise CommandFailed("The file cannot be read.", USAGE) from None
    except MappingFaults as bad:
        lines = "\n".join(f"  {fault}" for fault in bad.faults)
        raise CommandFailed(f"The mapping has faults:\n{lines}", USAGE) from None
    return found

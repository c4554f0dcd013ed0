# SPDX-License-Identifier: Apache-2.0
"""Whose signature makes the rules of a form this node's: the keys that also sign its policies."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from shared.keys import verify_jws
from shared.policy_files import read_key_set

FORM_TYP: Final = "placet-form+jws"


def form_signatures(trusted: Path | None, *, development: bool) -> Callable[[bytes, str], bool]:
    """Give what says whether a form is signed by a key of `trusted` (a JWK set of Ed25519 keys).

    Without trusted keys every form is refused; on a development node none needs a signature. Raises
    OSError, and PolicyFaults when the file is no JWK set.
    """
    if trusted is None:
        return _anybody if development else _nobody
    return _Trusted(read_key_set(trusted))


class _Trusted:
    def __init__(self, keys: Mapping[str, Any]) -> None:
        self._keys = keys

    def __call__(self, document: bytes, signature: str) -> bool:
        try:
            signed = verify_jws(
                signature.strip(), self._keys, typ=FORM_TYP, algorithms=("Ed25519",)
            )
        except ValueError:
            return False
        return signed == document


def _anybody(_document: bytes, _signature: str) -> bool:
    return True


def _nobody(_document: bytes, _signature: str) -> bool:
    return False

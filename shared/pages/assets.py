# SPDX-License-Identifier: Apache-2.0
"""The shell's own files, served under names that contain a digest of their content.

A name never changes its content, so browsers may keep it for a year. No third-party file is
served, and no file outside `static/`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Response, abort

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = MappingProxyType({".css": "text/css", ".svg": "image/svg+xml"})
_YEAR: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of the shell."""

    name: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """All files of the shell by served name, and the served name of each by its own."""

    by_served_name: Mapping[str, Asset]
    served_names: Mapping[str, str]

    def url(self, name: str) -> str:
        """Give the address of a file, such as `placet.css`; KeyError when there is none."""
        return f"/static/{self.served_names[name]}"

    def answer(self, filename: str) -> Response:
        """Answer a request for a served name; 404 for any other."""
        asset = self.by_served_name.get(filename)
        if asset is None:
            abort(404)
        response = Response(asset.content, mimetype=asset.mimetype)
        response.headers["Cache-Control"] = _YEAR
        return response


def load_assets() -> Assets:
    """Read the shell's files into memory."""
    by_served_name: dict[str, Asset] = {}
    served_names: dict[str, str] = {}
    for path in sorted(_FOLDER.iterdir()):
        mimetype = _TYPES.get(path.suffix)
        if mimetype is None:
            continue
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        served = f"{path.stem}.{digest}{path.suffix}"
        by_served_name[served] = Asset(name=path.name, content=content, mimetype=mimetype)
        served_names[path.name] = served
    return Assets(
        by_served_name=MappingProxyType(by_served_name),
        served_names=MappingProxyType(served_names),
    )

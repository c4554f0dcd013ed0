# SPDX-License-Identifier: Apache-2.0
"""QR codes as SVG inside a page: no script, no second request, black on white in every theme."""

import io
from typing import Final

import segno
from markupsafe import Markup

_QUIET_ZONE: Final = 4
_SCALE: Final = 4


def qr_code(text: str, title: str) -> Markup:
    """Draw a text; `title` says in words what the picture is, for those who do not see it."""
    code = segno.make_qr(text, error="m")
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        scale=_SCALE,
        border=_QUIET_ZONE,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        title=title,
        svgclass="placet-qr",
        lineclass=None,
        nl=False,
    )
    # A reader of screens is told the title, which segno escapes; the rest are squares.
    drawing = out.getvalue().decode("utf-8").replace("<svg ", '<svg role="img" ', 1)
    return Markup(drawing)  # noqa: S704 - made here, from no markup

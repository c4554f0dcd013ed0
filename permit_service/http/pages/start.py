# SPDX-License-Identifier: Apache-2.0
"""The start page: what this service is and where to go."""

from typing import Final

from flask import Blueprint, render_template

from shared.auth import public

blueprint: Final = Blueprint("start", __name__, template_folder="templates")


@blueprint.get("/")
@public("says what the service is; holds no data")
def home() -> str:
    """Show the start page."""
    return render_template("permit_service/home.html")

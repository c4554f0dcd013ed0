# SPDX-License-Identifier: Apache-2.0
"""What a guardian's pages say when a mandate has ended, or what she answered is not open any more.

Of somebody she never decided for, `MandateUnknown` says the same whether there is such a person.
"""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import (
    DecisionUnknown,
    FormNotOpen,
    FormUnknown,
    GuardianMustSign,
    MandateOver,
    NotAMember,
    NothingToWithdraw,
    StudyUnknown,
)
from consent_registry.http.pages import guarding_views, participant
from consent_registry.usecases.guarding import wards
from shared.errors import Forbidden, ValidationFailed
from shared.pages import current_principal


def handle(blueprint: Blueprint) -> None:
    """Give the faults of a guardian's pages their words."""
    blueprint.register_error_handler(MandateOver, _closed)
    for fault in (
        *(DecisionUnknown, NotAMember, NothingToWithdraw),
        *(FormUnknown, FormNotOpen, StudyUnknown, ValidationFailed),
    ):
        blueprint.register_error_handler(fault, _nothing)
    blueprint.register_error_handler(Forbidden, _not_hers)
    blueprint.register_error_handler(GuardianMustSign, _not_all)


def _closed(_: Exception) -> ResponseReturnValue:
    """Say why the pages of a person are closed, and nothing of the person."""
    who = _who()
    found = wards(tools=participant.current_tools(), principal=current_principal())
    ended = [one for one in found if one.pseudonym == who and one.ended_at is not None]
    view = guarding_views.listing(ended, participant.current_speaker())
    return render_template("consent_registry/acting_closed.html", ended=view.ended), 403


def _nothing(_: Exception) -> ResponseReturnValue:
    """Say that what she answered or signed is not open, or not any more; nothing was recorded."""
    return render_template("consent_registry/acting_nothing.html", who=_who()), 409


def _not_hers(_: Exception) -> ResponseReturnValue:
    """Say that this login does not decide about that; nothing was recorded."""
    return render_template("consent_registry/acting_not_hers.html", some=False), 403


def _not_all(_: Exception) -> ResponseReturnValue:
    """Say that nobody decides in this person's place about all of that; nothing was recorded."""
    return render_template("consent_registry/acting_not_hers.html", some=True), 409


def _who() -> str:
    return str((request.view_args or {}).get("pseudonym", ""))

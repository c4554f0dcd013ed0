# SPDX-License-Identifier: Apache-2.0
"""The pages of somebody who decides for another: for whom, what holds, what waits, and the end.

Whom she acts for comes from her login's mandates; an address names nobody else. Once a mandate has
ended its pages say why they are closed, and show nothing of the person.
"""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.records import Channel
from consent_registry.http.pages import (
    guarding_faults,
    guarding_views,
    history_views,
    participant,
    study_views,
    views,
)
from consent_registry.http.pages.qr_code import qr_code
from consent_registry.http.pages.receipt_views import signed_view
from consent_registry.usecases.guardian_decisions import refuse_decision, sign_decision
from consent_registry.usecases.guarding import (
    Guarded,
    guarded,
    guarded_history,
    guarded_receipt,
    wards,
)
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, NotFound
from shared.ids import DatasetId
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("guarding", __name__, template_folder="templates")
guarding_faults.handle(blueprint)
SELF: Final = "consents.self"
_DONE: Final = frozenset({"recorded", "waits", "refused", "stopped", "narrowed"})


@blueprint.get("/acting")
@signed_in(SELF)
def listing() -> ResponseReturnValue:
    """Show everybody she decides for, and for whom she did before."""
    found = wards(tools=participant.current_tools(), principal=current_principal())
    view = guarding_views.listing(found, participant.current_speaker())
    return render_template("consent_registry/acting.html", view=view)


@blueprint.get("/acting/<pseudonym>")
@signed_in(SELF)
def show(pseudonym: str) -> ResponseReturnValue:
    """Show what holds for one person, and what waits for a signature."""
    done = request.args.get("done", "")
    view = guarding_views.ward(_guarded(pseudonym), participant.current_speaker())
    return render_template(
        "consent_registry/acting_for.html", view=view, done=done if done in _DONE else ""
    )


@blueprint.get("/acting/<pseudonym>/stop")
@blueprint.get("/acting/<pseudonym>/stop/<dataset>")
@blueprint.get("/acting/<pseudonym>/stop/study/<study>")
@signed_in(SELF)
def ask(
    pseudonym: str, dataset: str | None = None, study: str | None = None
) -> ResponseReturnValue:
    """Ask once whether to stop; each page has a key of its own."""
    found = _guarded(pseudonym)
    key = participant.current_tools().ids.new()
    about = views.About(dataset=dataset, study=_hers(found, study) or None)
    view = views.question(_present(found), about, participant.current_speaker(), key=key)
    if view is None:
        raise NotFound
    return render_template("consent_registry/acting_stop.html", view=view, who=pseudonym)


@blueprint.post("/acting/<pseudonym>/stop")
@blueprint.post("/acting/<pseudonym>/stop/<dataset>")
@blueprint.post("/acting/<pseudonym>/stop/study/<study>")
@signed_in(SELF)
def stop(
    pseudonym: str, dataset: str | None = None, study: str | None = None
) -> ResponseReturnValue:
    """Stop at once; one guardian alone is enough, and a form without any field does it too."""
    found = _guarded(pseudonym)
    wanted = WithdrawConsent(
        datasets=None if study else _meant(found, dataset),
        study=_hers(found, study),
        idempotency_key=request.form.get("key") or None,
    )
    withdraw(
        pseudonym,
        wanted,
        tools=participant.current_tools(),
        principal=current_principal(),
        channel=Channel.PAGE,
    )
    return back(pseudonym, "stopped")


@blueprint.post("/acting/<pseudonym>/decisions/<decision_id>/sign")
@signed_in(SELF)
def sign(pseudonym: str, decision_id: str) -> ResponseReturnValue:
    """Sign what another guardian has proposed."""
    _guarded(pseudonym)  # who decides for nobody here is told the same of everybody
    done = sign_decision(
        pseudonym,
        decision_id,
        (),
        tools=participant.current_tools(),
        principal=current_principal(),
        channel=Channel.PAGE,
    )
    return back(pseudonym, "recorded" if done.recorded else "waits")


@blueprint.post("/acting/<pseudonym>/decisions/<decision_id>/refuse")
@signed_in(SELF)
def refuse(pseudonym: str, decision_id: str) -> ResponseReturnValue:
    """Refuse what waits; it is over then."""
    _guarded(pseudonym)
    refuse_decision(
        pseudonym,
        decision_id,
        (),
        tools=participant.current_tools(),
        principal=current_principal(),
        channel=Channel.PAGE,
    )
    return back(pseudonym, "refused")


@blueprint.get("/acting/<pseudonym>/history")
@signed_in(SELF)
def history(pseudonym: str) -> ResponseReturnValue:
    """Show what was recorded of that person, newest first."""
    steps = guarded_history(
        pseudonym, tools=participant.current_tools(), principal=current_principal()
    )
    speaker = participant.current_speaker()
    view = history_views.history(steps, None, speaker)
    studies = study_views.history(_guarded(pseudonym).said, speaker)
    return render_template(
        "consent_registry/acting_history.html", view=view, studies=studies, who=pseudonym
    )


@blueprint.get("/acting/<pseudonym>/receipts/<event_id>")
@signed_in(SELF)
def receipt(pseudonym: str, event_id: str) -> ResponseReturnValue:
    """Show the signed receipt of one event, with the code that anybody can check it by."""
    tools, principal = participant.current_tools(), current_principal()
    found = guarded_receipt(pseudonym, event_id, tools=tools, principal=principal)
    step = signed_view(found.of, participant.current_speaker())
    return render_template(
        "consent_registry/acting_receipt.html",
        step=step,
        who=pseudonym,
        check_url=found.check_url,
        picture=qr_code(found.check_url, guarding_views.picture_text()),
    )


def back(pseudonym: str, done: str) -> ResponseReturnValue:
    """Lead to a person's page, with the word for what was done."""
    return redirect(url_for("guarding.show", pseudonym=pseudonym, done=done), code=303)


def _guarded(pseudonym: str) -> Guarded:
    tools, principal = participant.current_tools(), current_principal()
    return guarded(pseudonym, tools=tools, principal=principal)


def _present(found: Guarded) -> views.Present:
    return views.Present(
        choices=found.choices, outlooks=found.outlooks, studies=found.studies, said=found.said
    )


def _hers(found: Guarded, study: str | None) -> str:
    """Give a study that is hers as this login sees her; empty where none is meant.

    Raises NotFound where it is not, and Forbidden for who does not decide about everything: a no to
    a study is one to whatever is put in it later.
    """
    if study is None:
        return ""
    hers = {one.study for one in found.studies.values()} | {one.name for one in found.said}
    if study not in hers:
        raise NotFound
    if not found.ward.everything:
        raise Forbidden
    return study


def _meant(found: Guarded, dataset: str | None) -> tuple[DatasetId, ...] | None:
    """Name what to stop in: one dataset, else what her mandates are about; None is everything."""
    if dataset is not None:
        return (DatasetId(dataset),)
    if found.ward.everything:
        return None
    return tuple(one.dataset.dataset for one in found.choices.choices)

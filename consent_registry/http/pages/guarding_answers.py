# SPDX-License-Identifier: Apache-2.0
"""The pages on which a guardian answers a form in a person's place: answer, see it, propose it.

Where another has to sign too, the answers wait; alone, they are recorded at once.
"""

from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import FormNotOpen
from consent_registry.domain.records import Channel
from consent_registry.http.pages import form_views, guarding, guarding_faults, participant
from consent_registry.http.pages.answering import (
    answers_sent,
    chosen_language,
    filled,
    for_dataset,
)
from consent_registry.usecases.answering import Asked
from consent_registry.usecases.guardian_decisions import propose_answers
from consent_registry.usecases.guarding import (
    PlaceAsked,
    guarded_form,
    guarded_study,
    preview_in_place,
)
from consent_registry.usecases.study_answers import propose_for_study
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId
from shared.pages import current_principal, form_errors, signed_in

blueprint: Final = Blueprint("guarding_answers", __name__, template_folder="templates")
guarding_faults.handle(blueprint)


@blueprint.get("/acting/<pseudonym>/answer/<dataset>")
@blueprint.get("/acting/<pseudonym>/answer/study/<study>")
@signed_in(guarding.SELF)
def ask(pseudonym: str, dataset: str = "", study: str = "") -> ResponseReturnValue:
    """Ask the questions of the dataset's form, or of the one that all of the study asks."""
    return _questions(pseudonym, _asked(pseudonym, dataset, study).asked, ())


@blueprint.post("/acting/<pseudonym>/answer/<dataset>")
@blueprint.post("/acting/<pseudonym>/answer/study/<study>")
@signed_in(guarding.SELF)
def show(pseudonym: str, dataset: str = "", study: str = "") -> ResponseReturnValue:
    """Show what the answers mean; records nothing. They are to the version that was read."""
    found = _read_form(pseudonym, dataset, study)
    tools, principal = participant.current_tools(), current_principal()
    try:
        preview = preview_in_place(pseudonym, filled(found.asked), tools=tools, principal=principal)
    except ValidationFailed as refused:
        return _questions(pseudonym, found.asked, refused.faults)
    speaker = participant.current_speaker()
    view = form_views.outcome(found.asked, preview, found.decides, found.stays, speaker)
    return render_template("consent_registry/acting_answers.html", view=view, who=pseudonym)


@blueprint.post("/acting/<pseudonym>/answer/<dataset>/confirmation")
@blueprint.post("/acting/<pseudonym>/answer/study/<study>/confirmation")
@signed_in(guarding.SELF)
def confirm(pseudonym: str, dataset: str = "", study: str = "") -> ResponseReturnValue:
    """Propose the answers that were shown, under the form that was shown."""
    answers = filled(_read_form(pseudonym, dataset, study).asked)
    tools, principal, channel = participant.current_tools(), current_principal(), Channel.PAGE
    if study:
        done = propose_for_study(
            pseudonym, study, answers, tools=tools, principal=principal, channel=channel
        )
    else:
        wanted = for_dataset(answers, dataset)
        done = propose_answers(pseudonym, wanted, tools=tools, principal=principal, channel=channel)
    return guarding.back(pseudonym, "recorded" if done.recorded else "waits")


def _asked(pseudonym: str, dataset: str, study: str) -> PlaceAsked:
    tools, principal = participant.current_tools(), current_principal()
    if study:
        return guarded_study(pseudonym, study, tools=tools, principal=principal)
    return guarded_form(pseudonym, DatasetId(dataset), tools=tools, principal=principal)


def _read_form(pseudonym: str, dataset: str, study: str) -> PlaceAsked:
    """Give the form that the page showed. Raises FormNotOpen once another is asked."""
    found = _asked(pseudonym, dataset, study)
    if request.form.get("form") != found.asked.form.form.sha256:
        raise FormNotOpen
    return found


def _questions(pseudonym: str, asked: Asked, faults: tuple[FieldFault, ...]) -> ResponseReturnValue:
    sent, language = answers_sent(asked), chosen_language(asked.form.form)
    view = form_views.questions(asked, language, sent, participant.current_speaker())
    errors = form_errors(form_views.faults_by_field(faults, sent))
    page = render_template(
        "consent_registry/acting_questions.html", view=view, errors=errors, who=pseudonym
    )
    return page, 422 if faults else 200

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
from consent_registry.http.pages.answering import answers_sent, chosen_language, wanted_answers
from consent_registry.usecases.answering import Asked
from consent_registry.usecases.guardian_decisions import propose_answers
from consent_registry.usecases.guarding import guarded, guarded_form, preview_in_place
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId
from shared.pages import current_principal, form_errors, signed_in

blueprint: Final = Blueprint("guarding_answers", __name__, template_folder="templates")
guarding_faults.handle(blueprint)


@blueprint.get("/acting/<pseudonym>/answer/<dataset>")
@signed_in(guarding.SELF)
def ask(pseudonym: str, dataset: str) -> ResponseReturnValue:
    """Ask the questions of the dataset's form."""
    return _questions(pseudonym, _asked(pseudonym, dataset), ())


@blueprint.post("/acting/<pseudonym>/answer/<dataset>")
@signed_in(guarding.SELF)
def show(pseudonym: str, dataset: str) -> ResponseReturnValue:
    """Show what the answers mean; records nothing. They are to the version that was read."""
    asked = _read_form(pseudonym, dataset)
    tools, principal = participant.current_tools(), current_principal()
    try:
        preview = preview_in_place(
            pseudonym, wanted_answers(asked), tools=tools, principal=principal
        )
    except ValidationFailed as refused:
        return _questions(pseudonym, asked, refused.faults)
    found = guarded(pseudonym, tools=tools, principal=principal).choices.choices
    choice = next(one for one in found if one.dataset.dataset == asked.dataset.dataset)
    view = form_views.outcome(asked, preview, choice, participant.current_speaker())
    return render_template("consent_registry/acting_answers.html", view=view, who=pseudonym)


@blueprint.post("/acting/<pseudonym>/answer/<dataset>/confirmation")
@signed_in(guarding.SELF)
def confirm(pseudonym: str, dataset: str) -> ResponseReturnValue:
    """Propose the answers that were shown, under the form that was shown."""
    asked = _read_form(pseudonym, dataset)
    done = propose_answers(
        pseudonym,
        wanted_answers(asked),
        tools=participant.current_tools(),
        principal=current_principal(),
        channel=Channel.PAGE,
    )
    return guarding.back(pseudonym, "recorded" if done.recorded else "waits")


def _asked(pseudonym: str, dataset: str) -> Asked:
    tools, principal = participant.current_tools(), current_principal()
    return guarded_form(pseudonym, DatasetId(dataset), tools=tools, principal=principal)


def _read_form(pseudonym: str, dataset: str) -> Asked:
    """Give the form that the page showed. Raises FormNotOpen once the dataset asks another."""
    asked = _asked(pseudonym, dataset)
    if request.form.get("form") != asked.form.form.sha256:
        raise FormNotOpen
    return asked


def _questions(pseudonym: str, asked: Asked, faults: tuple[FieldFault, ...]) -> ResponseReturnValue:
    sent = answers_sent(asked)
    view = form_views.questions(
        asked,
        chosen_language(asked.form.form),
        {one.question: one for one in sent},
        participant.current_speaker(),
    )
    errors = form_errors(form_views.faults_by_field(faults, sent))
    page = render_template(
        "consent_registry/acting_questions.html", view=view, errors=errors, who=pseudonym
    )
    return page, 422 if faults else 200

# SPDX-License-Identifier: Apache-2.0
"""The participant's pages of a form: answer, see what it means, confirm.

Nothing is chosen for her, today's answers neither: they stand beside the questions in words. What
she leaves open counts as no, and the page that shows the outcome says so before she confirms.
"""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from consent_registry.domain.answers import YES, RawAnswer
from consent_registry.domain.errors import FormNotOpen, FormUnknown, NotAMember, NotLinked
from consent_registry.domain.form import Form
from consent_registry.http.pages import form_views, participant
from consent_registry.usecases.answering import (
    Asked,
    NewAnswers,
    own_form,
    preview_own,
    record_own_answers,
)
from consent_registry.usecases.forms import get_form
from consent_registry.usecases.reading import own_consents
from shared.errors import FieldFault, NotFound, ValidationFailed
from shared.ids import DatasetId
from shared.pages import current_principal, form_errors, signed_in

blueprint: Final = Blueprint("answering", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/answer/<dataset>")
@signed_in(_SELF)
def ask(dataset: str) -> ResponseReturnValue:
    """Ask the questions of the dataset's form."""
    return _questions(_asked(dataset), ())


@blueprint.post("/answer/<dataset>")
@signed_in(_SELF)
def show(dataset: str) -> ResponseReturnValue:
    """Show what the answers mean; records nothing.

    An answer is to the version that was read: another may ask something else under the same key.
    """
    asked = _read_form(dataset)
    wanted = wanted_answers(asked)
    tools, principal = participant.current_tools(), current_principal()
    try:
        preview = preview_own(wanted, tools=tools, principal=principal)
    except ValidationFailed as refused:
        return _questions(asked, refused.faults)
    choices = own_consents(tools=tools, principal=principal).choices
    choice = next(one for one in choices if one.dataset.dataset == asked.dataset.dataset)
    view = form_views.outcome(asked, preview, choice, participant.current_speaker())
    return render_template("consent_registry/answers.html", view=view)


@blueprint.post("/answer/<dataset>/confirmation")
@signed_in(_SELF)
def confirm(dataset: str) -> ResponseReturnValue:
    """Record the answers that were shown, under the form that was shown."""
    asked = _read_form(dataset)
    wanted = wanted_answers(asked)
    record_own_answers(wanted, tools=participant.current_tools(), principal=current_principal())
    return redirect(url_for("answering.done", dataset=asked.dataset.dataset), code=303)


@blueprint.get("/answer/<dataset>/recorded")
@signed_in(_SELF)
def done(dataset: str) -> ResponseReturnValue:
    """Show what holds now, and under which form."""
    asked = _asked(dataset)
    choices = own_consents(tools=participant.current_tools(), principal=current_principal())
    view = form_views.recorded(asked, choices, participant.current_speaker())
    if view is None:
        raise NotFound
    return render_template("consent_registry/answered.html", view=view)


@blueprint.get("/form/<digest>")
@signed_in(_SELF)
def read(digest: str) -> ResponseReturnValue:
    """Show a published form, retired or not: what she once answered, word for word."""
    found = get_form(digest, tools=participant.current_tools())
    if found.published_at is None:
        raise NotFound
    view = form_views.whole(found.form, chosen_language(found.form))
    return render_template("consent_registry/form.html", view=view)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


@blueprint.errorhandler(NotAMember)
@blueprint.errorhandler(FormUnknown)
@blueprint.errorhandler(FormNotOpen)
@blueprint.errorhandler(ValidationFailed)
def not_open(_: Exception) -> ResponseReturnValue:
    """Say that there is nothing to answer, or not any more; nothing was recorded."""
    return render_template("consent_registry/no_form.html"), 409


def _asked(dataset: str) -> Asked:
    tools, principal = participant.current_tools(), current_principal()
    return own_form(DatasetId(dataset), tools=tools, principal=principal)


def _read_form(dataset: str) -> Asked:
    """Give the form that her page showed. Raises FormNotOpen once the dataset asks another."""
    asked = _asked(dataset)
    if request.form.get("form") != asked.form.form.sha256:
        raise FormNotOpen
    return asked


def _questions(asked: Asked, faults: tuple[FieldFault, ...]) -> ResponseReturnValue:
    speaker = participant.current_speaker()
    view = form_views.questions(asked, _language(asked), _sent(asked), speaker)
    errors = form_errors(form_views.faults_by_field(faults, answers_sent(asked)))
    page = render_template("consent_registry/questions.html", view=view, errors=errors)
    return page, 422 if faults else 200


def _language(asked: Asked) -> str:
    return chosen_language(asked.form.form)


def chosen_language(form: Form) -> str:
    """Give the language she reads a form in: the one asked for, else hers, else the first."""
    texts = form.texts
    for wanted in (request.values.get("language", ""), str(get_locale() or "")):
        if wanted in texts:
            return wanted
    return min(texts)


def _sent(asked: Asked) -> Mapping[str, RawAnswer]:
    return {one.question: one for one in answers_sent(asked)}


def answers_sent(asked: Asked) -> list[RawAnswer]:
    """Read the answers she sent; a question without a choice is left open."""
    found: list[RawAnswer] = []
    for question in asked.form.form.questions:
        answer = request.form.get(form_views.field(question.key), "")
        if answer:
            chosen = request.form.getlist(form_views.illness_field(question.key))
            illnesses = tuple(chosen) if answer == YES else ()
            named = request.form.getlist(form_views.value_field(question.key))
            values = tuple(named) if answer == YES else ()
            found.append(
                RawAnswer(question=question.key, answer=answer, illnesses=illnesses, values=values)
            )
    return found


def wanted_answers(asked: Asked) -> NewAnswers:
    """Read what she sent as answers to the form that is asked."""
    return NewAnswers(
        dataset=asked.dataset.dataset,
        form=asked.form.form.sha256,
        language=_language(asked),
        answers=answers_sent(asked),
    )

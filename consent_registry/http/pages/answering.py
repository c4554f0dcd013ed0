# SPDX-License-Identifier: Apache-2.0
"""The participant's pages of a form: answer, see what it means, confirm.

Nothing is chosen for her, today's answers neither: they stand beside the questions in words. What
she leaves open counts as no, and the page that shows the outcome says so before she confirms.
"""

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
    FilledForm,
    NewAnswers,
    own_form,
    preview_own,
    record_own_answers,
)
from consent_registry.usecases.forms import get_form
from consent_registry.usecases.reading import Choice, own_consents
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
    tools, principal = participant.current_tools(), current_principal()
    try:
        preview = preview_own(filled(asked), tools=tools, principal=principal)
    except ValidationFailed as refused:
        return _questions(asked, refused.faults)
    view = form_views.outcome(asked, preview, [_choice(dataset)], (), participant.current_speaker())
    return render_template("consent_registry/answers.html", view=view)


@blueprint.post("/answer/<dataset>/confirmation")
@signed_in(_SELF)
def confirm(dataset: str) -> ResponseReturnValue:
    """Record the answers that were shown, under the form that was shown."""
    asked = _read_form(dataset)
    wanted = for_dataset(filled(asked), dataset)
    record_own_answers(wanted, tools=participant.current_tools(), principal=current_principal())
    return redirect(url_for("answering.done", dataset=dataset), code=303)


@blueprint.get("/answer/<dataset>/recorded")
@signed_in(_SELF)
def done(dataset: str) -> ResponseReturnValue:
    """Show what holds now, and under which form."""
    view = form_views.recorded(_asked(dataset), _choice(dataset), participant.current_speaker())
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


def _choice(dataset: str) -> Choice:
    tools, principal = participant.current_tools(), current_principal()
    for one in own_consents(tools=tools, principal=principal).choices:
        if one.dataset.dataset == dataset:
            return one
    raise NotFound


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
    sent = answers_sent(asked)
    view = form_views.questions(asked, chosen_language(asked.form.form), sent, speaker)
    errors = form_errors(form_views.faults_by_field(faults, sent))
    page = render_template("consent_registry/questions.html", view=view, errors=errors)
    return page, 422 if faults else 200


def chosen_language(form: Form) -> str:
    """Give the language she reads a form in: the one asked for, else hers, else the first."""
    texts = form.texts
    for wanted in (request.values.get("language", ""), str(get_locale() or "")):
        if wanted in texts:
            return wanted
    return min(texts)


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


def filled(asked: Asked) -> FilledForm:
    """Read what she sent as answers to the form that is asked."""
    return FilledForm(
        form=asked.form.form.sha256,
        language=chosen_language(asked.form.form),
        answers=answers_sent(asked),
    )


def for_dataset(done: FilledForm, dataset: str) -> NewAnswers:
    """Give answers as those for one dataset."""
    return NewAnswers(
        dataset=DatasetId(dataset), form=done.form, language=done.language, answers=done.answers
    )

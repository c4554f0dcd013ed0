# SPDX-License-Identifier: Apache-2.0
"""The HTML shell every service shares: layout, components, sign-in, CSRF, headers, error pages.

It decides nothing about consents, permits or entries, sends no script, and fetches no asset from
anywhere else. A service's pages call the same use cases as its JSON API.

How a service adds pages
========================

1. Once, where the application is built (after problems and `shared.web` are installed)::

       from shared.pages import NavigationItem, PageSettings, SignIn, install_pages

       install_pages(
           app,
           settings=PageSettings(
               service="consent_registry",           # names the session cookie
               title="Consent registry",             # header and page titles
               public_url=settings.public_url,
               session_key=settings.session_key,     # Secret from PLACET_SESSION_KEY_FILE
               development=settings.development,
           ),
           sign_in=SignIn(
               issuer=settings.sign_in_issuer,
               client_id=settings.sign_in_client_id,
               client_secret=settings.sign_in_client_secret,
               public_url=settings.public_url,
               audience=settings.audience,           # RFC 8707 resource of this service
               scopes=("consents.self",),            # what its pages may ask for
               verifier=token_verifier,              # the TokenVerifier of the API
               clock=clock,
           ),
           navigation=(NavigationItem(text="My choices", href="/", scope="consents.self"),),
           clock=clock,
           ended=SqlEndedSessions(engine, tables.ENDED_SESSIONS, clock),
       )

   This adds `/sign-in`, `/sign-in/callback`, `/sign-out`, `/signed-out` and `/static/<file>`.
   A service registers its own `/`.

2. A blueprint with its own templates; prefix the files with the service's name, because all
   templates share one name space (`http/pages/templates/consent_registry/home.html`)::

       from shared.pages import current_principal, signed_in

       pages = Blueprint("pages", __name__, template_folder="templates")

       @pages.get("/")
       @signed_in("consents.self")
       def home() -> str:
           view = views.home(usecases.my_consents(current_principal()))
           return render_template("consent_registry/home.html", view=view)

   `signed_in(*scopes)` goes *under* the route. It sends a person who is not signed in to
   `/sign-in` and back, answers 403 with a page when a scope is missing, and marks the view with
   `__placet_auth__`. An open page says `@shared.auth.public("why")` instead.
   `current_principal()` is the one of `shared.auth`: the Principal that the API would see. The
   person's name is `person_name()` and goes nowhere but onto the page. A use case that raises an
   `AppError` needs no handling: the problem document becomes a page for a browser.

3. A template extends the layout. Blocks: `title` (required, plain text), `content` (required, one
   `<h1>`), `before_content` (a back link), `main_class` (`wide` for large tables)::

       {% extends "placet/base.html" %}
       {% import "placet/macros.html" as ui %}
       {% block title %}My choices{% endblock %}
       {% block content %}
         <h1>My choices</h1>
         {{ ui.summary([("Health research", "You allow this")]) }}
         {% call ui.form(url_for("pages.withdraw")) %}
           {{ ui.button("Withdraw") }}
         {% endcall %}
       {% endblock %}

   `placet/macros.html` documents each macro in its first lines. Write text between
   `{% trans %}…{% endtrans %}` or as `_("…")`. No inline style, no inline script: the policy is
   `default-src 'self'`. Times: `{{ ui.when(view.recorded_at) }}` takes aware datetimes.

4. A form is a POST to the same service, made with `ui.form`, which writes the `csrf_token` field
   (a form written by hand needs `<input type="hidden" name="csrf_token"
   value="{{ csrf_token() }}">`). Every unsafe request outside `/v1`, `/api` and `/log` is
   refused without it. After success redirect with 303 to a GET page. When the input is wrong,
   render the form again with status 422 and the same faults a use case reports::

       except ValidationFailed as refused:
           page = render_template("…", view=view, errors=form_errors(refused.faults))
           return page, 422

   The layout then prefixes the title with "Error:" and shows the summary linked to the fields;
   give each field macro `errors=errors` and the fault's name (`/reasons` is the field `reasons`).

5. View models are frozen dataclasses of text and numbers made in `http/pages/views.py`. They
   format, and recompute nothing. Both choices of a question look alike; nothing is pre-selected;
   no page asks for a reason to withdraw; no text appeals to guilt.
"""

from shared.auth import current_principal
from shared.pages.forms import FormError, form_errors
from shared.pages.person import person_name, signed_in
from shared.pages.shell import NavigationItem, PageSettings, install_pages
from shared.pages.sign_in import SignIn

__all__ = [
    "FormError",
    "NavigationItem",
    "PageSettings",
    "SignIn",
    "current_principal",
    "form_errors",
    "install_pages",
    "person_name",
    "signed_in",
]

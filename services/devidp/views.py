# SPDX-License-Identifier: Apache-2.0
"""The provider's addresses. They parse and answer; what may be granted is decided in `grants`."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from services.devidp import sessions
from services.devidp.clients import Binding, granted_scopes
from services.devidp.discovery import metadata
from services.devidp.registry import User
from services.devidp.server import Provider
from services.devidp.sessions import SignedIn
from services.devidp.tokens import InvalidAccessToken, user_info
from shared.auth import public
from shared.pages import FormError
from shared.pages.security import page_policy

_OPEN: Final = "a sign-in service is open to those who are not signed in yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """What the sign-in form shows."""

    client: str
    action: str
    signed_in_as: str
    people: tuple[User, ...]


def create_views(provider: Provider) -> Blueprint:
    """Give the provider's addresses, bound to the provider."""
    views = Blueprint("devidp", __name__, template_folder="templates")
    views.before_app_request(_own_host_only(provider.issuer))
    _add_protocol(views, provider)
    _add_sign_in(views, provider)
    _add_sign_out(views, provider)
    return views


def _add_protocol(views: Blueprint, provider: Provider) -> None:
    @views.get("/.well-known/openid-configuration")
    @public("providers are discovered before anyone is known")
    def discovery() -> Response:
        return jsonify(metadata(provider.issuer, provider.registry))

    @views.get("/jwks")
    @public("public keys")
    def jwks() -> Response:
        return jsonify(provider.signer.keys.public_jwks())

    @views.post("/token")
    @public("the client authenticates in the request itself")
    def token() -> Response:
        try:
            response: Response = provider.server.create_token_response()
        except ValueError:  # Authlib cannot quote characters outside some ASCII (RFC 6749 §5.2)
            response = _oauth_error("invalid_request", HTTPStatus.BAD_REQUEST)
        response.headers["Cache-Control"] = "no-store"
        return response

    @views.route("/userinfo", methods=["GET", "POST"])
    @public("the bearer token is checked in the view")
    def userinfo() -> Response:
        bearer = _bearer()
        if bearer is None:
            return _challenge("")
        try:
            claims = user_info(provider.signer, provider.codes, provider.registry, bearer)
        except InvalidAccessToken:
            return _challenge("invalid_token")
        return jsonify(claims)


def _add_sign_in(views: Blueprint, provider: Provider) -> None:
    @views.get("/")
    @public(_OPEN)
    def home() -> ResponseReturnValue:
        return render_template("devidp/home.html", people=provider.registry.users)

    @views.get("/authorize")
    @public(_OPEN)
    def authorize() -> ResponseReturnValue:
        signed_in = _usable_session(provider)
        grant = _consent_grant(provider, signed_in)
        if isinstance(grant, Response):
            return grant
        if signed_in is None or not _fits(provider, grant, signed_in.user):
            return _form(provider, grant, signed_in, ())
        return _grant_to(provider, grant, signed_in)

    @views.post("/authorize")
    @public(_OPEN)
    def submit() -> ResponseReturnValue:
        grant = _consent_grant(provider, None)
        if isinstance(grant, Response):
            return grant
        login = request.form.get("login", "").strip()
        user = sessions.check_password(provider.registry, login, request.form.get("password", ""))
        if user is None:
            wrong = FormError(field="login", text="Login name and password do not match.")
            return _form(provider, grant, None, (wrong,))
        return _grant_to(provider, grant, sessions.sign_in(user, provider.clock))


def _add_sign_out(views: Blueprint, provider: Provider) -> None:
    @views.route("/end_session", methods=["GET", "POST"])
    @public(_OPEN)
    def end_session() -> ResponseReturnValue:
        try:
            asked = provider.server.validate_endpoint_request("end_session")
        except OAuth2Error:
            abort(HTTPStatus.BAD_REQUEST)
        sure = asked.redirect_uri or not asked.needs_confirmation or request.method == "POST"
        if not sure:
            return render_template("devidp/confirm_sign_out.html")
        answer = provider.server.create_endpoint_response("end_session", asked)
        return answer or render_template("devidp/signed_out.html")


def _own_host_only(issuer: str) -> Any:
    """Refuse requests for another host: the issuer is this one, and Authlib fails on others."""
    own = urlsplit(issuer).netloc

    def check() -> None:
        if request.host != own:
            abort(HTTPStatus.BAD_REQUEST)

    return check


def _usable_session(provider: Provider) -> SignedIn | None:
    """Give the provider's session unless the request asks for a fresh sign-in.

    `max_age` (OpenID Connect Core section 3.1.2.1) is ours to honour: Authlib ignores it.
    """
    signed_in = sessions.current(provider.registry, provider.clock)
    prompts = request.args.get("prompt", "").split()
    if signed_in is None or {"login", "select_account"} & set(prompts):
        return None
    max_age = request.args.get("max_age", "")
    if max_age.isascii() and max_age.isdigit():
        age = provider.clock.now().timestamp() - signed_in.auth_time
        return signed_in if age <= int(max_age[:9]) else None
    return signed_in


def _consent_grant(provider: Provider, signed_in: SignedIn | None) -> Any:
    """Validate the authorization request; give its grant, or the answer that refuses it."""
    try:
        return provider.server.get_consent_grant(end_user=signed_in)
    except OAuth2Error as error:
        if not error.redirect_uri:
            abort(HTTPStatus.BAD_REQUEST)
        answer: Response = provider.server.handle_error_response(None, error)
        provider.issuer_parameter.add_issuer_parameter(provider.server, answer)
        return answer
    except ValueError:  # Authlib cannot quote characters outside some ASCII (RFC 6749 §4.1.2.1)
        abort(HTTPStatus.BAD_REQUEST)


def _fits(provider: Provider, grant: Any, user: User) -> bool:
    """Tell whether a signed-in person holds any right this request asks for.

    If she holds none, she is asked who she is: on one machine people play several parts.
    """
    if "none" in request.args.get("prompt", "").split():
        return True
    asked = set((grant.request.payload.scope or "").split()) - {"openid"}
    resource = grant.request.payload.data["resource"]
    binding = Binding(resource=resource, token_id="", user=user)
    held = granted_scopes(asked, grant.request.client.registered, binding)
    return bool(held) or not asked or provider.registry.resources[resource] == frozenset()


def _form(
    provider: Provider, grant: Any, signed_in: SignedIn | None, errors: tuple[FormError, ...]
) -> Response:
    page = SignInPage(
        client=grant.request.client.registered.title,
        action=f"{request.path}?{request.query_string.decode('latin-1')}",
        signed_in_as=signed_in.user.name if signed_in else "",
        people=provider.registry.users,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    response = make_response(
        render_template("devidp/sign_in.html", page=page, errors=errors), status
    )
    # The form's answer is a redirect to the client, which the browser holds to this policy too.
    response.headers["Content-Security-Policy"] = page_policy([grant.redirect_uri])
    return response


def _grant_to(provider: Provider, grant: Any, signed_in: SignedIn) -> Response:
    response: Response = provider.server.create_authorization_response(
        grant_user=signed_in, grant=grant
    )
    return response


def _bearer() -> str | None:
    """Read the bearer token from the header, or from the form of a POST (RFC 6750 section 2)."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials:
        return credentials.strip()
    return request.form.get("access_token") if request.method == "POST" else None


def _challenge(error: str) -> Response:
    """Answer 401 as RFC 6750 section 3 writes it: without an error code when no token came."""
    response = _oauth_error(error, HTTPStatus.UNAUTHORIZED)
    challenge = f'Bearer realm="devidp", error="{error}"' if error else 'Bearer realm="devidp"'
    response.headers["WWW-Authenticate"] = challenge
    return response


def _oauth_error(error: str, status: HTTPStatus) -> Response:
    body: Mapping[str, str] = {"error": error} if error else {}
    return make_response(jsonify(body), status)

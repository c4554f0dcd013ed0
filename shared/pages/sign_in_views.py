# SPDX-License-Identifier: Apache-2.0
"""The addresses of sign-in and sign-out, and the short-lived cookie between the two halves.

They hold no session of their own and know nothing of the service they belong to.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Final

from flask import Flask, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared.auth import public
from shared.pages.person import forget, local_path, remember, signed_in_person
from shared.pages.sign_in import CALLBACK, SIGNED_OUT, Attempt, SignIn, SignInFailed

_ATTEMPT_SECONDS: Final = 600
_SESSION_LIMIT: Final = timedelta(hours=8)
_PATH: Final = "/sign-in"


def install_sign_in(app: Flask, sign_in: SignIn) -> None:
    """Add `/sign-in`, its callback, `/sign-out` and `/signed-out` to the application."""
    attempts = _Attempts(app)

    @public("starts the sign-in")
    def start() -> ResponseReturnValue:
        back = local_path(request.args.get("next", "/"))
        if signed_in_person() is not None:
            return redirect(back, code=303)
        url, attempt = sign_in.begin(back)
        response = make_response(redirect(url, code=303))
        attempts.keep(response, attempt)
        return response

    @public("the provider sends the browser here; state, issuer and nonce are checked")
    def callback() -> ResponseReturnValue:
        attempt = attempts.kept()
        person = sign_in.finish(request.args, attempt)
        remember(person, until=sign_in.clock.now() + _SESSION_LIMIT)
        response = make_response(redirect(local_path(attempt.back), code=303))
        attempts.drop(response)
        return response

    @public("ends whatever session the browser has; protected by the CSRF token")
    def sign_out() -> ResponseReturnValue:
        forget()
        return redirect(sign_in.sign_out_url(), code=303)

    @public("says that the session is over")
    def signed_out() -> ResponseReturnValue:
        return render_template("placet/signed_out.html")

    app.add_url_rule(_PATH, endpoint="sign_in", view_func=start, methods=["GET"])
    app.add_url_rule(CALLBACK, endpoint="sign_in_callback", view_func=callback, methods=["GET"])
    app.add_url_rule("/sign-out", endpoint="sign_out", view_func=sign_out, methods=["POST"])
    app.add_url_rule(SIGNED_OUT, endpoint="signed_out", view_func=signed_out, methods=["GET"])


class _Attempts:
    """The signed cookie that holds the sign-in a browser has begun."""

    def __init__(self, app: Flask) -> None:
        secret = app.secret_key
        if not secret:
            raise ValueError("sign-in needs the session key")
        self._serializer = URLSafeTimedSerializer(secret, salt="placet sign-in attempt")
        self._name = f"{app.config['SESSION_COOKIE_NAME']}_sign_in"
        self._secure = bool(app.config["SESSION_COOKIE_SECURE"])

    def keep(self, response: Response, attempt: Attempt) -> None:
        response.set_cookie(
            self._name,
            self._serializer.dumps(asdict(attempt)),
            max_age=_ATTEMPT_SECONDS,
            path=_PATH,
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def kept(self) -> Attempt:
        """Give the attempt of this browser; raises SignInFailed when it has none or it is old."""
        try:
            held = self._serializer.loads(
                request.cookies.get(self._name, ""), max_age=_ATTEMPT_SECONDS
            )
        except BadSignature as fault:
            raise SignInFailed("no sign-in was begun in this browser") from fault
        return Attempt(**held)

    def drop(self, response: Response) -> None:
        response.delete_cookie(
            self._name, path=_PATH, secure=self._secure, httponly=True, samesite="Lax"
        )

"""Who may enter: closed by default, sessions that can be ended, CSRF, and the headers of every response."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, current_app, flash, g, has_request_context, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.sansio.http import parse_cookie

from . import db
from .models import Cuenta, Sesion
from .web import is_htmx


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie with a signer that is made once, not at every request."""

    @lru_cache(4)  # noqa: B019 - one interface lives as long as its application
    def get_signing_serializer(self, app: Flask) -> Any:
        return super().get_signing_serializer(app)


csrf = CSRFProtect()
login_manager = LoginManager()

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# A session of the mailed password opens only these.
TEMPORARY_ALLOWED = {"contrasena.formulario", "contrasena.cambiar", "acceso.confirmar_salida", "acceso.salir"}
TEMPORARY_HOURS = 0.25
REFRESH_SECONDS = 60
LONGEST_PATH = 300
LONGEST_COOKIE = 2000
SESSION_OVER = "Su sesión terminó por seguridad. Inicie sesión de nuevo."

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
CSP_HEADER = "Content-Security-Policy"
HEADERS = {
    CSP_HEADER: CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: Flask-WTF asks for a same-origin Referer over HTTPS.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"


def public(view: Callable) -> Callable:
    """Open a view to everybody; a test lists by name all that are."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def if_signed_out(destination: Callable[[], str], notice: str) -> Callable:
    """For a view that takes a POST: where to go after signing in, should the session be over, and what the log-in form says."""

    def mark(view: Callable) -> Callable:
        view.if_signed_out = (destination, notice)  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    https = urlsplit(app.config["URL_PUBLICA"]).scheme == "https"
    app.config.update(
        SESSION_COOKIE_NAME="__Host-oficina" if https else "oficina",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The token lives as long as its session: a page left open must not fail.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = SessionCookie()
    csrf.init_app(app)
    app.context_processor(csrf_once)
    # Without its context processor: an error page must not ask a failing base who is signed in.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None  # phones change address; the session row is what counts
    login_manager.user_loader(load_account)
    app.before_request(db.open_connection)
    app.before_request(guard)
    app.after_request(add_no_store)
    app.teardown_request(lambda error: db.release_connection())
    if "static" in app.view_functions:
        public(app.view_functions["static"])


# -- who is there -----------------------------------------------------------------------------------


def load_account(token: str) -> Cuenta | None:
    """The account of the token in the cookie, unless nobody used it for too long or its row was ended."""
    idle_limit = current_app.config["SESION_INACTIVA_MIN"] * 60
    if time.time() - session.get("visto", 0) > idle_limit:
        return None
    return Cuenta.de_sesion(token)


def settled_session(app: Flask, environ: dict[str, Any]) -> str | None:
    """The token of the cookie of a request, where ``guard`` would have nothing to change or refuse before asking the base.

    None where the cookie is missing, forged, or due to be renewed, and where the host is not ours.
    """
    hosts, host = app.config["TRUSTED_HOSTS"], environ.get("HTTP_HOST", "").partition(":")[0]
    if hosts and host not in hosts:
        return None
    header = environ.get("HTTP_COOKIE", "")
    # What anybody may send must not be kept without bounds.
    token, seen = read_cookie(app, header) if len(header) <= LONGEST_COOKIE else (None, 0)
    return token if token and time.time() - seen <= REFRESH_SECONDS else None


@lru_cache(1024)
def read_cookie(app: Flask, header: str) -> tuple[str | None, float]:
    """The token and the last use (seconds since 1970) that the cookie of ours tells, the signature being right."""
    value = parse_cookie(header).get(app.config["SESSION_COOKIE_NAME"], "")
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    try:
        content = signer.loads(value, max_age=int(app.permanent_session_lifetime.total_seconds()))
    except BadSignature:
        return None, 0
    return content.get("_user_id"), content.get("visto", 0)


def guard() -> Any:
    """Before every view: refuse what comes from other sites, and whoever is not signed in where it is not public."""
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    from_elsewhere = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if from_elsewhere and request.method not in SAFE_METHODS:
        abort(403)
    if getattr(view, "is_public", False):
        return None
    cuenta = current_user._get_current_object()
    if not cuenta.is_authenticated:
        destination, notice = getattr(view, "if_signed_out", (asked_for, SESSION_OVER))
        return ask_to_sign_in(notice, destination())
    if time.time() - session.get("visto", 0) > REFRESH_SECONDS:
        session["visto"] = int(time.time())
    if cuenta.nivel == "temporal" and request.endpoint not in TEMPORARY_ALLOWED:
        flash("Antes de continuar, cambie la contraseña temporal por una suya.", "aviso")
        return go_to("contrasena.formulario")
    return None


def ask_to_sign_in(notice: str, destination: str) -> Any:
    """Go to the log-in form, which says ``notice`` where there was a session; from there to ``destination``, if any."""
    if session.pop("_user_id", None):
        session.clear()
        if notice:
            flash(notice, "aviso")
    if destination and len(destination) <= LONGEST_PATH:  # a cookie has little room
        session["destino"] = destination
    return go_to("acceso.formulario")


def asked_for() -> str:
    """The path of the page asked for; nothing where it is no page."""
    if request.method != "GET" or is_htmx():
        return ""
    query = urlencode(list(request.args.items(multi=True)))
    return url_for(request.endpoint, **(request.view_args or {})) + (f"?{query}" if query else "")


def go_to(endpoint: str) -> Response:
    """A redirect that leaves the fragment: htmx gets it as a header, for it would paint the page inside a table."""
    if is_htmx():
        return Response(status=401, headers={"HX-Redirect": url_for(endpoint)})
    return redirect(url_for(endpoint), code=303)


def enter(cuenta: Cuenta, nivel: str = "plena") -> str:
    """Start a session of ``cuenta`` in this browser, ending the one it had; where to go next (a path of ours)."""
    destination = session.get("destino") if nivel == "plena" else None
    leave()
    hours = current_app.config["SESION_MAXIMA_H"] if nivel == "plena" else TEMPORARY_HOURS
    agent = request.headers.get("User-Agent", "")
    cuenta.token = Sesion.abrir(cuenta.id, hours, nivel, agent, request.remote_addr or "")
    cuenta.nivel = nivel
    session["visto"] = int(time.time())
    login_user(cuenta)
    return destination or url_for("inicio.inicio")


def leave() -> None:
    """End the session of this browser: its row, and everything in its cookie."""
    if token := session.get("_user_id"):
        Sesion.cerrar(token)
    if current_user.is_authenticated:
        logout_user()
    session.clear()
    g.pop("csrf_token", None)


def csrf_once() -> dict:
    """Sign the CSRF token of a session once, not at every page: it has no time limit of its own."""
    if has_request_context() and (raw := session.get("csrf_token")):
        g.csrf_token = signed_csrf(current_app.secret_key, raw)
    return {}


@lru_cache(4096)
def signed_csrf(secret: str, raw: str) -> str:
    return URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw)


# -- headers ----------------------------------------------------------------------------------------


def add_no_store(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def may_send_forms_to(response: Response, url: str) -> Response:
    """Let the forms of this one page go to the site of ``url`` too, and to its neighbours: Chromium asks again at redirects."""
    site = urlsplit(url)
    allowed = f"form-action 'self' {site.scheme}://{site.netloc}"
    if site.scheme == "https":
        allowed += f" https://*.{'.'.join((site.hostname or '').split('.')[-2:])}"
    response.headers[CSP_HEADER] = CSP.replace("form-action 'self'", allowed)
    return response


def with_headers(wsgi: Callable, https: bool) -> Callable:
    """Put the security headers on every answer: pages, errors, and static files, which do not pass through Flask.

    A page may have brought a policy of its own (see ``may_send_forms_to``).
    """
    headers = list({**HEADERS, "Strict-Transport-Security": HSTS}.items() if https else HEADERS.items())
    rest = [header for header in headers if header[0] != CSP_HEADER]

    def application(environ: dict, start_response: Callable) -> Any:
        def start(status: str, own: list, exc_info: Any = None) -> Any:
            has_policy = any(name == CSP_HEADER for name, _ in own)
            return start_response(status, own + (rest if has_policy else headers), exc_info)

        return wsgi(environ, start)

    return application

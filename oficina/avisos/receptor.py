"""The receiver of notices, before Flask: in a storm of them customers must still get their pages (decision 0010).

It answers 200 once a notice is on disk; 401 and 400 where it is none of the gateway's, with nothing kept; 503 where it
cannot be kept, for the gateway to send it again. What it asks of the body is a signature; cookies are not looked at.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from peewee import PeeweeException
from werkzeug.datastructures import EnvironHeaders

from .. import cobros, db, pasarelas
from ..pasarelas.base import AvisoIlegibleError, FirmaError

ADDRESS = re.compile(r"/pasarela/([a-z]{1,12})/aviso")
LARGEST = 16 * 1024
STATUS = {
    200: "200 OK",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    411: "411 Length Required",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}


def before_flask(app: Flask, wsgi: Callable) -> Callable:
    """The application, with the receiver before it."""

    def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        match = ADDRESS.fullmatch(environ["PATH_INFO"])
        if not match:
            return wsgi(environ, start_response)
        status = recibir(app, match[1], environ)
        more = [("Retry-After", "30")] if status == 503 else [("Allow", "POST")] if status == 405 else []
        start_response(STATUS[status], [("Content-Length", "0"), ("Cache-Control", "no-store"), *more])
        return []

    return application


def recibir(app: Flask, nombre: str, environ: dict[str, Any]) -> int:
    """Keep the notice of a request; the status to answer."""
    pasarela = pasarelas.de_nombre(app.config, nombre)
    if pasarela is None:
        return 404
    if environ["REQUEST_METHOD"] != "POST":
        return 405
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        return 411
    if int(length) > LARGEST:
        return 413
    try:
        body = environ["wsgi.input"].read(int(length))
        db.open_connection()
        cobros.recibir(pasarela, body, EnvironHeaders(environ))
    except FirmaError:
        return 401
    except AvisoIlegibleError:
        return 400
    except PeeweeException:
        app.logger.exception("un aviso de la pasarela no se pudo guardar")
        return 503
    finally:
        db.release_connection()
    return 200

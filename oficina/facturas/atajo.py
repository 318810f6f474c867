"""A PDF that is made already is handed out before Flask, nearly as fast as a static file.

Only what the view ``facturas.pdf`` would answer with the very same bytes is answered here, and who may see the bill is
asked of the same rows, by one query. Everything else is left to the view, from a session that has to be renewed to a bill
that nobody opened today; the view remembers here what it made.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import Any, BinaryIO
from wsgiref.util import FileWrapper

from flask import Flask, current_app
from peewee import PeeweeException

from .. import access, cache, db
from ..formats import hoy
from ..models import Cuenta
from ..web import named

# Of other numbers the header that names the file has to be written with care: the view does.
ADDRESS = re.compile(r"/facturas/factura-([0-9A-Za-z-]{1,30})\.pdf")
MOST = 20_000

# Of the application, by number and whether the account sees it as of a former holder: the delivery shown, the day, the path in
# the cache, and what that file was when it was made or checked. The bytes of a bill stay the same while delivery and day do.
MADE = "facturas_hechas"


def remember(numero: str, limitada: bool, entrega: int, dia: date, digest: str) -> None:
    """The PDF of a bill, as it is on ``dia`` with what the delivery ``entrega`` published, is in the cache at ``digest``."""
    made, path = current_app.extensions[MADE], str(cache.folder_of("pdf", digest) / digest)
    if len(made) >= MOST:
        made.clear()
    with suppress(OSError):  # a full disk keeps nothing
        made[numero, limitada] = (entrega, dia, path, mark(os.stat(path)))


def mark(state: os.stat_result) -> tuple[int, int, int]:
    """What changes when a file does."""
    return state.st_ino, state.st_size, state.st_mtime_ns


def headers(numero: str, size: int) -> list[tuple[str, str]]:
    """Those of the view, but for the ones that every answer gets."""
    return [
        ("Content-Type", "application/pdf"),
        ("Content-Length", str(size)),
        ("Content-Disposition", named("inline", f"factura-{numero}.pdf")),
        ("Cache-Control", "no-store"),
        ("Vary", "Cookie"),
    ]


def before_flask(app: Flask, wsgi: Callable) -> Callable:
    """The application, with the shortcut before it."""
    app.extensions[MADE] = {}

    def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        match = ADDRESS.fullmatch(environ["PATH_INFO"])
        if match and environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING"):
            numero = match[1]
            if file := made(app, environ, numero):
                start_response("200 OK", headers(numero, os.fstat(file.fileno()).st_size - cache.HEAD.size))
                return environ.get("wsgi.file_wrapper", FileWrapper)(file)
        return wsgi(environ, start_response)

    return application


def made(app: Flask, environ: dict[str, Any], numero: str) -> BinaryIO | None:
    """The PDF, if it is made and the session of the request may see the bill; None where the view has to answer."""
    token = access.settled_session(app, environ)
    if token is None:
        return None
    try:
        db.open_connection()
        seen = Cuenta.ve_factura(token, numero)
    except PeeweeException:
        return None
    finally:
        db.release_connection()
    if seen is None:
        return None
    limitada, entrega = seen
    shown, day, path, known = app.extensions[MADE].get((numero, limitada), (None, None, "", None))
    return unchanged(path, known) if (shown, day) == (entrega, hoy()) else None


def unchanged(path: str, known: tuple[int, int, int]) -> BinaryIO | None:
    """The file, open where its content begins; None where it is no longer the one that was checked."""
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115 - the server closes it
    except OSError:
        return None
    if mark(os.fstat(file.fileno())) != known:
        file.close()
        return None
    file.seek(cache.HEAD.size)
    return file

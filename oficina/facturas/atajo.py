"""A PDF that is made already is handed out before Flask, nearly as fast as a static file.

Only what the view ``facturas.pdf`` would answer with the very same bytes is answered here, and who may see the bill is
asked of the same rows, by one query, with all that the document depends on. Everything else is left to the view, from a
session that has to be renewed to a bill that nobody opened today; the view remembers here what it made.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app
from peewee import PeeweeException

from .. import access, cache, db
from ..formats import hoy
from ..models import Cuenta
from ..models.cuenta import Vista
from ..web import named

# Of other numbers the header that names the file has to be written with care: the view does.
ADDRESS = re.compile(r"/facturas/factura-([0-9A-Za-z-]{1,30})\.pdf")
MOST = 20_000
IN_MEMORY = 256  # some 12 MB in each process

# Of the application, by number: a code has one account, which sees its bills in one way at a time.
MADE = "facturas_hechas"


class Made(NamedTuple):
    """The file in the cache that is the PDF of a bill, as it was made or checked; as long as the code is seen so, that day."""

    codigo: str
    vista: Vista
    dia: date
    path: str
    mark: tuple[int, int, int]


def remember(numero: str, codigo: str, vista: Vista, dia: date, digest: str) -> None:
    """The PDF of a bill that is seen so, as it is on ``dia`` for whoever sees its code so, is in the cache at ``digest``."""
    made, path = current_app.extensions[MADE], str(cache.path_of("pdf", digest))
    if len(made) >= MOST:
        made.clear()
    with suppress(OSError):  # a full disk keeps nothing
        made[numero] = Made(codigo, vista, dia, path, mark(os.stat(path)))


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
            if content := made(app, environ, numero):
                start_response("200 OK", headers(numero, len(content)))
                return [content]
        return wsgi(environ, start_response)

    return application


def made(app: Flask, environ: dict[str, Any], numero: str) -> bytes | None:
    """The PDF, if it is made and the session of the request may see the bill; None where the view has to answer."""
    bill = app.extensions[MADE].get(numero)
    token = access.settled_session(app, environ) if bill else None
    if token is None:
        return None
    try:
        db.open_connection()
        vista = Cuenta.ve_codigo(token, bill.codigo)
    except PeeweeException:
        return None
    finally:
        db.release_connection()
    return unchanged(bill.path, bill.mark) if (vista, hoy()) == (bill.vista, bill.dia) else None


def unchanged(path: str, known: tuple[int, int, int]) -> bytes | None:
    """What the file holds; None where it is no longer the one that was checked."""
    try:
        return content(path, known) if mark(os.stat(path)) == known else None
    except OSError:
        return None


@lru_cache(IN_MEMORY)
def content(path: str, known: tuple[int, int, int]) -> bytes:
    """A PDF is often asked for again at once: by its window, by the program that saves it, by the customer. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        return file.read()[cache.HEAD.size :]

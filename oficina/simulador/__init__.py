"""A simulator of payment gateways: PayU and Wompi as their documents say, from the gateway's side. No money moves here.

A program of its own (``python -m oficina.simulador``, ``flask simulador``), for tests and for a person with ``make run``.
It imports nothing of the portal and shares no code with its ``pasarelas``, so that each checks the other.
"""

import logging
from contextlib import suppress
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.serving import make_server

from . import consultas, control, paginas
from .libro import Libro, pesos


def create_simulador(eventos: str = "") -> Flask:
    """The application, with an empty book. ``eventos`` is where notices go to if a payment does not say."""
    app = Flask(__name__)
    app.extensions["libro"] = Libro(eventos)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["pesos"] = pesos
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for blueprint in (paginas.bp, consultas.bp, control.bp):
        app.register_blueprint(blueprint)

    @app.after_request
    def headers(response: Any) -> Any:
        # No form-action: a browser applies it to the way back to the merchant too.
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def servir(puerto: int, eventos: str = "") -> None:
    """Serve this machine only, until interrupted. One process: the book is in its memory."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", puerto, create_simulador(eventos), threaded=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)

# Read by gunicorn wherever it is started from this folder; docs/instalacion.md says how in production.
import os
import sys
from typing import Any

wsgi_app = "app:app"
bind = os.environ.get("OFICINA_ESCUCHA", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
# Threads: with sync workers two customers who open a PDF would stop everybody else.
worker_class = "gthread"
workers = os.cpu_count() or 2
threads = 4
# Without it, keep-alive browsers may all be accepted by one worker.
reuse_port = not bind.startswith("unix:")
timeout = 60
# Another way in that nobody here uses.
control_socket_disable = True
# nginx sends none of the headers that would change the address of the portal.
forwarder_headers = ""
graceful_timeout = 30
# A worker that is begun anew costs a second: not every few seconds in a storm of notices (bench/avisos.py).
max_requests = 200000
max_requests_jitter = 20000
limit_request_line = 4094
limit_request_fields = 60


def on_starting(server: Any) -> None:
    """Refuse unsafe settings and a wrong database once, with their message, before any worker is started."""
    import click

    from oficina import config, create_app, db

    try:
        app = create_app()
        with db.at_start():
            db.require_schema()
    except click.ClickException as error:
        sys.exit(error.message)
    if app.config["ENTORNO"] == "produccion":
        for warning in config.production_warnings(app.config):
            server.log.warning(warning)

"""``flask servir`` (what ``make run`` starts) and ``flask trabajador``."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import config, db, worker
from ..muestra import Muestra, preparar

ROOT = Path(__file__).parent.parent.parent
# What this process and those it starts have in common.
SAME = ("INSTANCIA", "BASE_DE_DATOS")


@click.command("servir", help="Prepara la instancia con datos de muestra y sirve el portal (para conocerlo y desarrollar).")
@click.option("--predios", default=300, show_default=True, help="Cuántos predios de muestra se crean la primera vez.")
@with_appcontext
def servir(predios: int) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if app.config["ENTORNO"] == "produccion":
        raise click.ClickException("En producción sirva el portal con gunicorn; véase docs/instalacion.md.")
    refuse_busy_port(os.environ.get("PORT", "8000"), "PORT", "PORT={} make run")
    with db.db.connection_context():
        if db.create_schema():
            click.echo("Base de datos creada.")
        muestra = preparar(Path(app.config["INSTANCIA"]), predios, click.echo)
    # The first time, the settings of the sample company have just been written.
    app.config.update(config.read(**{name: app.config[name] for name in SAME}))
    with simulador(app.config) as simulator:
        presentar(config.public_url(app.config), muestra, app.config, simulator)
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(app, stop), daemon=True)
        thread.start()
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--log-level", "warning"], cwd=ROOT, env=environment(app.config)
        )
        code = wait(server)
        stop.set()
        thread.join(timeout=15)
    sys.exit(code)


@contextmanager
def simulador(settings: dict) -> Iterator[str]:
    """The simulator of gateways beside the server, where payments go through it; its address, or none."""
    url = urlsplit(settings["SIMULADOR_URL"])
    if settings["PASARELA"] != "simulada" or url.hostname not in config.LOCAL_HOSTS:
        yield ""
        return
    port = str(url.port or 80)
    refuse_busy_port(port, "SIMULADOR_URL", "OFICINA_SIMULADOR_URL=http://127.0.0.1:{} make run")
    events = f"{config.public_url(settings)}/pasarela/simulada/aviso"
    process = subprocess.Popen(  # noqa: S603 - our own settings
        [sys.executable, "-m", "oficina.simulador", "--puerto", port, "--eventos", events],
        cwd=ROOT,
    )
    try:
        yield url.geturl()
    finally:
        process.terminate()
        process.wait()


def refuse_busy_port(text: str, name: str, remedy: str) -> None:
    """Two servers may share a port without noticing (gunicorn's reuse_port), each with its own data.

    ``name`` is what sets the port, ``remedy`` how to set another one.
    """
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise click.ClickException(f"{name} debe ser un número entre 1 y 65535, no «{text}».")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise click.ClickException(
                f"Solo el administrador puede usar el puerto {port}. Use otro: {remedy.format(8080)}"
            ) from None
        except OSError:
            raise click.ClickException(f"El puerto {port} está ocupado. Use otro: {remedy.format(port + 80)}") from None


def environment(settings: dict) -> dict[str, str]:
    """The server's environment: the same instance and database as this process."""
    same = {f"OFICINA_{name}": str(settings[name]) for name in SAME}
    return os.environ | same


def wait(server: subprocess.Popen) -> int:
    """Until the server ends; Ctrl-C and a termination reach it, and it finishes what it is doing."""

    def end(number: int, frame: object) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return server.wait()


def presentar(address: str, muestra: Muestra, settings: dict, simulator: str) -> None:
    """What a person needs to go through the whole portal."""
    click.echo("")
    click.echo(f"La Oficina Virtual está en   {address}/")
    click.echo("")
    if muestra.correo:
        click.echo("Cuenta de muestra")
        click.echo(f"  correo                     {muestra.correo}")
        click.echo(f"  contraseña                 {muestra.clave}")
    if muestra.codigo_libre:
        click.echo("Código sin registrar, para probar el registro")
        click.echo(f"  código de usuario          {muestra.codigo_libre}")
        click.echo(f"  número de una factura      {muestra.factura_libre}")
    if simulator:
        click.echo(f"Los pagos son de mentira, en {simulator}")
    if settings["SMTP"]:
        click.echo("Los correos salen por        el servidor de OFICINA_SMTP")
    else:
        click.echo(f"Los correos quedan en        {settings['INSTANCIA']}/correo/")
    click.echo("")
    click.echo("Para terminar oprima Ctrl+C.")
    sys.stdout.flush()


@click.command(
    "trabajador",
    help="Entrega los correos, pregunta a la pasarela por los pagos y hace la limpieza, hasta que se termina. Uno por máquina.",
)
@click.option("--una-vez", is_flag=True, help="Una sola pasada.")
@with_appcontext
def trabajador(una_vez: bool) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with db.at_start():
        db.require_schema()
    if una_vez:
        click.echo(f"{worker.pasada_de_pagos(app)} pago(s) en línea revisado(s).")
        click.echo(f"{worker.pasada(app)} correo(s) entregado(s).")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("Trabajador en marcha.")
    worker.run(app, stop)

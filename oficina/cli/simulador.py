"""``flask simulador``: pay through the portal without a gateway and without money."""

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import config
from ..simulador import servir
from .servir import refuse_busy_port


@click.command(
    "simulador", help="Simulador de pasarelas de pago (PayU y Wompi), para pagar sin mover dinero. No en producción."
)
@click.option("--puerto", default=8900, show_default=True, help="Puerto en el que atiende, solo a esta máquina.")
@click.option("--eventos", help="Adónde van los avisos de los pagos que no dicen adónde. Si no se dice, a este portal.")
@with_appcontext
def simulador(puerto: int, eventos: str | None) -> None:
    settings = current_app.config
    if settings["ENTORNO"] == "produccion":
        raise click.ClickException("En producción no hay pagos de mentira: el simulador no arranca.")
    refuse_busy_port(str(puerto), "--puerto", "flask simulador --puerto {}")
    click.echo(f"El simulador de pasarelas está en http://127.0.0.1:{puerto}/  Para terminar oprima Ctrl+C.")
    servir(puerto, eventos or f"{config.public_url(settings)}/pasarela/simulada/aviso")

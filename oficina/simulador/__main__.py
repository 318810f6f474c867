"""``python -m oficina.simulador``: the same as ``flask simulador``, without the portal's settings."""

import signal
import sys

import click

from . import servir


@click.command(help="Simulador de pasarelas de pago: PayU y Wompi, sin mover dinero. Solo atiende a esta máquina.")
@click.option("--puerto", default=8900, show_default=True, help="Puerto en el que atiende.")
@click.option("--eventos", default="", help="Adónde van los avisos de los pagos que no dicen adónde.")
def main(puerto: int, eventos: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    servir(puerto, eventos)


main()

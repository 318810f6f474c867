"""The commands of ``flask``, in Spanish; thin, over the modules."""

from flask import Flask

from . import base, cuentas, entregas, servir


def init_app(app: Flask) -> None:
    app.cli.add_command(base.base)
    app.cli.add_command(cuentas.cuentas)
    app.cli.add_command(servir.servir)
    app.cli.add_command(servir.trabajador)
    for command in entregas.COMMANDS:
        app.cli.add_command(command)

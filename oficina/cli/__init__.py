"""The commands of ``flask``, in Spanish; thin, over the modules."""

from flask import Flask

from . import base, cuentas, entregas, facturas, importar, pagos, servir, simulador

COMMANDS = (
    base.base,
    cuentas.cuentas,
    importar.importar,
    importar.demo,
    entregas.entregas,
    facturas.facturas,
    pagos.pagos,
    servir.servir,
    servir.trabajador,
    simulador.simulador,
)


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)

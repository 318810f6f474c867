"""``flask entregas por-identificar``: the payments of banks that nobody could identify, for the staff to look into."""

import csv
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import click
from flask.cli import with_appcontext
from pymysql.cursors import SSCursor

from ..db import db, is_sqlite
from ..formats import fecha_corta
from ..models.base import as_day
from . import fallas, tablas
from .archivo import privado
from .cifras import cuantas, dinero
from .novedades import sin_formula

A_LA_VISTA = 50
ESPERAN_SQL = "SELECT fecha, valor, entidad, referencia, id FROM recaudo WHERE pago IS NULL ORDER BY fecha, id"


class Pendiente(NamedTuple):
    """A payment that waits; ``dia`` is AAAA-MM-DD, ``valor`` centavos, ``referencia`` without the zeros that pad it."""

    dia: str
    valor: int
    banco: str
    referencia: str
    identificacion: str


@dataclass
class Pendientes:
    """All that wait: how many, their sum in centavos, and the oldest ones."""

    total: int = 0
    suma: int = 0
    primeros: list[Pendiente] = field(default_factory=list)

    def contar(self, pendiente: Pendiente) -> None:
        self.total += 1
        self.suma += pendiente.valor
        if self.total <= A_LA_VISTA:
            self.primeros.append(pendiente)


@click.command("por-identificar")
@click.option(
    "--csv",
    "ruta",
    type=click.Path(path_type=Path),
    metavar="ARCHIVO",
    help="Escribirlos todos en un archivo, que se abre con una hoja de cálculo.",
)
@with_appcontext
def por_identificar(ruta: Path | None) -> None:
    """Lista los pagos de los bancos que no se sabe de quién son, del más antiguo al más nuevo."""
    pendientes = Pendientes()
    try:
        with fallas.en_palabras(), archivo(ruta) as escribir:
            for pendiente in esperan():
                pendientes.contar(pendiente)
                escribir(pendiente)
    except fallas.FallaError as falla:
        raise fallas.Unfinished(f"{falla.motivo}. {falla.remedio}") from None
    mostrar(pendientes)
    if ruta:
        click.echo(f"Lista completa: {ruta}")
    elif pendientes.total > A_LA_VISTA:
        click.echo("La lista completa, en un archivo: flask entregas por-identificar --csv ARCHIVO")


def esperan() -> Iterator[Pendiente]:
    """The oldest first, read one by one: there may be any number."""
    conexion = db.connection()
    # PyMySQL's usual cursor holds every row in memory.
    with closing(conexion.cursor() if is_sqlite() else conexion.cursor(SSCursor)) as cursor:
        cursor.execute(ESPERAN_SQL)
        for dia, valor, entidad, referencia, identificacion in cursor:
            yield Pendiente(str(dia), valor, entidad, referencia.lstrip("0"), identificacion)


@contextmanager
def archivo(ruta: Path | None) -> Iterator[Callable[[Pendiente], object]]:
    """What writes a row to ``ruta``, which is there at the end; nothing without ``ruta``."""
    if ruta is None:
        yield lambda pendiente: None
        return
    with privado(ruta) as abierto:
        salida = csv.writer(abierto, delimiter=";")
        salida.writerow(["día", "valor", "banco", "referencia", "identificación"])
        yield lambda pendiente: salida.writerow(celdas(pendiente))


def celdas(pendiente: Pendiente) -> tuple[str, ...]:
    pesos = f"{pendiente.valor // 100},{pendiente.valor % 100:02}"
    return pendiente.dia, pesos, pendiente.banco, sin_formula(pendiente.referencia), pendiente.identificacion


def mostrar(pendientes: Pendientes) -> None:
    if not pendientes.total:
        click.echo("No hay pagos de bancos por identificar.")
        return
    filas = [[fecha_corta(as_day(p.dia)), dinero(p.valor), p.banco, p.referencia or "(ninguna)"] for p in pendientes.primeros]
    for linea in tablas.tabla(["día", "valor", "banco", "referencia"], filas):
        click.echo(linea)
    click.echo(f"\n{cuantas(pendientes.total, 'pago')} por identificar, por {dinero(pendientes.suma)}.")
    if pendientes.total > A_LA_VISTA:
        click.echo(f"Se muestran los {A_LA_VISTA} más antiguos.")

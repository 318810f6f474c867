"""``flask importar`` and ``flask demo``: take in a delivery, write one to try the portal with."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import db
from ..audit import operator
from ..entregas import EntregaError, Novedad, Resultado, escribir_novedades
from ..entregas import importar as importar_entrega
from ..entregas.demo import escribir
from ..formats import cantidad, pesos

PASOS = {"revisar": "Revisando los archivos", "publicar": "Publicando"}
A_LA_VISTA = 20
ANCHO_VALOR = 40


class NoDelivery(click.ClickException):
    """The folder is no delivery: exit code 2, as for a wrong use."""

    exit_code = 2


@click.command("importar")
@click.argument("carpeta", type=click.Path(path_type=Path))
@with_appcontext
def importar(carpeta: Path) -> None:
    """Importa la entrega que está en CARPETA: entera o nada."""
    if not carpeta.is_dir():
        raise NoDelivery(f"No existe la carpeta {carpeta}.")
    db.open_connection()
    try:
        with avance() as informar:
            resultado = importar_entrega(carpeta, operator(), informar)
    except EntregaError as error:
        raise NoDelivery(str(error)) from None
    finally:
        db.release_connection()
    instancia = Path(current_app.config["INSTANCIA"])
    mostrar_archivos(resultado)
    mostrar("Avisos", resultado.avisos, instancia / f"avisos-{resultado.nombre}.csv")
    mostrar("Filas rechazadas", resultado.rechazos, instancia / f"rechazos-{resultado.nombre}.csv")
    if not resultado.publicada:
        click.echo("\nNo se publicó nada. Corrija las filas rechazadas e importe la entrega otra vez.", err=True)
        sys.exit(1)
    if resultado.titulares:
        click.echo(
            f"\n{miles(resultado.titulares)} código(s) cambiaron de titular; las cuentas que los tenían quedan por revisar."
        )
    click.echo(f"\nEntrega {resultado.entrega} publicada en {resultado.duracion_ms / 1000:.1f} s.".replace(".", ",", 1))


@click.command("demo")
@click.argument("carpeta", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--predios", type=click.IntRange(1, 999_999), default=200, show_default=True, help="Cuántos códigos de usuario.")
@click.option("--semilla", type=int, default=1, show_default=True, help="Con la misma semilla y fecha sale lo mismo.")
@with_appcontext
def demo(carpeta: Path | None, predios: int, semilla: int) -> None:
    """Escribe en CARPETA (demo, en la instancia, si no se dice) una entrega de ejemplo, de un municipio inventado."""
    carpeta = carpeta or Path(current_app.config["INSTANCIA"]) / "demo"
    for nombre, filas in escribir(carpeta, predios, semilla).items():
        click.echo(f"{nombre + '.csv':<20}{miles(filas):>12} filas")
    click.echo(f"\nLa entrega de ejemplo está en {carpeta}. Impórtela con: flask importar {carpeta}")


COMMANDS = [importar, demo]


def mostrar_archivos(resultado: Resultado) -> None:
    columnas = ("filas", "nuevas", "cambiadas", "iguales")
    click.echo(f"{'archivo':<14}" + "".join(f"{columna:>12}" for columna in columnas) + f"{'suma':>24}")
    for nombre, conteo in resultado.archivos.items():
        cuentas = "".join(f"{miles(getattr(conteo, columna)):>12}" for columna in columnas)
        suma = "" if nombre == "predios" else pesos(conteo.suma)
        click.echo(f"{nombre:<14}{cuentas}{suma:>24}")
        if conteo.quitadas:
            click.echo(f"{'':<14}{miles(conteo.quitadas)} líneas que sus facturas ya no traen se quitaron")


def mostrar(titulo: str, novedades: list[Novedad], ruta: Path) -> None:
    """The first ones on the terminal, all of them in a file; where there are none, no file is left of another day."""
    if not novedades:
        ruta.unlink(missing_ok=True)
        return
    escribir_novedades(ruta, novedades)
    click.echo(f"\n{titulo}: {miles(len(novedades))}")
    for linea in tabla(islice(novedades, A_LA_VISTA)):
        click.echo(f"  {linea}")
    if len(novedades) > A_LA_VISTA:
        click.echo(f"  … y {miles(len(novedades) - A_LA_VISTA)} más")
    click.echo(f"  Todas están en {ruta}")


def tabla(novedades: Iterable[Novedad]) -> Iterator[str]:
    for novedad in novedades:
        linea = f" línea {novedad.linea}" if novedad.linea else ""
        valor = f" «{novedad.valor[:ANCHO_VALOR]}»" if novedad.valor else ""
        yield f"{novedad.archivo}{linea}: {novedad.columna}{valor}: {novedad.motivo}".replace(": :", ":")


@contextmanager
def avance() -> Iterator:
    """What the import calls to tell how far it is: bars on a terminal, a line a step elsewhere."""
    barras: dict[str, object] = {}

    def informar(paso: str, hecho: int, total: int) -> None:
        if paso not in barras:
            cerrar(barras)
            barras[paso] = barra(paso, total)
        if barra_actual := barras[paso]:
            barra_actual.update(hecho - barra_actual.pos)

    try:
        yield informar
    finally:
        cerrar(barras)


def barra(paso: str, total: int):
    """A bar, shown; None where there is no terminal."""
    if not sys.stdout.isatty():
        click.echo(f"{PASOS[paso]}…")
        return None
    return click.progressbar(length=total, label=f"{PASOS[paso]:<24}").__enter__()


def cerrar(barras: dict) -> None:
    for paso, abierta in barras.items():
        if abierta:
            abierta.__exit__(None, None, None)
            barras[paso] = None


def miles(numero: int) -> str:
    return cantidad(numero * 1000)

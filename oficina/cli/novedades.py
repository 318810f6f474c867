"""Rejections and warnings: the first ones on the screen, all of them in a file that a spreadsheet opens without harm."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from ..entregas import Novedad, escribir_novedades
from ..entregas.origen import a_la_vista
from ..entregas.resultado import Novedades
from ..formats import NBSP
from . import fallas
from .archivo import privado
from .cifras import miles

A_LA_VISTA = 20
ANCHO_VALOR = 40
LARGO_NOMBRE = 255  # bytes
# What a spreadsheet would run as a formula; numbers are none.
FORMULA = re.compile(r"[=+\-@\t\r]").match
NUMERO = re.compile(r"[+-]?\d[\d.,]*").fullmatch


def mostrar(titulo: str, novedades: Novedades, ruta: Path) -> None:
    """Tell them and write them to ``ruta``; where there are none, no file is left of another day.

    A file that cannot be written is told, and changes nothing of what came of the delivery.
    """
    ruta = con_nombre_posible(ruta)
    if not novedades:
        try:
            ruta.unlink(missing_ok=True)
        except OSError as error:
            click.echo(f"  No se pudo quitar {ruta}: {fallas.que_dice(error)}. Es de otra importación.", err=True)
        return
    click.echo(f"\n{titulo}: {miles(len(novedades))}")
    for novedad in islice(novedades, A_LA_VISTA):
        click.echo(doblar(linea(novedad)))
    if len(novedades) > A_LA_VISTA:
        click.echo(f"  … y {miles(len(novedades) - A_LA_VISTA)} más")
    try:
        with privado(ruta) as archivo:
            escribir_novedades(archivo, inofensivas(novedades))
    except OSError as error:
        click.echo(f"  No se pudo escribir {ruta}: {fallas.que_dice(error)}. Lo demás no cambia por eso.", err=True)
    else:
        click.echo(f"  Lista completa: {ruta}")


def linea(novedad: Novedad) -> str:
    donde = f"{a_la_vista(novedad.archivo)} línea {miles(novedad.linea)}" if novedad.linea else a_la_vista(novedad.archivo)
    valor = a_la_vista(novedad.valor.replace(NBSP, " "))
    corto = f"{valor[: ANCHO_VALOR - 1]}…" if len(valor) > ANCHO_VALOR else valor
    que = " ".join(filter(None, (a_la_vista(novedad.columna), f"«{corto}»" if corto else "")))
    return ": ".join(filter(None, (donde, que, novedad.motivo.replace(NBSP, " "))))


def doblar(texto: str) -> str:
    """As wide as the terminal, what goes on farther in; elsewhere a line each, for grep."""
    if not sys.stdout.isatty():
        return f"  {texto}"
    ancho = shutil.get_terminal_size().columns - 1
    return click.wrap_text(texto, ancho, initial_indent="  ", subsequent_indent="      ")


def con_nombre_posible(ruta: Path) -> Path:
    """``ruta``, its name cut where no folder takes one so long; two that are cut remain two."""
    nombre = os.fsencode(ruta.name)
    if len(nombre) <= LARGO_NOMBRE:
        return ruta
    final = f"-{hashlib.sha256(nombre).hexdigest()[:8]}{ruta.suffix}"
    return ruta.with_name(nombre[: LARGO_NOMBRE - len(final)].decode("utf-8", "ignore") + final)


def inofensivas(novedades: Novedades) -> Iterator[Novedad]:
    for novedad in novedades:
        yield novedad._replace(**{campo: sin_formula(getattr(novedad, campo)) for campo in ("archivo", "columna", "valor")})


def sin_formula(texto: str) -> str:
    """``texto`` so that a spreadsheet shows it as it is."""
    return f"'{texto}" if FORMULA(texto) and not NUMERO(texto) else texto

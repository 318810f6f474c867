"""``flask facturas``: the PDFs of bills before anybody asks for them."""

import math
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from .. import cache, db, documentos
from ..models import Factura, Predio
from . import fallas
from .avance import Avance
from .cifras import cuantas, duracion, miles

LOTE = 1000  # codes that are read at once
CORTESIA = 10  # what is added to their niceness: customers go first
TAMANO = 50_000  # bytes of an ordinary bill
MOSTRADAS = 10
CON_FALLAS = 1
SALIDAS = f"""\b
Código de salida:
  0  están todas
  {CON_FALLAS}  algunas no se pudieron hacer
  2  orden mal escrita, o la base no tiene las tablas
  {fallas.SIN_TERMINAR}  no se pudo terminar (disco lleno, base caída, interrupción);
     lo hecho queda: al repetir la orden, sigue desde allí
"""


@click.group("facturas")
def facturas() -> None:
    """Las facturas en PDF."""


@facturas.command("prerenderizar", epilog=SALIDAS)
@click.option("--ciclo", metavar="CICLO", help="Solo los códigos de este ciclo; si no se dice, los de todos.")
@click.option("--desde", metavar="AAAA-MM", help="Solo las facturas de este periodo en adelante.")
@click.option(
    "--nucleos", metavar="N", type=click.IntRange(1, 256), help="Cuántas a la vez; si no se dice, una por núcleo de la máquina."
)
@with_appcontext
def prerenderizar(ciclo: str | None, desde: str | None, nucleos: int | None) -> None:
    """Deja hecho el PDF de la última factura de cada código.

    Para después de importar una entrega: así la primera descarga de cada cliente también es inmediata. Salta las que ya
    están hechas, y cede el paso a los clientes que piden algo mientras tanto.
    """
    if desde and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", desde):
        raise click.UsageError(f"--desde es un periodo como 2026-11, no «{desde}».")
    tanda = Tanda(current_app._get_current_object(), nucleos or len(os.sched_getaffinity(0)))  # type: ignore[attr-defined]
    try:
        with fallas.en_palabras():
            codigos = Predio.select(Predio.codigo).order_by(Predio.codigo)
            codigos = codigos.where(Predio.ciclo == ciclo) if ciclo else codigos
            total = codigos.count()
            if ciclo and not total:
                raise click.UsageError(f"Ningún código es del ciclo «{ciclo}».")
            advertir_espacio(total)
            with Avance() as avance:
                tanda.hacer(por_lotes(codigos), total, desde, avance)
    except fallas.FallaError as falla:
        raise fallas.Unfinished(f"{falla.motivo}. {tanda.balance}.\n{falla.remedio}") from None
    click.echo(f"{tanda.balance}.")
    if tanda.fallidas:
        numeros = ", ".join(tanda.fallidas[:MOSTRADAS]) + ("…" if len(tanda.fallidas) > MOSTRADAS else "")
        click.echo(f"No se pudieron hacer: {numeros}\nEl motivo de la primera: {tanda.motivo}", err=True)
        sys.exit(CON_FALLAS)


class Tanda:
    """What one run does: documents are written one after the other, and rendered by as many threads as there are cores."""

    def __init__(self, app: Flask, nucleos: int):
        self.app, self.nucleos = app, nucleos
        self.inicio = time.monotonic()
        self.revisados = self.hechas = self.estaban = 0
        self.fallidas: list[str] = []
        self.motivo = ""  # of the first one
        self.en_curso: dict[Future[bool], str] = {}

    def hacer(self, codigos: Iterator[str], total: int, desde: str | None, avance: Avance) -> None:
        # On Linux only the threads that render, and what they start, become nicer.
        hilos = ThreadPoolExecutor(self.nucleos, initializer=os.nice, initargs=(CORTESIA,))
        try:
            for codigo in codigos:
                if documento := ultima(codigo, desde):
                    numero, html = documento
                    self.en_curso[hilos.submit(preparar, self.app, html)] = numero
                self.revisados += 1
                # Enough for no thread to wait, and few in memory.
                self.recoger(2 * self.nucleos)
                avance("prerenderizar", self.revisados, total, self.hechas + self.estaban)
            self.recoger(0)
            avance("prerenderizar", total, total, self.hechas + self.estaban)
        finally:
            hilos.shutdown(cancel_futures=True)

    def recoger(self, quedan: int) -> None:
        """Count what is ready, waiting until at most so many are under way."""
        while len(self.en_curso) > quedan:
            for futuro in wait(self.en_curso, return_when=FIRST_COMPLETED).done:
                numero = self.en_curso.pop(futuro)
                try:
                    nueva = futuro.result()
                except documentos.RenderError as error:
                    self.motivo = self.motivo or f"{numero}: {error}"
                    self.fallidas.append(numero)
                else:
                    self.hechas += nueva
                    self.estaban += not nueva

    @property
    def balance(self) -> str:
        """``Hechas: 1.200; ya estaban: 300; fallidas: 0; en 1 min 3 s``."""
        cuentas = {"Hechas": self.hechas, "ya estaban": self.estaban, "fallidas": len(self.fallidas)}
        partes = [f"{que}: {miles(numero)}" for que, numero in cuentas.items()]
        return "; ".join([*partes, f"en {duracion(time.monotonic() - self.inicio)}"])


def preparar(app: Flask, html: str) -> bool:
    with app.app_context():
        return documentos.prepare(html)


def por_lotes(codigos) -> Iterator[str]:
    """All codes of a query in their order, with no transaction open in between."""
    ultimo = ""
    while lote := [codigo for (codigo,) in codigos.where(Predio.codigo > ultimo).limit(LOTE).tuples()]:
        yield from lote
        ultimo = lote[-1]


@db.snapshot()
def ultima(codigo: str, desde: str | None) -> tuple[str, str] | None:
    """The number and the document of the latest bill of a code, as its page asks for it."""
    bills = Factura.select(Factura, Predio).join(Predio).where(Factura.predio == codigo)
    factura = bills.order_by(Factura.expedida.desc(), Factura.numero.desc()).first()
    if factura is None or (desde and factura.periodo < desde):
        return None
    return factura.numero, documentos.documento_de(factura, limitada=False)


def advertir_espacio(cuantos: int) -> None:
    """Tell where the space for copies will not hold one of each code; the fullest folder decides."""
    en_la_mas_llena = cuantos / cache.FOLDERS + 4 * math.sqrt(cuantos / cache.FOLDERS)
    hacen_falta = math.ceil(en_la_mas_llena * TAMANO * cache.FOLDERS / 1_000_000)
    if cache.share("pdf") >= en_la_mas_llena * TAMANO:
        return
    hay = current_app.config["FACTURA_COPIAS_MB"]
    click.echo(
        f"AVISO: las de {cuantas(cuantos, 'código')} no caben en FACTURA_COPIAS_MB = {hay}: se borrarán las que lleven más\n"
        f"tiempo sin pedirse. Para guardarlas todas: FACTURA_COPIAS_MB = {hacen_falta}",
        err=True,
    )

"""``flask facturas``: the PDFs of bills before anybody asks for them, and the mails that a bill is there."""

import math
import os
import pwd
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import click
import peewee
from flask import Flask, current_app
from flask.cli import with_appcontext

from .. import cache, db, documentos, facturas_por_correo
from ..documentos.copias import impedimento
from ..documentos.factura import codigo_de_barras
from ..models import Factura, Predio
from . import fallas
from .avance import Avance
from .cifras import cuantas, duracion, miles

LOTE = 1000  # codes that are read at once
CORTESIA = 10  # niceness: customers go first
TAMANO = 50_000  # bytes of a bill, with something to spare
# What was made or asked for so many seconds before the start is wanted still, as the cycle that was made just before.
NOCHE = 12 * 3600
MOSTRADAS, CICLOS = 10, 20
CON_FALLAS = 1
SALIDAS = f"""\b
Código de salida:
  0  están todas, o no hay ninguna para hacer
  {CON_FALLAS}  algunas no se pudieron hacer, o se borraron por falta de espacio
  2  no se empezó: orden mal escrita, no caben en FACTURA_COPIAS_MB,
     no es el usuario del portal, o la base no tiene las tablas
  {fallas.OCUPADO}  otra orden ya las está haciendo
  {fallas.SIN_TERMINAR}  no se pudo terminar (disco lleno, base caída, interrupción);
     lo hecho queda: al repetir la orden, sigue desde allí
"""


SALIDAS_AVISAR = f"""\b
Código de salida:
  0  están todos, o no hay ninguno para enviar
  2  no se empezó: orden mal escrita, o la base no tiene las tablas
  {fallas.SIN_TERMINAR}  no se pudo terminar (disco lleno, base caída, interrupción);
     lo hecho queda: al repetir la orden, sigue desde allí
"""


@click.group("facturas")
def facturas() -> None:
    """Las facturas en PDF y por correo."""


@facturas.command("prerenderizar", epilog=SALIDAS)
@click.option(
    "--ciclo",
    "ciclos",
    metavar="CICLO",
    multiple=True,
    help="Solo los códigos de este ciclo; se puede escribir varias veces. Si no se dice, los de todos.",
)
@click.option("--desde", metavar="AAAA-MM", help="Solo las facturas de este periodo en adelante.")
@click.option(
    "--nucleos", metavar="N", type=click.IntRange(1, 256), help="Cuántas a la vez; si no se dice, una por núcleo de la máquina."
)
@with_appcontext
def prerenderizar(ciclos: tuple[str, ...], desde: str | None, nucleos: int | None) -> None:
    """Deja hecho el PDF de la última factura de cada código.

    Para después de importar una entrega: así la primera descarga de cada cliente también es inmediata. Salta las que ya
    están hechas, y cede el paso a los clientes que piden algo mientras tanto.

    Quedan en cache/pdf de la instancia, unos 45 KB cada una; véase FACTURA_COPIAS_MB.
    """
    revisar_opciones(ciclos, desde)
    exigir_usuario()
    tanda = Tanda(current_app._get_current_object(), nucleos or len(os.sched_getaffinity(0)), desde)  # type: ignore[attr-defined]
    try:
        with fallas.en_palabras(), cache.alone("prerenderizar"):
            codigos = de_ciclos(ciclos)
            con_factura = codigos.where(peewee.fn.EXISTS(facturas_de(desde)))
            if not (total := con_factura.count()):
                click.echo(f"Ninguna factura para hacer: {por_que_ninguna(codigos, desde)}.")
                return
            exigir_espacio(total, ciclos)
            tanda.sin_factura = codigos.count() - total
            with Avance() as avance:
                tanda.hacer(por_lotes(con_factura), total, avance)
    except cache.BusyError:
        raise fallas.Busy("Otra orden ya está haciendo las facturas.") from None
    except fallas.FallaError as falla:
        raise fallas.Unfinished(f"{falla.motivo}. {tanda.balance}.\n{falla.remedio}") from None
    contar(tanda)
    if tanda.fallidas or tanda.perdidas:
        sys.exit(CON_FALLAS)


@facturas.command("avisar", epilog=SALIDAS_AVISAR)
@with_appcontext
def avisar() -> None:
    """Avisa por correo la última factura a quienes lo pidieron.

    Para después de importar una entrega. Cada factura se avisa una sola vez a cada cuenta, aunque la orden se repita. Los
    correos quedan en la cola, y salen como los demás.
    """
    cuentas = facturas_por_correo.Cuentas()
    try:
        with fallas.en_palabras():
            facturas_por_correo.avisar(cuentas)
    except fallas.FallaError as falla:
        raise fallas.Unfinished(f"{falla.motivo}. {balance_de_avisos(cuentas)}\n{falla.remedio}") from None
    click.echo(balance_de_avisos(cuentas))


def balance_de_avisos(cuentas: facturas_por_correo.Cuentas) -> str:
    """``Correos en la cola: 1.200, a 1.100 cuentas; facturas ya avisadas: 300; códigos sin nada nuevo por pagar: 12.``"""
    return (
        f"Correos en la cola: {miles(cuentas.encoladas)}, a {cuantas(len(cuentas.avisados), 'cuenta')}; "
        f"facturas ya avisadas: {miles(cuentas.estaban)}; códigos sin nada nuevo por pagar: {miles(cuentas.sin_pendiente)}."
    )


def contar(tanda: "Tanda") -> None:
    """What came of it."""
    click.echo(f"{tanda.balance}.")
    if tanda.fallidas:
        numeros = ", ".join(tanda.fallidas[:MOSTRADAS]) + ("…" if len(tanda.fallidas) > MOSTRADAS else "")
        click.echo(f"No se pudieron hacer: {numeros}\nEl motivo de la primera: {tanda.motivo}", err=True)
    if tanda.perdidas:
        hay = current_app.config["FACTURA_COPIAS_MB"]
        click.echo(f"No cupieron todas en FACTURA_COPIAS_MB = {hay}: súbalo en oficina.toml y reinicie el portal.", err=True)
    if tanda.sin_barras:
        click.echo(
            f"AVISO: Sin código de barras, por pagar: {miles(tanda.sin_barras)}. Véase docs/factura.md, El desprendible.",
            err=True,
        )


class Tanda:
    """What one run does: documents are written one after the other, and rendered by as many threads as there are cores."""

    def __init__(self, app: Flask, nucleos: int, desde: str | None):
        self.app, self.nucleos, self.desde = app, nucleos, desde
        self.inicio, self.recientes = time.monotonic(), time.time() - NOCHE
        self.revisados = self.hechas = self.estaban = 0
        self.sin_factura = self.sin_barras = 0
        self.fallidas: list[str] = []
        self.motivo = ""  # of the first one
        self.borradas: list[float] = []  # when each was asked for last
        self.en_curso: dict[Future[bool], str] = {}

    def hacer(self, codigos: Iterator[str], total: int, avance: Avance) -> None:
        ceder_el_paso()
        hilos = ThreadPoolExecutor(self.nucleos)
        try:
            with cache.evictions() as self.borradas:
                for codigo in codigos:
                    if documento := self.documento(codigo):
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

    @db.snapshot()
    def documento(self, codigo: str) -> tuple[str, str] | None:
        """The number and the document of the latest bill of a code, as its page asks for it."""
        bills = Factura.select(Factura, Predio).join(Predio).where(Factura.predio == codigo)
        factura = bills.order_by(Factura.expedida.desc(), Factura.numero.desc()).first()
        if factura is None or (self.desde and factura.periodo < self.desde):
            self.sin_factura += 1
            return None
        self.sin_barras += le_faltan_barras(factura)
        return factura.numero, documentos.documento_de(factura, limitada=False)

    def recoger(self, quedan: int) -> None:
        """Count what is ready, waiting until at most so many are under way."""
        while len(self.en_curso) > quedan:
            for futuro in wait(self.en_curso, return_when=FIRST_COMPLETED).done:
                numero = self.en_curso.pop(futuro)
                try:
                    nueva = futuro.result()
                except documentos.RenderError as error:
                    self.motivo = self.motivo or f"{numero}: {error.motivo}"
                    self.fallidas.append(numero)
                else:
                    self.hechas += nueva
                    self.estaban += not nueva

    @property
    def perdidas(self) -> int:
        """How many made room though they are wanted still: older ones are of other months, and only make room."""
        return sum(usada >= self.recientes for usada in self.borradas)

    @property
    def balance(self) -> str:
        """``Hechas: 1.200; ya estaban: 300; fallidas: 0; códigos sin factura: 12; en 1 min 3 s``."""
        borradas = f" ({se_borraron(self.perdidas)} por falta de espacio)" if self.perdidas else ""
        partes = [f"Hechas: {miles(self.hechas)}{borradas}", f"ya estaban: {miles(self.estaban)}"]
        partes.append(f"fallidas: {miles(len(self.fallidas))}")
        if self.sin_factura:
            de_cuando = f" de {self.desde} en adelante" if self.desde else ""
            partes.append(f"códigos sin factura{de_cuando}: {miles(self.sin_factura)}")
        return "; ".join([*partes, f"en {duracion(time.monotonic() - self.inicio)}"])


def preparar(app: Flask, html: str) -> bool:
    with app.app_context():
        return documentos.prepare(html)


def ceder_el_paso() -> None:
    """Make this process nicer, with the threads and processes that it starts from now on."""
    ahora = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(ahora, CORTESIA))


def le_faltan_barras(factura: Factura) -> bool:
    """Whether it could be paid in a bank today, but for its reference or its cents."""
    if not current_app.config["PAGO_GLN"] or factura.total <= 0 or codigo_de_barras(factura):
        return False
    return impedimento(factura, limitada=False) is None


def se_borraron(numero: int) -> str:
    return "se borró 1" if numero == 1 else f"se borraron {miles(numero)}"


# -- which ones -------------------------------------------------------------------------------------


def de_ciclos(ciclos: tuple[str, ...]):
    """The codes of some cycles, of all where none is named. Raises UsageError for one that no code has."""
    codigos = Predio.select(Predio.codigo).order_by(Predio.codigo)
    if not ciclos:
        return codigos
    existen = ciclos_que_hay()
    for ciclo in ciclos:
        if ciclo not in existen:
            los_que_hay = ", ".join(existen[:CICLOS]) + (", …" if len(existen) > CICLOS else "")
            cuales = f"Los que hay: {los_que_hay}" if existen else "Ninguno tiene ciclo."
            raise click.UsageError(f"Ningún código es del ciclo «{ciclo}». {cuales}")
    return codigos.where(Predio.ciclo.in_(ciclos))


def ciclos_que_hay() -> list[str]:
    distintos = Predio.select(Predio.ciclo).where(Predio.ciclo.is_null(False)).distinct()
    return [ciclo for (ciclo,) in distintos.order_by(Predio.ciclo).tuples()]


def facturas_de(desde: str | None):
    """The bills of the code of the query around it."""
    suyas = Factura.select(peewee.SQL("1")).where(Factura.predio == Predio.codigo)
    return suyas.where(Factura.periodo >= desde) if desde else suyas


def por_que_ninguna(codigos, desde: str | None) -> str:
    ultima = Factura.select(peewee.fn.MAX(Factura.periodo)).where(Factura.predio.in_(codigos.order_by())).scalar()
    return f"no hay de {desde} en adelante (la última es de {ultima})" if ultima else "esos códigos no tienen ninguna publicada"


def por_lotes(codigos) -> Iterator[str]:
    """All codes of a query in their order, with no transaction open in between."""
    ultimo = ""
    while lote := [codigo for (codigo,) in codigos.where(Predio.codigo > ultimo).limit(LOTE).tuples()]:
        yield from lote
        ultimo = lote[-1]


# -- whether it may begin ---------------------------------------------------------------------------


def revisar_opciones(ciclos: tuple[str, ...], desde: str | None) -> None:
    if not all(ciclo.strip() for ciclo in ciclos):
        raise click.UsageError("--ciclo está vacío. Para todos los ciclos, no lo escriba.")
    if desde is not None and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", desde):
        raise click.UsageError(f"--desde es un periodo como 2026-11, no «{desde}».")


def exigir_usuario() -> None:
    """Before anything is opened: what another user writes, the portal could not write again."""
    instancia = current_app.config["INSTANCIA"]
    duenno, yo = os.stat(instancia).st_uid, os.geteuid()
    if duenno != yo:
        raise fallas.NotBegun(
            f"Esta orden es para el usuario «{nombre(duenno)}», dueño de {instancia}, y usted es «{nombre(yo)}».\n"
            "Use: oficina facturas prerenderizar"
        )


def nombre(usuario: int) -> str:
    try:
        return pwd.getpwuid(usuario).pw_name
    except KeyError:
        return str(usuario)


def exigir_espacio(cuantos: int, ciclos: tuple[str, ...]) -> None:
    """Bills that will not fit would be made for nothing; the fullest folder decides."""
    en_la_mas_llena = (cuantos / cache.FOLDERS + 4 * math.sqrt(cuantos / cache.FOLDERS)) * TAMANO
    if cache.share("pdf") >= en_la_mas_llena:
        return
    # In hundreds: it is an estimate.
    hacen_falta = math.ceil(en_la_mas_llena * cache.FOLDERS / 1_000_000 / 100) * 100
    hay = current_app.config["FACTURA_COPIAS_MB"]
    un_ciclo = next(iter(ciclos or ciclos_que_hay()), None)
    alternativa = f", o haga solo un ciclo: --ciclo {un_ciclo}" if un_ciclo and len(ciclos) != 1 else ""
    raise fallas.NotBegun(
        f"Las facturas de {cuantas(cuantos, 'código')} necesitan FACTURA_COPIAS_MB = {hacen_falta} y hay {hay}: "
        f"se borrarían unas a otras.\nSúbalo en oficina.toml y reinicie el portal{alternativa}."
    )

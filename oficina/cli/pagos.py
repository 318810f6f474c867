"""``flask pagos``: what the treasury does about payments made online: give them to the billing system, compare, look, close."""

import csv
import getpass
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from ..audit import operator
from ..cobros import conciliacion, decisiones, exportacion, verdad
from ..cobros.conciliacion import CLASES, INFORMATIVAS, Hallazgo, Informe, Periodo
from ..config import ConfigError
from ..entregas.origen import a_la_vista
from ..formats import fecha_corta, hoy
from ..models import AvisoRecibido, Intento, IntentoFactura, Movimiento, Pago
from ..models.predio import normalizar_codigo
from . import fallas, tablas
from .archivo import llamado, privado
from .avance import Avance
from .cifras import cuantas, dinero, miles, momento
from .cuentas import confirmar, si
from .novedades import sin_formula

pagos = AppGroup("pagos", help="Los pagos en línea: exportarlos, conciliarlos y revisarlos.")

DIAS = 10
A_LA_VISTA = 50
POR_REVISAR = 1
ESTADOS = ("creado", "pendiente", "aprobado", "rechazado", "vencido", "cancelado", "revision", "reversado")
SALIDAS = f"""\b
Código de salida:
  0  todo concuerda
  {POR_REVISAR}  hay algo que una persona debe mirar
  2  no se empezó: orden mal escrita, o la base no tiene las tablas
  {fallas.SIN_TERMINAR}  la pasarela o la base de datos no respondieron: repita la orden
"""


class Dia(click.ParamType):
    name = "AAAA-MM-DD"

    def convert(self, value, param, ctx) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else "")
        except ValueError:
            self.fail(f"«{value}» no es un día que exista, escrito AAAA-MM-DD.", param, ctx)


class Carpeta(click.ParamType):
    """One that is there already: to make what was mistyped, or not mounted, would hide it."""

    name = "RUTA"

    def convert(self, value, param, ctx) -> Path:
        carpeta = Path(value)
        if not os.path.isdir(carpeta):
            self.fail(
                f"No existe la carpeta «{a_la_vista(str(carpeta))}», o el usuario {getpass.getuser()} no puede llegar a ella. "
                f"Créela antes, como root: install -d -o {getpass.getuser()} -m 700 CARPETA",
                param,
                ctx,
            )
        return carpeta


DIA = Dia()


@contextmanager
def en_palabras() -> Iterator[None]:
    """Raises Unfinished where the database or the disk are away."""
    try:
        with fallas.en_palabras():
            yield
    except fallas.FallaError as falla:
        raise fallas.Unfinished(f"{falla.motivo}. {falla.remedio}") from None


# -- to the billing system ---------------------------------------------------------------------------


@pagos.command("exportar")
@click.option("--dia", type=DIA, metavar="AAAA-MM-DD", help="El día; si no se dice, ayer.")
@click.option(
    "--formato", type=click.Choice(["csv", "asobancaria", "ambos"]), default="csv", show_default=True, help="Qué archivos."
)
@click.option(
    "--carpeta",
    type=Carpeta(),
    metavar="RUTA",
    help="Dónde; si no se dice, exportados, en la carpeta de la instancia.",
)
@click.option("--parcial", is_flag=True, help="Aceptar un día que no ha terminado: el archivo se llama …-parcial.")
@click.option("--pruebas", is_flag=True, help="Los del ambiente de pruebas, en lugar de los verdaderos: …-pruebas.")
def exportar(dia: date | None, formato: str, carpeta: Path | None, parcial: bool, pruebas: bool) -> None:
    """Escribe los pagos en línea de un día, para que el sistema comercial los aplique.

    Un día terminado da siempre los mismos archivos. Qué lleva cada uno: docs/pagos-exportados.md.

    Código de salida: 0 escritos; 1 el día no ha terminado; 2 falta un ajuste, y no se escribió ninguno; 4 la base o el disco no
    respondieron.
    """
    dia = dia or hoy() - timedelta(1)
    abierto = not exportacion.terminado(dia)
    if dia > hoy():
        raise click.ClickException(f"El {fecha_corta(dia)} no ha llegado.")
    if abierto and not parcial:
        raise click.ClickException(
            f"El {fecha_corta(dia)} no ha terminado: todavía pueden llegar pagos de ese día. "
            "Espere hasta las 00:10 del siguiente, o use --parcial para ver los que van."
        )
    marca = f"{'-pruebas' if pruebas else ''}{'-parcial' if abierto else ''}"
    formatos = ("csv", "asobancaria") if formato == "ambos" else (formato,)
    with en_palabras():
        filas = exportacion.movimientos(dia, pruebas)
        otras = len(exportacion.movimientos(dia, not pruebas))
        carpeta = carpeta or carpeta_propia()
        archivos = escribir_dia(carpeta, dia, filas, formatos, marca)
    contar(dia, abierto, filas)
    if otras and not pruebas:
        click.echo(f"No van los del ambiente de pruebas: {miles(otras)}. Véalos con --pruebas.")
    if "asobancaria" in formatos:
        avisar_reversos(filas)
    click.echo("\nSHA-256 de los archivos")
    for archivo in archivos:
        click.echo(f"{archivo.sha256}  {archivo.ruta}")
    distintos = [archivo.ruta.name for archivo in archivos if archivo.antes == "distinto"]
    if distintos and not abierto:
        click.echo(f"AVISO: había otro distinto, que se reemplazó: {', '.join(distintos)}.", err=True)


def escribir_dia(carpeta: Path, dia: date, filas: list[Movimiento], formatos: tuple[str, ...], marca: str) -> list:
    """The files of ``exportacion.exportar``; all of them or, where one cannot be, none."""
    try:
        with llamado(carpeta):
            return exportacion.exportar(carpeta, dia, filas, formatos, current_app.config, marca)
    except ConfigError as error:
        solo = " El CSV no lo necesita: --formato csv." if len(formatos) > 1 else ""
        raise ConfigError(f"No se escribió ningún archivo. {error.message}{solo}") from None


def carpeta_propia() -> Path:
    carpeta = Path(current_app.config["INSTANCIA"]) / "exportados"
    carpeta.mkdir(mode=0o700, exist_ok=True)
    return carpeta


def contar(dia: date, abierto: bool, filas: list[Movimiento]) -> None:
    totales = exportacion.Totales.de(filas)
    click.echo(f"Pagos en línea del {fecha_corta(dia)}{' (parcial: el día no ha terminado)' if abierto else ''}\n")
    lineas = [
        ["pagos", miles(totales.pagos), dinero(totales.valor_pagos)],
        ["reversos", miles(totales.reversos), dinero(totales.valor_reversos)],
        ["neto", "", dinero(totales.neto)],
    ]
    for linea in tablas.tabla(["", "cuántos", "valor"], lineas):
        click.echo(linea)


def avisar_reversos(filas: list[Movimiento]) -> None:
    reversos = [fila for fila in filas if fila.tipo == "reverso"]
    if not reversos:
        return
    click.echo("\nReversos, que el formato Asobancaria no lleva; aplíquelos aparte (el CSV sí los trae):")
    celdas = [[fila.intento.referencia, fila.codigo, fila.factura, dinero(fila.valor)] for fila in reversos]
    for linea in tablas.tabla(["referencia", "código", "factura", "valor"], celdas):
        click.echo(f"  {linea}")


# -- with the gateways and the deliveries ------------------------------------------------------------


@pagos.command("conciliar", epilog=SALIDAS)
@click.option("--desde", type=DIA, metavar="AAAA-MM-DD", help=f"Primer día; si no se dice, los últimos {DIAS} días.")
@click.option("--hasta", type=DIA, metavar="AAAA-MM-DD", help="Último día; si no se dice, hoy.")
@click.option("--sin-preguntar", is_flag=True, help="No preguntar a la pasarela: solo comparar con lo entregado.")
@click.option(
    "--archivo", type=click.Path(path_type=Path), metavar="ARCHIVO", help="Escribir los hallazgos también en un archivo CSV."
)
def conciliar(desde: date | None, hasta: date | None, sin_preguntar: bool, archivo: Path | None) -> None:
    """Pregunta otra vez a la pasarela por cada pago, y compara con lo que el sistema comercial entregó.

    Lo que la pasarela confirma y aquí faltaba se aplica en el momento, una sola vez.
    """
    hasta = hasta or hoy()
    desde = desde or hasta - timedelta(DIAS - 1)
    if desde > hasta:
        raise click.UsageError("--desde es posterior a --hasta.")
    periodo = Periodo(desde, hasta, pruebas=current_app.config["ENTORNO"] != "produccion")
    with en_palabras(), Avance() as avance:

        def preguntados(hecho: int, total: int) -> None:
            avance("preguntar", hecho, total, hecho)

        informe = conciliacion.conciliar(current_app.config, periodo, None if sin_preguntar else preguntados)
    click.echo(f"\nPagos en línea del {fecha_corta(desde)} al {fecha_corta(hasta)}\n")
    mostrar_dias(informe, con_pasarela=not sin_preguntar)
    mostrar(informe.hallazgos)
    if archivo:
        with en_palabras():
            escribir(archivo, informe.hallazgos)
        click.echo(f"\nHallazgos: {archivo}")
    terminar(informe)


def terminar(informe: Informe) -> None:
    """Say in a line what came of it, and leave with the code that tells it."""
    if informe.sin_respuesta:
        cuales = ", ".join(informe.sin_respuesta[:5]) + (", …" if len(informe.sin_respuesta) > 5 else "")
        raise fallas.Unfinished(
            f"La pasarela no respondió por {cuantas(len(informe.sin_respuesta), 'pago')} ({cuales}; "
            f"motivo: {en_linea(informe.motivo)}). "
            "Lo demás quedó hecho; repita la orden más tarde."
        )
    if informe.por_revisar:
        click.echo(f"\nPor mirar: {miles(informe.por_revisar)}.")
        sys.exit(POR_REVISAR)
    click.echo("\nTodo concuerda.")


def mostrar_dias(informe: Informe, con_pasarela: bool) -> None:
    """What of each day's payments each of the three has."""
    if not informe.dias:
        click.echo("No hubo pagos en línea.")
        return
    columnas = ["día", *(["pasarela"] if con_pasarela else []), "portal", "sistema comercial"]
    lineas = []
    for dia, suma in sorted(informe.dias.items()):
        pasarela = [dinero(suma.pasarela)] if con_pasarela else []
        lineas.append([fecha_corta(dia), *pasarela, dinero(suma.libro), dinero(suma.entregado)])
    for linea in tablas.tabla(columnas, lineas):
        click.echo(linea)


def mostrar(hallazgos: list[Hallazgo]) -> None:
    for clase, titulo in CLASES.items():
        suyos = [hallazgo for hallazgo in hallazgos if hallazgo.clase == clase]
        if suyos:
            click.echo(f"\n{titulo}{' (no hay que corregir nada)' if clase in INFORMATIVAS else ''}: {miles(len(suyos))}")
            for linea in lineas_de(suyos[:A_LA_VISTA]):
                click.echo(f"  {linea}")
            if len(suyos) > A_LA_VISTA:
                click.echo(f"  … y {miles(len(suyos) - A_LA_VISTA)} más; todos, con --archivo ARCHIVO")


def lineas_de(hallazgos: list[Hallazgo]) -> Iterator[str]:
    """A line each, and below it what else is to be told of it."""
    celdas = [
        [
            a_la_vista(uno.referencia),
            fecha_corta(uno.dia),
            uno.codigo,
            "" if uno.valor is None else dinero(uno.valor),
        ]
        for uno in hallazgos
    ]
    encabezado, *lineas = tablas.tabla(["referencia", "día", "código", "valor"], celdas)
    yield encabezado
    for uno, linea in zip(hallazgos, lineas, strict=True):
        yield linea
        if uno.detalle:
            yield f"  {en_linea(uno.detalle)}"


def en_linea(texto: str) -> str:
    return "".join(letra if letra.isprintable() else " " for letra in texto.replace("\u00a0", " "))


def escribir(ruta: Path, hallazgos: list[Hallazgo]) -> None:
    with llamado(ruta), privado(ruta) as abierto:
        salida = csv.writer(abierto, delimiter=";")
        salida.writerow(["hallazgo", "referencia", "día", "código", "valor", "detalle"])
        for uno in hallazgos:
            valor = "" if uno.valor is None else exportacion.pesos(uno.valor)
            textos = sin_formula(uno.codigo), valor, sin_formula(en_linea(uno.detalle))
            salida.writerow([CLASES[uno.clase], sin_formula(uno.referencia), str(uno.dia or ""), *textos])


# -- one of them, and all ----------------------------------------------------------------------------


def encontrar(texto: str) -> Intento:
    intento = conciliacion.encontrar(texto.strip())
    if intento is None:
        raise click.ClickException(f"No hay un pago en línea con «{a_la_vista(texto)}». Búsquelo con: flask pagos listar")
    return intento


@pagos.command("ver")
@click.argument("referencia")
def ver(referencia: str) -> None:
    """Muestra todo lo que se sabe de un pago: por su referencia, su transacción en la pasarela o la dirección de su página."""
    with en_palabras():
        lineas = list(todo(encontrar(referencia)))
    for linea in lineas:
        click.echo(linea)


def todo(intento: Intento) -> Iterator[str]:
    ambiente = ", en pruebas" if intento.pruebas else ""
    yield f"Pago {intento.referencia}: {intento.estado}{', tardío' if intento.tardio else ''}, por {dinero(intento.valor)}"
    yield f"Pasarela: {intento.pasarela}, cuenta {intento.comercio}{ambiente}"
    yield f"Comenzó: {momento(intento.creado)}   Llegó a ese estado: {momento(intento.cambiado)}"
    if intento.proximo:
        yield f"Se vuelve a preguntar a la pasarela: {momento(intento.proximo)}"
    dichos = ("transaccion", "medio", "banco", "cus", "autorizacion", "motivo")
    for nombre in dichos:
        if dicho := getattr(intento, nombre):
            yield f"  {nombre}: {a_la_vista(dicho)}"
    if intento.revisar:
        yield f"POR REVISAR: {en_linea(intento.revisar)}"
    yield "\nFacturas"
    facturas = [[linea.codigo, linea.factura, dinero(linea.valor)] for linea in intento.facturas()]
    yield from tablas.tabla(["código", "factura", "valor"], facturas)
    yield from movimientos(intento)
    yield from avisos(intento)
    yield "\nBitácora"
    for fila in decisiones.historia(intento):
        nota = fila.detalle.removeprefix(intento.referencia).strip()
        yield f"  {momento(fila.momento)}  {fila.evento}  {fila.actor}  {a_la_vista(nota)}".rstrip()


def movimientos(intento: Intento) -> Iterator[str]:
    filas = conciliacion.filas(intento)
    if not filas:
        return
    yield "\nMovimientos"
    entregados = {pago.id: pago for pago in Pago.select().where(Pago.id.in_([fila.pago for fila in filas if fila.pago]))}
    for fila in filas:
        yield f"  {fila.id}  {momento(fila.momento)}  {fila.tipo}  {fila.codigo}  {dinero(fila.valor)}  {fila.transaccion}"
        if fila.saldo:
            yield f"    saldo a favor: {dinero(fila.saldo)}"
        if pago := entregados.get(fila.pago):
            yield f"    en el sistema comercial: pago {pago.id} del {fecha_corta(pago.fecha)}, por {dinero(pago.valor)}"
        else:
            yield "    todavía no está en el sistema comercial"


def avisos(intento: Intento) -> Iterator[str]:
    recibidos = list(AvisoRecibido.select().where(AvisoRecibido.referencia == intento.referencia).order_by(AvisoRecibido.id))
    if not recibidos:
        return
    yield "\nAvisos de la pasarela"
    for aviso in recibidos:
        espera = f"en espera hasta el {momento(aviso.proximo)}" if aviso.proximo else ""
        yield f"  {momento(aviso.recibido)}  {en_linea(aviso.resultado or '') or espera}"


@pagos.command("listar")
@click.option("--estado", type=click.Choice(ESTADOS), help="Solo los que están así.")
@click.option("--revisar", is_flag=True, help="Solo los que esperan que una persona los revise.")
@click.option("--codigo", metavar="CODIGO", help="Solo los de un código de usuario.")
@click.option("--desde", type=DIA, metavar="AAAA-MM-DD", help="Los que comenzaron ese día o después.")
@click.option("--hasta", type=DIA, metavar="AAAA-MM-DD", help="Los que comenzaron ese día o antes.")
def listar(estado: str | None, revisar: bool, codigo: str | None, desde: date | None, hasta: date | None) -> None:
    """Lista los pagos en línea, del más nuevo al más antiguo."""
    query = Intento.select()
    if estado:
        query = query.where(Intento.estado == estado)
    if revisar:
        query = query.where(Intento.revisar.is_null(False))
    if codigo:
        con_el = IntentoFactura.select(IntentoFactura.intento).where(IntentoFactura.codigo == normalizar_codigo(codigo))
        query = query.where(Intento.id.in_(con_el))
    if desde:
        query = query.where(Intento.creado >= conciliacion.medianoche(desde))
    if hasta:
        query = query.where(Intento.creado < conciliacion.medianoche(hasta + timedelta(1)))
    with en_palabras():
        cuantos = query.count()
        intentos = list(query.order_by(Intento.id.desc()).limit(A_LA_VISTA))
        lineas = [fila_de(intento) for intento in intentos]
    if not lineas:
        click.echo("No hay pagos en línea así.")
        return
    for linea in tablas.tabla(["referencia", "comenzó", "estado", "valor", "código", ""], lineas):
        click.echo(linea)
    if cuantos > len(lineas):
        click.echo(f"\nSon los últimos {len(lineas)} de {miles(cuantos)}. Acote con --desde, --hasta, --estado o --codigo.")


def fila_de(intento: Intento) -> list[str]:
    codigos = [linea.codigo for linea in intento.facturas()]
    varios = f"{codigos[0]} +{len(codigos) - 1}" if len(codigos) > 1 else codigos[0]
    marca = "POR REVISAR" if intento.revisar else ""
    return [intento.referencia, momento(intento.creado), intento.estado, dinero(intento.valor), varios, marca]


# -- what a person decides ---------------------------------------------------------------------------


@pagos.command("cerrar")
@click.argument("referencia")
@si
def cerrar(referencia: str, si: bool) -> None:
    """Cierra un pago en revisión por el que se comprobó que no entró dinero; sus facturas se pueden pagar otra vez.

    Si después la pasarela lo confirma, cuenta de todas maneras.
    """
    with en_palabras():
        intento = encontrar(referencia)
        if intento.estado != "revision":
            raise click.ClickException(
                f"El pago {intento.referencia} no está en revisión: está {intento.estado}."
                + (f" Quítele la marca con: flask pagos revisado {intento.referencia} --nota" if intento.revisar else "")
            )
        click.echo(f"Pago {intento.referencia} por {dinero(intento.valor)}: {en_linea(intento.revisar or 'en revisión')}")
        confirmar("¿Comprobó en la pasarela y en el banco que no entró dinero por él?", si)
        if not verdad.cerrar_revision(intento.id, operator()):
            raise click.ClickException("Acaba de cambiar de estado: no se hizo nada. Véalo con: flask pagos ver")
    click.echo(f"El pago {intento.referencia} quedó cerrado, como rechazado.")


@pagos.command("revisado")
@click.argument("referencia")
@click.option("--nota", required=True, help="Qué se hizo: queda en la bitácora. No escriba datos personales.")
def revisado(referencia: str, nota: str) -> None:
    """Quita la marca de un pago que una persona ya revisó. Nunca mueve dinero."""
    if not nota.strip():
        raise click.UsageError("--nota está vacía: diga qué se hizo.")
    with en_palabras():
        intento = encontrar(referencia)
        if intento.estado == "revision":
            raise click.ClickException(
                f"El pago {intento.referencia} está en revisión: sus facturas no se pueden pagar. Si no entró dinero, ciérrelo "
                f"con: flask pagos cerrar {intento.referencia}"
            )
        if not conciliacion.dar_por_revisado(intento.id, " ".join(nota.split()), operator()):
            raise click.ClickException(f"El pago {intento.referencia} no está por revisar.")
    click.echo(f"El pago {intento.referencia} quedó revisado.")

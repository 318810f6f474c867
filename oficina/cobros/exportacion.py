"""The payments made online of a day as files for the billing system; what is in them: docs/pagos-exportados.md.

All of it comes from rows that never change: a day that is over gives the same bytes whenever it is asked for.
"""

import csv
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from ..config import ConfigError, is_gln
from ..db import utcnow
from ..entregas.asobancaria import ANCHO, CUENTA_ANCHO, digito_de_verificacion
from ..entregas.bancos import REFERENCIA_ANCHO
from ..formats import local
from ..models import Intento, Movimiento

# A payment that began to be written before midnight is there by then, also where the clocks of two machines differ.
CIERRE = timedelta(minutes=10)
COLUMNAS = (
    *("movimiento", "referencia", "transaccion", "tipo", "codigo", "factura", "referencia_pago", "fecha", "hora", "valor"),
    *("saldo_a_favor", "pasarela", "medio", "banco", "cus", "autorizacion", "pagado_fecha", "pagado_hora"),
)
COLUMNAS_CONTROL = ("archivo", "dia", "pagos", "valor_pagos", "reversos", "valor_reversos", "neto", "sha256")

LOTE = "0001"
PRIMERA_SECUENCIA = 2
# Banks letter their files of a day from A on: this one is not mistaken for theirs.
MODIFICADOR = "Z"
HORA = "2359"
TIPOS_CUENTA = {"ahorros": "01", "corriente": "02"}
# Procedencia and medio by what the gateway calls the means of payment: ACH, or bank; by internet from an account, by internet
# with a credit card, or in cash. Any other took it from an account by internet.
PSE, CUENTA, TARJETA, EFECTIVO = "0315", "0115", "0125", "0101"
MEDIOS = {
    "PSE": PSE,
    **dict.fromkeys(("VISA", "MASTERCARD", "AMEX", "DINERS", "CODENSA", "CARD"), TARJETA),
    **dict.fromkeys(("EFECTY", "BALOTO", "SU_RED", "OTHERS_CASH", "BANK_REFERENCED", "BANCOLOMBIA_COLLECT"), EFECTIVO),
}


@dataclass(frozen=True)
class Totales:
    """How many rows and their sums in centavos; reversals are negative."""

    pagos: int
    valor_pagos: int
    reversos: int
    valor_reversos: int

    @classmethod
    def de(cls, filas: list[Movimiento]) -> "Totales":
        pagos = [fila.valor for fila in filas if fila.tipo == "pago"]
        reversos = [fila.valor for fila in filas if fila.tipo == "reverso"]
        return cls(len(pagos), sum(pagos), len(reversos), sum(reversos))

    @property
    def neto(self) -> int:
        return self.valor_pagos + self.valor_reversos


@dataclass(frozen=True)
class Archivo:
    """A file that was written; ``antes`` tells what had its name: "", "igual" or "distinto"."""

    ruta: Path
    sha256: str
    antes: str


def terminado(dia: date) -> bool:
    """Whether no payment of that day in Colombia can come any more."""
    return local(utcnow()).replace(tzinfo=None) >= datetime.combine(dia + timedelta(1), time.min) + CIERRE


def movimientos(dia: date, pruebas: bool = False) -> list[Movimiento]:
    """The rows of the ledger of a day, in the order in which they were written, each with its attempt.

    ``pruebas``: those in which no real money is, and no others.
    """
    of_day = (Movimiento.fecha == dia) & (Intento.pruebas == int(pruebas))
    return list(Movimiento.select(Movimiento, Intento).join(Intento).where(of_day).order_by(Movimiento.id))


def exportar(
    carpeta: Path, dia: date, filas: list[Movimiento], formatos: tuple[str, ...], settings: Mapping, marca: str = ""
) -> list[Archivo]:
    """Write the files of a day into a folder; ``formatos`` are of csv and asobancaria, ``marca`` goes into the names.

    The file of control comes last: once it is there, what it tells of is. Raises ConfigError, and OSError.
    """
    contenidos: dict[str, tuple[bytes, Totales]] = {}
    if "csv" in formatos:
        contenidos[f"pagos-en-linea-{dia}{marca}.csv"] = en_csv(filas), Totales.de(filas)
    if "asobancaria" in formatos:
        pagos = [fila for fila in filas if fila.tipo == "pago"]
        contenidos[f"recaudos-en-linea-{dia}{marca}.txt"] = en_asobancaria(dia, pagos, Convenio.de(settings)), Totales.de(pagos)
    hechos = []
    for nombre, (contenido, totales) in contenidos.items():
        ruta = carpeta / nombre
        hechos.append(guardar(ruta, contenido))
        hechos.append(guardar(ruta.with_name(f"{ruta.stem}-control.csv"), control(dia, hechos[-1], totales)))
    return hechos


def guardar(ruta: Path, contenido: bytes) -> Archivo:
    """Under its name there is all of it or what was there before, also after the power fails; only its owner reads it."""
    igual = ruta.read_bytes() == contenido if ruta.exists() else None
    with tempfile.NamedTemporaryFile("wb", dir=ruta.parent, prefix=f".{ruta.name}.", delete=False) as nuevo:
        try:
            nuevo.write(contenido)
            nuevo.flush()
            os.fsync(nuevo.fileno())
            os.replace(nuevo.name, ruta)
        finally:
            Path(nuevo.name).unlink(missing_ok=True)
    folder = os.open(ruta.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    antes = "" if igual is None else "igual" if igual else "distinto"
    return Archivo(ruta, hashlib.sha256(contenido).hexdigest(), antes)


# -- CSV ---------------------------------------------------------------------------------------------


def en_csv(filas: list[Movimiento]) -> bytes:
    """One line a row of the ledger, payments and reversals."""
    return tabla(COLUMNAS, [celdas(fila) for fila in filas])


def celdas(fila: Movimiento) -> list[str]:
    hora, pagado = local(fila.momento), fila.pagado and local(fila.pagado)
    de_pasarela = [inofensivo(texto or "") for texto in (fila.medio, fila.banco, fila.cus, fila.autorizacion)]
    return [
        *(str(fila.id), fila.intento.referencia, inofensivo(fila.transaccion), fila.tipo, fila.codigo, fila.factura),
        *(referencia(fila), str(fila.fecha), f"{hora:%H:%M:%S}", pesos(fila.valor), pesos(fila.saldo)),
        *(fila.intento.pasarela, *de_pasarela),
        *((f"{pagado:%Y-%m-%d}", f"{pagado:%H:%M:%S}") if pagado else ("", "")),
    ]


def control(dia: date, archivo: Archivo, totales: Totales) -> bytes:
    """What a file must hold, in a file beside it: a line of totals among payments could be loaded as one."""
    cuantos = (str(totales.pagos), pesos(totales.valor_pagos), str(totales.reversos), pesos(totales.valor_reversos))
    return tabla(COLUMNAS_CONTROL, [[archivo.ruta.name, str(dia), *cuantos, pesos(totales.neto), archivo.sha256]])


def tabla(encabezado: tuple[str, ...], filas: list[list[str]]) -> bytes:
    """In the form of the files that the portal takes: UTF-8, semicolons."""
    texto = io.StringIO()
    csv.writer(texto, delimiter=";", lineterminator="\n").writerows([encabezado, *filas])
    return texto.getvalue().encode()


def inofensivo(texto: str) -> str:
    """A text of the gateway so that a spreadsheet never runs it as a formula."""
    return f"'{texto}" if texto.startswith(("=", "+", "-", "@", "\t", "\r")) else texto


def pesos(centavos: int) -> str:
    """``84350,00``, by integers alone."""
    return f"{'-' if centavos < 0 else ''}{abs(centavos) // 100},{abs(centavos) % 100:02}"


def referencia(fila: Movimiento) -> str:
    """What the billing system knows the bill by when it is paid."""
    return fila.referencia or fila.factura


# -- Asobancaria 2001 --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Convenio:
    """Who collects, and for whom, each text at its full width."""

    nit: str
    banco: str
    cuenta: str
    tipo: str
    servicio: str

    @classmethod
    def de(cls, settings: Mapping) -> "Convenio":
        """That of the settings. Raises ConfigError with the one that is missing or wrong."""
        nit = re.sub("[^0-9]", "", settings["MARCA_NIT"])
        if len(nit) != 10 or digito_de_verificacion(nit[:9]) != int(nit[9]):
            raise ConfigError("MARCA_NIT debe ser el NIT de la empresa con su dígito de verificación, como 900123818-0.")
        banco, cuenta = settings["PAGO_BANCO_CODIGO"], settings["PAGO_BANCO_CUENTA"]
        if not re.fullmatch("[0-9]{3}", banco):
            raise ConfigError("PAGO_BANCO_CODIGO debe ser el código del banco, de tres cifras: 007 es Bancolombia.")
        if not re.fullmatch(f"[0-9]{{1,{CUENTA_ANCHO}}}", cuenta):
            raise ConfigError(f"PAGO_BANCO_CUENTA debe ser el número de la cuenta: hasta {CUENTA_ANCHO} cifras, sin guiones.")
        gln = settings["PAGO_GLN"]
        servicio = gln if is_gln(gln) else nit.zfill(13)
        return cls(nit, banco, cuenta.zfill(CUENTA_ANCHO), TIPOS_CUENTA[settings["PAGO_BANCO_TIPO"]], servicio)


def en_asobancaria(dia: date, pagos: list[Movimiento], convenio: Convenio) -> bytes:
    """The payments as a bank would tell of them. The format knows no reversals. Raises ConfigError."""
    suma = sum(fila.valor for fila in pagos)
    fecha = f"{dia:%Y%m%d}"
    lineas = [
        f"01{convenio.nit}{fecha}{convenio.banco}{convenio.cuenta}{fecha}{HORA}{MODIFICADOR}{convenio.tipo}",
        f"05{convenio.servicio}{LOTE}",
        *(detalle(fila, secuencia) for secuencia, fila in enumerate(pagos, PRIMERA_SECUENCIA)),
        f"08{len(pagos):09}{suma:018}{LOTE}",
        f"09{len(pagos):09}{suma:018}",
    ]
    return "".join(f"{linea:<{ANCHO}}\r\n" for linea in lineas).encode("ascii")


def detalle(fila: Movimiento, secuencia: int) -> str:
    clave = referencia(fila)
    if not (clave.isascii() and clave.isprintable()):
        raise ConfigError(
            f"La referencia de pago «{clave}» de la factura {fila.factura} tiene letras que el formato Asobancaria no admite. "
            "Use --formato csv."
        )
    autorizacion = re.sub("[^0-9]", "", fila.autorizacion or "")[-6:]
    como = MEDIOS.get((fila.medio or "").upper(), CUENTA)
    operacion = f"{fila.id % 1_000_000:06}"
    return f"06{clave:0>{REFERENCIA_ANCHO}}{fila.valor:014}{como}{operacion}{autorizacion:0>6}0000000{secuencia:07}   "

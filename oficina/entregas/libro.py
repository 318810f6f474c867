"""Reads the rows of the first sheet of an .xlsx as text, as if they had been written in the canonical form.

A spreadsheet is looked into before it is opened: it is held in memory whole, and what the library that reads it would
pass over in silence (errors, formulas without a value, damage) has to be told.
"""

import re
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, repeat
from typing import Any

import python_calamine

from .codificacion import BUFFER, ESTA_DANADO, VACIO, Fila, Fuente, IlegibleError, sin_finales
from .columnas import Archivo
from .opciones import Opciones
from .origen import DANADO, Origen
from .valores import Dia, Mes, Tipo

LIBRO_BYTES = 64 << 20
LIBRO_DESCOMPRIMIDO = 256 << 20
LIBRO_INDICE = 4 << 20
LIBRO_CELDAS = 2_500_000  # a spreadsheet is held in memory: some 300 MB
HOJA = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
RELACION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
ATRIBUTO = re.compile(rb'(?:\w+:)?(\w+)="([^"]*)"')
CELDA = re.compile(rb"<(?:\w+:)?c[\s/>]")
LUGAR = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
CELDA_CON_ERROR = re.compile(rb'<(?:\w+:)?c\s[^>]*\bt="e"[^>]*>')
SIN_CALCULAR = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\s*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
CONTROL_EN_CELDA = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DIA_CERO = date(1899, 12, 30)
SERIALES = range(1, 110_000)  # up to the year 2201; greater numbers are AAAAMMDD
EXACTO = 10**15


SIN_MODO: tuple[Tipo | None, str] = (None, ",")


class Libro:
    """The rows of the first sheet of an .xlsx, its typed cells written in the canonical form."""

    def __init__(self, archivo: Archivo, origen: Origen, opciones: Opciones, avance: Callable[[int], None]):
        self.origen, self.avance = origen, avance
        self.fuente = Fuente(origen, lambda _: None)
        # How the cells of a column are written: its type, and the mark of its decimals.
        self.modos = {c.nombre: (c.tipo, "." if opciones.decimal_de(archivo, c) == "punto" else ",") for c in archivo.columnas}
        self.abiertos = ExitStack()

    def cerrar(self) -> None:
        self.abiertos.close()
        self.fuente.close()

    def sha256(self) -> str:
        return self.fuente.agotar()

    def encabezado(self, columna_de: Callable[[str], str | None]) -> tuple[int, Fila]:
        """The number of the first row that is not blank, and its cells. Raises IlegibleError."""
        copia = self.abiertos.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the rest
        while bloque := self.fuente.read(BUFFER):
            copia.write(bloque)
            if self.fuente.leidos > LIBRO_BYTES:
                raise IlegibleError(None, f"La hoja de cálculo pesa más de {LIBRO_BYTES >> 20} MB: guárdela como .csv.")
        self.errores = examinar(copia)
        copia.seek(0)
        try:
            hoja = python_calamine.load_workbook(copia).get_sheet_by_index(0)
        except python_calamine.CalamineError:
            raise IlegibleError(None, ESTA_DANADO) from None
        self.primera_columna = hoja.start[1] if hoja.start else 0
        self.total = max(hoja.total_height, 1)
        self.filas = enumerate(hoja.iter_rows(), 1)
        for linea, celdas in self.filas:
            nombres = sin_finales([self.texto(celda) for celda in celdas])
            if nombres:
                self.columnas = [self.modos.get(columna_de(nombre) or "", SIN_MODO) for nombre in nombres]
                return linea, nombres
        raise IlegibleError(1, VACIO)

    def bloques(self, cuantas: int) -> Iterator[tuple[list[int], list[Fila]]]:
        dado = 0
        while bloque := list(islice(self.filas, cuantas)):
            lineas = [linea for linea, _ in bloque]
            yield lineas, [self.fila(linea, celdas) for linea, celdas in bloque]
            hecho = self.origen.tamano * lineas[-1] // self.total
            self.avance(hecho - dado)
            dado = hecho
        self.avance(self.origen.tamano - dado)

    def fila(self, linea: int, celdas: list) -> Fila:
        modos = [*self.columnas, *repeat(SIN_MODO, len(celdas) - len(self.columnas))]
        fila = [self.texto(celda, *modo) for celda, modo in zip(celdas, modos, strict=True)]
        for columna, error in self.errores.get(linea, {}).items():
            fila[columna - self.primera_columna] = error
        if CONTROL_EN_CELDA.search("".join(fila)):
            raise IlegibleError(linea, "La fila tiene caracteres de control que no son texto.")
        return fila

    def texto(self, celda: Any, tipo: Tipo | None = None, coma: str = ",") -> str:
        """A cell as the canonical form writes it. What a cell of that column may not be has the look of an error."""
        if isinstance(celda, str):
            return celda
        if isinstance(celda, bool):
            return "#¡LOGICO!"
        if isinstance(celda, int | float):
            if isinstance(tipo, Dia) and celda in SERIALES:
                return str(DIA_CERO + timedelta(int(celda)))
            return numero(celda, coma)
        if isinstance(celda, date) and tipo is not None and not isinstance(tipo, Dia | Mes):
            return "#¡FECHA!"
        return str(celda)


def numero(valor: float, coma: str) -> str:
    """A number of a cell. Spreadsheets keep 15 digits: of a greater one some were lost, and it is written so."""
    if not abs(valor) < EXACTO:
        return f"{valor:.14E}"
    if valor == int(valor):
        return str(int(valor))
    corto = f"{valor:.15g}"
    entero, _, fraccion = (f"{Decimal(corto):f}" if "e" in corto else corto).partition(".")
    # Three decimals would look like a mark of thousands.
    fraccion = f"{fraccion}0" if len(fraccion) == 3 else fraccion
    return f"{entero}{coma}{fraccion}" if fraccion.strip("0") else entero


def examinar(copia: Any) -> dict[int, dict[int, str]]:
    """Look into an .xlsx before it is opened: nothing too big, nothing half written. Raises IlegibleError.

    Returns the cells with errors by row and column, which the reader of spreadsheets would give as empty.
    """
    copia.seek(0)
    if copia.read(4) == b"\xd0\xcf\x11\xe0":
        raise IlegibleError(
            None, "La hoja de cálculo tiene contraseña, o es un .xls antiguo: guárdela como .xlsx sin contraseña."
        )
    try:
        with zipfile.ZipFile(copia) as libro:
            partes = libro.infolist()
            if sum(parte.file_size for parte in partes) > LIBRO_DESCOMPRIMIDO:
                raise IlegibleError(
                    None, f"La hoja de cálculo, abierta, pasa de {LIBRO_DESCOMPRIMIDO >> 20} MB: guárdela como .csv."
                )
            if any(parte.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for parte in partes):
                raise IlegibleError(None, ESTA_DANADO)
            primera = primera_hoja(libro)
            for parte in partes:
                # The size that a part declares and its CRC are true only once it was read to its end.
                with libro.open(parte) as abierta:
                    if parte.filename == primera:
                        errores = examinar_hoja(iter(lambda abierta=abierta: abierta.read(BUFFER), b""))
                    else:
                        deque(iter(lambda abierta=abierta: abierta.read(BUFFER), b""), maxlen=0)
            return errores
    except (*DANADO, RuntimeError, KeyError, ValueError):
        raise IlegibleError(None, ESTA_DANADO) from None


def primera_hoja(libro: zipfile.ZipFile) -> str:
    """The name of the part that holds the first sheet. Raises KeyError where there is none."""
    hojas, relaciones = (indice(libro, nombre) for nombre in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
    hoja = HOJA.search(hojas)
    for relacion in RELACION.findall(relaciones):
        atributos = dict(ATRIBUTO.findall(relacion))
        if hoja and atributos.get(b"Id") == dict(ATRIBUTO.findall(hoja[0])).get(b"id"):
            destino = atributos.get(b"Target", b"").decode("utf-8", "replace")
            return libro.getinfo(destino[1:] if destino.startswith("/") else f"xl/{destino}").filename
    raise KeyError


def indice(libro: zipfile.ZipFile, nombre: str) -> bytes:
    if libro.getinfo(nombre).file_size > LIBRO_INDICE:
        raise KeyError
    return libro.read(nombre)


def examinar_hoja(bloques: Iterable[bytes]) -> dict[int, dict[int, str]]:
    """The cells with errors of a sheet. Raises IlegibleError where it is too big, or not all there."""
    errores: dict[int, dict[int, str]] = {}
    filas = columnas = 0
    for trozo in por_filas(bloques):
        lugares = LUGAR.findall(trozo)
        if len(CELDA.findall(trozo)) > len(lugares):
            raise IlegibleError(
                None, "La hoja no dice el lugar de sus celdas: ábrala en Excel o LibreOffice y guárdela de nuevo."
            )
        de_columna, de_fila = map(set, zip(*lugares, strict=True)) if lugares else (set(), set())
        filas = max([filas, *map(int, de_fila)])
        columnas = max([columnas, *(columna_numero(letras) + 1 for letras in de_columna)])
        if filas * columnas > LIBRO_CELDAS:
            raise IlegibleError(
                None,
                f"La hoja ocupa {filas} filas por {columnas} columnas y se admiten {LIBRO_CELDAS} celdas: "
                "borre las que están vacías o guárdela como .csv.",
            )
        if hallado := SIN_CALCULAR.search(trozo):
            fila = int(LUGAR.findall(trozo, 0, hallado.start())[-1][1])
            raise IlegibleError(
                fila, "La fila tiene fórmulas sin calcular: abra la hoja en Excel o LibreOffice y guárdela de nuevo."
            )
        for celda in CELDA_CON_ERROR.finditer(trozo):
            letras, fila = LUGAR.search(celda[0]).groups()
            texto = re.compile(rb"v>([^<]*)<").search(trozo, celda.end(), celda.end() + 1000)
            errores.setdefault(int(fila), {})[columna_numero(letras)] = (
                texto[1].decode(errors="replace") if texto else "#¡ERROR!"
            )
    return errores


def por_filas(bloques: Iterable[bytes]) -> Iterator[bytes]:
    """The text of a sheet in pieces that end where a row does."""
    resto = b""
    for bloque in bloques:
        resto += bloque
        corte = resto.rfind(b"row")
        if corte > 0:
            yield resto[:corte]
            resto = resto[corte:]
        if len(resto) > 32 * BUFFER:
            raise IlegibleError(None, ESTA_DANADO)
    yield resto


def columna_numero(letras: bytes) -> int:
    """The place of a column, from 0: A, B... Z, AA..."""
    numero = 0
    for letra in letras:
        numero = numero * 26 + letra - 64
    return numero - 1

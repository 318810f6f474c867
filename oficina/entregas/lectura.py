"""Reads the rows of a file as text, whatever system wrote it: encoding, separator, header, totals, spreadsheets.

Nothing is judged here but whether it can be read at all, and in only one way; values are the business of ``valores``.
A text file is gone through twice: over its bytes, to know how it is written before the first row is given, and to
give the rows, a block at a time, with the SHA-256 of those very bytes.
"""

import codecs
import csv
import hashlib
import io
import re
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, repeat
from operator import itemgetter
from typing import Any

import python_calamine

from .columnas import Archivo
from .opciones import Opciones, simple
from .origen import DANADO, Origen
from .resultado import Resultado
from .valores import Dia, Mes, Numero, Tipo, plano

BUFFER = 1 << 20
SEPARADORES = {";": "punto y coma", ",": "coma", "|": "barra", "\t": "tabulador"}
ENCABEZADO = 1 << 16
FIN_DE_DOS = 0x1A  # old systems end their files with it
CONTROL = bytes({*range(32), 127} - {9, 10, 13, FIN_DE_DOS})
CONTROL_O_FIN = re.compile(b"[%s]" % re.escape(CONTROL + bytes([FIN_DE_DOS])))
NO_SON_TEXTO = {
    b"PK\x03\x04": "Es una hoja de cálculo .xlsx o un .zip con otra extensión: póngale la suya.",
    b"\xd0\xcf\x11\xe0": "Es una hoja de cálculo .xls con otra extensión: ábrala y guárdela como .xlsx o .csv.",
    b"\xff\xfe": "Está en UTF-16 («Unicode»): guárdelo como CSV en UTF-8.",
    b"\xfe\xff": "Está en UTF-16 («Unicode»): guárdelo como CSV en UTF-8.",
    b"<": "Es una página web (HTML o XML) con otra extensión: expórtelo como CSV o como .xlsx.",
}
SIN_DEFINIR_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
EN_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Tells in one go of C whether that expression is worth trying: a byte that begins a sequence before one that follows.
CLASES = bytes(97 if 0xC2 <= byte <= 0xF4 else 98 if 0x80 <= byte <= 0xBF else 46 for byte in range(256))

TOTALES = 3  # rows of totals at the end; more are something else
PUEDE_SER_TOTAL = re.compile(r"\s*(?:$|gran|sub|sum|total)", re.IGNORECASE).match
PALABRA_DE_TOTAL = re.compile(
    r"(?:gran |sub ?-?)?(?:total(?:es)?|sumas?)(?: [a-z ]{1,40})?\.?(?: ?[:=])?(?: ?[$0-9., ]+)?"
).fullmatch
CIFRAS = re.compile(r"[-−$()0-9.,\s]+").fullmatch

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

VACIO = "El archivo está vacío: falta la línea con los nombres de las columnas."
ESTA_DANADO = "El archivo está dañado y no se puede leer: vuelva a exportarlo."
Fila = list[str]


class IlegibleError(Exception):
    """Why a file cannot be read, or not any further."""

    def __init__(self, linea: int | None, motivo: str):
        super().__init__(motivo)
        self.linea, self.motivo = linea, motivo


class Lectura:
    """A file opened, to be used in ``with``: its rows as text, in the order of the declared columns.

    ``leidas`` counts the rows, also the bad ones, but no blank lines or totals.
    """

    def __init__(
        self, archivo: Archivo, origen: Origen, opciones: Opciones, resultado: Resultado, avance: Callable[[int], None]
    ):
        self.archivo, self.resultado = archivo, resultado
        self.leidas = 0
        self.ultima = 0  # line of the last row that is no row of totals
        self.totales: list[tuple[int, str]] = []  # rows of totals, until a row comes after them
        self.propios = {simple(nombre): nombre for nombre in archivo.nombres} | dict(opciones.columnas.get(archivo.nombre, {}))
        self.tabla = (Libro if origen.tipo == "xlsx" else ArchivoDeTexto)(archivo, origen, opciones, avance)
        # What says whose a row is: a row of totals has none of it.
        self.identifican = [
            n for n, c in enumerate(archivo.columnas) if c.obligatoria and not (isinstance(c.tipo, Numero) and c.tipo.pesos)
        ]

    def __enter__(self) -> "Lectura":
        return self

    def __exit__(self, *_) -> None:
        self.tabla.cerrar()

    def sha256(self) -> str:
        """Of the whole file, also when reading stopped early."""
        return self.tabla.sha256()

    def bloques(self, cuantas: int = 5000) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Line numbers and rows, a block at a time; an absent column is empty. What cannot be read is rejected."""
        try:
            yield from self._bloques(cuantas)
        except IlegibleError as falla:
            self._rechazar(falla.linea, falla.motivo)
        except DANADO:
            self._rechazar(None, ESTA_DANADO)
        except OSError as falla:
            self._rechazar(None, f"El archivo no se pudo leer ({falla.strerror or falla}).")

    def _bloques(self, cuantas: int) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        linea, encabezado = self.tabla.encabezado(self.columna_de)
        lugares = self._lugares(linea, encabezado)
        if lugares is None:
            return
        ancho, ordenar = len(encabezado), itemgetter(*lugares)
        for lineas, filas in self.tabla.bloques(cuantas):
            if set(map(len, filas)) != {ancho}:
                lineas, filas = self._ajustar(lineas, filas, ancho)
            if ancho in lugares:
                # Absent columns read the empty value that is added at the end of each row.
                deque(map(list.append, filas, repeat("")), maxlen=0)
            ordenadas = list(map(ordenar, filas))
            if dudosas := [n for n, f in enumerate(ordenadas) if not f[0].isdecimal() and PUEDE_SER_TOTAL(f[0])]:
                lineas, ordenadas = self._sin_totales(dudosas, lineas, filas, ordenadas)
            if ordenadas:
                self.leidas += len(ordenadas)
                self.ultima = max(self.ultima, lineas[-1])
                yield lineas, ordenadas
            self._totales_en_medio()
        self._totales_al_final()

    # ------------------------------------------------------------- the header
    def columna_de(self, encabezado: str) -> str | None:
        """The column that a header gives: the utility's own name first; empty to be left out, None where unknown."""
        return self.propios.get(simple(encabezado))

    def _lugares(self, linea: int, encabezado: Fila) -> list[int] | None:
        """Where each declared column stands; None where rows cannot be understood."""
        dadas: dict[str, list[int]] = {}
        for lugar, nombre in enumerate(encabezado):
            columna = self.columna_de(nombre)
            if columna is None:
                motivo = "Esta columna no es de la entrega y no se leyó."
                self.resultado.avisar(self.archivo.nombre, linea, nombre or "(sin nombre)", "", motivo)
            elif columna:
                dadas.setdefault(columna, []).append(lugar)
        faltan = [c.nombre for c in self.archivo.columnas if c.obligatoria and c.nombre not in dadas]
        repetidas = {columna: lugares for columna, lugares in dadas.items() if len(lugares) > 1}
        for columna in faltan:
            self._rechazar(linea, "Falta esta columna, que es obligatoria.", columna)
        for columna, lugares in repetidas.items():
            nombres = " y ".join(f"«{encabezado[lugar]}»" for lugar in lugares)
            self._rechazar(linea, f"Esta columna está más de una vez: la dan {nombres}.", columna)
        return None if faltan or repetidas else [dadas.get(nombre, [len(encabezado)])[0] for nombre in self.archivo.nombres]

    # ------------------------------------------------------------- rows that are not as the header says
    def _ajustar(self, lineas: list[int], filas: list[Fila], ancho: int) -> tuple[list[int], list[Fila]]:
        """The rows as wide as the header. Blank ones go; others that cannot be made so are rejected."""
        buenas = []
        for linea, fila in zip(lineas, filas, strict=True):
            if len(fila) > ancho and not any(celda.strip() for celda in fila[ancho:]):
                del fila[ancho:]
            if len(fila) == ancho:
                buenas.append((linea, fila))
            elif self._es_total(fila):
                self.totales.append((linea, " ".join(filter(None, map(str.strip, fila)))))
            elif any(celda.strip() for celda in fila):
                self._rechazar(linea, f"La fila tiene {len(fila)} columnas y el encabezado {ancho}.")
                self.leidas += 1
                self.ultima = linea
        return [linea for linea, _ in buenas], [fila for _, fila in buenas]

    def _sin_totales(
        self, dudosas: list[int], lineas: list[int], filas: list[Fila], ordenadas: list[tuple[str, ...]]
    ) -> tuple[list[int], list[tuple[str, ...]]]:
        """The rows without the blank ones; those of totals are put by until it is known whether they are the last."""
        fuera = set()
        for n in dudosas:
            texto = " ".join(filter(None, map(str.strip, filas[n])))
            if texto and self._es_total(filas[n], ordenadas[n]):
                self.totales.append((lineas[n], texto))
                fuera.add(n)
            elif not texto:
                fuera.add(n)
        quedan = [n for n in range(len(lineas)) if n not in fuera]
        return [lineas[n] for n in quedan], [ordenadas[n] for n in quedan]

    def _es_total(self, fila: Fila, ordenada: tuple[str, ...] = ()) -> bool:
        """Whether a row has nothing but the word and numbers, and no value that says whose it is."""
        celdas = [plano(celda) for celda in fila if celda.strip()]
        palabras = [celda for celda in celdas if PALABRA_DE_TOTAL(celda)]
        if not all(celda in palabras or CIFRAS(celda) for celda in celdas):
            return False
        clave = plano(ordenada[0]) if ordenada else celdas[0] if celdas else ""
        if clave or not ordenada:
            return bool(clave) and clave in palabras
        return all(plano(ordenada[n]) in ("", *palabras) for n in self.identifican)

    def _totales_en_medio(self) -> None:
        """Reject the rows of totals that others follow."""
        for linea, texto in sorted(self.totales):
            if linea < self.ultima:
                self._rechazar_total(linea, texto, "Parece una fila de totales, pero no está al final del archivo.")
        self.totales = [(linea, texto) for linea, texto in self.totales if linea > self.ultima]

    def _totales_al_final(self) -> None:
        for linea, texto in sorted(self.totales):
            if len(self.totales) > TOTALES:
                self._rechazar_total(linea, texto, f"Parece una fila de totales, pero hay más de {TOTALES} al final.")
            else:
                motivo = "Es una fila de totales: no se tomó como dato."
                self.resultado.avisar(self.archivo.nombre, linea, "", texto, motivo)

    def _rechazar_total(self, linea: int, texto: str, motivo: str) -> None:
        self.leidas += 1
        self.resultado.rechazar(self.archivo.nombre, linea, self.archivo.nombres[0], texto, motivo)

    def _rechazar(self, linea: int | None, motivo: str, columna: str = "") -> None:
        self.resultado.rechazar(self.archivo.nombre, linea, columna, "", motivo)


# ------------------------------------------------------------------------------------------------ text


class Fuente(io.RawIOBase):
    """The bytes of a file, with their SHA-256 and how many were read; opened when the first is asked for."""

    def __init__(self, origen: Origen, avance: Callable[[int], None]):
        super().__init__()
        self.origen, self.avance = origen, avance
        self.archivo: Any = None
        self.digest = hashlib.sha256()
        self.leidos = 0

    def readable(self) -> bool:
        return True

    def readinto(self, destino) -> int:
        if self.archivo is None:
            self.archivo = self.origen.abrir()
        bloque = self.archivo.read(len(destino))
        self.digest.update(bloque)
        self.leidos += len(bloque)
        self.avance(len(bloque))
        if self.origen.tipo == "csv" and self.leidos == self.origen.tamano and bloque.endswith(bytes([FIN_DE_DOS])):
            bloque = bloque[:-1]
        destino[: len(bloque)] = bloque
        return len(bloque)

    def agotar(self) -> str:
        """The SHA-256 of the whole file; of what could be read of a damaged one."""
        try:
            while self.readinto(memoryview(bytearray(BUFFER))):
                pass
        except (OSError, *DANADO):
            pass
        return self.digest.hexdigest()

    def close(self) -> None:
        if self.archivo is not None:
            self.archivo.close()
        super().close()


class ArchivoDeTexto:
    """The rows of a text file."""

    def __init__(self, archivo: Archivo, origen: Origen, opciones: Opciones, avance: Callable[[int], None]):
        self.origen, self.codificacion = origen, opciones.codificacion
        self.fuente = Fuente(origen, avance)
        self.leido: io.TextIOWrapper | None = None

    def cerrar(self) -> None:
        (self.leido or self.fuente).close()

    def sha256(self) -> str:
        return self.fuente.agotar()

    def encabezado(self, columna_de: Callable[[str], str | None]) -> tuple[int, Fila]:
        """The number of the line of names, and the names. Raises IlegibleError."""
        codificacion, self.tamano = reconocer(self.origen, self.codificacion)
        self.leido = io.TextIOWrapper(io.BufferedReader(self.fuente, BUFFER), encoding=codificacion, newline="")
        self.linea = 0
        texto = "\n"
        while texto and not texto.strip("".join(SEPARADORES) + " \r\n\xa0"):
            texto = self.leido.readline(ENCABEZADO)
            self.linea += 1
        primera = self.linea
        while texto.count('"') % 2 and len(texto) < ENCABEZADO and (mas := self.leido.readline(ENCABEZADO)):
            texto += mas
            self.linea += 1
        if not texto:
            raise IlegibleError(1, VACIO)
        self.separador, nombres = separar(primera, texto, columna_de)
        return primera, sin_finales(nombres)

    def bloques(self, cuantas: int) -> Iterator[tuple[list[int], list[Fila]]]:
        """Line numbers and cells; the number of a row is that of its first line. Raises IlegibleError."""
        lector = csv.reader(self.leido, delimiter=self.separador, strict=True)
        comienzo = self.linea
        while True:
            filas: list[Fila] = []
            falla = None
            try:
                # What was read before a fault stays in the list.
                filas.extend(islice(lector, cuantas))
            except (csv.Error, UnicodeDecodeError) as error:
                falla = error
            lineas, self.linea = numerar(self.linea, filas, comienzo + lector.line_num)
            if filas:
                yield lineas, filas
            if isinstance(falla, UnicodeDecodeError) or (not filas and self.fuente.leidos != self.tamano):
                raise IlegibleError(None, "El archivo cambió mientras se leía: vuelva a importarlo.")
            if falla:
                raise IlegibleError(self.linea + 1, "Las comillas de esta línea no están bien puestas o no se cierran.")
            if not filas:
                return


def numerar(antes: int, filas: list[Fila], hasta: int) -> tuple[list[int], int]:
    """The line where each row begins, after line ``antes``, and the last line of all of them."""
    if hasta - antes == len(filas):
        return list(range(antes + 1, hasta + 1)), hasta
    lineas = []
    for fila in filas:
        lineas.append(antes + 1)
        antes += 1 + sum(celda.count("\n") + celda.count("\r") - celda.count("\r\n") for celda in fila)
    return lineas, antes


def separar(linea: int, texto: str, columna_de: Callable[[str], str | None]) -> tuple[str, Fila]:
    """The separator by which names of columns are found in the line of names, and the names. Raises IlegibleError."""
    posibles: dict[str, Fila] = {}
    for separador in SEPARADORES:
        try:
            posibles[separador] = next(csv.reader(io.StringIO(texto, newline=""), delimiter=separador, strict=True), [])
        except csv.Error:
            continue
    if not posibles:
        raise IlegibleError(linea, "Las comillas de la línea con los nombres de las columnas no están bien puestas.")
    halladas = {s: sum(columna_de(nombre) is not None for nombre in nombres) for s, nombres in posibles.items()}
    mejores = [s for s in posibles if halladas[s] == max(halladas.values())]
    if not any(halladas.values()):
        raise IlegibleError(
            linea, "No se reconoció ningún nombre de columna: falta el encabezado, o faltan sus nombres en los ajustes."
        )
    if len({tuple(posibles[s]) for s in mejores}) > 1:
        raise IlegibleError(linea, f"El separador puede ser {' o '.join(SEPARADORES[s] for s in mejores)}: use uno solo.")
    return mejores[0], posibles[mejores[0]]


def sin_finales(nombres: Fila) -> Fila:
    """Names without blanks at their ends, nor the empty ones that a separator at the end of the line leaves."""
    nombres = [nombre.strip() for nombre in nombres]
    while nombres and not nombres[-1]:
        nombres.pop()
    return nombres


# ------------------------------------------------------------------------------------------------ encodings


def reconocer(origen: Origen, forzada: str) -> tuple[str, int]:
    """How the bytes of a file are text, after looking at every one, and how many they are. Raises IlegibleError."""
    utf8 = codecs.getincrementaldecoder("utf-8")()
    falla, leidos, con_marca = None, 0, False
    with origen.abrir() as archivo:
        while bloque := archivo.read(BUFFER):
            if not leidos:
                con_marca = bloque.startswith(codecs.BOM_UTF8)
                sin_otra_forma(bloque)
            sin_control(origen, bloque, leidos)
            pendientes = len(utf8.getstate()[0])
            if falla is None and (pendientes or not bloque.isascii()):
                try:
                    utf8.decode(bloque)
                except UnicodeDecodeError as error:
                    falla = leidos - pendientes + error.start
            leidos += len(bloque)
    if not leidos:
        raise IlegibleError(1, VACIO)
    if falla is None and utf8.getstate()[0]:
        falla = leidos - 1
    if forzada == "windows-1252" and con_marca:
        raise IlegibleError(1, "Comienza con la marca de UTF-8, pero el ajuste ENTREGAS_CODIFICACION dice windows-1252.")
    if falla is not None and (con_marca or forzada == "utf-8"):
        raise IlegibleError(linea_de(origen, falla), "El archivo está en UTF-8, pero esta línea no.")
    if forzada == "windows-1252" or falla is not None:
        sin_dudas_de_1252(origen, falla, mezclada=not forzada)
        return "cp1252", leidos
    return "utf-8-sig", leidos


def sin_otra_forma(comienzo: bytes) -> None:
    for marca, motivo in NO_SON_TEXTO.items():
        if comienzo.startswith(marca):
            raise IlegibleError(1, motivo)


def sin_control(origen: Origen, bloque: bytes, antes: int) -> None:
    """Refuse what is no text, and lines too long to be rows. A mark of the end is taken where the end is."""
    if len(bloque) == BUFFER and b"\n" not in bloque and b"\r" not in bloque:
        raise IlegibleError(linea_de(origen, antes), "Esta línea es demasiado larga para ser una fila.")
    if len(bloque.translate(None, CONTROL)) == len(bloque) and FIN_DE_DOS not in bloque:
        return
    lugar = CONTROL_O_FIN.search(bloque).start()
    if bloque[lugar] != FIN_DE_DOS or antes + lugar + 1 != origen.tamano:
        nulo = " (nulos: quizá está en UTF-16)" if not bloque[lugar] else ""
        raise IlegibleError(linea_de(origen, antes + lugar), f"La línea tiene caracteres de control que no son texto{nulo}.")


def sin_dudas_de_1252(origen: Origen, falla: int | None, mezclada: bool) -> None:
    """Refuse bytes that Windows-1252 does not define and, where ``mezclada``, lines that are UTF-8 among others."""
    antes, cola = 0, b""
    with origen.abrir() as archivo:
        while leido := archivo.read(BUFFER):
            bloque = cola + leido
            if hallado := SIN_DEFINIR_1252.search(bloque):
                motivo = "Esta línea no está en UTF-8 ni en Windows-1252: no se sabe qué letras son."
                raise IlegibleError(linea_de(origen, antes + hallado.start()), motivo)
            if mezclada and b"ab" in bloque.translate(CLASES) and (hallado := EN_UTF8.search(bloque)):
                en_utf8, otra = linea_de(origen, antes + hallado.start()), linea_de(origen, falla or 0)
                raise IlegibleError(
                    en_utf8,
                    f"El archivo mezcla codificaciones: la línea {en_utf8} parece estar en UTF-8 y la {otra} en Windows-1252. "
                    "Expórtelo de nuevo en una sola, o dígala en el ajuste ENTREGAS_CODIFICACION.",
                )
            cola = bloque[-3:]
            antes += len(bloque) - len(cola)


def linea_de(origen: Origen, lugar: int) -> int:
    """The number of the line where a byte is, however lines end."""
    saltos = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("latin-1")(), translate=True)
    linea = 1
    with origen.abrir() as archivo:
        while lugar > 0 and (bloque := archivo.read(min(BUFFER, lugar))):
            linea += saltos.decode(bloque).count("\n")
            lugar -= len(bloque)
    return linea


# ------------------------------------------------------------------------------------------------ spreadsheets


class Libro:
    """The rows of the first sheet of an .xlsx, its typed cells written in the canonical form."""

    def __init__(self, archivo: Archivo, origen: Origen, opciones: Opciones, avance: Callable[[int], None]):
        self.origen, self.avance = origen, avance
        self.fuente = Fuente(origen, lambda _: None)
        self.tipos = {columna.nombre: columna.tipo for columna in archivo.columnas}
        self.coma = "." if opciones.decimal_de(archivo) == "punto" else ","
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
                self.columnas = [self.tipos.get(columna_de(nombre) or "") for nombre in nombres]
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
        tipos = [*self.columnas, *repeat(None, len(celdas) - len(self.columnas))]
        fila = [self.texto(celda, tipo) for celda, tipo in zip(celdas, tipos, strict=True)]
        for columna, error in self.errores.get(linea, {}).items():
            fila[columna - self.primera_columna] = error
        if CONTROL_EN_CELDA.search("".join(fila)):
            raise IlegibleError(linea, "La fila tiene caracteres de control que no son texto.")
        return fila

    def texto(self, celda: Any, tipo: Tipo | None = None) -> str:
        """A cell as the canonical form writes it. What a cell of that column may not be has the look of an error."""
        if isinstance(celda, str):
            return celda
        if isinstance(celda, bool):
            return "#¡LOGICO!"
        if isinstance(celda, int | float):
            if isinstance(tipo, Dia) and celda in SERIALES:
                return str(DIA_CERO + timedelta(int(celda)))
            return numero(celda, self.coma)
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

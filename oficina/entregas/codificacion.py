"""How a text file is written, told from its own bytes: its encoding, the line of names, the separator.

What could be read in two ways, or is no text at all, is refused with the line where that is seen.
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

from .origen import DANADO, Origen

BUFFER = 1 << 20
SEPARADORES = {";": "punto y coma", ",": "coma", "|": "barra", "\t": "tabulador"}
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

VACIO = "El archivo está vacío: falta la línea con los nombres de las columnas."
ESTA_DANADO = "El archivo está dañado y no se puede leer: vuelva a exportarlo."
Fila = list[str]


class IlegibleError(Exception):
    """Why a file cannot be read, or not any further."""

    def __init__(self, linea: int | None, motivo: str):
        super().__init__(motivo)
        self.linea, self.motivo = linea, motivo


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


# -- the bytes as text ------------------------------------------------------------------------------


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


# -- the line of names ------------------------------------------------------------------------------


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

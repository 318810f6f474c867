"""Where a delivery comes from: a folder or a .zip of it, and which of its files is which.

A .zip is never extracted: its files are streams. Whatever in it could write, read or swell beyond itself is refused.
"""

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from .columnas import ARCHIVOS, RECAUDOS
from .opciones import Opciones
from .resultado import Resultado

FORMAS = (".csv", ".txt", ".xlsx")
# Files that may hold data: one of these that is not taken gives a warning.
DATOS = (*FORMAS, ".xls", ".xlsm", ".xlsb", ".ods", ".zip", ".rar", ".7z", ".gz", ".tsv", ".dat", ".asc", ".dbf")
HOJAS = (".xls", ".xlsm", ".xlsb", ".ods")
COMPRIMIDOS = (".zip", ".rar", ".7z", ".gz")

MAX_ENTRADAS = 1000
MAX_BYTES = 20 << 30
# Text of tables is seldom packed to less than a thirtieth; small files may be, without harm.
MAX_RAZON = 200
SIN_RAZON = 1 << 20

# Asobancaria 2001: file header with NIT, day and bank, then batch, details and controls. With 02, that of 1998: its own
# reader says that it is not taken.
RECAUDO = re.compile(rb"01[0-9]{19,}")
RECAUDO_BYTES = 4096
# Counts and rows of the other files are kept by these names; those of a bank's file, by its own.
RESERVADOS = {archivo.nombre for archivo in (*ARCHIVOS, RECAUDOS)}
ES_CARPETA = "es una carpeta"


# What reading a damaged .zip raises.
DANADO = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError)


class EntregaError(Exception):
    """What was given is no delivery; the message is Spanish."""


@dataclass(frozen=True)
class Origen:
    """A file of a delivery: its name as people know it, its bytes uncompressed, and how to open it.

    ``tipo`` is csv (any text of columns), xlsx or recaudo (a bank's file of collections).
    """

    nombre: str
    tamano: int
    abrir: Callable[[], BinaryIO]
    tipo: str = "csv"


@contextmanager
def abrir_entrega(ruta: Path, opciones: Opciones, resultado: Resultado) -> Iterator[tuple[dict[str, Origen], list[Origen]]]:
    """The files of the delivery by their name, and the banks' files of collections. Raises EntregaError.

    Other data files that are there give a warning. What came out of a .zip is read before leaving the ``with``.
    """
    if ruta.is_dir():
        yield clasificar(de_carpeta(ruta, opciones, resultado), opciones, resultado)
    elif ruta.suffix.lower() == ".zip" and ruta.is_file():
        with abrir_zip(ruta) as comprimido:
            yield clasificar(de_zip(comprimido), opciones, resultado)
    else:
        raise EntregaError(f"{legible(ruta)} no es una carpeta ni un .zip: dé la carpeta que tiene los archivos de la entrega.")


# ------------------------------------------------------------------------------------------------ folder and .zip


def de_carpeta(carpeta: Path, opciones: Opciones, resultado: Resultado) -> list[Origen]:
    """The files of a folder. What is none is not opened, and never left out in silence where it should be one."""
    try:
        rutas = sorted(carpeta.iterdir())
    except OSError as falla:
        raise EntregaError(f"{legible(carpeta)} no se puede leer ({falla.strerror}).") from None
    origenes = []
    for ruta in rutas:
        nombre = legible(ruta.name)
        if motivo := motivo_de_no_abrir(ruta):
            # The utility's pattern may fit a folder of old files too.
            if nombres_de(nombre, opciones) and (ruta.suffix or motivo != ES_CARPETA):
                raise EntregaError(f"La entrega no se leyó: «{a_la_vista(nombre)}» {motivo} y debe ser un archivo.")
            if motivo != ES_CARPETA:
                resultado.avisar(a_la_vista(nombre), None, "", "", f"No se leyó: {motivo}.")
        else:
            origenes.append(Origen(nombre, ruta.stat().st_size, lambda ruta=ruta: ruta.open("rb")))
    return origenes


def motivo_de_no_abrir(ruta: Path) -> str:
    """Why what is in a folder is no file to be read; empty where it is one, or a link to one."""
    try:
        modo = ruta.stat().st_mode
    except FileNotFoundError:
        return "es un enlace a algo que no existe"
    except OSError as falla:
        return f"no se puede leer ({falla.strerror})"
    if stat.S_ISDIR(modo):
        return ES_CARPETA
    # Opening a pipe waits for ever, and opening a device may do anything.
    return "" if stat.S_ISREG(modo) else "es una tubería o un dispositivo"


def abrir_zip(ruta: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(ruta)
    except OSError as falla:
        raise EntregaError(f"{legible(ruta)} no se puede leer ({falla.strerror}).") from None
    except (*DANADO, ValueError):
        raise EntregaError(f"{legible(ruta.name)} está dañado o no es un .zip: vuelva a crearlo.") from None


def de_zip(comprimido: zipfile.ZipFile) -> list[Origen]:
    """The files of a .zip, those of a single folder that holds everything as if they were at the top."""
    todas = comprimido.infolist()
    if len(todas) > MAX_ENTRADAS:
        raise EntregaError(f"El .zip tiene {len(todas)} archivos y se admiten {MAX_ENTRADAS}.")
    for entrada in todas:
        if peligro := peligro_de(entrada):
            raise EntregaError(f"El .zip no se leyó: «{a_la_vista(entrada.orig_filename)}» {peligro}.")
    if sum(entrada.file_size for entrada in todas) > MAX_BYTES:
        raise EntregaError(f"El .zip, descomprimido, pasa de {MAX_BYTES >> 30} GB.")
    vistas: set[str] = set()
    for entrada in todas:
        nombre = unicodedata.normalize("NFC", entrada.filename).casefold()
        if nombre in vistas:
            raise EntregaError(f"El .zip tiene dos veces «{a_la_vista(entrada.filename)}»: deje solo uno.")
        vistas.add(nombre)
    utiles = [entrada for entrada in todas if not entrada.is_dir() and not es_de_sistema(PurePosixPath(entrada.filename))]
    carpetas = {PurePosixPath(entrada.filename).parts[0] for entrada in utiles if "/" in entrada.filename}
    prefijo = f"{carpetas.pop()}/" if len(carpetas) == 1 and all("/" in entrada.filename for entrada in utiles) else ""
    return [
        # ZipFile.open gives no byte beyond the size that was checked, and checks the CRC at the end.
        Origen(entrada.filename[len(prefijo) :], entrada.file_size, lambda entrada=entrada: comprimido.open(entrada))
        for entrada in sorted(utiles, key=lambda entrada: entrada.filename)
    ]


def peligro_de(entrada: zipfile.ZipInfo) -> str:
    """Why an entry of a .zip is not to be touched; empty where it is harmless."""
    nombre, modo = entrada.orig_filename, entrada.external_attr >> 16
    if not nombre or nombre.startswith("/") or "\\" in nombre or "\0" in nombre or re.match(r"[A-Za-z]:", nombre):
        return "no es el nombre de un archivo dentro del .zip"
    if ".." in nombre.split("/"):
        return "está fuera de la carpeta del .zip"
    if stat.S_IFMT(modo) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "no es un archivo sino un enlace"
    if entrada.flag_bits & 0x41:
        return "está cifrado con contraseña"
    if entrada.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "está comprimido con un método que no se admite: use el normal (Deflate)"
    if entrada.file_size > SIN_RAZON and entrada.file_size > MAX_RAZON * entrada.compress_size:
        return f"se descomprime a más de {MAX_RAZON} veces su tamaño"
    return ""


def es_de_sistema(ruta: PurePosixPath) -> bool:
    return ruta.parts[0] == "__MACOSX" or ruta.name.startswith(".")


def legible(ruta: Path | str) -> str:
    """A name as text that can be written anywhere, also where it is not in UTF-8."""
    return os.fsencode(ruta).decode("utf-8", "replace")


def a_la_vista(nombre: str) -> str:
    """A name that came from outside, without characters that would disturb a terminal."""
    return "".join(letra if letra.isprintable() else "?" for letra in nombre[:100])


# ------------------------------------------------------------------------------------------------ which is which


def clasificar(origenes: list[Origen], opciones: Opciones, resultado: Resultado) -> tuple[dict[str, Origen], list[Origen]]:
    """The files by name, and the banks' ones. Raises EntregaError where there are none, or two for one name."""
    archivos: dict[str, Origen] = {}
    recaudos = []
    for origen in origenes:
        nombres = nombres_de(origen.nombre, opciones)
        extension = PurePosixPath(origen.nombre).suffix.lower()
        if len(nombres) > 1:
            raise EntregaError(
                f"«{origen.nombre}» puede ser {' o '.join(nombres)}: corrija [entregas.archivos] en oficina.toml."
            )
        if nombres and nombres[0] in archivos:
            raise EntregaError(
                f"La entrega tiene dos archivos de {nombres[0]}: {archivos[nombres[0]].nombre} y {origen.nombre}."
            )
        if nombres:
            archivos[nombres[0]] = replace(origen, tipo="xlsx" if extension == ".xlsx" else "csv")
        elif extension not in (".xlsx", *HOJAS, *COMPRIMIDOS) and "/" not in origen.nombre and es_recaudo(origen):
            if origen.nombre in (*RESERVADOS, *(otro.nombre for otro in recaudos)):
                raise EntregaError(f"Cambie el nombre del archivo de recaudos «{origen.nombre}»: es el de otro archivo.")
            recaudos.append(replace(origen, tipo="recaudo"))
        elif extension in DATOS:
            resultado.avisar(a_la_vista(origen.nombre), None, "", "", motivo_de_no_leer(origen.nombre, extension))
    if not archivos and not recaudos:
        esperados = ", ".join(f"{archivo.nombre}.csv" for archivo in ARCHIVOS)
        raise EntregaError(f"No hay ningún archivo de una entrega ({esperados}), ni un archivo de recaudos de un banco.")
    # In the order of reading and publishing.
    return {archivo.nombre: archivos[archivo.nombre] for archivo in ARCHIVOS if archivo.nombre in archivos}, recaudos


def nombres_de(nombre: str, opciones: Opciones) -> list[str]:
    """Which files of a delivery a name stands for."""
    ruta = PurePosixPath(nombre.lower())
    if len(ruta.parts) > 1 or ruta.suffix in (*HOJAS, *COMPRIMIDOS):
        return []
    propios = {archivo: patron.lower() for archivo, patron in opciones.archivos.items()}
    return [
        archivo.nombre
        for archivo in ARCHIVOS
        if (ruta.stem == archivo.nombre and ruta.suffix in FORMAS) or fnmatchcase(ruta.name, propios.get(archivo.nombre, ""))
    ]


def es_recaudo(origen: Origen) -> bool:
    """Whether a file begins as Asobancaria 2001 does; what it holds is judged by its own reader."""
    try:
        with origen.abrir() as archivo:
            comienzo = archivo.read(RECAUDO_BYTES)
    except (OSError, *DANADO):
        return False
    return bool(RECAUDO.match(comienzo.removeprefix(b"\xef\xbb\xbf").lstrip()))


def motivo_de_no_leer(nombre: str, extension: str) -> str:
    if "/" in nombre:
        return "Este archivo está en una subcarpeta y no se leyó."
    if extension in HOJAS:
        return "Este archivo de hoja de cálculo no se leyó: ábralo y guárdelo como .xlsx o .csv."
    if extension in COMPRIMIDOS:
        return "Este archivo comprimido no se leyó: los archivos deben estar sueltos en la carpeta o en un solo .zip."
    return "Este archivo no es de la entrega y no se leyó."

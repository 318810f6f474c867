"""Reads the files of a delivery into values, in a process of its own where there is much to read.

Reading takes as long as everything else together, so a second core halves the time. What passes between the two are
plain values, as ``marshal`` writes them; the child has no database.
"""

import gc
import marshal
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .columnas import ARCHIVOS, Archivo
from .lectura import Lectura
from .opciones import Opciones, lectores
from .origen import Origen, abrir_entrega
from .resultado import Resultado
from .traduccion import Traduccion

# Starting a process takes a third of a second: as long as reading this much.
MUCHO = 4 << 20
LARGO = 8  # bytes that say how long the next block is
# A block of rows is many objects and none of them is garbage: looking for it so often would take a third of the time.
BASURA = 1_000_000
# Others are served first: a delivery is in no hurry.
CORTESIA = 5


class Lote(NamedTuple):
    """A block of a file: numbers of lines and values of the good rows, keys of the others, and what was said of them.

    ``leidas`` are the rows of the file so far, ``bytes`` those read since the last block. The last block of a file has
    its SHA-256.
    """

    archivo: str
    lineas: list[int]
    filas: list[tuple]
    malas: list[str]
    rechazos: list[tuple]
    avisos: list[tuple]
    leidas: int
    bytes: int
    sha256: str = ""


class LectorError(Exception):
    """The reading process ended before its work."""


def leer(ruta: Path, archivos: Mapping[str, Origen], opciones: Opciones) -> Iterator[Lote]:
    """The files of a delivery, one after another, in the order of publishing. Raises LectorError."""
    if sum(origen.tamano for origen in archivos.values()) < MUCHO:
        yield from lotes(archivos, opciones)
    else:
        yield from de_otro_proceso(ruta, opciones)


def lotes(archivos: Mapping[str, Origen], opciones: Opciones) -> Iterator[Lote]:
    for archivo in ARCHIVOS:
        if archivo.nombre in archivos:
            yield from lotes_de(archivo, archivos[archivo.nombre], opciones)


def lotes_de(archivo: Archivo, origen: Origen, opciones: Opciones) -> Iterator[Lote]:
    dicho, leidos = Resultado(origen.nombre), Cuenta()
    traduccion = Traduccion(archivo, lectores(archivo, opciones), dicho)
    with Lectura(archivo, origen, opciones, dicho, leidos.sumar) as lectura:
        for numeros, crudas in lectura.bloques():
            lineas, filas, malas = traduccion.bloque(numeros, crudas)
            claves = [traduccion.clave(cruda) for cruda in malas]
            yield Lote(archivo.nombre, lineas, filas, claves, *callar(dicho), lectura.leidas, leidos.tomar())
        sha256 = lectura.sha256()
        yield Lote(archivo.nombre, [], [], [], *callar(dicho), lectura.leidas, leidos.tomar(), sha256)


class Cuenta:
    """A count that is taken away in parts."""

    def __init__(self) -> None:
        self.hay = 0

    def sumar(self, mas: int) -> None:
        self.hay += mas

    def tomar(self) -> int:
        hay, self.hay = self.hay, 0
        return hay


def callar(dicho: Resultado) -> tuple[list[tuple], list[tuple]]:
    """The rejections and warnings since the last time."""
    nuevas = [tuple(n) for n in dicho.rechazos], [tuple(n) for n in dicho.avisos]
    dicho.rechazos.vaciar()
    dicho.avisos.vaciar()
    return nuevas


def de_otro_proceso(ruta: Path, opciones: Opciones) -> Iterator[Lote]:
    command = [sys.executable, "-m", __package__]
    raiz = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=raiz) as hijo:  # noqa: S603
        try:
            pickle.dump((str(ruta.resolve()), opciones), hijo.stdin)
            hijo.stdin.close()
            while largo := int.from_bytes(hijo.stdout.read(LARGO)):
                bloque = hijo.stdout.read(largo)
                if len(bloque) < largo:
                    break  # it was killed while it wrote
                yield Lote(*marshal.loads(bloque))  # noqa: S302 (written by our own process)
        except BrokenPipeError:
            pass  # it ended before it knew what to read
        finally:
            hijo.stdout.close()
    if hijo.returncode:
        raise LectorError(f"the reading process ended with {hijo.returncode}")


def en_este_proceso() -> None:
    """The whole of the child (see __main__.py): what to read comes in by standard input, blocks go out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both; the parent ends this one
    os.nice(CORTESIA)
    gc.set_threshold(BASURA)
    ruta, opciones = pickle.load(sys.stdin.buffer)  # noqa: S301 (written by our own process)
    with suppress(BrokenPipeError), abrir_entrega(Path(ruta), opciones, Resultado("")) as (archivos, _):
        for lote in lotes(archivos, opciones):
            bloque = marshal.dumps(tuple(lote))
            sys.stdout.buffer.write(len(bloque).to_bytes(LARGO) + bloque)
        sys.stdout.buffer.flush()

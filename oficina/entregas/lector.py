"""Reads the files of a delivery into values, in processes of their own where there is much to read.

Reading takes as long as everything else together, so a second core halves the time. What comes from them are plain
values, as ``marshal`` writes them, in files without a name; they have no database.
"""

import errno
import gc
import marshal
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
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
PAUSA = 0.005  # seconds, before looking again whether there is more
SIN_SITIO = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
LARGO = 8  # bytes that say how long the next block is
# A block of rows is many objects and none of them is garbage: looking for it so often would take a third of the time.
BASURA = 1_000_000
# Others are served first: a delivery is in no hurry.
CORTESIA = 5


class Lote(NamedTuple):
    """A block of a file: numbers of lines and values of the good rows, keys of the others, and what was said of them.

    ``leidas`` are the rows of the file so far, ``bytes`` those read since the last block. The last block of a file has
    its SHA-256, and whether the file could be read to its end.
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
    entero: bool = True


class LectorError(Exception):
    """The reading process ended before its work."""


def leer(ruta: Path, archivos: Mapping[str, Origen], opciones: Opciones, carpeta: Path) -> Iterator[Lote]:
    """The files of a delivery, one after another, in the order of publishing. Raises LectorError.

    ``carpeta`` has room for as much as they weigh.
    """
    if sum(origen.tamano for origen in archivos.values()) < MUCHO:
        yield from lotes(archivos, opciones)
    else:
        yield from de_otros_procesos(ruta, archivos, opciones, carpeta)


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
        yield Lote(archivo.nombre, [], [], [], *callar(dicho), lectura.leidas, leidos.tomar(), sha256, not lectura.cortada)


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


def de_otros_procesos(ruta: Path, archivos: Mapping[str, Origen], opciones: Opciones, carpeta: Path) -> Iterator[Lote]:
    """The biggest file has a process of its own: both cores read, and the others' rules are looked at meanwhile."""
    mayor = max(archivos, key=lambda nombre: archivos[nombre].tamano)
    procesos: dict[str, Proceso] = {}
    with ExitStack() as abiertos:
        for nombres in ([mayor], [nombre for nombre in archivos if nombre != mayor]):
            if nombres:
                proceso = abiertos.enter_context(closing(Proceso(ruta, nombres, opciones, carpeta)))
                procesos |= dict.fromkeys(nombres, proceso)
        for nombre in archivos:
            while not (lote := procesos[nombre].lote()).sha256:
                yield lote
            yield lote


class Proceso:
    """Reads files of a delivery into a file without a name, which is followed as it grows."""

    def __init__(self, ruta: Path, nombres: list[str], opciones: Opciones, carpeta: Path):
        raiz = Path(__file__).parent.parent.parent
        self.salida = tempfile.TemporaryFile(dir=carpeta)  # noqa: SIM115 (closed in close)
        self.lugar = 0
        command = [sys.executable, "-m", __package__]
        self.hijo = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self.salida, cwd=raiz)  # noqa: S603
        with suppress(BrokenPipeError):  # it ended before it knew what to read, and lote() tells
            self.hijo.stdin.write(pickle.dumps((str(ruta.resolve()), nombres, opciones)))
            self.hijo.stdin.close()

    def lote(self) -> Lote:
        """The next block. Raises LectorError, and OSError where there is no room for more."""
        largo = int.from_bytes(self.leer(LARGO))
        return Lote(*marshal.loads(self.leer(largo)))  # noqa: S302 (written by our own process)

    def leer(self, cuantos: int) -> bytes:
        ended = False
        while len(datos := os.pread(self.salida.fileno(), cuantos, self.lugar)) < cuantos:
            if ended:
                raise self.falla()
            ended = self.hijo.poll() is not None
            if not ended:
                time.sleep(PAUSA)
        self.lugar += cuantos
        return datos

    def falla(self) -> Exception:
        status = self.hijo.returncode
        return (
            OSError(status, os.strerror(status))
            if status in SIN_SITIO
            else LectorError(f"the reading process ended with {status}")
        )

    def close(self) -> None:
        self.hijo.kill()
        self.hijo.wait()
        self.salida.close()


def en_este_proceso() -> None:
    """The whole of the child (see __main__.py): what to read comes in by standard input, blocks go out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both; the parent ends this one
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    padre = os.getppid()
    os.nice(CORTESIA)
    gc.set_threshold(BASURA)
    ruta, nombres, opciones = pickle.load(sys.stdin.buffer)  # noqa: S301 (written by our own process)
    try:
        with abrir_entrega(Path(ruta), opciones, Resultado("")) as (archivos, _):
            for lote in lotes({nombre: archivos[nombre] for nombre in nombres}, opciones):
                if os.getppid() != padre:
                    return  # nobody waits for the rest
                bloque = marshal.dumps(tuple(lote))
                sys.stdout.buffer.write(len(bloque).to_bytes(LARGO) + bloque)
                sys.stdout.buffer.flush()
    except OSError as error:
        os._exit(error.errno if error.errno in SIN_SITIO else 1)

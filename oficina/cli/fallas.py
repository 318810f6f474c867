"""What stops an import that is nobody's mistake in the code, told in plain words: disk, database, a signal.

Anything else is a programming error and keeps its traceback. Exit codes of the commands of deliveries are here.
"""

import errno
import getpass
import shutil
import signal
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
import click
import peewee
from flask import current_app

from .. import cache, db
from ..entregas import EntregaError, OcupadoError
from .cifras import miles

PUBLICADA, RECHAZADA, SIN_ENTREGA, OCUPADO, SIN_TERMINAR, EN_PARTE = range(6)

# In Spanish, whatever the language of the machine; the others are told as the system does.
DEL_SISTEMA = {
    errno.ENOENT: "no existe el archivo o la carpeta",
    errno.ENOTDIR: "no es una carpeta",
    errno.EISDIR: "es una carpeta",
    errno.EACCES: "no hay permiso",
    errno.EROFS: "el disco es de solo lectura",
    errno.ENOSPC: "no queda espacio en el disco",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NoDelivery(click.ClickException):
    """There is no delivery to take, or no database to take it into."""

    exit_code = SIN_ENTREGA


class NotBegun(click.ClickException):
    """What was asked for would do no good, and nothing was done."""

    exit_code = SIN_ENTREGA


class Busy(click.ClickException):
    """Another one is at work already."""

    exit_code = OCUPADO


class Unfinished(click.ClickException):
    """It could not come to its end."""

    exit_code = SIN_TERMINAR


@dataclass
class FallaError(Exception):
    """Why it could not come to its end, and what to do before it is repeated; both Spanish."""

    motivo: str
    remedio: str


DISCO_LLENO = ("No queda espacio en el disco", "Libere espacio y repita la misma orden.")
SIN_BASE = ("La base de datos no responde", "Cuando vuelva a responder, repita la misma orden.")
SIN_PERMISO = ("El portal no tiene permiso para escribir en la base de datos", "Corrija los permisos y repita la misma orden.")
BASE_OCUPADA = ("Otro programa tuvo ocupada la base de datos demasiado tiempo", "Repita la misma orden más tarde.")
DISCO_FALLA = (
    "El disco falló al leer o escribir",
    "Revise el disco y sus límites (df, dmesg, ulimit) y repita la misma orden.",
)
BASE_DANADA = ("El archivo de la base de datos está dañado", "Revísela con «flask base revisar» antes de repetir la orden.")
INTERRUMPIDA = ("Se interrumpió", "Para terminar, repita la misma orden.")
SIN_MEMORIA = ("No queda memoria", "Libere memoria y repita la misma orden.")

DE_SQLITE: dict[type, tuple[str, str]] = {
    apsw.IOError: DISCO_FALLA,
    apsw.CantOpenError: SIN_PERMISO,
    apsw.PermissionsError: SIN_PERMISO,
    apsw.ReadOnlyError: SIN_PERMISO,
    apsw.BusyError: BASE_OCUPADA,
    apsw.LockedError: BASE_OCUPADA,
    apsw.CorruptError: BASE_DANADA,
    apsw.NotADBError: BASE_DANADA,
}
DE_MARIADB: dict[object, tuple[str, str]] = {
    # The last three: nothing was sent to a connection that was closed; killed; the server shuts down.
    **dict.fromkeys((2002, 2003, 2006, 2013, 2026, 1040, 1047, 1159, 1160, 1161, 1317, 0, 1927, 1053), SIN_BASE),
    # The server's own disk: full, its quota, a table without room.
    **dict.fromkeys((3, 1021, 1026, 1030, 1114), DISCO_LLENO),
    **dict.fromkeys((1020, 1205, 1213), BASE_OCUPADA),
    **dict.fromkeys((1044, 1045, 1142, 1143, 1227, 1290, 1792, 1836), SIN_PERMISO),
}


@contextmanager
def en_palabras() -> Iterator[None]:
    """Raises FallaError, NoDelivery or Busy for what the engine raises; a signal to end ends it cleanly."""
    try:
        with terminable():
            db.open_connection()
            db.require_schema()
            yield
    except OcupadoError as error:
        raise Busy(str(error)) from None
    except (EntregaError, db.SchemaError) as error:
        raise NoDelivery(str(error)) from None
    except BaseException as error:
        falla = explicar(error)
        if falla is None:
            raise
        if current_app.debug:
            traceback.print_exc()
        raise falla from None
    finally:
        desconectar()


@contextmanager
def terminable() -> Iterator[None]:
    """Inside, an order to end raises KeyboardInterrupt as Ctrl-C does, unless it is ignored, as under nohup."""

    def parar(numero: int, marco: object) -> None:
        raise KeyboardInterrupt

    antes = {numero: signal.getsignal(numero) for numero in SIGNALS}
    atendidas = [numero for numero, que_hace in antes.items() if que_hace is not signal.SIG_IGN]
    for numero in atendidas:
        signal.signal(numero, parar)
    try:
        yield
    finally:
        for numero in atendidas:
            signal.signal(numero, antes[numero])


def desconectar() -> None:
    """Whatever the connection went through, the next question gets one that works or fails by itself."""
    try:
        db.release_connection()
    except peewee.PeeweeException:
        db.db.obj.manual_close()


def explicar(error: BaseException) -> FallaError | None:
    """What went wrong, in words; None where it is a programming error.

    A signal counts wherever it came, else the first cause: after it even the attempt to roll back fails.
    """
    if isinstance(error, BrokenPipeError):
        # Whoever read what the command tells is gone, as after "| head"; that of the database comes as an error of its engine.
        return FallaError(*INTERRUMPIDA)
    motivos = [motivo for causa in cadena(error) if (motivo := motivo_de(causa))]
    if INTERRUMPIDA in motivos:
        return FallaError(*INTERRUMPIDA)
    # A programming error is one whatever was being handled when it came.
    del_sistema = isinstance(error, peewee.PeeweeException | apsw.Error | OSError | MemoryError)
    return FallaError(*motivos[-1]) if del_sistema and motivos else None


def cadena(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def motivo_de(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUMPIDA
    if isinstance(error, MemoryError):
        return SIN_MEMORIA
    if isinstance(error, apsw.Error):
        return sin_espacio() if isinstance(error, apsw.FullError) else DE_SQLITE.get(type(error))
    if isinstance(error, peewee.OperationalError | peewee.InternalError | peewee.InterfaceError):
        return DE_MARIADB.get(error.args[0]) if error.args and isinstance(error.args[0], int) else None
    return motivo_del_sistema(error) if isinstance(error, OSError) else None


def motivo_del_sistema(error: OSError) -> tuple[str, str]:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return sin_espacio(error.filename)
    if isinstance(error, ConnectionError | TimeoutError):
        # The only connection there is; a broken pipe by itself is the output (explicar).
        return SIN_BASE
    archivo = f" {error.filename}" if error.filename else ""
    if isinstance(error, PermissionError):
        return f"El usuario {getpass.getuser()} no tiene permiso sobre{archivo}", "Corríjalo y repita la misma orden."
    return f"El sistema no pudo leer o escribir{archivo} ({que_dice(error)})", "Corríjalo y repita la misma orden."


def sin_espacio(escrito: object = None) -> tuple[str, str]:
    """The disk of ``escrito``, where it is known; else, of the folders that commands write in, the one with the least room."""
    instancia = Path(current_app.config["INSTANCIA"])
    base = [Path(db.db.obj.database).resolve().parent] if db.is_sqlite() else []
    copias = [cache.root()] if en_otro_disco(cache.root(), instancia) else []
    carpetas = [instancia, *base, Path(tempfile.gettempdir()), *copias]
    if isinstance(escrito, str):
        carpetas = [next(carpeta for carpeta in (Path(escrito), *Path(escrito).parents) if carpeta.is_dir())]
    libre, carpeta = min((shutil.disk_usage(carpeta).free, carpeta) for carpeta in carpetas)
    motivo, remedio = DISCO_LLENO
    if carpeta in copias:
        remedio = "Libere espacio en ese disco, o baje FACTURA_COPIAS_MB y borre cache/pdf, y repita la misma orden."
    return f"{motivo} de {carpeta} (libres ahora, sin los archivos temporales: {miles(libre >> 20)} MB)", remedio


def en_otro_disco(carpeta: Path, otra: Path) -> bool:
    return carpeta.is_dir() and carpeta.stat().st_dev != otra.stat().st_dev


def que_dice(error: OSError) -> str:
    return DEL_SISTEMA.get(error.errno) or error.strerror or str(error)

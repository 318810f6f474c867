"""One import at a time: a lock that ends with the process or the connection that holds it, however that ends."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peewee import PeeweeException

from ..db import db, fetch, is_sqlite
from .origen import EntregaError

CADA = 0.2  # seconds between tries


class OcupadoError(EntregaError):
    """Another import is at work."""


@contextmanager
def uno_a_la_vez(espera: int = 0) -> Iterator[None]:
    """Hold the lock; wait for it ``espera`` seconds at most. Raises OcupadoError."""
    with en_archivo(espera) if is_sqlite() else en_servidor(espera):
        yield


@contextmanager
def en_archivo(espera: int) -> Iterator[None]:
    # Beside the database, for whoever uses that file, by whatever name: SQLite itself has locks on it.
    with Path(f"{Path(db.obj.database).resolve()}.importar").open("w") as archivo:
        limite = time.monotonic() + espera
        while True:
            try:
                fcntl.flock(archivo, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= limite:
                    raise ocupado() from None
                time.sleep(CADA)
        yield


@contextmanager
def en_servidor(espera: int) -> Iterator[None]:
    nombre = f"oficina-importar-{db.obj.database}"[:64]
    # The client gives up on an answer after 30 seconds, so the wait is in parts.
    limite = time.monotonic() + espera
    while not fetch("SELECT GET_LOCK(?, ?)", nombre, min(10, max(0, limite - time.monotonic())))[0][0]:
        if time.monotonic() >= limite:
            raise ocupado()
    try:
        yield
    finally:
        # Where the connection was lost the lock is free, and what went wrong is told by who lost it.
        with suppress(PeeweeException):
            fetch("SELECT RELEASE_LOCK(?)", nombre)


def ocupado() -> OcupadoError:
    return OcupadoError("Otra importación está en curso. Espere a que termine, o use --esperar SEGUNDOS.")

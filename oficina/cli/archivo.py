"""A file with data of customers: only its owner reads it, and whoever opens it never finds half of it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def privado(ruta: Path) -> Iterator[TextIO]:
    """What is written gets the name ``ruta`` at the end, in place of what had it. For csv, with the mark of UTF-8."""
    with llamado(ruta):
        # A name that nobody can foresee, to put a link there, and short enough whatever that of ``ruta``.
        nuevo = tempfile.NamedTemporaryFile(  # noqa: SIM115 (closed below, before it gets its name)
            "w", dir=ruta.parent, prefix=f".{ruta.name[:40]}.", encoding="utf-8-sig", newline="", delete=False
        )
    try:
        with nuevo:
            yield nuevo
        with llamado(ruta):
            os.replace(nuevo.name, ruta)
    finally:
        Path(nuevo.name).unlink(missing_ok=True)


@contextmanager
def llamado(ruta: Path) -> Iterator[None]:
    """An error is about the file that was asked for, not about the one without a name yet."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(ruta), None
        raise

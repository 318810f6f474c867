"""Checked rows wait here, on disk, until the whole delivery is known to be good."""

import marshal
import tempfile
from collections.abc import Iterator
from pathlib import Path

Filas = list[tuple]
LARGO = 8  # bytes that say how long the next block is


class Acopio:
    """Rows by file in temporary files without a name, in blocks; to be used in ``with``."""

    def __init__(self, carpeta: Path) -> None:
        self.carpeta = carpeta
        self.archivos: dict[str, tempfile._TemporaryFileWrapper] = {}

    def __enter__(self) -> "Acopio":
        return self

    def __exit__(self, *_) -> None:
        for archivo in self.archivos.values():
            archivo.close()

    def guardar(self, nombre: str, filas: Filas) -> None:
        if nombre not in self.archivos:
            self.archivos[nombre] = tempfile.TemporaryFile(dir=self.carpeta)  # noqa: SIM115 (closed in __exit__)
        bloque = marshal.dumps(filas)
        self.archivos[nombre].write(len(bloque).to_bytes(LARGO) + bloque)

    def bloques(self, nombre: str) -> Iterator[Filas]:
        """The blocks of a file as they were stored, from the first one."""
        if nombre not in self.archivos:
            return
        archivo = self.archivos[nombre]
        archivo.seek(0)
        while largo := archivo.read(LARGO):
            # Written by this process, in a file that nobody else can open.
            yield marshal.loads(archivo.read(int.from_bytes(largo)))  # noqa: S302

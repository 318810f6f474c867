"""Reads a file of a delivery in its canonical form: UTF-8, ``;``, a header, one row a line. Nothing is judged here
but whether it can be read at all; the SHA-256 is taken over the very bytes that were read."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path

from .columnas import Archivo
from .resultado import Resultado

BUFFER = 1 << 20
CONTROL = bytes({*range(32), 127} - {9, 10, 13})


class Fuente(io.RawIOBase):
    """The bytes of a file, with their SHA-256 and how many were read; ``control`` tells of control characters."""

    def __init__(self, ruta: Path, avance: Callable[[int], None]):
        super().__init__()
        self.archivo = ruta.open("rb", buffering=0)
        self.sha256 = hashlib.sha256()
        self.control = False
        self.avance = avance

    def readable(self) -> bool:
        return True

    def readinto(self, destino) -> int:
        leidos = self.archivo.readinto(destino)
        bloque = bytes(memoryview(destino)[:leidos])
        self.sha256.update(bloque)
        self.control = self.control or len(bloque.translate(None, CONTROL)) < leidos
        self.avance(leidos)
        return leidos

    def close(self) -> None:
        self.archivo.close()
        super().close()


class Lectura:
    """A file opened, to be used in ``with``: its rows in the order of the declared columns.

    ``leidas`` counts the rows, also the bad ones.
    """

    def __init__(self, archivo: Archivo, ruta: Path, resultado: Resultado, avance: Callable[[int], None]):
        self.archivo, self.ruta, self.resultado = archivo, ruta, resultado
        self.leidas = 0
        self.fuente = Fuente(ruta, avance)
        self.texto = io.TextIOWrapper(io.BufferedReader(self.fuente, BUFFER), encoding="utf-8-sig", newline="")
        self.filas_csv = csv.reader(self.texto, delimiter=";", strict=True)

    def __enter__(self) -> "Lectura":
        return self

    def __exit__(self, *_) -> None:
        self.texto.close()

    def filas(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Line number and values of each row; an absent column is empty. What cannot be read is rejected."""
        try:
            yield from self._filas()
        except UnicodeDecodeError:
            self._rechazar(primera(self.ruta, no_es_utf8), "El archivo no está en UTF-8: esta línea no se puede leer.")
        except csv.Error:
            linea = self.filas_csv.line_num
            self._rechazar(linea, "Las comillas de esta línea o de una anterior no están bien cerradas.")
        if self.fuente.control:
            self._rechazar(primera(self.ruta, tiene_control), "La línea tiene caracteres de control que no son texto.")

    def sha256(self) -> str:
        """Of the whole file, also when reading stopped early."""
        while self.texto.buffer.read(BUFFER):
            pass
        return self.fuente.sha256.hexdigest()

    def _filas(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        encabezado = self._encabezado()
        if encabezado is None:
            return
        ancho = len(encabezado)
        # Absent columns read the empty value that is added at the end of each row.
        lugares = [encabezado.index(nombre) if nombre in encabezado else ancho for nombre in self.archivo.nombres]
        ordenar = itemgetter(*lugares)
        linea = self.filas_csv.line_num + 1
        for fila in self.filas_csv:
            self.leidas += 1 if fila else 0
            if len(fila) == ancho:
                fila.append("")
                yield linea, ordenar(fila)
            elif fila:
                self._rechazar(linea, f"La fila tiene {len(fila)} columnas y el encabezado {ancho}.")
            linea = self.filas_csv.line_num + 1

    def _encabezado(self) -> list[str] | None:
        """The names of the columns; None where rows cannot be understood without them."""
        encabezado = [nombre.strip() for nombre in next(self.filas_csv, [])]
        if not encabezado:
            self._rechazar(1, "El archivo está vacío: falta la línea con los nombres de las columnas.")
            return None
        faltan = [c.nombre for c in self.archivo.columnas if c.obligatoria and c.nombre not in encabezado]
        repetidas = [nombre for nombre in self.archivo.nombres if encabezado.count(nombre) > 1]
        for nombre in faltan:
            self._rechazar(1, "Falta esta columna, que es obligatoria.", nombre)
        for nombre in repetidas:
            self._rechazar(1, "Esta columna está más de una vez.", nombre)
        for nombre in encabezado:
            if nombre not in self.archivo.nombres:
                motivo = "Esta columna no es de la entrega y no se leyó."
                self.resultado.avisar(self.archivo.nombre, 1, nombre, "", motivo)
        return None if faltan or repetidas else encabezado

    def _rechazar(self, linea: int | None, motivo: str, columna: str = "") -> None:
        self.resultado.rechazar(self.archivo.nombre, linea, columna, "", motivo)


def primera(ruta: Path, falla: Callable[[bytes], bool]) -> int | None:
    """The number of the first line of a file for which ``falla`` holds."""
    with ruta.open("rb") as archivo:
        return next((numero for numero, linea in enumerate(archivo, 1) if falla(linea)), None)


def no_es_utf8(linea: bytes) -> bool:
    try:
        linea.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def tiene_control(linea: bytes) -> bool:
    return len(linea.translate(None, CONTROL)) < len(linea)

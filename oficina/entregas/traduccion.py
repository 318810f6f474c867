"""Texts of a file into the values that the database keeps, a block at a time and column by column.

Most values come again and again, so each column remembers what it read; that makes reading a line cost little
more than finding its cells in a dictionary.
"""

from collections.abc import Callable
from typing import Any

from .columnas import Archivo
from .resultado import Resultado

RECUERDOS = 4_000
PRUEBA = 20_000


class Recuerdo(dict):
    """What a column read before. Raises ValueError as the reader of the column does."""

    def __init__(self, leer: Callable[[str], Any]):
        super().__init__()
        self.leer = leer
        self.pedidos = self.nuevos = 0

    def __missing__(self, texto: str) -> Any:
        valor = self.leer(texto)
        if len(self) >= RECUERDOS:
            self.clear()
        self[texto] = valor
        self.nuevos += 1
        return valor

    def columna(self, textos: tuple[str, ...]) -> list:
        """The values of a block. A column whose values hardly come again is read without remembering."""
        self.pedidos += len(textos)
        if self.pedidos > PRUEBA and self.nuevos * 2 > self.pedidos:
            self.nuevos += len(textos)
            return list(map(self.leer, textos))
        return [self[texto] for texto in textos]


class Traduccion:
    """Reads the rows of one file; what cannot be read is rejected, every fault of a row and not only the first."""

    def __init__(self, archivo: Archivo, lectores: list[Callable[[str], Any]], resultado: Resultado):
        self.archivo, self.resultado = archivo, resultado
        self.recuerdos = [Recuerdo(leer) for leer in lectores]
        self.obligatorias = [n for n, columna in enumerate(archivo.columnas) if columna.obligatoria]

    def bloque(self, lineas: list[int], crudas: list[tuple]) -> tuple[list[int], list[tuple], list[tuple]]:
        """Numbers of lines and values of the good rows, and the texts of the others."""
        if not crudas:
            return lineas, [], []
        try:
            columnas = [r.columna(textos) for r, textos in zip(self.recuerdos, zip(*crudas, strict=True), strict=True)]
        except ValueError:
            return self.una_a_una(lineas, crudas)
        if any(None in columnas[n] for n in self.obligatorias):
            return self.una_a_una(lineas, crudas)
        return lineas, list(zip(*columnas, strict=True)), []

    def una_a_una(self, lineas: list[int], crudas: list[tuple]) -> tuple[list[int], list[tuple], list[tuple]]:
        buenas, filas, malas = [], [], []
        for linea, cruda in zip(lineas, crudas, strict=True):
            if (fila := self.fila(linea, cruda)) is None:
                malas.append(cruda)
            else:
                buenas.append(linea)
                filas.append(fila)
        return buenas, filas, malas

    def fila(self, linea: int, cruda: tuple) -> tuple | None:
        """The values of one row, None where it was rejected."""
        valores, buena = [], True
        for columna, recuerdo, texto in zip(self.archivo.columnas, self.recuerdos, cruda, strict=True):
            try:
                valor = recuerdo[texto]
            except ValueError as falla:
                buena = self.rechazar(linea, columna.nombre, texto, str(falla))
                continue
            if columna.obligatoria and valor is None:
                buena = self.rechazar(linea, columna.nombre, texto, "Falta este dato.")
            valores.append(valor)
        return tuple(valores) if buena else None

    def clave(self, cruda: tuple) -> str:
        """The key of a rejected row, as well as it can be read."""
        try:
            return self.recuerdos[0][cruda[0]] or ""
        except ValueError:
            return cruda[0].strip()

    def rechazar(self, linea: int, columna: str, texto: str, motivo: str) -> bool:
        self.resultado.rechazar(self.archivo.nombre, linea, columna, texto, motivo)
        return False

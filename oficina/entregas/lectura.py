"""Reads the rows of a file as text, in the order of the declared columns, whatever system wrote it.

Nothing is judged here but whether it can be read at all, and in only one way; values are the business of ``valores``.
A text file is gone through twice: over its bytes, to know how it is written before the first row is given
(``codificacion``), and to give the rows, a block at a time, with the SHA-256 of those very bytes. ``libro`` gives those
of a spreadsheet.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice, repeat
from operator import itemgetter

from .codificacion import (
    BUFFER,
    ESTA_DANADO,
    SEPARADORES,
    VACIO,
    Fila,
    Fuente,
    IlegibleError,
    reconocer,
    separar,
    sin_finales,
)
from .columnas import Archivo
from .libro import Libro
from .opciones import Opciones, simple
from .origen import DANADO, Origen
from .resultado import Resultado
from .valores import Numero, plano

ENCABEZADO = 1 << 16
TOTALES = 3  # rows of totals at the end; more are something else
PUEDE_SER_TOTAL = re.compile(r"\s*(?:$|gran|sub|sum|total)", re.IGNORECASE).match
PALABRA_DE_TOTAL = re.compile(
    r"(?:gran |sub ?-?)?(?:total(?:es)?|sumas?)(?: [a-z ]{1,40})?\.?(?: ?[:=])?(?: ?[$0-9., ]+)?"
).fullmatch
CIFRAS = re.compile(r"[-−$()0-9.,\s]+").fullmatch


class Lectura:
    """A file opened, to be used in ``with``: its rows as text, in the order of the declared columns.

    ``leidas`` counts the rows, also the bad ones, but no blank lines or totals. ``cortada`` until
    the end of the file was reached.
    """

    def __init__(
        self, archivo: Archivo, origen: Origen, opciones: Opciones, resultado: Resultado, avance: Callable[[int], None]
    ):
        self.archivo, self.resultado = archivo, resultado
        self.leidas = 0
        self.cortada = True
        self.ultima = 0  # line of the last row that is no row of totals
        self.totales: list[tuple[int, str]] = []  # rows of totals, until a row comes after them
        self.propios = {simple(nombre): nombre for nombre in archivo.nombres} | dict(opciones.columnas.get(archivo.nombre, {}))
        self.tabla = (Libro if origen.tipo == "xlsx" else ArchivoDeTexto)(archivo, origen, opciones, avance)
        # What says whose a row is: a row of totals has none of it.
        self.identifican = [
            n for n, c in enumerate(archivo.columnas) if c.obligatoria and not (isinstance(c.tipo, Numero) and c.tipo.pesos)
        ]

    def __enter__(self) -> "Lectura":
        return self

    def __exit__(self, *_) -> None:
        self.tabla.cerrar()

    def sha256(self) -> str:
        """Of the whole file, also when reading stopped early."""
        return self.tabla.sha256()

    def bloques(self, cuantas: int = 5000) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Line numbers and rows, a block at a time, that may have none; an absent column is empty.

        What cannot be read is rejected.
        """
        try:
            yield from self._bloques(cuantas)
        except IlegibleError as falla:
            self._rechazar(falla.linea, falla.motivo)
        except DANADO:
            self._rechazar(None, ESTA_DANADO)
        except OSError as falla:
            self._rechazar(None, f"El archivo no se pudo leer ({falla.strerror or falla}).")

    def _bloques(self, cuantas: int) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        linea, encabezado = self.tabla.encabezado(self.columna_de)
        lugares = self._lugares(linea, encabezado)
        if lugares is None:
            return
        ancho, ordenar = len(encabezado), itemgetter(*lugares)
        for lineas, filas in self.tabla.bloques(cuantas):
            if set(map(len, filas)) != {ancho}:
                lineas, filas = self._ajustar(lineas, filas, ancho)
            if ancho in lugares:
                # Absent columns read the empty value that is added at the end of each row.
                deque(map(list.append, filas, repeat("")), maxlen=0)
            ordenadas = list(map(ordenar, filas))
            if dudosas := [n for n, f in enumerate(ordenadas) if not f[0].isdecimal() and PUEDE_SER_TOTAL(f[0])]:
                lineas, ordenadas = self._sin_totales(dudosas, lineas, filas, ordenadas)
            if ordenadas:
                self.leidas += len(ordenadas)
                self.ultima = max(self.ultima, lineas[-1])
            self._totales_en_medio()
            # Also without rows: what was rejected of the block is taken with it, and there may be any number of blocks.
            yield lineas, ordenadas
        self._totales_al_final()
        self.cortada = False

    # ------------------------------------------------------------- the header
    def columna_de(self, encabezado: str) -> str | None:
        """The column that a header gives: the utility's own name first; empty to be left out, None where unknown."""
        return self.propios.get(simple(encabezado))

    def _lugares(self, linea: int, encabezado: Fila) -> list[int] | None:
        """Where each declared column stands; None where rows cannot be understood."""
        dadas: dict[str, list[int]] = {}
        for lugar, nombre in enumerate(encabezado):
            columna = self.columna_de(nombre)
            if columna is None:
                motivo = "Esta columna no es de la entrega y no se leyó."
                self.resultado.avisar(self.archivo.nombre, linea, nombre or "(sin nombre)", "", motivo)
            elif columna:
                dadas.setdefault(columna, []).append(lugar)
        faltan = [c.nombre for c in self.archivo.columnas if c.obligatoria and c.nombre not in dadas]
        repetidas = {columna: lugares for columna, lugares in dadas.items() if len(lugares) > 1}
        for columna in faltan:
            self._rechazar(linea, "Falta esta columna, que es obligatoria.", columna)
        for columna, lugares in repetidas.items():
            nombres = " y ".join(f"«{encabezado[lugar]}»" for lugar in lugares)
            self._rechazar(linea, f"Esta columna está más de una vez: la dan {nombres}.", columna)
        return None if faltan or repetidas else [dadas.get(nombre, [len(encabezado)])[0] for nombre in self.archivo.nombres]

    # ------------------------------------------------------------- rows that are not as the header says
    def _ajustar(self, lineas: list[int], filas: list[Fila], ancho: int) -> tuple[list[int], list[Fila]]:
        """The rows as wide as the header. Blank ones go; others that cannot be made so are rejected."""
        buenas = []
        for linea, fila in zip(lineas, filas, strict=True):
            if len(fila) > ancho and not any(celda.strip() for celda in fila[ancho:]):
                del fila[ancho:]
            if len(fila) == ancho:
                buenas.append((linea, fila))
            elif self._es_total(fila):
                self.totales.append((linea, " ".join(filter(None, map(str.strip, fila)))))
            elif any(celda.strip() for celda in fila):
                self._rechazar(linea, f"La fila tiene {len(fila)} columnas y el encabezado {ancho}.")
                self.leidas += 1
                self.ultima = linea
        return [linea for linea, _ in buenas], [fila for _, fila in buenas]

    def _sin_totales(
        self, dudosas: list[int], lineas: list[int], filas: list[Fila], ordenadas: list[tuple[str, ...]]
    ) -> tuple[list[int], list[tuple[str, ...]]]:
        """The rows without the blank ones; those of totals are put by until it is known whether they are the last."""
        fuera = set()
        for n in dudosas:
            texto = " ".join(filter(None, map(str.strip, filas[n])))
            if texto and self._es_total(filas[n], ordenadas[n]):
                self.totales.append((lineas[n], texto))
                fuera.add(n)
            elif not texto:
                fuera.add(n)
        quedan = [n for n in range(len(lineas)) if n not in fuera]
        return [lineas[n] for n in quedan], [ordenadas[n] for n in quedan]

    def _es_total(self, fila: Fila, ordenada: tuple[str, ...] = ()) -> bool:
        """Whether a row has nothing but the word and numbers, and no value that says whose it is."""
        celdas = [plano(celda) for celda in fila if celda.strip()]
        palabras = [celda for celda in celdas if PALABRA_DE_TOTAL(celda)]
        if not all(celda in palabras or CIFRAS(celda) for celda in celdas):
            return False
        clave = plano(ordenada[0]) if ordenada else celdas[0] if celdas else ""
        if clave or not ordenada:
            return bool(clave) and clave in palabras
        return all(plano(ordenada[n]) in ("", *palabras) for n in self.identifican)

    def _totales_en_medio(self) -> None:
        """Reject the rows of totals that others follow, were they only too many more of totals."""
        self.totales.sort()
        seguidas = sum(linea < self.ultima for linea, _ in self.totales)
        en_medio = max(seguidas, len(self.totales) - TOTALES - 1)
        for linea, texto in self.totales[:en_medio]:
            self._rechazar_total(linea, texto, "Parece una fila de totales, pero no está al final del archivo.")
        del self.totales[:en_medio]

    def _totales_al_final(self) -> None:
        for linea, texto in self.totales:
            if len(self.totales) > TOTALES:
                self._rechazar_total(linea, texto, f"Parece una fila de totales, pero hay más de {TOTALES} al final.")
            else:
                motivo = "Es una fila de totales: no se tomó como dato."
                self.resultado.avisar(self.archivo.nombre, linea, "", texto, motivo)

    def _rechazar_total(self, linea: int, texto: str, motivo: str) -> None:
        self.leidas += 1
        self.resultado.rechazar(self.archivo.nombre, linea, self.archivo.nombres[0], texto, motivo)

    def _rechazar(self, linea: int | None, motivo: str, columna: str = "") -> None:
        self.resultado.rechazar(self.archivo.nombre, linea, columna, "", motivo)


class ArchivoDeTexto:
    """The rows of a text file."""

    def __init__(self, archivo: Archivo, origen: Origen, opciones: Opciones, avance: Callable[[int], None]):
        self.origen, self.codificacion = origen, opciones.codificacion
        self.fuente = Fuente(origen, avance)
        self.leido: io.TextIOWrapper | None = None

    def cerrar(self) -> None:
        (self.leido or self.fuente).close()

    def sha256(self) -> str:
        return self.fuente.agotar()

    def encabezado(self, columna_de: Callable[[str], str | None]) -> tuple[int, Fila]:
        """The number of the line of names, and the names. Raises IlegibleError."""
        codificacion, self.tamano = reconocer(self.origen, self.codificacion)
        self.leido = io.TextIOWrapper(io.BufferedReader(self.fuente, BUFFER), encoding=codificacion, newline="")
        self.linea = 0
        texto = "\n"
        while texto and not texto.strip("".join(SEPARADORES) + " \r\n\xa0"):
            texto = self.leido.readline(ENCABEZADO)
            self.linea += 1
        primera = self.linea
        while texto.count('"') % 2 and len(texto) < ENCABEZADO and (mas := self.leido.readline(ENCABEZADO)):
            texto += mas
            self.linea += 1
        if not texto:
            raise IlegibleError(1, VACIO)
        self.separador, nombres = separar(primera, texto, columna_de)
        return primera, sin_finales(nombres)

    def bloques(self, cuantas: int) -> Iterator[tuple[list[int], list[Fila]]]:
        """Line numbers and cells; the number of a row is that of its first line. Raises IlegibleError."""
        lector = csv.reader(self.leido, delimiter=self.separador, strict=True)
        comienzo = self.linea
        while True:
            filas: list[Fila] = []
            falla = None
            try:
                # What was read before a fault stays in the list.
                filas.extend(islice(lector, cuantas))
            except (csv.Error, UnicodeDecodeError) as error:
                falla = error
            lineas, self.linea = numerar(self.linea, filas, comienzo + lector.line_num)
            if filas:
                yield lineas, filas
            if isinstance(falla, UnicodeDecodeError) or (not filas and self.fuente.leidos != self.tamano):
                raise IlegibleError(None, "El archivo cambió mientras se leía: vuelva a importarlo.")
            if falla:
                raise IlegibleError(self.linea + 1, "Las comillas de esta línea no están bien puestas o no se cierran.")
            if not filas:
                return


def numerar(antes: int, filas: list[Fila], hasta: int) -> tuple[list[int], int]:
    """The line where each row begins, after line ``antes``, and the last line of all of them."""
    if hasta - antes == len(filas):
        return list(range(antes + 1, hasta + 1)), hasta
    lineas = []
    for fila in filas:
        lineas.append(antes + 1)
        antes += 1 + sum(celda.count("\n") + celda.count("\r") - celda.count("\r\n") for celda in fila)
    return lineas, antes

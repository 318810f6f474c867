"""What came of a delivery: counts per file, warnings, rejections."""

import csv
import marshal
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO

A_MANO = 1000  # kept in memory; a delivery may have millions of them


class Novedad(NamedTuple):
    """Something about a value that the utility should look at: a rejection or a warning. ``motivo`` is Spanish."""

    archivo: str
    linea: int | None
    columna: str
    valor: str
    motivo: str


class Novedades:
    """Any number of them, in order: the first ones in memory, the others in a file without a name.

    ``carpeta`` has room for it; the system's own for temporary files by default.
    """

    def __init__(self, carpeta: Path | None = None) -> None:
        self.carpeta = carpeta
        self.primeras: list[Novedad] = []
        self.por_archivo: Counter[str] = Counter()
        self.archivo = None

    def agregar(self, novedad: Novedad) -> None:
        self.por_archivo[novedad.archivo] += 1
        if len(self.primeras) < A_MANO:
            self.primeras.append(novedad)
            return
        if self.archivo is None:
            self.archivo = tempfile.TemporaryFile(dir=self.carpeta)  # noqa: SIM115 (closed with the object)
        marshal.dump(tuple(novedad), self.archivo)

    def vaciar(self) -> None:
        self.primeras.clear()
        self.por_archivo.clear()
        if self.archivo is not None:
            self.archivo.close()
            self.archivo = None

    def __len__(self) -> int:
        return self.por_archivo.total()

    def __iter__(self) -> Iterator[Novedad]:
        yield from self.primeras
        if self.archivo is not None:
            self.archivo.seek(0)
            for _ in range(len(self) - A_MANO):
                # Written by this process, in a file that nobody else can open.
                yield Novedad(*marshal.load(self.archivo))  # noqa: S302

    def __getitem__(self, lugar: int) -> Novedad:
        return self.primeras[lugar]


@dataclass
class Conteo:
    """What a file held and changed. ``suma`` and ``antes`` in centavos: the money of its rows, and what they had before.

    ``quitadas`` are old lines that a bill no longer has; ``omitidas``, good rows left out with what was rejected;
    ``conciliadas``, payments that another source told of too; ``por_identificar``, those of a bank that nobody knows.
    """

    sha256: str = ""
    filas: int = 0
    nuevas: int = 0
    cambiadas: int = 0
    iguales: int = 0
    quitadas: int = 0
    buenas: int = 0
    rechazadas: int = 0
    omitidas: int = 0
    conciliadas: int = 0
    por_identificar: int = 0
    suma: int = 0
    antes: int = 0


@dataclass
class Resultado:
    """``entrega`` is the id of the record, ``publicada`` whether its rows can be seen. ``simulada``: nothing was written.

    ``por_partes``: the good rows may be published alone. ``titulares`` are codes that changed holder; ``identificados``,
    payments of banks that had waited for that. ``trabajo`` is the folder where the rejections and warnings are kept.
    """

    nombre: str
    trabajo: Path | None = None
    huella: str = ""
    archivos: dict[str, Conteo] = field(default_factory=dict)
    rechazos: Novedades = field(init=False)
    avisos: Novedades = field(init=False)
    titulares: int = 0
    identificados: int = 0
    entrega: int | None = None
    publicada: bool = False
    simulada: bool = False
    por_partes: bool = False
    duracion_ms: int = 0

    def __post_init__(self) -> None:
        self.rechazos, self.avisos = Novedades(self.trabajo), Novedades(self.trabajo)

    def rechazar(self, archivo: str, linea: int | None, columna: str, valor: str, motivo: str) -> None:
        self.rechazos.agregar(Novedad(archivo, linea, columna, valor, motivo))

    def avisar(self, archivo: str, linea: int | None, columna: str, valor: str, motivo: str) -> None:
        self.avisos.agregar(Novedad(archivo, linea, columna, valor, motivo))

    def resumen(self) -> dict:
        """What the record keeps: per file its SHA-256, counts, sums in centavos and number of warnings; and what is of all."""
        avisos = self.avisos.por_archivo
        archivos = {nombre: asdict(conteo) | {"avisos": avisos[nombre]} for nombre, conteo in self.archivos.items()}
        return {"archivos": archivos, "titulares": self.titulares, "identificados": self.identificados}


def escribir_novedades(archivo: TextIO, novedades: Iterable[Novedad]) -> None:
    """Write rejections or warnings as CSV that a Colombian spreadsheet opens."""
    salida = csv.writer(archivo, delimiter=";")
    salida.writerow(["archivo", "línea", "columna", "valor", "motivo"])
    salida.writerows(novedades)

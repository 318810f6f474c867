"""What came of a delivery: counts per file, warnings, rejections."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple


class Novedad(NamedTuple):
    """Something about a value that the utility should look at: a rejection or a warning. ``motivo`` is Spanish."""

    archivo: str
    linea: int | None
    columna: str
    valor: str
    motivo: str


@dataclass
class Conteo:
    """What a file held and changed. ``suma`` in centavos; ``quitadas`` are old lines that a bill no longer has."""

    sha256: str = ""
    filas: int = 0
    nuevas: int = 0
    cambiadas: int = 0
    iguales: int = 0
    quitadas: int = 0
    suma: int = 0
    avisos: int = 0


@dataclass
class Resultado:
    """``entrega`` is the id of the record, None where the delivery was rejected and nothing was published."""

    nombre: str
    huella: str = ""
    archivos: dict[str, Conteo] = field(default_factory=dict)
    rechazos: list[Novedad] = field(default_factory=list)
    avisos: list[Novedad] = field(default_factory=list)
    titulares: int = 0
    entrega: int | None = None
    duracion_ms: int = 0

    @property
    def publicada(self) -> bool:
        return self.entrega is not None

    def rechazar(self, archivo: str, linea: int | None, columna: str, valor: str, motivo: str) -> None:
        self.rechazos.append(Novedad(archivo, linea, columna, valor, motivo))

    def avisar(self, archivo: str, linea: int | None, columna: str, valor: str, motivo: str) -> None:
        self.avisos.append(Novedad(archivo, linea, columna, valor, motivo))

    def resumen(self) -> dict[str, dict]:
        """Per file its SHA-256, counts, sum in centavos and number of warnings, as the record keeps it."""
        avisados = [aviso.archivo for aviso in self.avisos]
        return {nombre: asdict(conteo) | {"avisos": avisados.count(nombre)} for nombre, conteo in self.archivos.items()}


def escribir_novedades(ruta: Path, novedades: Iterable[Novedad]) -> None:
    """Write rejections or warnings as CSV that a Colombian spreadsheet opens; an older file is replaced."""
    with ruta.open("w", encoding="utf-8-sig", newline="") as archivo:
        salida = csv.writer(archivo, delimiter=";")
        salida.writerow(["archivo", "línea", "columna", "valor", "motivo"])
        salida.writerows(novedades)

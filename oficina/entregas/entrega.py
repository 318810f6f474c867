"""A delivery from its folder to the base: read, checked, compared, published; whole or not at all."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from ..db import utcnow
from .acopio import Acopio
from .columnas import ARCHIVOS, Archivo
from .lectura import Lectura
from .publicacion import publicar
from .resultado import Conteo, Resultado
from .revision import Revision, sumar

Avance = Callable[[str, int, int], None]
DATOS = (".csv", ".txt", ".xlsx", ".xls", ".zip")


class EntregaError(Exception):
    """The folder is no delivery; the message is Spanish."""


def importar(carpeta: Path, quien: str, avance: Avance | None = None) -> Resultado:
    """Take in the delivery of a folder, on behalf of ``quien``.

    With any rejected row nothing is published and the result has no ``entrega``. ``avance`` is told the step
    ("revisar", in bytes, or "publicar", in rows), how much of it is done, and how much there is.
    Raises EntregaError where the folder holds no file of a delivery.
    """
    iniciada, reloj = utcnow(), monotonic()
    resultado = Resultado(nombre=carpeta.resolve().name)
    rutas = archivos_de(carpeta, resultado)
    revision = Revision(resultado)
    with Acopio() as acopio:
        paso = Paso("revisar", sum(ruta.stat().st_size for ruta in rutas.values()), avance)
        for archivo in ARCHIVOS:
            if archivo.nombre in rutas:
                revisar(archivo, rutas[archivo.nombre], revision, acopio, paso)
        resultado.huella = huella(resultado)
        if not resultado.rechazos:
            revision.cuadrar()
            paso = Paso("publicar", sum(conteo.filas for conteo in resultado.archivos.values()), avance)
            publicar(acopio, revision, quien, iniciada, reloj, paso)
    resultado.duracion_ms = int((monotonic() - reloj) * 1000)
    return resultado


class Paso:
    """How much of a step is done; calling it adds to that."""

    def __init__(self, nombre: str, total: int, avance: Avance | None):
        self.nombre, self.total, self.avance, self.hecho = nombre, total, avance, 0

    def __call__(self, mas: int) -> None:
        self.hecho = min(self.hecho + mas, self.total)
        if self.avance:
            self.avance(self.nombre, self.hecho, self.total)


def archivos_de(carpeta: Path, resultado: Resultado) -> dict[str, Path]:
    """The files of the delivery by name; other data files that are there give a warning. Raises EntregaError."""
    nombres = {f"{archivo.nombre}.csv": archivo.nombre for archivo in ARCHIVOS}
    rutas: dict[str, Path] = {}
    for ruta in sorted(carpeta.iterdir()):
        nombre = nombres.get(ruta.name.lower())
        if nombre in rutas:
            raise EntregaError(f"La carpeta tiene dos veces el archivo {nombre}.csv: deje solo uno.")
        if nombre and ruta.is_file():
            rutas[nombre] = ruta
        elif ruta.suffix.lower() in DATOS:
            resultado.avisar(ruta.name, None, "", "", "Este archivo no es de la entrega y no se leyó.")
    if not rutas:
        raise EntregaError(f"La carpeta no tiene ningún archivo de una entrega ({', '.join(nombres)}).")
    return rutas


def revisar(archivo: Archivo, ruta: Path, revision: Revision, acopio: Acopio, paso: Paso) -> None:
    """Check the rows of a file and keep the good ones."""
    conteo = revision.resultado.archivos[archivo.nombre] = Conteo()
    with Lectura(archivo, ruta, revision.resultado, paso) as lectura:
        for filas in revision.bloques(archivo, lectura.filas()):
            acopio.guardar(archivo.nombre, filas)
            conteo.suma += sumar(archivo, filas)
        conteo.filas = lectura.leidas
        conteo.sha256 = lectura.sha256()


def huella(resultado: Resultado) -> str:
    """SHA-256 over the names and SHA-256 of the files, in their order."""
    lineas = [f"{conteo.sha256}  {nombre}.csv\n" for nombre, conteo in resultado.archivos.items()]
    return hashlib.sha256("".join(lineas).encode()).hexdigest()

"""How far a long command is: on a terminal one line a step, drawn again and again; elsewhere, as in cron, a few plain lines."""

import shutil
import sys
from collections import deque
from time import monotonic

import click

from ..db import utcnow
from ..formats import local
from .cifras import duracion, miles

# While it works and when it is done.
PASOS = {
    "limpiar": ("Limpiando", "Limpiado"),
    "revisar": ("Revisando", "Revisado"),
    "publicar": ("Publicando", "Publicado"),
    "comparar": ("Comparando", "Comparado"),
    "prerenderizar": ("Haciendo", "Hecho"),
    "preguntar": ("Preguntando", "Preguntado"),
}
# What is counted, where it is not plain rows.
UNIDADES = {"limpiar": "filas sobrantes", "prerenderizar": "facturas", "preguntar": "pagos"}
DIBUJAR_CADA = 0.1  # seconds
LINEA_CADA = 60
VENTANA = 20  # seconds whose speed counts for the time left
BARRA = 20  # with the longest of texts the line has 79 characters


class Paso:
    """One step, and how fast it goes. Where there is no total, what is done counts as rows."""

    def __init__(self, nombre: str, inicio: float):
        self.nombre, self.inicio = nombre, inicio
        self.hecho = self.total = self.filas = 0
        self.ultimo = inicio  # when it told something last
        # Of each of the last seconds: when, how much was done, rows.
        self.muestras: deque[tuple[float, int, int]] = deque([(inicio, 0, 0)], maxlen=VENTANA + 1)

    def anotar(self, hecho: int, total: int, filas: int) -> None:
        self.hecho, self.total, self.filas = hecho, total, filas if total else hecho
        self.ultimo = monotonic()
        if self.ultimo - self.muestras[-1][0] >= 1:
            self.muestras.append((self.ultimo, self.hecho, self.filas))

    @property
    def segundos(self) -> float:
        return self.ultimo - self.inicio

    @property
    def porcentaje(self) -> str:
        return f"{self.hecho * 100 // self.total} %" if self.total else ""

    @property
    def ritmo(self) -> str:
        cuando, _, filas = self.muestras[0]
        lapso = self.ultimo - cuando
        return f"{miles(int((self.filas - filas) / lapso))} {self.unidad}/s" if lapso >= 1 and self.filas else ""

    @property
    def falta(self) -> str:
        """Empty in the first seconds, which tell little, and where there is no total."""
        cuando, hecho, _ = self.muestras[0]
        if self.segundos < 2 or not self.total or self.hecho <= hecho:
            return ""
        quedan = (self.total - self.hecho) * (self.ultimo - cuando) / (self.hecho - hecho)
        return f"faltan {duracion(max(1, round(quedan)))}"

    @property
    def unidad(self) -> str:
        return UNIDADES.get(self.nombre, "filas").partition(" ")[0]

    @property
    def cuenta(self) -> str:
        """Empty where there are none: payments of banks are not counted while they are checked."""
        return f"{miles(self.filas)} {UNIDADES.get(self.nombre, 'filas')}" if self.filas else ""

    @property
    def balance(self) -> str:
        """``1.300.000 filas en 12 s (108.333 filas/s)``."""
        segundos = self.segundos
        media = f" ({miles(int(self.filas / segundos))} {self.unidad}/s)" if segundos >= 1 and self.filas else ""
        return f"{self.cuenta} en {duracion(segundos)}{media}".lstrip()


class Avance:
    """What is called to tell how far it is; to be used in ``with``. With ``simular`` nothing is called published.

    Never stops the work because nobody reads: an output that was closed is left alone.
    """

    def __init__(self, simular: bool = False, cada: float = LINEA_CADA):
        self.simular, self.cada = simular, cada
        self.paso: Paso | None = None
        self.terminal = sys.stdout.isatty()
        self.dicho = 0.0  # when something was shown last
        self.callado = False

    def __enter__(self) -> "Avance":
        return self

    def __exit__(self, tipo, *_) -> None:
        if self.paso and tipo is None:
            self.paso.ultimo = monotonic()
            self.terminar(self.paso)
        elif self.paso:
            self.abandonar(self.paso)

    def __call__(self, nombre: str, hecho: int, total: int, filas: int) -> None:
        nombre = "comparar" if nombre == "publicar" and self.simular else nombre
        if self.paso is None or self.paso.nombre != nombre:
            self.empezar(nombre)
        self.paso.anotar(hecho, total, filas)
        if monotonic() - self.dicho >= (DIBUJAR_CADA if self.terminal else self.cada):
            self.informar(self.paso)

    def empezar(self, nombre: str) -> None:
        inicio = monotonic()
        if self.paso:
            self.terminar(self.paso)
            # What came before the first report of a step is part of it.
            inicio = self.paso.ultimo
        self.paso = Paso(nombre, inicio)
        if not self.terminal:
            self.linea(f"{PASOS[nombre][0]}…")

    def informar(self, paso: Paso) -> None:
        if self.terminal:
            self.dibujar(barra(paso, shutil.get_terminal_size().columns - 1))
        else:
            partes = (paso.porcentaje, paso.cuenta, paso.ritmo, paso.falta)
            self.linea(f"{PASOS[paso.nombre][0]}: {', '.join(filter(None, partes))}")

    def terminar(self, paso: Paso) -> None:
        hecho = PASOS[paso.nombre][1]
        if self.terminal:
            self.dibujar(f"{hecho:<12}{paso.balance}")
            self.decir("\n")
        else:
            self.linea(f"{hecho}{':' if paso.cuenta else ''} {paso.balance}")

    def abandonar(self, paso: Paso) -> None:
        """The step did not come to its end: the message about it begins on a line of its own."""
        if self.terminal:
            self.decir("\n")
        else:
            self.linea(f"{PASOS[paso.nombre][0]}: no terminó ({paso.porcentaje or paso.cuenta or duracion(paso.segundos)})")

    def dibujar(self, texto: str) -> None:
        """Over what stands on the line, in one write, so that it does not flicker."""
        ancho = shutil.get_terminal_size().columns - 1
        self.decir(f"\r{texto[:ancho]:<{ancho}}")

    def linea(self, texto: str) -> None:
        self.decir(f"{local(utcnow()):%H:%M:%S}  {texto}\n")

    def decir(self, texto: str) -> None:
        self.dicho = monotonic()
        if self.callado:
            return
        try:
            click.echo(texto, nl=False)
        except OSError:
            self.callado = True


def barra(paso: Paso, ancho: int) -> str:
    """The line of a step, with a bar as long as fits."""
    nombre = f"{PASOS[paso.nombre][0]:<12}"
    partes = [f"{paso.porcentaje:>5}"] if paso.total else [paso.cuenta, duracion(int(paso.segundos))]
    datos = "  ".join(filter(None, (*partes, paso.ritmo, paso.falta)))
    largo = min(BARRA, ancho - len(nombre) - len(datos) - 3)
    if not paso.total or largo < 5:
        return f"{nombre}{datos}"
    lleno = largo * paso.hecho // paso.total
    return f"{nombre}[{'#' * lleno}{'·' * (largo - lleno)}]{datos}"

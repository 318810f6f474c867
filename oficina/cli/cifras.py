"""Numbers as the commands print them: as Colombia writes them, with plain blanks that any terminal and grep know."""

from datetime import datetime

from ..formats import NBSP, cantidad, local, pesos


def miles(numero: int) -> str:
    """``1.300.000``."""
    return cantidad(numero * 1000)


def cuantas(numero: int, una: str, varias: str = "") -> str:
    """``1 fila``, ``2 filas``."""
    return f"{miles(numero)} {una if numero == 1 else varias or f'{una}s'}"


def dinero(centavos: int) -> str:
    return pesos(centavos).replace(NBSP, " ")


def momento(instante: datetime) -> str:
    """A UTC instant as the clock in Colombia shows it: ``24/11/2026 03:00``."""
    return f"{local(instante):%d/%m/%Y %H:%M}"


def duracion(segundos: float) -> str:
    """``0,4 s``, ``12 s``, ``2 min 3 s``, ``1 h 4 min``."""
    if segundos < 9.95:
        return f"{max(segundos, 0.1):.1f} s".replace(".0", "").replace(".", ",")
    enteros = round(segundos)
    if enteros < 60:
        return f"{enteros} s"
    if enteros < 3600:
        return f"{enteros // 60} min {enteros % 60} s"
    return f"{miles(enteros // 3600)} h {enteros % 3600 // 60} min"

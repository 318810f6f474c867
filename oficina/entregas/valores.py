"""Readers of a value: text of the canonical form in, what the database keeps out.

Each maker returns a function that takes a text that is not empty and raises ValueError with the reason in
Spanish. Numbers never pass through a float: they become integers of the smallest unit that is kept.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from ..models.predio import CODIGO

Lector = Callable[[str], Any]
YEARS = range(1900, 2200)
MES = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")


def texto(largo: int) -> Lector:
    """Text without blanks at its ends, at most ``largo`` characters; None where only blanks were."""

    def leer(valor: str) -> str | None:
        valor = valor.strip()
        if len(valor) > largo:
            raise ValueError(f"Tiene {len(valor)} caracteres y caben {largo}.")
        return valor or None

    return leer


def clave(largo: int) -> Lector:
    """A number or name that identifies: text of at most ``largo`` characters without blanks inside."""
    leer_texto = texto(largo)

    def leer(valor: str) -> str | None:
        leido = leer_texto(valor)
        if leido and len(leido.split()) > 1:
            raise ValueError("No puede tener espacios.")
        return leido

    return leer


@lru_cache(65536)
def codigo(valor: str) -> str:
    """A customer code: 1 to 20 digits or letters, in capitals, its leading zeros kept."""
    leido = valor.strip().upper()
    if not leido.isascii() or not CODIGO.fullmatch(leido):
        raise ValueError("El código debe tener de 1 a 20 dígitos o letras, sin espacios ni signos.")
    return leido


def opcion(valores: tuple[str, ...]) -> Lector:
    """One of ``valores``, written exactly so."""
    posibles = frozenset(valores)

    def leer(valor: str) -> str:
        if valor not in posibles:
            raise ValueError(f"Debe ser uno de estos: {', '.join(valores)}.")
        return valor

    return leer


def decimal(enteros: int, decimales: int, negativo: bool = True) -> Lector:
    """An integer of the unit 10^-decimales: ``84350,5`` with two decimals is 8435050."""
    partes = re.compile(rf"(-?)([0-9]{{1,{enteros}}})(?:,([0-9]{{1,{decimales}}}))?").fullmatch
    ceros = "0" * decimales

    def leer(valor: str) -> int:
        hallado = partes(valor)
        if not hallado:
            raise ValueError(
                f"Debe ser un número sin puntos de miles y con coma decimal (hasta {enteros} cifras enteras "
                f"y {decimales} decimales), por ejemplo 84350,5."
            )
        signo, entero, fraccion = hallado.groups()
        numero = int(entero + (fraccion + ceros[len(fraccion) :] if fraccion else ceros))
        if not signo:
            return numero
        if not negativo and numero:
            raise ValueError("No puede ser negativo.")
        return -numero

    return leer


def entero(minimo: int, maximo: int) -> Lector:
    """A whole number between ``minimo`` and ``maximo``, both included."""

    def leer(valor: str) -> int:
        if not (valor.isascii() and valor.isdigit() and len(valor) < 10 and minimo <= int(valor) <= maximo):
            raise ValueError(f"Debe ser un número entero de {minimo} a {maximo}.")
        return int(valor)

    return leer


@lru_cache(16384)
def dia(valor: str) -> str:
    """A day as ``AAAA-MM-DD``, the text that both engines keep."""
    if len(valor) == 10 and valor[4] == valor[7] == "-":
        try:
            leido = date.fromisoformat(valor)
        except ValueError:
            raise ValueError("Esa fecha no existe.") from None
        if leido.year in YEARS:
            return valor
    raise ValueError("La fecha debe escribirse AAAA-MM-DD, por ejemplo 2026-11-30.")


@lru_cache(4096)
def mes(valor: str) -> str:
    """A period as ``AAAA-MM``."""
    if not MES.fullmatch(valor):
        raise ValueError("El periodo debe escribirse AAAA-MM, por ejemplo 2026-11.")
    return valor

"""What a bill is made of: consumption, fixed charge, subsidies or contributions, arrears, and the rest."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..documentos.factura import deuda
from ..models.factura import FacturaAnterior, Linea

PESO = 100  # centavos
CONSUMO, FIJO, SUBSIDIO, DEUDA, OTROS = "consumo", "fijo", "subsidio", "deuda", "otros"

# The first that matches decides: «Subsidio consumo básico» is a subsidy, «Intereses de financiación» is no arrears.
PALABRAS = (
    (SUBSIDIO, r"subsidi|contribuci|solidari|sobreprecio"),
    (OTROS, r"financia|cuota|reconexi|reinstal|suspension|devoluci|reintegro|ajuste de consumo"),
    (DEUDA, r"deuda|saldo|\bmora\b|moratori|interes|vencid|atras|cartera"),
    (FIJO, r"\bfij[oa]s?\b"),
    (CONSUMO, r"consum|basico|complementario|suntuario|vertimiento"),
)
METROS_CUBICOS = {"m3", "mt3", "mts3", "metros cubicos"}

# By whether it is charged or taken off.
NOMBRES = {
    CONSUMO: ("Consumo", "Consumo, a su favor"),
    FIJO: ("Cargo fijo", "Cargo fijo, a su favor"),
    SUBSIDIO: ("Contribución de solidaridad", "Subsidio"),
    DEUDA: ("Deuda anterior e intereses", "Saldo a su favor"),
    OTROS: ("Otros cobros", "Otros descuentos"),
}


class Parte(NamedTuple):
    """A part of a bill in centavos, negative where it is taken off.

    ``x`` and ``ancho``: where it stands in the bar, in thousandths of all that is charged.
    """

    clase: str
    nombre: str
    valor: int
    x: int
    ancho: int


@lru_cache(4096)
def clase(concepto: str, unidad: str | None) -> str:
    """What a line charges, by its words; ``m³`` without any of them is consumption."""
    text = sin_tildes(concepto)
    for name, words in PALABRAS:
        if re.search(words, text):
            return name
    return CONSUMO if sin_tildes(unidad or "") in METROS_CUBICOS else OTROS


def sin_tildes(text: str) -> str:
    """Small letters without accents; ``m³`` is ``m3``."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign)).strip(" .")


def sumas(factura: FacturaAnterior, lineas: Sequence[Linea]) -> dict[str, int]:
    """The centavos of each class; they add up to the total exactly, whatever the lines say."""
    total = dict.fromkeys(NOMBRES, 0)
    for linea in lineas:
        total[clase(linea.concepto, linea.unidad)] += linea.valor
    falta = factura.total - sum(total.values())
    filas = deuda(factura, falta)
    # Without lines only the columns tell.
    if filas["fila_saldo"] or not lineas:
        total[DEUDA] += factura.saldo_anterior
        falta -= factura.saldo_anterior
    if filas["fila_intereses"] or not lineas:
        total[DEUDA] += factura.intereses
        falta -= factura.intereses
    total[OTROS] += falta
    return total


def en_pesos(valores: dict[str, int], *totales: int) -> dict[str, int]:
    """Whole pesos that add up to the same: the largest carries what is left, so that nobody reads about rounding.

    As they are where a bill they come from, worth one of ``totales``, has centavos: there is nothing to hide.
    """
    if any(total % PESO for total in totales):
        return valores
    largest = max(valores, key=lambda name: abs(valores[name]))
    whole = {name: (value + PESO // 2) // PESO * PESO if abs(value) >= PESO else 0 for name, value in valores.items()}
    whole[largest] += sum(valores.values()) - sum(whole.values())
    return whole


def partes(lineas: Sequence[Linea], total: dict[str, int]) -> list[Parte]:
    """The parts that are not zero: first what is charged, from left to right, then what is taken off, from right to left."""
    total = en_pesos(total, sum(total.values()))
    charged = sum(value for value in total.values() if value > 0)
    found, left, right = [], 0, charged
    for name, value in sorted(total.items(), key=lambda item: item[1] < 0):
        if not value:
            continue
        width = min(abs(value), charged)
        if value < 0:
            right = max(right - width, 0)
        x = left if value > 0 else right
        scale = max(charged, 1)
        found.append(Parte(name, nombre(name, value, lineas), value, x * 1000 // scale, width * 1000 // scale))
        left += max(value, 0)
    return found


def nombre(name: str, value: int, lineas: Sequence[Linea]) -> str:
    if name == OTROS and value > 0:
        if not lineas:
            return "Cobros del periodo"
        if any(linea.servicio == "aseo" and clase(linea.concepto, linea.unidad) == OTROS for linea in lineas):
            return "Aseo y otros cobros"
    return NOMBRES[name][value < 0]

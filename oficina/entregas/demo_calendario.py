"""When the cycles of Aguaclara are billed: five cycles that close on different days, each month."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

CICLOS = {"01": 3, "02": 9, "03": 15, "10": 21, "11": 27}  # day of the last reading
MESES = 24
EXPEDIDA, VENCE, SUSPENSION = 3, 18, 28  # days after the reading


class Mes(NamedTuple):
    """A month of a cycle; days as AAAA-MM-DD but ``dia``, the ordinal of the day of issue."""

    prefijo: str
    periodo: str
    anio: int
    mes: int
    desde: str
    hasta: str
    expedida: str
    vence: str
    suspension: str
    dia: int


def meses(ciclo: str, hoy: date) -> list[Mes]:
    """The months of a cycle, the last one issued before ``hoy``."""
    numero = hoy.year * 12 + hoy.month - 1
    while lectura(ciclo, numero) + timedelta(EXPEDIDA) >= hoy:
        numero -= 1
    return [mes_de(ciclo, n) for n in range(numero - MESES + 1, numero + 1)]


def lectura(ciclo: str, numero: int) -> date:
    """The day of reading in a month counted from year 0."""
    return date(numero // 12, numero % 12 + 1, CICLOS[ciclo])


def mes_de(ciclo: str, numero: int) -> Mes:
    hasta = lectura(ciclo, numero)
    expedida, vence, suspension = (str(hasta + timedelta(dias)) for dias in (EXPEDIDA, VENCE, SUSPENSION))
    desde = str(lectura(ciclo, numero - 1) + timedelta(1))
    periodo = f"{hasta:%Y-%m}"
    dia = hasta.toordinal() + EXPEDIDA
    return Mes(f"{hasta:%y%m}", periodo, hasta.year, hasta.month, desde, str(hasta), expedida, vence, suspension, dia)


@lru_cache(4096)
def texto(ordinal: int) -> str:
    """An ordinal as AAAA-MM-DD."""
    return str(date.fromordinal(ordinal))

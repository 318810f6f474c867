"""What was consumed in the latest periods, and how the present one compares."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..documentos.factura import valor_del_periodo
from ..formats import metros_cubicos, periodo
from ..models.factura import FacturaAnterior

PERIODOS = 12
# The same volumes come again and again, and writing one costs as much as the rest of its row.
volumen = lru_cache(4096)(metros_cubicos)


class Barra(NamedTuple):
    """A row of the chart. ``ancho``: percent of the largest; ``valor``: what the period cost, in centavos, to the peso."""

    mes: str
    consumo: str | None
    ancho: int
    promedio: bool
    valor: int


@lru_cache(1024)
def mes(valor: str) -> str:
    """``nov 2026`` from ``2026-11``."""
    return f"{periodo(valor)[:3]} {valor[:4]}"


def barras(historia: Sequence[FacturaAnterior]) -> list[Barra]:
    """The latest periods, newest first; empty where nothing was measured in any."""
    bills = historia[:PERIODOS]
    measured = [bill.consumo for bill in bills if bill.consumo is not None]
    largest = max(measured, default=0) or 1
    return [
        Barra(
            mes(bill.periodo),
            None if bill.consumo is None else volumen(bill.consumo),
            (bill.consumo or 0) * 100 // largest,
            bill.lectura_tipo == "promedio",
            valor_del_periodo(bill),
        )
        for bill in bills
        if measured
    ]


def comparacion(historia: Sequence[FacturaAnterior]) -> str | None:
    """The present consumption beside the average of those before it and that of a year ago, in one sentence."""
    present, *before = historia
    known = [bill.consumo for bill in before[: PERIODOS - 1] if bill.consumo is not None]
    if present.consumo is None or not known:
        return None
    # To the tenth of a m³.
    average = (sum(known) + len(known) * 50) // len(known) // 100 * 100
    more = present.consumo - average
    than = "lo mismo que" if more == 0 else f"{volumen(abs(more))} {'más' if more > 0 else 'menos'} que"
    alone = "en otro periodo" if before[0].consumo is None else "en el periodo anterior"
    whose = alone if len(known) == 1 else f"su promedio de {len(known)} periodos anteriores"
    text = f"Consumió {volumen(present.consumo)}, {than} {whose} ({volumen(average)})."
    if present.lectura_tipo == "promedio":
        text = f"{text} Es un promedio: no se leyó el medidor."
    year_ago = f"{int(present.periodo[:4]) - 1}{present.periodo[4:]}"
    ago = [bill.consumo for bill in before if bill.periodo == year_ago and bill.consumo is not None]
    return f"{text} Hace un año consumió {volumen(ago[0])}." if ago else text

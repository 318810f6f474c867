"""Why a bill is not worth what the one before was: at most five sentences, whose amounts add up to the difference exactly.

What consumption costs changed by the days billed, the m³ and the tariff. The effect of the m³ is their change at the old
price, the tariff is the rest; the days are what the old consumption of each day makes of the change, where it explains some.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..formats import NBSP, pesos
from ..models.factura import FacturaAnterior, Linea
from .composicion import CONSUMO, DEUDA, FIJO, OTROS, PESO, SUBSIDIO, clase, en_pesos, sumas
from .consumo import volumen

FRASES = 5
NOMBRADOS = 2
PROMEDIO = "promedio"
DIAS_SEGUIDOS = 3  # between the last day of one and the first of the other
MESES_SEGUIDOS = 2  # some bill two months at once
NO_SEGUIDAS = "Las dos facturas no son de periodos seguidos."


class Motivo(NamedTuple):
    """A reason and how many centavos more, or less, the bill is worth for it."""

    texto: str
    valor: int

    @property
    def monto(self) -> str:
        return f"{pesos(abs(self.valor))}{NBSP}{mas(self.valor)}"


@dataclass(frozen=True, slots=True)
class ConLineas:
    """A bill with its lines, and what it charges by class."""

    datos: FacturaAnterior
    lineas: Sequence[Linea]
    sumas: dict[str, int]

    @classmethod
    def con(cls, datos: FacturaAnterior, lineas: Sequence[Linea]) -> "ConLineas":
        return cls(datos, lineas, sumas(datos, lineas))


def motivos(actual: ConLineas, anterior: ConLineas) -> list[Motivo]:
    """The reasons of the difference between two bills, none where there is no difference in anything."""
    change = {name: actual.sumas[name] - anterior.sumas[name] for name in actual.sumas}
    if not (actual.lineas and anterior.lineas):
        effects = en_pesos({"cobros": sum(change.values()) - change[DEUDA], "deuda": change[DEUDA]})
        charges = effects["cobros"]
        text = f"Los cobros del periodo fueron {mayores(charges)}"
        return [Motivo(*pair) for pair in ((text, charges), (de_deuda(actual, anterior), effects["deuda"])) if pair[1]]
    volume, tariff = por_consumo(actual, anterior)
    days = por_dias(actual.datos, anterior, volume)
    effects = en_pesos(
        {
            "días": days,
            "metros": volume - days,
            "tarifa": tariff + change[FIJO],
            "subsidio": change[SUBSIDIO],
            "deuda": change[DEUDA],
            "otros": change[OTROS] + change[CONSUMO] - volume - tariff,
        }
    )
    texts = {
        "días": lambda: de_dias(actual.datos, anterior.datos),
        "metros": lambda: de_metros(actual.datos, anterior.datos, effects["metros"], bool(effects["días"])),
        "tarifa": lambda: de_tarifa(effects["tarifa"], tariff, change[FIJO]),
        "subsidio": lambda: de_subsidio(actual, anterior),
        "deuda": lambda: de_deuda(actual, anterior),
        "otros": lambda: de_otros(actual.lineas, anterior.lineas),
    }
    found = [Motivo(texts[name](), value) for name, value in effects.items() if value]
    return found if len(found) <= FRASES else merged(found)


def merged(found: list[Motivo]) -> list[Motivo]:
    """Days and m³, which come first, as one reason."""
    days, metres, *others = found
    text = f"{days.texto}; {metres.texto[0].lower()}{metres.texto[1:]}"
    return [Motivo(text, days.valor + metres.valor), *others]


# -- effects, in centavos ----------------------------------------------------------------------------


def por_consumo(actual: ConLineas, anterior: ConLineas) -> tuple[int, int]:
    """What consumption costs more because of its volume, and because of its tariff."""
    new, old = (por_clave(bill.lineas, CONSUMO) for bill in (actual, anterior))
    volume = tariff = 0
    for key in new.keys() | old.keys():
        now, then = new.get(key), old.get(key)
        if now is None or then is None:
            volume += (now or then).valor * (1 if now else -1)
            continue
        more = now.valor - then.valor
        if now.tarifa is not None and now.tarifa == then.tarifa:
            # What is left where neither volume nor tariff changed is none of theirs.
            volume += more if now.cantidad != then.cantidad or now.cantidad is None else 0
            continue
        share = por_volumen(now, then, actual.datos.consumo, anterior.datos.consumo)
        # Without tariffs, what is left of rounding by line is told from a new tariff by its size.
        if None in (now.tarifa, then.tarifa) and abs(more - share) * 1000 <= abs(now.valor):
            share = more
        volume += share
        tariff += more - share
    return volume, tariff


class Cobro(NamedTuple):
    """The lines of a bill with one name together; None where they do not say, or not the same."""

    concepto: str
    cantidad: int | None
    tarifa: int | None
    valor: int


def por_clave(lineas: Sequence[Linea], name: str) -> dict[tuple[str, str], Cobro]:
    """The lines of a class by service and name; figures in the name, as those of an instalment, change each month."""
    found: dict[tuple[str, str], Cobro] = {}
    for linea in lineas:
        if clase(linea.concepto, linea.unidad) != name:
            continue
        key = (linea.servicio, re.sub(r"\d+", "#", linea.concepto.lower()))
        before = found.get(key)
        if before is None:
            found[key] = Cobro(linea.concepto, linea.cantidad, linea.tarifa, linea.valor)
            continue
        together = None if None in (before.cantidad, linea.cantidad) else before.cantidad + linea.cantidad
        tarifa = linea.tarifa if linea.tarifa == before.tarifa else None
        found[key] = Cobro(linea.concepto, together, tarifa, before.valor + linea.valor)
    return found


def por_volumen(now: Cobro, then: Cobro, consumo: int | None, consumo_anterior: int | None) -> int:
    """How much more a charge is for its volume, at its old price; by that of the bill where it does not say its own."""
    new, old = now.cantidad, then.cantidad
    if new is None or old is None:
        new, old = consumo, consumo_anterior
    if new is None or not old or old < 0:
        return now.valor - then.valor
    return repartir(then.valor, new - old, old)


def por_dias(actual: FacturaAnterior, anterior: ConLineas, volume: int) -> int:
    """The part of the effect of the volume that the days explain: of its sign, and never more than it."""
    now, then = actual.dias, anterior.datos.dias
    if not now or not then or now < 0 or then < 0:
        return 0
    days = repartir(anterior.sumas[CONSUMO], now - then, then)
    return max(min(days, volume), 0) if volume > 0 else min(max(days, volume), 0)


def repartir(valor: int, parte: int, todo: int) -> int:
    """``valor * parte / todo`` to the centavo."""
    return (2 * valor * parte + todo) // (2 * todo)


# -- words -------------------------------------------------------------------------------------------


def mayores(value: int) -> str:
    return "mayores" if value > 0 else "menores"


def mas(value: int) -> str:
    return "más" if value > 0 else "menos"


def de_dias(actual: FacturaAnterior, anterior: FacturaAnterior) -> str:
    return f"Se facturaron {actual.dias} días y no {anterior.dias}"


def de_metros(actual: FacturaAnterior, anterior: FacturaAnterior, value: int, with_days: bool) -> str:
    """The m³ as long as they tell the same as the money; ranges of tariff may make it otherwise."""
    start = "Aparte de los días, " if with_days else ""
    more = 0
    if actual.consumo is not None and anterior.consumo is not None:
        more = actual.consumo - anterior.consumo
    if with_days and anterior.consumo is not None:
        more = (more - repartir(anterior.consumo, actual.dias - anterior.dias, anterior.dias) + 50) // 100 * 100
    if more * value > 0:
        text = f"{start}consumió {volumen(abs(more))} {mas(more)} que en la factura anterior"
    else:
        text = f"{start}el consumo costó {mas(value)}"
    return text[0].upper() + text[1:] + de_lectura(actual, anterior)


def de_lectura(actual: FacturaAnterior, anterior: FacturaAnterior) -> str:
    if actual.lectura_tipo == PROMEDIO:
        return " (es un promedio: no se leyó el medidor)"
    return " (el anterior fue un promedio)" if anterior.lectura_tipo == PROMEDIO else ""


def de_tarifa(value: int, tariff: int, fixed: int) -> str:
    if abs(tariff) < PESO <= abs(fixed):
        return f"El cargo fijo fue {'mayor' if value > 0 else 'menor'}"
    return f"{'Subió' if value > 0 else 'Bajó'} la tarifa"


def de_subsidio(actual: ConLineas, anterior: ConLineas) -> str:
    now, then = actual.sumas[SUBSIDIO], anterior.sumas[SUBSIDIO]
    if now * then < 0:
        return "Cambiaron el subsidio y la contribución"
    name = "subsidio" if min(now, then) < 0 else "contribución de solidaridad"
    if not then:
        return f"Trae {name} y antes no"
    if not now:
        return f"Ya no trae {name}"
    article = "El" if now < 0 else "La"
    return f"{article} {name} fue {'mayor' if abs(now) > abs(then) else 'menor'}"


def de_deuda(actual: ConLineas, anterior: ConLineas) -> str:
    now, then = actual.sumas[DEUDA], anterior.sumas[DEUDA]
    if now > 0:
        if then <= 0:
            return "Trae una deuda anterior"
        return f"La deuda anterior es {'mayor' if now > then else 'menor'}"
    if now < 0:
        return "Trae un saldo a su favor" if then >= 0 else f"El saldo a su favor es {'mayor' if now < then else 'menor'}"
    return "Ya no trae deuda anterior" if then > 0 else "Ya no trae el saldo a su favor"


def de_otros(lineas: Sequence[Linea], previas: Sequence[Linea]) -> str:
    """The other charges that changed, by name: the largest two."""
    new, old = por_clave(lineas, OTROS), por_clave(previas, OTROS)
    change: dict[tuple[str, str], int] = defaultdict(int)
    for sign, charges in ((1, new), (-1, old)):
        for key, charge in charges.items():
            change[key] += sign * charge.valor
    keys = sorted((key for key in change if abs(change[key]) >= PESO), key=lambda key: (-abs(change[key]), key))
    if not keys:
        return "Cambiaron otros cobros"
    names = [(new.get(key) or old[key]).concepto for key in keys]
    if len(names) > 1:
        more = " y otros" if len(names) > NOMBRADOS else ""
        return f"Cambiaron otros cobros ({', '.join(names[:NOMBRADOS])}{more})"
    (key,) = keys
    if key in new and key in old:
        return f"Cambió otro cobro ({names[0]})"
    kind = "descuento" if (new.get(key) or old[key]).valor < 0 else "cobro"
    return f"Trae otro {kind} ({names[0]})" if key in new else f"Ya no trae otro {kind} ({names[0]})"


def nota(actual: ConLineas, anterior: ConLineas) -> str | None:
    """What makes the comparison weaker than usual, None where nothing does."""
    without = [name for bill, name in ((anterior, "la anterior"), (actual, "esta")) if not bill.lineas]
    if without:
        return f"La empresa no publicó el detalle de {' ni de '.join(without)}: por eso no se separan sus cobros."
    now, then = actual.datos, anterior.datos
    if now.desde and then.hasta:
        return None if abs((now.desde - then.hasta).days) <= DIAS_SEGUIDOS else NO_SEGUIDAS
    return None if 0 < meses(now) - meses(then) <= MESES_SEGUIDOS else NO_SEGUIDAS


def meses(bill: FacturaAnterior) -> int:
    return int(bill.periodo[:4]) * 12 + int(bill.periodo[5:7])

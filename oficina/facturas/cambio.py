"""Why a bill is not worth what the one before was: at most five sentences, whose amounts add up to the difference exactly.

What consumption costs changed by the days billed, the m³ and the tariff. The effect of the m³ is their change at the old
price, the tariff is the rest; the days are what the old consumption of each day makes of the change, where it explains some.
The fixed charge changed by how many are charged and by the tariff. A service that only one of the bills has is told apart.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..formats import NBSP, cantidad, pesos
from ..models.factura import FacturaAnterior, Linea
from .composicion import CONSUMO, DEUDA, FIJO, OTROS, PESO, SUBSIDIO, clase, en_pesos, sumas
from .consumo import volumen

FRASES = 5
NOMBRADOS = 2
PROMEDIO = "promedio"
DIAS_SEGUIDOS = 3  # between the last day of one and the first of the other
MESES_SEGUIDOS = 2  # some bill two months at once
FALTA_UN_PERIODO = "Entre las dos facturas falta al menos un periodo: compárelas con cuidado."
SE_CRUZAN = "Los periodos de las dos facturas se cruzan: compárelas con cuidado."

# Told together, the first with the second, while there are more sentences than fit.
JUNTOS = (("días", "metros"), ("fijos", "tarifa"), ("nuevos", "retirados"), ("nuevos", "otros"), ("retirados", "otros"))


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

    def servicios(self) -> dict[str, int]:
        """What each service charges, without arrears."""
        found: dict[str, int] = defaultdict(int)
        for linea in self.lineas:
            if linea.servicio != "otros" and clase(linea.concepto, linea.unidad) != DEUDA:
                found[linea.servicio] += linea.valor
        return found

    def sin(self, servicios: dict[str, int]) -> "ConLineas":
        """The same bill as if it did not charge these services; its arrears stay."""
        if not servicios:
            return self
        total, kept = dict(self.sumas), []
        for linea in self.lineas:
            name = clase(linea.concepto, linea.unidad)
            if linea.servicio in servicios and name != DEUDA:
                total[name] -= linea.valor
            else:
                kept.append(linea)
        return ConLineas(self.datos, kept, total)


def motivos(actual: ConLineas, anterior: ConLineas) -> list[Motivo]:
    """The reasons of the difference between two bills, none where there is no difference in anything."""
    totals = actual.datos.total, anterior.datos.total
    if not (actual.lineas and anterior.lineas):
        debt = actual.sumas[DEUDA] - anterior.sumas[DEUDA]
        effects = en_pesos({"cobros": totals[0] - totals[1] - debt, "deuda": debt}, *totals)
        charges = effects["cobros"]
        text = f"Los cobros del periodo fueron {mayores(charges)}"
        return [Motivo(*pair) for pair in ((text, charges), (de_deuda(actual, anterior), effects["deuda"])) if pair[1]]
    nuevos, retirados = solos(actual, anterior), solos(anterior, actual)
    actual, anterior = actual.sin(nuevos), anterior.sin(retirados)
    change = {name: actual.sumas[name] - anterior.sumas[name] for name in actual.sumas}
    agua, fijo = por_consumo(actual, anterior), por_fijo(actual, anterior)
    days = por_dias(actual.datos, anterior, agua.volumen)
    effects = en_pesos(
        {
            "días": days,
            "metros": agua.volumen - days,
            "nuevos": sum(nuevos.values()),
            "retirados": -sum(retirados.values()),
            "fijos": fijo.volumen,
            "tarifa": agua.tarifa + fijo.tarifa,
            "subsidio": change[SUBSIDIO],
            "deuda": change[DEUDA],
            "otros": change[OTROS] + change[CONSUMO] + change[FIJO] - agua.explicado - fijo.explicado,
        },
        *totals,
    )
    texts = {
        "días": lambda: f"Se facturaron {actual.datos.dias} días y no {anterior.datos.dias}",
        "metros": lambda: de_metros(actual.datos, anterior.datos, effects["metros"], bool(effects["días"])),
        "nuevos": lambda: f"Ahora cobra {' y '.join(nuevos)} y antes no",
        "retirados": lambda: f"Ya no cobra {' ni '.join(retirados)}",
        "fijos": lambda: de_fijos(actual, anterior, effects["fijos"]),
        "tarifa": lambda: de_tarifa(effects["tarifa"], agua.tarifa, fijo.tarifa),
        "subsidio": lambda: de_subsidio(actual, anterior),
        "deuda": lambda: de_deuda(actual, anterior),
        "otros": lambda: de_otros(agua.sueltos | fijo.sueltos | cambios(actual, anterior, OTROS), effects["otros"]),
    }
    return juntos({name: Motivo(texts[name](), value) for name, value in effects.items() if value})


def juntos(found: dict[str, Motivo]) -> list[Motivo]:
    """The reasons, some of them together where there are too many."""
    for first, second in JUNTOS:
        if len(found) > FRASES and first in found and second in found:
            one, other = found[first], found.pop(second)
            found[first] = Motivo(f"{one.texto}; {minuscula(other.texto)}", one.valor + other.valor)
    return [motivo for motivo in found.values() if motivo.valor]


def solos(bill: ConLineas, other: ConLineas) -> dict[str, int]:
    """What each service costs that a bill charges and the other does not."""
    others = other.servicios()
    return {name: value for name, value in bill.servicios().items() if name not in others and value > 0}


# -- effects, in centavos ----------------------------------------------------------------------------


class Cobro(NamedTuple):
    """The lines of a bill with one name together; None where they do not say, or not the same."""

    concepto: str
    cantidad: int | None
    unidad: str | None
    tarifa: int | None
    valor: int


# A charge in this bill and in the one before, None where it is not there.
Par = tuple[Cobro | None, Cobro | None]


class Efecto(NamedTuple):
    """How much more a class of charges is because of its volume and of its tariff; ``sueltos``: those only one bill has."""

    volumen: int
    tarifa: int
    sueltos: dict[tuple[str, str], Par]

    @property
    def explicado(self) -> int:
        return self.volumen + self.tarifa


def por_clave(lineas: Sequence[Linea], name: str) -> dict[tuple[str, str], Cobro]:
    """The lines of a class by service and name; figures in the name, as those of an instalment, change each month.

    A service has one fixed charge, whatever it is called.
    """
    found: dict[tuple[str, str], Cobro] = {}
    for linea in lineas:
        if clase(linea.concepto, linea.unidad) != name:
            continue
        key = (linea.servicio, FIJO if name == FIJO else re.sub(r"\d+", "#", linea.concepto.lower()))
        before = found.get(key)
        if before is None:
            found[key] = Cobro(linea.concepto, linea.cantidad, linea.unidad, linea.tarifa, linea.valor)
            continue
        together = None if None in (before.cantidad, linea.cantidad) else before.cantidad + linea.cantidad
        tarifa = linea.tarifa if linea.tarifa == before.tarifa else None
        unidad = linea.unidad if linea.unidad == before.unidad else None
        found[key] = Cobro(linea.concepto, together, unidad, tarifa, before.valor + linea.valor)
    return found


def cambios(actual: ConLineas, anterior: ConLineas, name: str) -> dict[tuple[str, str], Par]:
    """The charges of a class, in both bills."""
    new, old = (por_clave(bill.lineas, name) for bill in (actual, anterior))
    return {key: (new.get(key), old.get(key)) for key in new | old}


def por_consumo(actual: ConLineas, anterior: ConLineas) -> Efecto:
    """What consumption costs more because of its volume, and because of its tariff."""
    pairs = cambios(actual, anterior, CONSUMO)
    volume = tariff = 0
    alone: dict[tuple[str, str], Par] = {}
    for key, (now, then) in pairs.items():
        if now is None or then is None:
            with_it, without = (actual.datos, anterior.datos) if now else (anterior.datos, actual.datos)
            measured = any(pair[0 if then else 1] for other, pair in pairs.items() if other[0] == key[0])
            if es_otro_rango(with_it.consumo, without.consumo, measured):
                volume += now.valor if now else -then.valor
            else:
                alone[key] = (now, then)
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
    return Efecto(volume, tariff, alone)


def es_otro_rango(with_it: int | None, without: int | None, measured: bool) -> bool:
    """Whether a line of consumption that only one bill has is there because of its volume, and is no charge of its own.

    ``measured``: the other bill charges consumption of the same service.
    """
    if with_it is None or without is None:
        return True
    return with_it > without and (measured or without == 0)


def por_fijo(actual: ConLineas, anterior: ConLineas) -> Efecto:
    """What the fixed charges cost more because there are more of them, and because of their tariff."""
    quantity = tariff = 0
    alone: dict[tuple[str, str], Par] = {}
    for key, (now, then) in cambios(actual, anterior, FIJO).items():
        if now is None or then is None:
            alone[key] = (now, then)
            continue
        share = repartir(then.valor, now.cantidad - then.cantidad, then.cantidad) if otra_cantidad(now, then) else 0
        if share and now.tarifa is not None and now.tarifa == then.tarifa:
            share = now.valor - then.valor
        quantity += share
        tariff += now.valor - then.valor - share
    return Efecto(quantity, tariff, alone)


def otra_cantidad(now: Cobro, then: Cobro) -> bool:
    """Whether two fixed charges are of other quantities, and both say so."""
    known = now.cantidad is not None and then.cantidad is not None and then.cantidad > 0
    return known and now.cantidad != then.cantidad


def por_volumen(now: Cobro, then: Cobro, consumo: int | None, consumo_anterior: int | None) -> int:
    """How much more a charge is for its volume, at its old price; by that of the bill where it does not say its own."""
    new, old = now.cantidad, then.cantidad
    if new is None or old is None:
        new, old = consumo, consumo_anterior
    if new is None or not old or old < 0:
        return now.valor - then.valor
    return repartir(then.valor, new - old, old)


def por_dias(actual: FacturaAnterior, anterior: ConLineas, volume: int) -> int:
    """The part of the effect of the volume that the days explain: of its sign, and never more than it.

    Where nothing was consumed the days do not matter.
    """
    now, then = actual.dias, anterior.datos.dias
    if not now or not then or now < 0 or then < 0 or 0 in (actual.consumo, anterior.datos.consumo):
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


def minuscula(text: str) -> str:
    return text[0].lower() + text[1:]


def de_metros(actual: FacturaAnterior, anterior: FacturaAnterior, value: int, with_days: bool) -> str:
    """The water, by day where the days are told already, as long as it tells the same as the money.

    Ranges of tariff may make it otherwise.
    """
    now, then, more = actual.consumo, anterior.consumo, 0
    if now is not None and then is not None:
        more = now - then
    if with_days and more:
        now, then = (repartir(bill.consumo, 1, bill.dias) for bill in (actual, anterior))
        more = now - then
    if more * value <= 0:
        text = f"El consumo costó {mas(value)}"
    elif with_days:
        text = f"Consumió {mas(more)} agua por día ({cantidad(now * 1000)} litros y no {cantidad(then * 1000)})"
    elif not now:
        text = f"No consumió agua este periodo ({volumen(then)} en el anterior)"
    elif not then:
        text = f"Consumió {volumen(now)} y en el periodo anterior no consumió agua"
    else:
        text = f"Consumió {volumen(abs(more))} {mas(more)} que en la factura anterior"
    return text + de_lectura(actual, anterior)


def de_lectura(actual: FacturaAnterior, anterior: FacturaAnterior) -> str:
    if actual.lectura_tipo == PROMEDIO:
        return " (es un promedio: no se leyó el medidor)"
    return " (el anterior fue un promedio)" if anterior.lectura_tipo == PROMEDIO else ""


def de_fijos(actual: ConLineas, anterior: ConLineas, value: int) -> str:
    """How many fixed charges there are now, where all services say the same."""
    pairs = [pair for pair in cambios(actual, anterior, FIJO).values() if all(pair) and otra_cantidad(*pair)]
    if len({(now.cantidad, then.cantidad, now.unidad) for now, then in pairs}) > 1:
        return f"Se cobran {mas(value)} cargos fijos"
    now, then = pairs[0]
    one = now.cantidad == 1000
    months = (now.unidad or "").lower().startswith("mes")
    what = ("mes de cargo fijo" if one else "meses de cargo fijo") if months else ("cargo fijo" if one else "cargos fijos")
    return f"Se cobra{'' if one else 'n'} {cantidad(now.cantidad)} {what} y no {cantidad(then.cantidad)}"


def de_tarifa(value: int, tariff: int, fixed: int) -> str:
    if abs(tariff) < min(PESO, abs(fixed)):
        return f"El cargo fijo fue {'mayor' if value > 0 else 'menor'}"
    return f"{'Subió' if value > 0 else 'Bajó'} la tarifa"


def de_subsidio(actual: ConLineas, anterior: ConLineas) -> str:
    now, then = actual.sumas[SUBSIDIO], anterior.sumas[SUBSIDIO]
    if now * then < 0:
        return "Cambiaron el subsidio y la contribución"
    how, verb, name = "descontaron", "descuentan", "subsidio"
    if max(now, then) > 0:
        how, verb, name = "cobraron", "cobran", "contribución de solidaridad"
    if not then:
        return f"Ahora le {verb} {name}"
    if not now:
        return f"Ya no le {verb} {name}"
    return f"Le {how} {mas(abs(now) - abs(then))} {name}"


def de_deuda(actual: ConLineas, anterior: ConLineas) -> str:
    now, then = actual.sumas[DEUDA], anterior.sumas[DEUDA]
    if now > 0:
        if then <= 0:
            return "Trae una deuda anterior"
        return f"La deuda anterior y sus intereses {'aumentaron' if now > then else 'disminuyeron'}"
    if now < 0:
        return "Trae un saldo a su favor" if then >= 0 else f"El saldo a su favor es {'mayor' if now < then else 'menor'}"
    return "Ya no trae deuda anterior" if then > 0 else "Ya no trae el saldo a su favor"


def de_otros(pairs: dict[tuple[str, str], Par], value: int) -> str:
    """The other charges that changed, by name: the largest two."""
    change = {key: (now.valor if now else 0) - (then.valor if then else 0) for key, (now, then) in pairs.items()}
    keys = sorted((key for key in change if abs(change[key]) >= PESO), key=lambda key: (-abs(change[key]), key))
    if sum(change[key] for key in keys) * value <= 0:  # the lines do not tell why
        return "Cambiaron otros cobros"
    found: dict[tuple[str, str], list[str]] = {}
    for key in keys[:NOMBRADOS]:
        now, then = pairs[key]
        found.setdefault(palabras(now, then), []).append(f"«{(now or then).concepto}»")
    texts = [(one if len(names) == 1 else many).format(" y ".join(names)) for (one, many), names in found.items()]
    text = "; ".join([texts[0], *map(minuscula, texts[1:])])
    return f"{text}; y otros cambios" if len(keys) > NOMBRADOS else text


def palabras(now: Cobro | None, then: Cobro | None) -> tuple[str, str]:
    """What is said of a charge that changed, and of several that did the same."""
    if then is None:
        if now.valor > 0:
            return "Trae un cobro nuevo, {}", "Trae cobros nuevos, {}"
        return "Trae un descuento nuevo, {}", "Trae descuentos nuevos, {}"
    if now is None:
        return ("Ya no cobra {}",) * 2 if then.valor > 0 else ("Ya no le descuentan {}",) * 2
    more = now.valor - then.valor
    if now.valor <= 0 and then.valor <= 0:
        how = mas(-more)
        return f"Le descontaron {how} por {{}}", f"Le descontaron {how} por {{}}"
    return f"{{}} costó {mas(more)}", f"{{}} costaron {mas(more)}"


def nota(actual: ConLineas, anterior: ConLineas) -> str | None:
    """What makes the comparison weaker than usual, None where nothing does."""
    without = [name for bill, name in ((anterior, "la anterior"), (actual, "esta")) if not bill.lineas]
    if without:
        return f"La empresa no publicó el detalle de {' ni de '.join(without)}: por eso no se separan sus cobros."
    now, then = actual.datos, anterior.datos
    if now.desde and then.hasta:
        apart, near, far = (now.desde - then.hasta).days, -DIAS_SEGUIDOS, DIAS_SEGUIDOS
    else:
        apart, near, far = meses(now) - meses(then), 1, MESES_SEGUIDOS
    if apart < near:
        return SE_CRUZAN
    return FALTA_UN_PERIODO if apart > far else None


def meses(bill: FacturaAnterior) -> int:
    return int(bill.periodo[:4]) * 12 + int(bill.periodo[5:7])
